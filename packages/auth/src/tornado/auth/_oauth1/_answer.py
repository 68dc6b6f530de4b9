"""Answers of an OAuth 1.0 server: tokens, and what it says about a failure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from .._errors import AuthError
from .._http import provider_error, read_json

if TYPE_CHECKING:
    from collections.abc import Collection

    from tornado.httpclient import HTTPResponse

    from .._errors import ProviderError

_MAX_PARAMETERS = 100


def read_token(response: HTTPResponse, what: str, secrets: Collection[str] = ()) -> dict[str, str]:
    """Return the parameters of an answer that grants a token (RFC 5849 sections 2.1 and 2.3).

    It is a form, whatever its content type says: many servers say ``text/html``.

    :param secrets: what was sent and must not come back in a message.
    :raises ProviderError: the server refused.
    :raises AuthError: there is no token in the answer.
    """
    if not 200 <= response.code <= 299:
        raise failure(response, what, secrets)
    token = _form(response)
    if not token.get("oauth_token") or "oauth_token_secret" not in token:
        raise AuthError(f"the answer of {what} has no oauth_token or no oauth_token_secret")
    return token


def read_value(response: HTTPResponse, what: str, secrets: Collection[str] = ()) -> Any:
    """Return the JSON of an answer to a signed request.

    :raises ProviderError: the server refused.
    :raises AuthError: the answer is not JSON.
    """
    if not 200 <= response.code <= 299:
        raise failure(response, what, secrets)
    return read_json(response, what, secrets)


def failure(response: HTTPResponse, what: str, secrets: Collection[str]) -> ProviderError:
    """Return the error that an answer is, with what the server said in any of the usual forms."""
    return provider_error(response, what, _problem(response), secrets)


def _form(response: HTTPResponse) -> dict[str, str]:
    try:
        text = (response.body or b"").decode().strip()
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_PARAMETERS))
    except ValueError:
        return {}


def _problem(response: HTTPResponse) -> dict[str, Any]:
    """Return ``error`` and ``error_description`` of an answer: JSON, a form, or plain text."""
    body = response.body or b""
    try:
        members = json.loads(body)
    except (ValueError, RecursionError):
        members = _form(response)
    if isinstance(members, dict):
        if "oauth_problem" in members:  # OAuth Problem Reporting
            return {
                "error": members["oauth_problem"],
                "error_description": members.get("oauth_problem_advice"),
            }
        errors = members.get("errors")  # Twitter's form
        if isinstance(errors, list) and errors and isinstance(errors[0], dict):
            return {
                "error": errors[0].get("code"),
                "error_description": errors[0].get("message"),
            }
        if "error" in members:
            return members
    return {"error_description": body.decode("utf-8", "replace").strip()}
