"""Upstream's own tests: how they are loaded and run, and the table of their results."""
