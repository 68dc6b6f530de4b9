"""One URL for each page: with a slash at its end, or without."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar

from .._errors import HTTPError
from ._locations import as_location, leads_away

if TYPE_CHECKING:
    from collections.abc import Callable

_Method = TypeVar("_Method", bound="Callable[..., Any]")


def addslash(method: _Method) -> _Method:
    """Redirect ``/page`` to ``/page/``; the route has to match both: ``r"/page/?"``.

    GET and HEAD are redirected, all other methods are answered with 404.
    """
    return _for_one_path(method, lambda path: path if path.endswith("/") else f"{path}/")


def removeslash(method: _Method) -> _Method:
    """Redirect ``/page/`` to ``/page``; the route has to match both: ``r"/page/*"``.

    GET and HEAD are redirected, all other methods are answered with 404.
    """
    return _for_one_path(method, lambda path: path.rstrip("/") or path)


def _for_one_path(method: _Method, change: Callable[[str], str]) -> _Method:
    @functools.wraps(method)
    def check_first(self: Any, *args: Any, **kwargs: Any) -> Any:
        request = self.request
        path = change(request.path)
        if path == request.path:
            return method(self, *args, **kwargs)
        if request.method not in ("GET", "HEAD"):
            raise HTTPError(404)
        if leads_away(path):
            raise HTTPError(
                403,
                "cannot redirect path with two initial slashes, or what browsers take for them: %r",
                path,
            )
        query = f"?{request.query}" if request.query else ""
        self.redirect(as_location(path + query), permanent=True)
        return None

    return check_first  # type: ignore[return-value]  # wraps() keeps what it is called with
