"""What a handler must have to sign users in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from tornado.httputil import HTTPServerRequest


class AuthHandler(Protocol):
    """The methods of a request handler that the mixins use; :class:`tornado.web.RequestHandler` has them.

    .. versionadded:: 1.0
    """

    request: HTTPServerRequest

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the application."""

    def require_setting(self, name: str, feature: str = ...) -> None:
        """Raise an exception that names the feature if a setting is missing."""

    def get_argument(self, name: str, default: Any = ..., strip: bool = ...) -> Any:
        """Return the last value of an argument of the query or of the body."""

    def get_arguments(self, name: str, strip: bool = ...) -> list[str]:
        """Return all values of an argument of the query or of the body."""

    def redirect(self, url: str, permanent: bool = ..., status: int | None = ...) -> None:
        """Redirect the browser, and finish the response."""

    def set_status(self, status_code: int, reason: str | None = ...) -> None:
        """Set the status of the response."""

    def set_header(self, name: str, value: str) -> None:
        """Set a field of the response."""

    def finish(self, chunk: str | bytes | None = ...) -> Any:
        """End the response."""

    def get_cookie(self, name: str, default: str | None = ...) -> str | None:
        """Return the value of a cookie of the request."""

    def set_cookie(self, name: str, value: str | bytes, **attributes: Any) -> None:
        """Set a cookie."""

    def clear_cookie(
        self, name: str, path: str = ..., domain: str | None = ..., **attributes: Any
    ) -> None:
        """Remove a cookie from the browser."""

    def create_signed_value(
        self, name: str, value: str | bytes, version: int | None = ...
    ) -> bytes:
        """Sign a value with the setting ``cookie_secret``."""

    def get_signed_cookie(
        self, name: str, value: str | None = ..., max_age_days: float = ...
    ) -> bytes | None:
        """Return what is signed in a value, by default in the cookie; None if it is not valid."""


def handler_of(mixin: object) -> AuthHandler:
    """Return the handler that a mixin is part of."""
    return cast("AuthHandler", mixin)
