"""The log of responses that are refused."""

from __future__ import annotations

import logging

from tornado.httpclient._decoding import DecodingError
from tornado.httpclient._errors import HTTPProtocolError, RedirectError
from tornado.httpclient._failure import is_head_too_large
from tornado.httputil import HTTPInputError

_general_log = logging.getLogger("tornado.general")
_REFUSALS = (HTTPInputError, DecodingError, HTTPProtocolError)


def log_refusal(error: BaseException, authority: str) -> None:
    """Log why a response was refused; the fetch raises it as well.

    :param authority: the host and the port of the URL.
    """
    if not isinstance(error, _REFUSALS) or isinstance(error, RedirectError):
        return
    if is_head_too_large(error):
        _general_log.info("Unsatisfiable read, closing connection: %s (%s)", error, authority)
    else:
        # The words up to the colon are upstream's, whose clients know no address to put there.
        _general_log.info("Malformed HTTP message from None: %s (%s)", error, authority)
