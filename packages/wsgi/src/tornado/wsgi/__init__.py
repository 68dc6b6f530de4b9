"""WSGI (PEP 3333) both ways: applications of others in our server, and ours under other servers.

* :class:`WSGIContainer` serves a WSGI application: Django, Flask, Pyramid, Bottle, anything. It can
  be the application of a server, the target of a route, or the fallback of a
  ``tornado.web.FallbackHandler``, so that websockets and handlers live beside it::

      from concurrent.futures import ThreadPoolExecutor

      container = WSGIContainer(flask_app, executor=ThreadPoolExecutor(32))
      application = Application([
          (r"/live", LiveHandler),
          (r".*", container),
      ])

* :class:`WSGIAdapter` makes a WSGI application of a ``tornado.web.Application``, for gunicorn,
  waitress, uWSGI or any other WSGI server; :class:`WSGIApplication` is both in one, as Tornado had it
  until 5.1. A handler that has to wait for something raises :exc:`CannotWaitError` there.

WSGI text is bytes in disguise: :func:`from_wsgi_str` and :func:`to_wsgi_str` convert.
"""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first asked for

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.util import publish

from ._text import from_wsgi_str, to_wsgi_str

if TYPE_CHECKING:
    from ._adapter._adapter import WSGIAdapter
    from ._adapter._application import WSGIApplication
    from ._adapter._loop import CannotWaitError
    from ._adapter._request import HTTPRequest
    from ._container._container import WSGIContainer
    from ._container._file_wrapper import FileWrapper

__all__ = [
    "CannotWaitError",
    "FileWrapper",
    "HTTPRequest",
    "WSGIAdapter",
    "WSGIApplication",
    "WSGIContainer",
    "from_wsgi_str",
    "to_wsgi_str",
]

publish(
    globals(),
    {
        "CannotWaitError": "_adapter._loop",
        "FileWrapper": "_container._file_wrapper",
        "HTTPRequest": "_adapter._request",
        "WSGIAdapter": "_adapter._adapter",
        "WSGIApplication": "_adapter._application",
        "WSGIContainer": "_container._container",
    },
    aliases={"IOLoop": "tornado.ioloop"},
)
