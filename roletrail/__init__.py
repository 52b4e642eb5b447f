"""The front door: the command line, and the way in for notebooks."""
