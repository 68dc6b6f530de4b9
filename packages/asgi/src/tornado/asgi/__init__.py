"""ASGI in both directions.

:class:`ASGIContainer` serves any ASGI 3 application in our server::

    HTTPServer(ASGIContainer(application)).listen(8888)

:class:`ASGIAdapter` makes an ASGI 3 application of one of ours, for uvicorn, hypercorn, granian,
gunicorn and every other server of ASGI::

    asgi = ASGIAdapter(tornado.web.Application([(r"/", MainHandler)]))
"""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first asked for

from __future__ import annotations

from tornado.util import publish

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from ._adapter._adapter import ASGIAdapter
    from ._container._application import ASGIContainer

__all__ = ["ASGIAdapter", "ASGIContainer"]

publish(
    globals(),
    {"ASGIAdapter": "_adapter._adapter", "ASGIContainer": "_container._application"},
)
