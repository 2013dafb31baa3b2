"""Reproduce and compare finished runs."""
