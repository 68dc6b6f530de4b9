"""From the errors of lower floors to those of a fetch."""

from __future__ import annotations

import asyncio

from tornado.httputil import HTTPInputError
from tornado.iostream import StreamClosedError

from ._decoding import DecodingError
from ._errors import HeadTooLargeError, HTTPProtocolError, HTTPStreamClosedError

_HEAD_TOO_LARGE = 431

#: What an application's callback may raise to end its fetch; what ends the program is not here.
RAISED = (Exception, asyncio.CancelledError)


def is_head_too_large(error: BaseException) -> bool:
    """Tell whether a parser has refused a head for its size (RFC 6585 section 5)."""
    return getattr(error, "status", None) == _HEAD_TOO_LARGE


def translate(error: BaseException) -> BaseException:
    """Return the documented exception for whatever ended a fetch."""
    if isinstance(error, StreamClosedError):
        found: BaseException = error.real_error or HTTPStreamClosedError("Stream closed")
        if found is not error.real_error:
            found.__cause__ = error
        return found
    if isinstance(error, (HTTPInputError, DecodingError)):
        kind = HeadTooLargeError if is_head_too_large(error) else HTTPProtocolError
        translated = kind(str(error))
        translated.__cause__ = error
        return translated
    if isinstance(error, StopIteration):
        # A future takes none; coroutines say the same of theirs.
        raised = RuntimeError("a callback of the fetch raised StopIteration")
        raised.__cause__ = error
        return raised
    return error
