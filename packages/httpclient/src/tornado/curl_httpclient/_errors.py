"""The errors of libcurl; ``tornado.httpclient`` draws the whole tree."""

from __future__ import annotations

from tornado.httpclient import HTTPClientError, HTTPProtocolError, HTTPStreamClosedError
from tornado.httpclient._errors import NO_STATUS, DecodingError, HTTPTimeoutError

from ._library import pycurl


class CurlError(HTTPClientError):
    """An error of libcurl.

    :param errno: the code of libcurl, one of ``pycurl.E_...``.
    :param message: the words of libcurl.
    """

    def __init__(self, errno: int, message: str) -> None:
        super().__init__(NO_STATUS, message)
        #: The code of libcurl.
        self.errno = errno


#: The peer did not send acceptable HTTP.
_PROTOCOL = frozenset(
    {
        pycurl.E_BAD_CONTENT_ENCODING,
        pycurl.E_BAD_FUNCTION_ARGUMENT,  # of a transfer under way: a bad line of a response
        pycurl.E_PARTIAL_FILE,
        pycurl.E_UNSUPPORTED_PROTOCOL,
        pycurl.E_FTP_WEIRD_SERVER_REPLY,  # of any server, by its old name
        pycurl.E_HTTP2,
    }
)
_CLOSED = frozenset({pycurl.E_GOT_NOTHING, pycurl.E_RECV_ERROR, pycurl.E_SEND_ERROR})


def make_error(errno: int, message: str, seconds: float, peer: str) -> Exception:
    """Return the exception for a code of libcurl.

    An error that the client in Python has as well has the same class here.

    :param seconds: how long the connection took, at most.
    :param peer: the host and the port that it was for.
    """
    # libcurl is only told the deadline of the connection. If a prepare_curl_callback sets another
    # one, for slow transfers for instance, its error has the words of libcurl.
    if errno == pycurl.E_OPERATION_TIMEDOUT and "too slow" not in message:
        error = HTTPTimeoutError(f"Timeout while connecting to {peer}")
        error.add_note(f"after {seconds:.3g} seconds")
        error.phase = "connect"
        return error
    if errno in _PROTOCOL:
        return HTTPProtocolError(message)
    if errno in _CLOSED:
        return HTTPStreamClosedError(message)
    return CurlError(errno, message)


def own_timeout_error(message: str) -> HTTPTimeoutError:
    """Return the exception for a deadline that a ``prepare_curl_callback`` has set.

    :param message: the words of libcurl.
    """
    error = HTTPTimeoutError(
        "Timeout during request: prepare_curl_callback has set TIMEOUT or TIMEOUT_MS,"
        f" use request_timeout instead ({message})"
    )
    error.phase = "whole"
    return error


def explain_decoding_error(error: DecodingError) -> DecodingError:
    """Return an error of a decoder that also says why libcurl may be the cause of it.

    With ``ACCEPT_ENCODING``, libcurl decompresses the body and leaves the field as it came.
    """
    return DecodingError(
        f"{error}; if prepare_curl_callback sets ACCEPT_ENCODING, libcurl has decompressed the body"
        " already: use decompress_response instead"
    )
