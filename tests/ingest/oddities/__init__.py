"""One small file for each oddity that log files have, and what becomes of it."""
