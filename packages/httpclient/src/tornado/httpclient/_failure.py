"""From the errors of lower floors to those of a fetch."""

from __future__ import annotations

from tornado.httputil import HTTPInputError
from tornado.iostream import StreamClosedError

from ._decoding import DecodingError
from ._errors import HTTPProtocolError, HTTPStreamClosedError


def translate(error: BaseException) -> BaseException:
    """Return the documented exception for whatever ended a fetch."""
    if isinstance(error, StreamClosedError):
        found: BaseException = error.real_error or HTTPStreamClosedError("Stream closed")
        if found is not error.real_error:
            found.__cause__ = error
        return found
    if isinstance(error, (HTTPInputError, DecodingError)):
        translated = HTTPProtocolError(str(error))
        translated.__cause__ = error
        return translated
    return error
