"""Run folders: the only part that writes results to disk."""
