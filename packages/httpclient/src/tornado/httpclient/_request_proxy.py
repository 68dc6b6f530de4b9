"""A request with defaults beside it, for implementations of the client that were written for 6.x."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._request import HTTPRequest


class _RequestProxy:
    """A view of a request in which a client's defaults fill in what it leaves open.

    A client of another distribution may still wrap a request in it. The clients here get requests
    that have been merged with their defaults.

    :param defaults: by the names of attributes; None for none.
    """

    def __init__(self, request: HTTPRequest, defaults: dict[str, Any] | None) -> None:
        self.request = request
        self.defaults = defaults

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.request, name)
        if value is None and self.defaults:
            return self.defaults.get(name)
        return value
