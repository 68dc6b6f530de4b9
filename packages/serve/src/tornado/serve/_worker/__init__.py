"""The processes that run application code."""
