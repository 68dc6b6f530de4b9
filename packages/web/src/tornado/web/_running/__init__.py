"""How a request runs.

The delegate in ``_dispatch`` makes a handler, and ``_tasks`` runs it, at first without a Task.
``_execution``, a facet of handlers, calls ``prepare`` and the method, with the handler as the
``_current_request``. ``_methods`` answers for methods that are missing, ``_asynchronous`` for
callbacks. Exceptions and clients that leave are handled by ``_failures``. At the end, ``_log_lines``
writes to the log. ``_hooks`` are called before the first request and after the last one.
"""
