"""The same methods as coroutines, on threads."""
