"""One command that serves applications: Tornado's own, ASGI and WSGI.

::

    tornado-serve main:app --port 8000 --processes 4
    python -m tornado.serve main:app --reload

A master process opens the sockets and imports nothing of the application. It starts a preloader, which
imports the application and forks the workers; it replaces workers that die, reloads the application on
SIGHUP, and ends on SIGTERM after the requests that are under way. :func:`main` is the command;
:func:`is_draining` and :func:`worker_number` are for the application.
"""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first asked for

from __future__ import annotations

from tornado.util import publish

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from ._main import main
    from ._worker._status import is_draining, worker_number

__all__ = ["is_draining", "main", "worker_number"]

publish(
    globals(),
    {"is_draining": "_worker._status", "main": "_main", "worker_number": "_worker._status"},
)
