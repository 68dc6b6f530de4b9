"""The request that follows a response: a redirect, the answer to a challenge, or the same again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._errors import HTTPProtocolError
from .._request._request import settle
from ._redirect import REDIRECT_CODES, redirect_request

if TYPE_CHECKING:
    from tornado.httputil import HTTPHeaders

    from .._request._request import HTTPRequest
    from .._request._target import Target

_UNAUTHORIZED = 401
_EXPECTATION_FAILED = 417


def expects_continue(request: HTTPRequest) -> bool:
    """Tell whether a request asks the server before it sends its body."""
    return request.expect_100_continue or "Expect" in request.headers


class NextRequests:
    """The requests that one fetch has made of its responses, and may still make."""

    def __init__(self) -> None:
        self._redirects = 0
        self._has_answered_challenge = False

    def find(
        self, request: HTTPRequest, target: Target, code: int, headers: HTTPHeaders
    ) -> HTTPRequest | None:
        """Return the request that a response asks for, None if no other one is made.

        :raises HTTPProtocolError: the response redirects to a URL that cannot be fetched.
        """
        if code in REDIRECT_CODES and request.follow_redirects and "Location" in headers:
            if self._redirects >= (request.max_redirects or 0):
                return None
            return self._redirect(request, code, headers)
        if code == _UNAUTHORIZED and request.auth_mode == "digest":
            return self._answer_challenge(request, target, headers)
        if code == _EXPECTATION_FAILED and expects_continue(request):
            return _without_expectation(request)
        return None

    def follow_performed(
        self, request: HTTPRequest, code: int, headers: HTTPHeaders
    ) -> HTTPRequest | None:
        """Return the request that libcurl makes of a response: the same one if it is not a redirect.

        :returns: None if it is one redirect more than may be followed.
        :raises HTTPProtocolError: the redirect is one that this client would not follow.
        """
        if code not in REDIRECT_CODES or "Location" not in headers:
            return request
        if self._redirects >= (request.max_redirects or 0):
            return None
        next_request = self._redirect(request, code, headers)
        if next_request is None:
            raise HTTPProtocolError("libcurl would follow a redirect that takes a body along")
        return next_request

    def _redirect(
        self, request: HTTPRequest, code: int, headers: HTTPHeaders
    ) -> HTTPRequest | None:
        next_request = redirect_request(request, code, _location(headers))
        if next_request is not None:
            self._redirects += 1
            if self._has_answered_challenge:
                # The answer was for another path, and perhaps for another server.
                self._has_answered_challenge = False
                next_request.headers.pop("Authorization", None)
        return next_request

    def _answer_challenge(
        self, request: HTTPRequest, target: Target, headers: HTTPHeaders
    ) -> HTTPRequest | None:
        from .._request._authentication import digest_field

        name: str | bytes | None = request.auth_username or target.username
        if self._has_answered_challenge or name is None or request.body_producer is not None:
            return None
        answer = digest_field(
            headers.get_list("Www-Authenticate"),
            request.method,
            target.path,
            name,
            request.auth_password or target.password or "",
        )
        if answer is None:
            return None
        self._has_answered_challenge = True
        next_request = settle(request, {})
        next_request.headers = request.headers.copy()
        next_request.headers["Authorization"] = answer
        return next_request


def _location(headers: HTTPHeaders) -> str:
    """Return where a redirect leads.

    :raises HTTPProtocolError: there are several places: somebody has added one.
    """
    first, *others = headers.get_list("Location")
    if any(other != first for other in others):
        raise HTTPProtocolError(
            f"different Location fields in a response: {[first, *others]!a:.80}"
        )
    return first


def _without_expectation(request: HTTPRequest) -> HTTPRequest | None:
    """Return a request that sends its body without asking (RFC 9110 section 10.1.1)."""
    if request.body_producer is not None:
        return None  # it may have begun to give what it has
    next_request = settle(request, {})
    next_request.headers = request.headers.copy()
    next_request.headers.pop("Expect", None)
    next_request.expect_100_continue = False
    return next_request
