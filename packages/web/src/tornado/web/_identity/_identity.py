"""The facet ``Identity``: who sent a request, and the cookies that identify them."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from tornado.escape import native_str, xhtml_escape
from tornado.httputil import parse_cookie

from .._output._locations import as_location, is_of_site
from .._state import UNKNOWN, HandlerState
from ._login import is_coroutine_method
from ._set_cookie import REMOVED, is_prefixed, merged_attributes, set_cookie_line

if TYPE_CHECKING:
    import datetime
    from http.cookies import SimpleCookie


class Identity(HandlerState):
    """The current user of a request, its cookies, and the protection against forged requests."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        method = cls.get_current_user
        cls._awaits_user = method is not Identity.get_current_user and is_coroutine_method(method)

    # The user

    @property
    def current_user(self) -> Any:
        """The user who sent the request, ``None`` if nobody is signed in; also in templates.

        It is the result of :meth:`get_current_user`, which is called once. ``prepare`` may assign
        the user instead.
        """
        if self._current_user is UNKNOWN:
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
        """Called to find the user who sent the request. Override to return that user.

        A ``def`` is called when :attr:`current_user` is first read. An ``async def`` is awaited
        before ``prepare``, in each request.

        :returns: anything true; ``None`` or another false value if nobody is signed in.
        """
        return None

    def get_login_url(self) -> str:
        """Return the URL of the login page: the setting ``login_url``. Override to choose it."""
        self.require_setting("login_url", "@tornado.web.authenticated")
        url: str = self.settings["login_url"]
        return url

    def get_next_url(self, default: str = "/") -> str:
        """Return the page that a user has requested before signing in.

        It is the argument ``next``, which :func:`authenticated` adds to the login URL, provided
        that it leads to this site: another site may have prepared the link. ::

            def post(self):
                self.set_signed_cookie("user", self.get_argument("name"))
                self.redirect(self.get_next_url())

        :param default: the result if there is no such page.
        """
        url = self.get_argument("next", "")
        request = self.request
        is_ours = is_of_site(url, request.protocol, request.host)
        return as_location(url) if is_ours else default

    # Cookies

    @property
    def cookies(self) -> SimpleCookie:
        """The cookies of the request, the same as ``self.request.cookies``."""
        return self.request.cookies

    def get_cookie(self, name: str, default: str | None = None) -> str | None:
        """Return the value of a cookie of the request, or the default.

        Cookies that this response sets do not change it.
        """
        if "cookies" in vars(self.request):  # the jar was read, and may have been changed
            morsel = self.request.cookies.get(name)
            return default if morsel is None else morsel.value
        if self._parsed_cookies is None:
            self._parsed_cookies = parse_cookie(self.request.headers.get("Cookie", ""))
        return self._parsed_cookies.get(name, default)

    def set_cookie(
        self,
        name: str,
        value: str | bytes,
        domain: str | None = None,
        expires: float | tuple[Any, ...] | datetime.datetime | None = None,
        path: str = "/",
        expires_days: float | None = None,
        *,
        max_age: int | None = None,
        httponly: bool = False,
        secure: bool = False,
        samesite: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Set a cookie, instead of one that this response sets under the same name.

        It is sent with the head, also with that of an error page.

        :param value: printable characters without spaces; :func:`tornado.escape.url_escape` others.
        :param expires: a time, as for :func:`tornado.httputil.format_timestamp`; without it and
            ``max_age`` the browser forgets the cookie when it closes.
        :param expires_days: days from now, if ``expires`` is not given.
        :param max_age: seconds; 0 removes the cookie.
        :param samesite: ``"Strict"``, ``"Lax"`` or ``"None"``.
        :param kwargs: further attributes, such as ``partitioned=True``.
        :raises ValueError: a name, value or attribute has control characters or ``;`` in it, an
            attribute does not exist, or the prefix ``__Host-`` or ``__Secure-`` of the name asks
            for other attributes than these. It is a ``http.cookies.CookieError`` as well.
        """
        attributes = {
            "domain": domain,
            "expires": expires,
            "path": path,
            "max-age": max_age,
            "httponly": httponly,
            "secure": secure,
            "samesite": samesite,
        }
        name = native_str(name)
        attributes = merged_attributes(attributes, expires_days, kwargs)
        line = set_cookie_line(name, native_str(value), attributes)
        if self._new_cookies is None:
            self._new_cookies = {}
        self._new_cookies.pop(name, None)
        self._new_cookies[name] = line

    def clear_cookie(
        self, name: str, path: str = "/", domain: str | None = None, **kwargs: Any
    ) -> None:
        """Remove a cookie from the browser.

        :param path: the path, and `domain` the domain, that the cookie was set with.
        :param kwargs: other attributes, as for :meth:`set_cookie`.
        """
        for name_of_time in ("expires", "expires_days", "max_age"):
            if name_of_time in kwargs:
                raise TypeError(f"clear_cookie() got an unexpected argument {name_of_time!r}")
        if is_prefixed(name):
            kwargs.setdefault("secure", True)
        self.set_cookie(name, "", path=path, domain=domain, expires=REMOVED, **kwargs)

    def clear_all_cookies(self, path: str = "/", domain: str | None = None, **kwargs: Any) -> None:
        """Remove all cookies of this request from the browser; see :meth:`clear_cookie`."""
        for name in self.request.cookies:
            self.clear_cookie(name, path=path, domain=domain, **kwargs)

    def _add_cookie_fields(self) -> None:
        for line in (self._new_cookies or {}).values():
            self._headers.add("Set-Cookie", line)
        self._new_cookies = None

    # Signed cookies: the setting cookie_secret is a long random text, or a dictionary of such texts
    # by their numbers. With a dictionary, the setting key_version says which of them signs, and all
    # of them are accepted. To change keys, add one, let it sign, and remove the old one when its
    # cookies have expired.

    def set_signed_cookie(
        self,
        name: str,
        value: str | bytes,
        expires_days: float | None = 30,
        version: int | None = None,
        **kwargs: Any,
    ) -> None:
        """Sign a cookie and set it; see :meth:`set_cookie`.

        :param value: any text or bytes: it is sent in base64.
        :param expires_days: how long the browser keeps the cookie, ``None`` for as long as it is
            open. How long the signature is valid is decided when it is read.
        :param version: the version of signed values; the newest if ``None``.
        """
        signed = self.create_signed_value(name, value, version=version)
        self.set_cookie(name, signed, expires_days=expires_days, **kwargs)

    set_secure_cookie = set_signed_cookie  # the older name, as below

    def create_signed_value(
        self, name: str, value: str | bytes, version: int | None = None
    ) -> bytes:
        """Sign a value that is not sent as a cookie; it is read under the same `name`."""
        from ._signed_cookies import sign

        return sign(self, name, value, version)

    def get_signed_cookie(
        self,
        name: str,
        value: str | bytes | None = None,
        max_age_days: float = 31,
        min_version: int | None = None,
    ) -> bytes | None:
        """Return the value of a signed cookie, or ``None`` if it is missing or not signed by us.

        :param value: read this instead of the cookie.
        :param max_age_days: how many days a signature is valid.
        :param min_version: the oldest version of signed values that is accepted.
        """
        from ._signed_cookies import read

        return read(self, name, value, max_age_days, min_version)

    get_secure_cookie = get_signed_cookie

    def get_signed_cookie_key_version(
        self, name: str, value: str | bytes | None = None
    ) -> int | None:
        """Return the number of the key that a cookie names; the signature is not verified.

        :param value: look at this instead of the cookie.
        """
        from ._signed_cookies import read_key_version

        return read_key_version(self, name, value)

    get_secure_cookie_key_version = get_signed_cookie_key_version

    # Forged requests

    @property
    def xsrf_token(self) -> bytes:
        """The token for the forms of this response. Reading it sets the cookie.

        JavaScript sends it in the field ``X-XSRFToken``, forms have it from :meth:`xsrf_form_html`.
        The settings ``xsrf_cookie_name``, ``xsrf_cookie_kwargs`` and ``xsrf_cookie_version``
        describe the cookie. The name ``__Host-xsrf`` (with ``secure=True``) keeps other hosts of
        the same domain from setting it.
        """
        if self._xsrf_text is None:
            from ._xsrf import write_handler_token

            self._xsrf_text = write_handler_token(self)
        return self._xsrf_text

    def check_xsrf_cookie(self) -> None:
        """Refuse a request that lacks the token of the cookie. Override to check something else.

        With the setting ``xsrf_cookies`` it is called before ``prepare``, except for GET, HEAD and
        OPTIONS. A handler that identifies its clients without cookies overrides it to do nothing.

        :raises HTTPError: 403 if the argument ``_xsrf`` and the fields ``X-XSRFToken`` and
            ``X-CSRFToken`` are missing, malformed, or differ from the cookie.
        """
        from ._xsrf import check_token

        check_token(self)

    def xsrf_form_html(self) -> str:
        """Return the hidden field that each form needs; also in templates.

        :returns: markup that templates do not escape again.
        """
        from .._pages._markup import Markup

        return Markup(
            f'<input type="hidden" name="_xsrf" value="{xhtml_escape(self.xsrf_token)}"/>'
        )

    def check_trusted_origin(self, origin: str) -> bool:
        """Tell whether pages of another origin may send forms. Override to decide.

        :param origin: for example ``https://example.com``, as the browser sends it; ``null`` for
            pages without an origin.
        :returns: by default, whether the setting ``trusted_origins`` contains it.
        """
        return origin in self.settings.get("trusted_origins", ())

    def _check_origin(self) -> None:
        """Refuse requests of other sites; called for all methods that are not safe."""
        settings = self.application.settings
        if settings.get("cross_origin_protection"):
            from ._cross_site import check_fetch_metadata

            check_fetch_metadata(self)
        if settings.get("xsrf_cookies"):
            self.check_xsrf_cookie()
