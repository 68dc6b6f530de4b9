"""Pages for users who are signed in, and the way to the login page."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, TypeVar

from .._errors import HTTPError
from .._output._locations import path_on_site

if TYPE_CHECKING:
    from collections.abc import Callable

_Method = TypeVar("_Method", bound="Callable[..., Any]")


def authenticated(method: _Method) -> _Method:
    """Call a method of a handler only if the user is signed in.

    Otherwise GET and HEAD are redirected to :meth:`RequestHandler.get_login_url`, with the
    requested page in the argument ``next``, and all other methods are answered with 403.
    """

    @functools.wraps(method)
    def check_first(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self.current_user:
            return method(self, *args, **kwargs)
        if self.request.method not in ("GET", "HEAD"):
            raise HTTPError(403)
        self.redirect(_with_next(self.get_login_url(), self.request))
        return None

    return check_first  # type: ignore[return-value]  # wraps() keeps what it is called with


def is_coroutine_method(method: Callable[..., Any]) -> bool:
    """Tell whether a method of a handler has to be awaited."""
    from tornado.gen import is_coroutine_function

    return inspect.iscoroutinefunction(method) or is_coroutine_function(method)


def _with_next(login_url: str, request: Any) -> str:
    """Add the requested page to a login URL that has no query yet."""
    if "?" in login_url:
        return login_url
    from urllib.parse import urlencode, urlsplit  # a slow import

    page = path_on_site(request)
    if urlsplit(login_url).scheme:  # perhaps another site, which would take a path for its own
        page = f"{request.protocol}://{request.host}{page}"
    return f"{login_url}?{urlencode({'next': page})}"
