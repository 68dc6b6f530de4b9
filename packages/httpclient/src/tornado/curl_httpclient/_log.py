"""The log of what libcurl does: the logger ``tornado.curl_httpclient`` at the level DEBUG."""

from __future__ import annotations

import logging
import re
from typing import Any

from ._library import pycurl

curl_log = logging.getLogger("tornado.curl_httpclient")

#: libcurl's kinds of messages, marked as the program curl marks them.
_MARKS = {
    pycurl.INFOTYPE_TEXT: "*",
    pycurl.INFOTYPE_HEADER_IN: "<",
    pycurl.INFOTYPE_HEADER_OUT: ">",
    pycurl.INFOTYPE_DATA_IN: "<",
    pycurl.INFOTYPE_DATA_OUT: ">",
}
_DATA = (pycurl.INFOTYPE_DATA_IN, pycurl.INFOTYPE_DATA_OUT)
_SECRET = re.compile(r"(?i)((?:proxy-)?authorization|(?:set-)?cookie): *.+")


def log_transfer(curl: Any) -> None:
    """Make a transfer log what it does, if the level DEBUG is enabled."""
    if curl_log.isEnabledFor(logging.DEBUG):
        curl.setopt(pycurl.VERBOSE, 1)
        curl.setopt(pycurl.DEBUGFUNCTION, _log)


def _log(kind: int, message: bytes) -> None:
    """Log a message, heads line by line and without credentials."""
    mark = _MARKS.get(kind)
    if mark is None:
        return  # bytes of the TLS protocol
    if kind in _DATA:
        curl_log.debug("%s %r", mark, message)
        return
    for line in message.decode("latin-1").splitlines():
        curl_log.debug("%s %s", mark, _SECRET.sub(r"\1: hidden", line))
