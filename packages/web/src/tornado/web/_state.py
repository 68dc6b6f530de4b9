"""The state of a handler: its attributes, and the methods that its facets call on each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from tornado.httputil import HTTPHeaders, HTTPServerRequest
    from tornado.locale import Locale
    from tornado.template import BaseLoader
    from tornado.util import ObjectDict

    from ._application import Application
    from ._identity._xsrf_tokens import Token

#: The current user before it is first read.
UNKNOWN = object()


class HandlerState:
    """The attributes of one handler, by the facet that they belong to.

    The defaults are attributes of the class, so that making a handler sets only those that every
    request reads or changes.
    """

    application: Application
    request: HTTPServerRequest

    # Execution

    SUPPORTED_METHODS: tuple[str, ...] = (
        "GET",
        "HEAD",
        "POST",
        "DELETE",
        "PATCH",
        "PUT",
        "OPTIONS",
    )
    path_args: list[Any]
    path_kwargs: dict[str, Any]
    #: What :class:`RequestIdMiddleware` has chosen.
    request_id: str = "-"
    _auto_finish = True
    _finished: bool
    #: Whether the client closed the connection before its response was complete.
    _client_left = False

    # Input

    #: The longest body, in bytes, that this handler takes; longer ones are answered with 413.
    #: ``None`` leaves it to the server's ``max_body_size``.
    max_body_size: int | None = None
    _stream_request_body = False
    #: For a streamed body: true when it is complete, false if the client has gone.
    _body_received: asyncio.Future[bool] | None
    #: For a streamed body: done when ``prepare`` is.
    _prepared: asyncio.Future[None] | None

    # Output

    _headers: HTTPHeaders
    _status_code: int
    _reason: str
    _write_buffer: list[bytes]
    _headers_written: bool
    #: Whether a response that is sent whole gets a validator if it has none.
    _adds_etag = True
    #: What is called just before the head is sent, see ``before_head``.
    _head_hooks: Sequence[Callable[[Any], object]]
    _transforms: list[Any]

    # Identity

    _current_user: Any = UNKNOWN
    #: Whether ``get_current_user`` is a coroutine function.
    _awaits_user = False
    #: Names and values; a jar of Morsels takes several times as long to fill.
    _parsed_cookies: dict[str, str] | None = None
    _new_cookies: dict[str, str] | None
    _xsrf_token: Token | None = None
    _xsrf_text: bytes | None = None

    # Pages

    _locale: Locale | None = None
    _ui: ObjectDict | None = None
    #: The loaders that were reset for this request.
    _fresh_loaders: tuple[BaseLoader, ...] = ()

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the application."""
        return self.application.settings

    def require_setting(self, name: str, feature: str = "this feature") -> None:
        """Check that the application has a setting.

        :param feature: what needs it, for the message.
        :raises Exception: the setting is missing or false.
        """
        if not self.settings.get(name):
            raise Exception(f"set the {name!r} setting of the application to use {feature}")

    if TYPE_CHECKING:

        def check_xsrf_cookie(self) -> None: ...
        def clear(self) -> None: ...
        @property
        def current_user(self) -> Any: ...
        @current_user.setter
        def current_user(self, user: Any) -> None: ...
        def decode_argument(self, value: bytes, name: str | None = None) -> str: ...
        def finish(
            self, chunk: str | bytes | dict[Any, Any] | None = None
        ) -> asyncio.Future[None]: ...
        def get_argument(self, name: str, default: Any, strip: bool = True) -> Any: ...
        def get_cookie(self, name: str, default: str | None = None) -> str | None: ...
        def get_current_user(self) -> Any: ...
        def get_query_argument(self, name: str, default: Any, strip: bool = True) -> Any: ...
        @property
        def locale(self) -> Locale: ...
        def log_exception(
            self,
            typ: type[BaseException] | None,
            value: BaseException | None,
            tb: TracebackType | None,
        ) -> None: ...
        def redirect(
            self, url: str, permanent: bool = False, status: int | None = None
        ) -> None: ...
        def reverse_url(self, name: str, *args: Any) -> str: ...
        def send_error(self, status_code: int = 500, **kwargs: Any) -> None: ...
        def set_cookie(self, name: str, value: str | bytes, **kwargs: Any) -> None: ...
        def set_header(self, name: str, value: Any) -> None: ...
        def set_status(self, status_code: int, reason: str | None = None) -> None: ...
        def xsrf_form_html(self) -> str: ...
        def _abandon(self) -> None: ...
        def _add_cookie_fields(self) -> None: ...
        def _check_origin(self) -> None: ...
        def _log(self) -> None: ...
        def _request_summary(self) -> str: ...
