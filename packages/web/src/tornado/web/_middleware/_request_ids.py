"""An id for each request."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._handler import RequestHandler
    from ._chain import Proceed

#: The ids of clients that are accepted: none that could forge a line of a log.
_ID = re.compile(r"[0-9A-Za-z_.:/+=\-]{1,128}")


class RequestIdMiddleware:
    """A middleware that gives each request an id: ``handler.request_id``, and a header field.

    :class:`RequestLogFilter` adds it to log records.

    :param header: the name of the field.
    :param trust: accept a well-formed id of the client; for servers behind a proxy that sets it.

    .. versionadded:: 1.0
    """

    def __init__(self, header: str = "X-Request-Id", *, trust: bool = False) -> None:
        self.header = header
        self.trust = trust

    async def __call__(self, handler: RequestHandler, proceed: Proceed) -> None:
        """Choose the id of a request."""
        sent = handler.request.headers.get(self.header, "") if self.trust else ""
        handler.request_id = sent if _ID.fullmatch(sent) else secrets.token_hex(8)
        handler.before_head(self._mark)
        await proceed()

    def _mark(self, handler: RequestHandler) -> None:
        handler.set_header(self.header, handler.request_id)
