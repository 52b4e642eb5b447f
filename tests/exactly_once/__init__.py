"""Processes that die anywhere, at random or at a named call, and what the lake holds afterwards."""
