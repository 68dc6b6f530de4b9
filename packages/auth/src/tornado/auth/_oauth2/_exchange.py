"""The second half of a sign-in: the code of the answer is exchanged for tokens."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .._errors import AuthError
from ._dpop import DPoPKey, nonces_of
from ._sealed_key import unseal
from ._token_request import ClientRequests

if TYPE_CHECKING:
    from tornado.httpclient import AsyncHTTPClient

    from .._handler import AuthHandler
    from .._transactions._transaction import Transaction
    from ._answer import Checked
    from ._provider import Client, OAuth2Provider


@dataclass(frozen=True)
class SignedIn:
    """The end of a sign-in: who was asked, what was remembered, and the tokens."""

    transaction: Transaction
    provider: OAuth2Provider
    client: Client
    #: The members of the token answer.
    tokens: dict[str, Any] = field(repr=False)
    #: The key that the tokens are bound to, if they are.
    dpop_key: DPoPKey | None = None


async def exchange(
    handler: AuthHandler,
    checked: Checked,
    client: Client,
    http_client: AsyncHTTPClient,
    *,
    code_verifier: str | None = None,
) -> SignedIn:
    """Exchange the code of an answer that was checked (RFC 6749 section 4.1.3).

    Only the token endpoint of the provider that was asked gets the code.

    :param client: what the program is called at that provider.
    :param code_verifier: that of a challenge which the program chose itself.
    :raises AuthError: see `ClientRequests.request_tokens`.
    """
    transaction, provider, code = checked.transaction, checked.provider, checked.code
    key = _key_of(handler, transaction)
    parameters = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": transaction.redirect_uri,
        "code_verifier": transaction.verifier or code_verifier,
    }
    requests = ClientRequests(http_client, provider, client, key)
    tokens = await requests.request_tokens(
        {name: value for name, value in parameters.items() if value}
    )
    return SignedIn(transaction, provider, client, tokens, key)


def check_same_code(code: str | None, answered: str) -> None:
    """Refuse a code that is not the one that was checked."""
    if code is not None and not hmac.compare_digest(code.encode(), answered.strip().encode()):
        raise AuthError("the code is not the one of the answer")


def _key_of(handler: AuthHandler, transaction: Transaction) -> DPoPKey | None:
    sealed = transaction.data.get("dpop")
    if sealed is None:
        return None
    return DPoPKey.from_json(unseal(handler, sealed), nonces_of(handler))
