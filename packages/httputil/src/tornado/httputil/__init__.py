r"""What HTTP servers and clients have in common: messages, fields, forms and ranges.

Everything here works alone, without a connection::

    from tornado.httputil import HTTPHeaders, parse_cookie, url_concat

    headers = HTTPHeaders.parse("Content-Type: text/html\r\nSet-Cookie: a=b\r\n")
    headers.get_list("set-cookie")                # ["a=b"]
    url_concat("http://example.com/?a=1", {"b": "2"})

* **Messages.** :class:`HTTPHeaders`, :class:`RequestStartLine` and :class:`ResponseStartLine` are
  the head of a message, :class:`HTTPServerRequest` is a whole request.
* **Connections.** :class:`HTTPServerConnectionDelegate`, :class:`HTTPMessageDelegate` and
  :class:`HTTPConnection` are the interfaces between a connection and the application.
* **Forms.**   :func:`parse_body_arguments` and :func:`parse_multipart_form_data` parse a complete body,
  within the limits of :class:`ParseBodyConfig`.
* **Uploads.** :class:`MultipartReader` turns a multipart body into events while it arrives, and
  :class:`FormReceiver` collects one with its big files on disk, within :class:`MultipartLimits`.
* **Small things.** Dates, cookies, hosts, query strings, credentials, reason phrases.

A mistake of the peer is an :exc:`HTTPInputError`, our own mistake an :exc:`HTTPOutputError`.

A few names begin with an underscore: published applications import them, so they stay. What only
some programs need is imported when it is first asked for: most of a server never parses a form.
"""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first asked for

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.escape import native_str, parse_qs_bytes, to_unicode, utf8
from tornado.util import ObjectDict, publish

from ._delegates import (
    CollectingDelegate,
    HTTPConnection,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
)
from ._errors import HTTPInputError, HTTPOutputError, MultipartError
from ._fields._dates import format_timestamp
from ._fields._grammar import FIELD_VALUE, HTTP_WHITESPACE, TCHAR, TOKEN, is_token
from ._fields._headers import HTTPHeaders
from ._hosts import split_host_and_port
from ._request import HTTPServerRequest
from ._start_lines import RequestStartLine, ResponseStartLine
from ._status import responses

if TYPE_CHECKING:
    from urllib.parse import urlencode

    from ._body import parse_body_arguments
    from ._body_config import (
        ParseBodyConfig,
        ParseMultipartConfig,
        ParseUrlEncodedConfig,
        set_parse_body_config,
    )
    from ._doctests import doctests
    from ._fields._cookies import parse_cookie
    from ._fields._credentials import encode_username_password
    from ._fields._parameters import parse_header
    from ._fields._ranges import content_range, parse_request_range
    from ._kept_names import (
        _ABNF as _ABNF,
    )
    from ._kept_names import (
        _DEFAULT_PARSE_BODY_CONFIG as _DEFAULT_PARSE_BODY_CONFIG,
    )
    from ._kept_names import (
        _encode_header as _encode_header,
    )
    from ._kept_names import (
        _get_content_range as _get_content_range,
    )
    from ._kept_names import (
        _parse_header as _parse_header,
    )
    from ._kept_names import (
        _parse_request_range as _parse_request_range,
    )
    from ._kept_names import (
        _parseparam as _parseparam,
    )
    from ._kept_names import (
        _unquote_cookie as _unquote_cookie,
    )
    from ._multipart._events import MultipartEnd, PartBegin, PartData, PartEnd
    from ._multipart._file import HTTPFile
    from ._multipart._form import parse_multipart_form_data
    from ._multipart._limits import MultipartLimits
    from ._multipart._reader import MultipartReader
    from ._multipart._receiver import FormReceiver, UploadProgress
    from ._multipart._uploads import ReceivedForm, UploadedFile
    from ._queries import qs_to_qsl, url_concat
    from ._start_lines import parse_request_start_line, parse_response_start_line

__all__ = [
    "CollectingDelegate",
    "FIELD_VALUE",
    "FormReceiver",
    "HTTPConnection",
    "HTTPFile",
    "HTTPHeaders",
    "HTTPInputError",
    "HTTPMessageDelegate",
    "HTTPOutputError",
    "HTTPServerConnectionDelegate",
    "HTTPServerRequest",
    "HTTP_WHITESPACE",
    "MultipartEnd",
    "MultipartError",
    "MultipartLimits",
    "MultipartReader",
    "ObjectDict",
    "ParseBodyConfig",
    "ParseMultipartConfig",
    "ParseUrlEncodedConfig",
    "PartBegin",
    "PartData",
    "PartEnd",
    "ReceivedForm",
    "RequestStartLine",
    "ResponseStartLine",
    "TCHAR",
    "TOKEN",
    "UploadProgress",
    "UploadedFile",
    "content_range",
    "doctests",
    "encode_username_password",
    "format_timestamp",
    "is_token",
    "native_str",
    "parse_body_arguments",
    "parse_cookie",
    "parse_header",
    "parse_multipart_form_data",
    "parse_qs_bytes",
    "parse_request_range",
    "parse_request_start_line",
    "parse_response_start_line",
    "qs_to_qsl",
    "responses",
    "set_parse_body_config",
    "split_host_and_port",
    "to_unicode",
    "url_concat",
    "urlencode",
    "utf8",
]

publish(
    globals(),
    {
        "FormReceiver": "_multipart._receiver",
        "HTTPFile": "_multipart._file",
        "MultipartEnd": "_multipart._events",
        "MultipartLimits": "_multipart._limits",
        "MultipartReader": "_multipart._reader",
        "ParseBodyConfig": "_body_config",
        "ParseMultipartConfig": "_body_config",
        "ParseUrlEncodedConfig": "_body_config",
        "PartBegin": "_multipart._events",
        "PartData": "_multipart._events",
        "PartEnd": "_multipart._events",
        "ReceivedForm": "_multipart._uploads",
        "UploadProgress": "_multipart._receiver",
        "UploadedFile": "_multipart._uploads",
        "_ABNF": "_kept_names",
        "_DEFAULT_PARSE_BODY_CONFIG": "_kept_names",
        "_encode_header": "_kept_names",
        "_get_content_range": "_kept_names",
        "_parse_header": "_kept_names",
        "_parse_request_range": "_kept_names",
        "_parseparam": "_kept_names",
        "_unquote_cookie": "_kept_names",
        "content_range": "_fields._ranges",
        "doctests": "_doctests",
        "encode_username_password": "_fields._credentials",
        "parse_body_arguments": "_body",
        "parse_cookie": "_fields._cookies",
        "parse_header": "_fields._parameters",
        "parse_multipart_form_data": "_multipart._form",
        "parse_request_range": "_fields._ranges",
        "parse_request_start_line": "_start_lines",
        "parse_response_start_line": "_start_lines",
        "qs_to_qsl": "_queries",
        "set_parse_body_config": "_body_config",
        "url_concat": "_queries",
        "urlencode": "_queries",
    },
)
