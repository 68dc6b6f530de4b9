"""Which request follows a response: a redirect, the answer to a challenge, or the same once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._errors import HTTPProtocolError
from ._redirect import CODES, follow
from ._request import settle

if TYPE_CHECKING:
    from tornado.httputil import HTTPHeaders

    from ._request import HTTPRequest
    from ._target import Target

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
        """Return the request that a response asks for, None if there is none that may be made.

        :raises HTTPProtocolError: the response redirects to what cannot be fetched.
        """
        if code in CODES and request.follow_redirects and "Location" in headers:
            if self.is_exhausted(request, code, headers):
                return None
            return self._follow(request, code, headers)
        if code == _UNAUTHORIZED and request.auth_mode == "digest":
            return self._answer_challenge(request, target, headers)
        if code == _EXPECTATION_FAILED and expects_continue(request):
            return _without_expectation(request)
        return None

    def is_exhausted(self, request: HTTPRequest, code: int, headers: HTTPHeaders) -> bool:
        """Tell whether a response is a redirect after as many as may be followed."""
        if code not in CODES or "Location" not in headers:
            return False
        return self._redirects >= (request.max_redirects or 0)

    def follow_performed(
        self, request: HTTPRequest, code: int, headers: HTTPHeaders
    ) -> HTTPRequest | None:
        """Return the request that libcurl makes of a redirect, None if it is none.

        :raises HTTPProtocolError: the redirect is one that this client would not follow.
        """
        if code not in CODES or "Location" not in headers:
            return None
        following = self._follow(request, code, headers)
        if following is None:
            raise HTTPProtocolError("libcurl would follow a redirect that takes a body along")
        return following

    def _follow(self, request: HTTPRequest, code: int, headers: HTTPHeaders) -> HTTPRequest | None:
        following = follow(request, code, _location(headers))
        if following is not None:
            self._redirects += 1
            if self._has_answered_challenge:
                # The answer was for another path, and perhaps for another server.
                self._has_answered_challenge = False
                following.headers.pop("Authorization", None)
        return following

    def _answer_challenge(
        self, request: HTTPRequest, target: Target, headers: HTTPHeaders
    ) -> HTTPRequest | None:
        from ._authentication import digest_field

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
        following = settle(request, {})
        following.headers = request.headers.copy()
        following.headers["Authorization"] = answer
        return following


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
    """Return a request that sends its body unasked (RFC 9110 section 10.1.1)."""
    if request.body_producer is not None:
        return None  # it may have begun to give what it has
    following = settle(request, {})
    following.headers = request.headers.copy()
    following.headers.pop("Expect", None)
    following.expect_100_continue = False
    return following
