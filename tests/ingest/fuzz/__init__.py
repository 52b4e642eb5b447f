"""Hostile input for ingest: how it is made, what has to hold for it, and a run without end."""
