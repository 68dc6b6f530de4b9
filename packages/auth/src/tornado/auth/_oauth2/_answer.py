"""The answer that the browser brings back from a provider, and what is checked before it is believed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

from .._errors import AuthError, TransactionError
from .._http import answer_error
from .._transactions._cookies import Transactions
from .._transactions._transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._handler import AuthHandler
    from ._provider import OAuth2Provider


@dataclass(frozen=True)
class Checked:
    """An answer that was checked: it may be believed."""

    transaction: Transaction
    provider: OAuth2Provider
    code: str = field(repr=False)


class _Address(NamedTuple):
    """What tells an address from those of other providers."""

    host: str
    port: int
    path: str

    def root(self) -> _Address:
        return self._replace(path="/")


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
        self._check_issuer(provider, transaction.redirect_uri)
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
        self._check_issuer(provider, redirect_uri or provider.redirect_uri or "")
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

    def _check_issuer(self, provider: OAuth2Provider, redirect_uri: str) -> None:
        """Compare the issuer that answers with the one that was asked, as plain text (RFC 9207).

        :param redirect_uri: that of the authorization request.
        """
        issuer = self._one("iss")
        if issuer is not None and provider.issuer is not None:
            if issuer != provider.issuer:
                raise TransactionError(f"the answer is from another issuer than {provider.issuer}")
        elif issuer is None and provider.sends_issuer:
            raise TransactionError(f"the answer does not name its issuer, {provider.issuer}")
        elif len(self._providers) > 1:
            self._check_own_address(provider, redirect_uri)

    def _check_own_address(self, provider: OAuth2Provider, redirect_uri: str) -> None:
        """Tell providers apart by the address that the browser came back to (RFC 9700 section 4.4.2).

        That is the host and the path: a query does not count, because anybody adds to it.
        """
        own = self._address(provider.redirect_uri)
        rivals = [
            address
            for each in self._providers.values()
            if each is not provider
            and (address := self._address(each.redirect_uri)) is not None
            and (own is None or address.path == own.path)
        ]
        if own is None or own in rivals:
            raise AuthError(
                f"the provider {provider.name} does not send its issuer, and this handler has others:"
                " give it a redirect_uri of its own, with another path or host"
            )
        if self._address(redirect_uri) != own:
            raise TransactionError(
                f"the sign-in was begun with another redirect_uri than that of {provider.name}"
            )
        # Behind a proxy the host may be another one, so it is compared only where it decides.
        if self._handler.request.path != own.path or (rivals and self._address("/") != own.root()):
            raise TransactionError(f"the answer did not come to the address of {provider.name}")

    def _address(self, uri: str | None) -> _Address | None:
        """Return what tells an address of this site from others."""
        if uri is None:
            return None
        request = self._handler.request
        try:
            parts = urlsplit(urljoin(f"{request.protocol}://{request.host}{request.path}", uri))
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            raise AuthError("the host of the request or a redirect_uri is not valid") from None
        return _Address(parts.hostname or "", port, parts.path or "/")
