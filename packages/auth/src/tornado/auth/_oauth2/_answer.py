"""The answer that the browser brings back from a provider, and what is checked before it is believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from .._errors import AuthError, TransactionError
from .._http import answer_error
from .._transactions._cookies import Transactions
from .._transactions._transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._handler import AuthHandler
    from ._provider import OAuth2Provider


class Checked(NamedTuple):
    """An answer that was checked: it may be believed."""

    transaction: Transaction
    provider: OAuth2Provider
    code: str


class Answer:
    """An answer to an authorization request (RFC 6749 section 4.1.2), not yet believed.

    :param providers: all that the browser can come back from at this address.
    """

    def __init__(self, handler: AuthHandler, providers: Sequence[OAuth2Provider]) -> None:
        self._handler = handler
        self._providers = {provider.id: provider for provider in providers}

    async def check(self) -> Checked:
        """Check whose answer it is, and return its transaction, its provider and the code.

        The order matters: first that this browser asked, then who answers, then what is said.

        :raises TransactionError: this browser did not ask, or asked somebody else.
        :raises ProviderError: the provider answered with an error.
        :raises AuthError: the answer is not complete, or has a parameter twice.
        """
        state = self._one("state")
        if state is None:
            raise TransactionError("the answer has no state: it is not one to a sign-in from here")
        transaction = await Transactions(self._handler).take(state, provider=tuple(self._providers))
        provider = self._providers[transaction.provider]
        self._check_issuer(provider)
        return Checked(transaction, provider, self._code(state))

    def _code(self, state: str | None) -> str:
        error = self._one("error")
        if error is not None:
            raise answer_error(error, self._one("error_description"), (state, self._one("code")))
        code = self._one("code")
        if not code:
            raise AuthError("the answer has neither a code nor an error")
        return code

    def check_without_transaction(self, redirect_uri: str | None) -> Checked | None:
        """Return an answer that the program has checked by itself; None if it belongs to a transaction.

        :param redirect_uri: that of the authorization request which the program made.
        """
        state = self._one("state")
        if state is not None and Transactions(self._handler).find(state) is not None:
            return None
        provider = next(iter(self._providers.values()))
        self._check_issuer(provider)
        transaction = Transaction(
            state=state or "", provider=provider.id, redirect_uri=redirect_uri or ""
        )
        return Checked(transaction, provider, self._code(state))

    def _one(self, name: str) -> str | None:
        """Return a parameter, which must not be there twice (RFC 6749 section 3.1)."""
        values = self._handler.get_arguments(name, strip=False)
        if len(values) > 1:
            raise AuthError(f"the answer has the parameter {name} more than once")
        return values[0] if values else None

    def _check_issuer(self, provider: OAuth2Provider) -> None:
        """Compare the issuer that answers with the one that was asked, as plain text (RFC 9207)."""
        issuer = self._one("iss")
        if issuer is not None and provider.issuer is not None:
            if issuer != provider.issuer:
                raise TransactionError(f"the answer is from another issuer than {provider.issuer}")
        elif issuer is None and provider.sends_issuer:
            raise TransactionError(f"the answer does not name its issuer, {provider.issuer}")
        elif len(self._providers) > 1:
            self._check_own_address(provider)

    def _check_own_address(self, provider: OAuth2Provider) -> None:
        """Tell providers apart by the address that the browser came back to (RFC 9700 section 4.4.2)."""
        others = {each.redirect_uri for each in self._providers.values() if each is not provider}
        own = provider.redirect_uri
        if own is None or own in others:
            raise AuthError(
                f"the provider {provider.name} does not send its issuer, and this handler has others:"
                " give it a redirect_uri of its own"
            )
        if urlsplit(own).path != self._handler.request.path:
            raise TransactionError(f"the answer did not come to the address of {provider.name}")
