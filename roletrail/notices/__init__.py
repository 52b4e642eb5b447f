"""Notices: findings are told where people look, each once, and again if it becomes worse."""
