"""The verification of an answer: first what it says, then by asking its provider."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .._errors import AuthError
from .._http import fetch
from .._transactions._cookies import Transactions
from .._transactions._replay import use_once
from ._discovery import check_identifier
from ._message import (
    NONCE_LIFETIME,
    check_endpoint,
    check_nonce_time,
    check_return_to,
    check_verification,
    read_assertion,
    read_key_values,
    verification_request,
)

if TYPE_CHECKING:
    from tornado.httpclient import AsyncHTTPClient

    from .._handler import AuthHandler
    from .._transactions._transaction import Transaction
    from ._message import Assertion

#: The argument of ``openid.return_to`` that names the sign-in.
STATE = "openid_state"

_MAX_DIRECT_ANSWER = 64 * 1024


async def verify(
    handler: AuthHandler, client: AsyncHTTPClient, endpoint: str, *, has_discovery: bool
) -> tuple[Assertion, Transaction]:
    """Return what the provider says about the user, and the sign-in that it belongs to.

    The order matters: nothing of the answer counts before it is known that this browser asked.

    :param endpoint: whom this handler asks.
    :param has_discovery: whether the claimed identifier has to name the endpoint.
    :raises TransactionError: this browser did not ask, or asked somebody else.
    :raises ProviderError: the answer is negative.
    :raises AuthError: the answer is not whole, not for this address, or not the provider's.
    """
    state = handler.get_argument(STATE, "")
    transaction = await Transactions(handler).take(state, provider=endpoint)
    assertion = read_assertion(handler.request.arguments)
    if assertion.fields["return_to"] != transaction.redirect_uri:
        raise AuthError("the OpenID answer is for another address than the one that was asked for")
    check_return_to(assertion, handler.request.full_url())
    check_endpoint(assertion, endpoint)
    check_nonce_time(assertion, time.time())
    await _ask_provider(client, endpoint, assertion)
    kind = f"openid nonce {endpoint}"
    if not await use_once(handler, kind, assertion.nonce, 2 * NONCE_LIFETIME + 1):
        raise AuthError("this OpenID answer was used before")
    if has_discovery:
        await check_identifier(client, assertion)
    return assertion, transaction


async def _ask_provider(client: AsyncHTTPClient, endpoint: str, assertion: Assertion) -> None:
    """Verify the signature directly with the provider (section 11.4.2)."""
    what = "the OpenID endpoint"
    response = await fetch(
        client,
        endpoint,
        what=what,
        form=verification_request(assertion),
        headers={"Accept": "text/plain, */*; q=0.1"},
        max_size=_MAX_DIRECT_ANSWER,
    )
    if response.code != 200:  # an error has 400 (section 5.1.2.2)
        raise AuthError(f"{what} answered {response.code} when it was asked to verify its answer")
    check_verification(read_key_values(response.body))
