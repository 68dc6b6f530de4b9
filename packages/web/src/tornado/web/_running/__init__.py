"""How a request runs.

A request passes ``_dispatch`` (the router's delegate makes a handler), ``_execution`` (``prepare``,
the method, the end) and ``_methods`` (what answers for a method that is missing), or
``_asynchronous`` where callbacks answer it. What goes wrong ends in ``_error_page``, everything in
a line that ``_log_lines`` writes. ``_hooks`` runs what comes before the first request and after
the last one.
"""
