"""Requests for methods that a handler does not define."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._errors import HTTPError

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from .._state import HandlerState


def unimplemented_method(self: HandlerState, *args: Any, **kwargs: Any) -> Awaitable[None] | None:
    """Refuse the request, unless a setting has the application answer it; a method of handlers.

    With ``automatic_head``, ``get`` answers HEAD, and its body is not sent; with
    ``automatic_options``, OPTIONS is answered with the list of the methods.

    :raises HTTPError: 405 if no setting applies.
    """
    method = self.request.method
    if method == "HEAD" and self.settings.get("automatic_head"):
        handler: Any = self
        result: Awaitable[None] | None = handler.get(*args, **kwargs)
        return result
    if method == "OPTIONS" and self.settings.get("automatic_options"):
        self.set_status(204)
        self.set_header("Allow", ", ".join(allowed_methods(self)))
        return None
    raise HTTPError(405)


def allowed_methods(handler: Any) -> list[str]:
    """Return the methods that a handler answers, for ``Allow`` (RFC 9110 section 10.2.1)."""
    settings, cls = handler.settings, type(handler)
    missing = unimplemented_method
    found = [
        method
        for method in cls.SUPPORTED_METHODS
        if getattr(cls, method.lower(), missing) is not missing
    ]
    if settings.get("automatic_head") and "GET" in found and "HEAD" not in found:
        found.insert(found.index("GET") + 1, "HEAD")
    if settings.get("automatic_options") and "OPTIONS" not in found:
        found.append("OPTIONS")
    return found
