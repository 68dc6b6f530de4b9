"""The check against forged requests (XSRF): a form has to carry the token that is in a cookie.

Another site can make a browser send a form along with our cookies, but it cannot read them.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from .._errors import HTTPError
from ._xsrf_tokens import Token, new_token, parse_token, write_token

if TYPE_CHECKING:
    from ._identity import Identity

#: The argument of forms, and the default name of the cookie.
FIELD = "_xsrf"
_HEADERS = ("X-Xsrftoken", "X-Csrftoken")
_DEFAULT_VERSION = 2


def write_handler_token(handler: Identity) -> bytes:
    """Write the token of a handler's cookie; if there is none, make one and set the cookie."""
    settings = handler.settings
    version = settings.get("xsrf_cookie_version", _DEFAULT_VERSION)
    token = _cookie_token(handler)
    if token is not None:
        return write_token(token, version)
    token = handler._xsrf_token = new_token()
    text = handler._xsrf_text = write_token(token, version)
    attributes: dict[str, Any] = dict(settings.get("xsrf_cookie_kwargs") or {})
    if handler.current_user and "expires_days" not in attributes:
        attributes["expires_days"] = 30
    handler.set_cookie(_cookie_name(handler), text, **attributes)
    return text


def check_token(handler: Identity) -> None:
    """Compare the token that was sent with the one in the cookie.

    :raises HTTPError: 403 if it is missing, malformed, or another one.
    """
    method = handler.request.method
    text = _sent_text(handler)
    if not text:
        raise HTTPError(403, "'_xsrf' argument missing from %s", method)
    sent = parse_token(text)
    if sent is None:
        raise HTTPError(403, "'_xsrf' argument has invalid format")
    expected = _cookie_token(handler)
    if expected is None or not hmac.compare_digest(sent.secret, expected.secret):
        raise HTTPError(403, "XSRF cookie does not match %s argument", method)


def _sent_text(handler: Identity) -> str | None:
    """Return the token of a request as it was sent: in an argument, or in a header field."""
    if handler._body_received is None:
        text: str | None = handler.get_argument(FIELD, None)
    else:  # the body has not arrived yet
        text = handler.get_query_argument(FIELD, None)
    for name in _HEADERS:
        text = text or handler.request.headers.get(name)
    return text


def _cookie_token(handler: Identity) -> Token | None:
    if handler._xsrf_token is None:
        text = handler.get_cookie(_cookie_name(handler), "") or ""
        handler._xsrf_token = parse_token(text)
    return handler._xsrf_token


def _cookie_name(handler: Identity) -> str:
    name: str = handler.settings.get("xsrf_cookie_name", FIELD)
    return name
