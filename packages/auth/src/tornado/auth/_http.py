"""Requests to providers: under limits, without redirects, and with errors that hold no secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from tornado.escape import json_decode
from tornado.httpclient import HTTPRequest
from tornado.util import shortened

from ._addresses import check_address, without_query
from ._errors import AuthError, ProviderError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tornado.httpclient import AsyncHTTPClient, HTTPResponse

#: The largest answer that is read, in bytes, and the longest time for one, in seconds.
MAX_ANSWER_SIZE = 1024 * 1024
ANSWER_TIMEOUT = 20.0

#: How many parameters a form may have.
_MAX_PARAMETERS = 1000


async def fetch(
    client: AsyncHTTPClient,
    url: str,
    *,
    what: str,
    method: str | None = None,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    max_size: int = MAX_ANSWER_SIZE,
) -> HTTPResponse:
    """Send a request to a provider, and return its response, whatever its status.

    Redirects are not followed, because they would carry credentials elsewhere.

    :param what: what is asked for, for messages: ``"the token endpoint"``.
    :param method: by default GET, or POST with a form.
    :param form: the parameters of a urlencoded body.
    :raises AuthError: the address is not https, or there was no response within the limits.
    """
    check_address(url, what)
    request = HTTPRequest(
        url,
        method=method or ("GET" if form is None else "POST"),
        headers={"Accept": "application/json", **(headers or {}), **_form_type(form)},
        body=None if form is None else urlencode(form),
        follow_redirects=False,
        connect_timeout=ANSWER_TIMEOUT,
        request_timeout=ANSWER_TIMEOUT,
        max_body_size=max_size,
    )
    try:
        return await client.fetch(request, raise_error=False)
    except Exception as error:  # noqa: BLE001 - clients of others raise what they like
        message = f"{what} at {without_query(url)} did not answer: {type(error).__name__}"
        raise AuthError(message) from None


def _form_type(form: object) -> dict[str, str]:
    return {} if form is None else {"Content-Type": "application/x-www-form-urlencoded"}


def read_object(
    response: HTTPResponse, what: str, secrets: Iterable[str | None] = ()
) -> dict[str, Any]:
    """Return the members of an answer: a JSON object or, where the provider sends one, a form.

    :param secrets: what was sent and must not come back in a message.
    :raises ProviderError: the status or the answer says that it is an error.
    :raises AuthError: the answer is neither.
    """
    members = _members(response)
    if not 200 <= response.code <= 299 or (members or {}).get("error"):
        raise provider_error(response, what, members or {}, secrets)
    if members is None:
        raise AuthError(f"{what} sent an answer that is not a JSON object")
    return members


def read_json(response: HTTPResponse, what: str, secrets: Iterable[str | None] = ()) -> Any:
    """Return the value of a JSON answer, whatever it is.

    :raises ProviderError: the status says that it is an error.
    :raises AuthError: it is not JSON.
    """
    if not 200 <= response.code <= 299:
        raise provider_error(response, what, _members(response) or {}, secrets)
    try:
        return json_decode(response.body or b"")
    except (ValueError, RecursionError):
        raise AuthError(f"{what} sent an answer that is not JSON") from None


def _members(response: HTTPResponse) -> dict[str, Any] | None:
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    body = response.body or b""
    try:
        if kind in ("application/x-www-form-urlencoded", "text/plain") and body[:1] != b"{":
            pairs = parse_qsl(body.decode(), strict_parsing=True, max_num_fields=_MAX_PARAMETERS)
            return dict(pairs)
        members = json_decode(body)
    except (ValueError, RecursionError):
        return None
    return members if isinstance(members, dict) else None


def provider_error(
    response: HTTPResponse,
    what: str,
    members: Mapping[str, Any],
    secrets: Iterable[str | None] = (),
) -> ProviderError:
    """Return the error that a provider's answer is, with what it said and without secrets."""
    error, description = members.get("error"), members.get("error_description")
    if isinstance(error, dict):  # Facebook's and Google's own form
        description = description or error.get("message")
        error = error.get("type") or error.get("status") or error.get("code")
    return _error(f"{what} answered {response.code}", error, description, response.code, secrets)


def answer_error(
    error: object, description: object, secrets: Iterable[str | None] = ()
) -> ProviderError:
    """Return the error of an answer that came by the browser (RFC 6749 section 4.1.2.1)."""
    return _error("the provider refused", error, description, None, secrets)


def _error(
    text: str,
    error: object,
    description: object,
    status: int | None,
    secrets: Iterable[str | None],
) -> ProviderError:
    hidden = sorted(filter(None, secrets), key=len, reverse=True)
    code, more = (_clean(value, hidden) for value in (error, description))
    said = ": ".join(filter(None, (code, more)))
    message = f"{text}: {said}" if said else text
    return ProviderError(message, error=code, description=more, status=status)


def _clean(value: object, hidden: Iterable[str]) -> str | None:
    """Return what a provider said as one short printable line without secrets."""
    if value is None or value == "":
        return None
    text = str(value)
    for secret in hidden:
        text = text.replace(secret, "...")
    return shortened(text)[1:-1]
