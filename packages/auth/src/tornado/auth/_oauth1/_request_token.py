"""The request token of a sign-in, between the redirect to the provider and the way back."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from .._errors import AuthError, ProviderError, TransactionError
from .._transactions._cookies import Transactions
from .._transactions._transaction import Transaction
from ._request import Credentials

if TYPE_CHECKING:
    from .._handler import AuthHandler

#: Characters of a request token and its secret that a cookie has space for.
_MAX_LENGTH = 1500


def keep_request_token(handler: AuthHandler, provider: str, token: Credentials, next: str) -> None:
    """Bind a request token to the browser, by a signed cookie.

    :param provider: the endpoint that makes an access token of it.
    :param next: where the user wants to go afterwards.
    :raises AuthError: the token is too long for a cookie.
    """
    if len(token.key) + len(token.secret) > _MAX_LENGTH:
        raise AuthError(
            f"the request token is longer than the {_MAX_LENGTH} characters of a cookie"
        )
    transaction = Transaction(
        state=_state(token.key),
        provider=provider,
        next=next,
        data={"token": token.key, "secret": token.secret},
    )
    Transactions(handler).begin(transaction)


async def take_request_token(
    handler: AuthHandler, provider: str
) -> tuple[Credentials, Transaction]:
    """Return the request token that the browser comes back with, and its sign-in, which ends.

    :raises TransactionError: this browser did not ask, or asked somebody else.
    :raises ProviderError: the user refused.
    """
    key, denied = _argument(handler, "oauth_token"), _argument(handler, "denied")
    if not key and not denied:
        raise TransactionError(
            "the answer has no oauth_token: it is not one to a sign-in from here"
        )
    transaction = await Transactions(handler).take(_state(key or denied), provider=provider)
    if denied:  # what Twitter sends instead of oauth_token
        raise ProviderError("the user did not allow the sign-in", error="access_denied")
    return Credentials(transaction.data["token"], transaction.data["secret"]), transaction


def _argument(handler: AuthHandler, name: str) -> str:
    values = handler.get_arguments(name)
    if len(values) > 1:
        raise AuthError(f"the answer has the parameter {name} more than once")
    return values[0] if values else ""


def _state(key: str) -> str:
    """Return the name of a sign-in: no token is in the name of a cookie."""
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode("ascii")
