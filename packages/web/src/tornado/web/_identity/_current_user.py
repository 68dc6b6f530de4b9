"""Who asks: the current user, and pages for signed-in users only."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, TypeVar

from .._errors import HTTPError
from .._output._locations import as_location, is_of_site, path_on_site
from .._state import HandlerState

if TYPE_CHECKING:
    from collections.abc import Callable

_Method = TypeVar("_Method", bound="Callable[..., Any]")

_UNKNOWN = object()


class Identity(HandlerState):
    """Know the user of a request."""

    _current_user: Any = _UNKNOWN
    _awaits_user = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        method = cls.get_current_user
        cls._awaits_user = method is not Identity.get_current_user and _is_awaited(method)

    @property
    def current_user(self) -> Any:
        """The user who asks, ``None`` if nobody is signed in; also in templates.

        It is what :meth:`get_current_user` gives, asked once. ``prepare`` may assign it instead.
        """
        if self._current_user is _UNKNOWN:
            user = self.get_current_user()
            if inspect.isawaitable(user):
                if inspect.iscoroutine(user):
                    user.close()
                raise RuntimeError(
                    f"get_current_user() of {type(self).__name__} returned something to await: "
                    "define it with `async def`, or assign current_user in prepare()"
                )
            self._current_user = user
        return self._current_user

    @current_user.setter
    def current_user(self, user: Any) -> None:
        self._current_user = user

    def get_current_user(self) -> Any:
        """Find out who asks; for subclasses.

        A ``def`` is called when :attr:`current_user` is first asked for. An ``async def`` is
        awaited before ``prepare``, in each request.

        :return: something true; ``None`` or another false value if nobody is signed in.
        """
        return None

    def get_login_url(self) -> str:
        """Give the URL where users sign in: the setting ``login_url``, unless overridden."""
        self.require_setting("login_url", "@tornado.web.authenticated")
        url: str = self.settings["login_url"]
        return url

    def get_next_url(self, default: str = "/") -> str:
        """Give the page that a user wanted to see before signing in.

        It is the argument ``next``, which :func:`authenticated` adds to the login URL, if that
        leads to this site. What leads anywhere else was put there by somebody else::

            def post(self):
                self.set_signed_cookie("user", self.get_argument("name"))
                self.redirect(self.get_next_url())

        :param default: what is given otherwise.
        """
        url = self.get_argument("next", "")
        request = self.request
        is_ours = is_of_site(url, request.protocol, request.host)
        return as_location(url) if is_ours else default


def authenticated(method: _Method) -> _Method:
    """Call a method of a handler only if somebody is signed in.

    Otherwise a GET or HEAD is sent to :meth:`RequestHandler.get_login_url` with the wanted page in
    the argument ``next``, and everything else is answered with 403.
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


def _is_awaited(method: Callable[..., Any]) -> bool:
    from tornado.gen import is_coroutine_function

    return inspect.iscoroutinefunction(method) or is_coroutine_function(method)


def _with_next(login_url: str, request: Any) -> str:
    """Add the wanted page to a login URL that has no query yet."""
    if "?" in login_url:
        return login_url
    from urllib.parse import urlencode, urlsplit  # a slow import

    wanted = path_on_site(request)
    if urlsplit(login_url).scheme:  # perhaps another site, to which a path would be its own
        wanted = f"{request.protocol}://{request.host}{wanted}"
    return f"{login_url}?{urlencode({'next': wanted})}"
