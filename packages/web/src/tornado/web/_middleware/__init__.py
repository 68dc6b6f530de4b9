"""Coroutines around handlers.

``_chain`` calls them, from the outermost to the handler itself; ``_cors``, ``_request_ids`` and
``_timing`` are ready-made ones.
"""
