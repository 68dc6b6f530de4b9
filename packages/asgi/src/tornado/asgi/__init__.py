"""ASGI in both directions.

:class:`ASGIContainer` serves any ASGI 3 application in our server::

    HTTPServer(ASGIContainer(application)).listen(8888)
"""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first asked for

from __future__ import annotations

from tornado.util import publish

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from ._container._application import ASGIContainer

__all__ = ["ASGIContainer"]

publish(globals(), {"ASGIContainer": "_container._application"})
