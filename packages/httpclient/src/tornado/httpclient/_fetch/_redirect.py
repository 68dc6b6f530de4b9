"""Redirects: where they lead, and what does not go along (RFC 9110 section 15.4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin

from .._errors import RedirectError
from .._request._request import settle
from .._request._target import parse_target, redact_url

if TYPE_CHECKING:
    from .._request._request import HTTPRequest

REDIRECT_CODES = frozenset({301, 302, 303, 307, 308})

#: The fields that describe a body, and are dropped with it.
_BODY_FIELDS = (
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Location",
    "Content-Type",
    "Expect",
    "Transfer-Encoding",
)

#: What only the server that it was meant for may see.
_SECRETS = ("Authorization", "Cookie", "Proxy-Authorization")
_CERTIFICATE_OPTIONS = ("certfile", "keyfile")
_SECRET_OPTIONS = ("auth_username", "auth_password", "client_cert", "client_key", "unix_socket")

#: All characters that may appear in a URL, the percent sign included.
_SAFE = "%" + "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"<>\\^`{|}')


def redirect_request(request: HTTPRequest, code: int, location: str) -> HTTPRequest | None:
    """Return the request that a redirect asks for; None if it cannot be made.

    A request to another origin (scheme, host or port) does not have the credentials, cookies, Host
    field and client certificate of the earlier one. Only a certificate inside an SSLContext cannot
    be dropped. A body is only sent again with 307 and 308, and never from https to http.

    :raises RedirectError: the location is not an http or https URL.
    """
    if request._switch_callback is not None:  # servers of websockets may name their own schemes
        location = re.sub(r"(?i)^[ \t]*ws(s?)://", r"http\1://", location)
    url = _resolve(request.url, location)
    result = settle(request, {})
    result.url = url
    headers = result.headers = request.headers.copy()
    if _becomes_get(code, request.method):
        result.method = "GET"
        result.__dict__.pop("_body", None)
        result.__dict__.pop("body_producer", None)
        result.expect_100_continue = False
        for name in _BODY_FIELDS:
            headers.pop(name, None)
    elif request.body_producer is not None:
        return None  # what it gave is gone
    before, after = parse_target(request.url), parse_target(url)
    if before.origin != after.origin:
        if before.scheme == "https" and after.scheme == "http" and result.body:
            return None
        _drop_secrets(result)
    elif result.auth_username is None and before.username is not None and not after.username:
        result.auth_username, result.auth_password = before.username, before.password
    return result


def _drop_secrets(request: HTTPRequest) -> None:
    """Remove what only the earlier origin may see."""
    for name in (*_SECRETS, "Host"):
        request.headers.pop(name, None)
    for name in _SECRET_OPTIONS:
        request.__dict__.pop(name, None)
    if isinstance(request.ssl_options, dict):
        request.ssl_options = {
            name: value
            for name, value in request.ssl_options.items()
            if name not in _CERTIFICATE_OPTIONS
        }


def _becomes_get(code: int, method: str) -> bool:
    """Tell whether the new request is a GET: after 303 by RFC 9110, after a POST as browsers do."""
    return (code == 303 and method != "HEAD") or (code in {301, 302} and method == "POST")


def _resolve(base: str, location: str) -> str:
    # Servers send raw UTF-8 and spaces; browsers encode them, and so does this.
    octets = location.strip(" \t").encode("latin-1", "replace")
    try:
        url = urljoin(base, quote(octets, safe=_SAFE))
        parse_target(url)
    except ValueError as error:
        raise RedirectError(f"redirect to {redact_url(location)}: {error}") from error
    return url
