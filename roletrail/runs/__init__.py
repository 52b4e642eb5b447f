"""Runs: from the buckets to the notices in one go, as one file of settings says."""
