"""A cookie jar of the standard library, used for requests and responses of this client."""

from __future__ import annotations

from email.message import Message
from typing import TYPE_CHECKING, Any
from urllib.request import Request

if TYPE_CHECKING:
    from http.cookiejar import CookieJar

    from tornado.httputil import HTTPHeaders


def cookie_field(jar: CookieJar, url: str) -> str | None:
    """Return the value of the Cookie field that a jar has for a URL; None if it has no cookies."""
    if next(iter(jar), None) is None:
        return None
    request = Request(url)  # noqa: S310 - nothing is opened; the scheme was checked before
    jar.add_cookie_header(request)
    return request.get_header("Cookie")


def keep_cookies(jar: CookieJar, url: str, headers: HTTPHeaders) -> None:
    """Put the cookies of a response into the jar."""
    if "Set-Cookie" in headers:
        jar.extract_cookies(_Response(headers), Request(url))  # type: ignore[arg-type]  # noqa: S310 - all that it asks for; as above


class _Response:
    def __init__(self, headers: HTTPHeaders) -> None:
        self._headers = headers

    def info(self) -> Any:
        message = Message()
        for value in self._headers.get_list("Set-Cookie"):
            message["Set-Cookie"] = value
        return message
