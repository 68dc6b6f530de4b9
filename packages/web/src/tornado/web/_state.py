"""What the rooms of a handler share: its attributes, and the methods they call on each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from tornado.httputil import HTTPHeaders, HTTPServerRequest
    from tornado.locale import Locale
    from tornado.util import ObjectDict

    from ._application import Application


class HandlerState:
    """The attributes of one handler.

    The defaults stand on the class, so that making a handler sets no more than it must.
    """

    application: Application
    request: HTTPServerRequest
    path_args: list[Any]
    path_kwargs: dict[str, Any]

    _headers: HTTPHeaders
    _status_code: int
    _reason: str
    _write_buffer: list[bytes]
    _headers_written: bool
    _finished: bool
    _auto_finish = True
    #: Whether a response that leaves whole is given a validator where it has none.
    _adds_etag = True
    _client_left = False
    #: What is called when the head is about to leave, see ``before_head``.
    _head_hooks: Sequence[Callable[[Any], object]] = ()
    #: What :class:`RequestIdMiddleware` has chosen.
    request_id: str = "-"
    _transforms: list[Any]
    _new_cookies: dict[str, str] | None = None
    _ui: ObjectDict | None = None
    _body_received: asyncio.Future[bool] | None

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the application."""
        return self.application.settings

    if TYPE_CHECKING:

        def clear(self) -> None: ...
        def decode_argument(self, value: bytes, name: str | None = None) -> str: ...
        def finish(
            self, chunk: str | bytes | dict[Any, Any] | None = None
        ) -> asyncio.Future[None]: ...
        def log_exception(
            self,
            typ: type[BaseException] | None,
            value: BaseException | None,
            tb: TracebackType | None,
        ) -> None: ...
        @property
        def current_user(self) -> Any: ...
        @property
        def locale(self) -> Locale: ...
        def check_xsrf_cookie(self) -> None: ...
        def get_argument(self, name: str, default: Any, strip: bool = True) -> Any: ...
        def get_query_argument(self, name: str, default: Any, strip: bool = True) -> Any: ...
        def get_cookie(self, name: str, default: str | None = None) -> str | None: ...
        def redirect(
            self, url: str, permanent: bool = False, status: int | None = None
        ) -> None: ...
        def require_setting(self, name: str, feature: str = "this feature") -> None: ...
        def reverse_url(self, name: str, *args: Any) -> str: ...
        def set_cookie(self, name: str, value: str | bytes, **kwargs: Any) -> None: ...
        def set_header(self, name: str, value: Any) -> None: ...
        def static_url(self, path: str, include_host: bool | None = None, **kwargs: Any) -> str: ...
        def xsrf_form_html(self) -> str: ...
        def set_status(self, status_code: int, reason: str | None = None) -> None: ...
        def send_error(self, status_code: int = 500, **kwargs: Any) -> None: ...
