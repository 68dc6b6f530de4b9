"""Signing out at the provider too (OpenID Connect RP-Initiated Logout 1.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from tornado.httputil import url_concat

from .._addresses import check_address, local_address
from .._callback import takes_callback
from .._errors import AuthError, TransactionError
from .._handler import handler_of
from .._started import Finished, Started
from .._transactions._cookies import Transactions
from .._transactions._transaction import Transaction, new_state
from ._provider import provider_of
from ._registration import OpenIDConnectRegistration

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from ._client import OpenIDConnectClient
    from ._metadata import ProviderMetadata

#: Before the issuer, so that the answer to a sign-out is never one to a sign-in.
_KIND = "logout from "


class LogoutAtProvider(OpenIDConnectRegistration):
    """The way out through the provider, and the way back."""

    def logout_redirect(
        self,
        post_logout_redirect_uri: str | None = None,
        extra_params: Mapping[str, Any] | None = None,
        *,
        next: str | None = None,
        issuer: str | None = None,
    ) -> Awaitable[None]:
        """Send the browser to the provider to sign out there (RP-Initiated Logout section 2).

        Remove the program's own cookie of the user first. The id token is not sent as
        ``id_token_hint``, because it would be in a URL: the provider knows the program by its client id,
        and may ask the user.

        The redirect is done when this returns if the provider's document is there already; wait for
        the result otherwise.

        :param post_logout_redirect_uri: where the browser comes back, exactly as the provider knows it;
            the handler there calls :meth:`check_logout`. Without it the browser stays at the provider.
        :param extra_params: more parameters, such as ``logout_hint`` or ``ui_locales``.
        :param next: where the user wants to go afterwards, on this site.
        :param issuer: which provider; by default that of the first client.
        :raises AuthError: the provider has no ``end_session_endpoint``, or an address is not right.

        .. versionadded:: 1.0
        """
        client = self._oidc_client(issuer)
        values = (client, post_logout_redirect_uri, extra_params or {}, next)
        metadata = provider_of(handler_of(self), client.issuer).kept_metadata()
        if metadata is None:
            return Started(self._discover_and_log_out(*values))
        self._log_out(metadata, *values)
        return Finished()

    async def _discover_and_log_out(self, client: OpenIDConnectClient, *values: Any) -> None:
        self._log_out(await self._discover(client.issuer), client, *values)

    def _log_out(
        self,
        metadata: ProviderMetadata,
        client: OpenIDConnectClient,
        redirect_uri: str | None,
        extra_params: Mapping[str, Any],
        next: str | None,
    ) -> None:
        if metadata.end_session_endpoint is None:
            raise AuthError(f"{client.issuer} has no end_session_endpoint")
        for name in ("id_token_hint", "state", "client_secret"):
            if name in extra_params:
                raise AuthError(f"extra_params must not have {name}")
        parameters = {"client_id": client.key, **{k: str(v) for k, v in extra_params.items()}}
        if redirect_uri is not None:
            transaction = self._begin_logout(client, redirect_uri, next)
            parameters["post_logout_redirect_uri"] = transaction.redirect_uri
            parameters["state"] = transaction.state
        handler_of(self).redirect(url_concat(metadata.end_session_endpoint, parameters))

    def _begin_logout(
        self, client: OpenIDConnectClient, redirect_uri: str, next: str | None
    ) -> Transaction:
        handler = handler_of(self)
        after = local_address(handler.request, next) if next else ""
        if after is None:
            raise AuthError("next must be an address on this site")
        address = urljoin(handler.request.full_url(), redirect_uri)
        transaction = Transaction(
            state=new_state(),
            provider=_KIND + client.issuer,
            redirect_uri=check_address(address, "post_logout_redirect_uri"),
            next=after,
        )
        return Transactions(handler).begin(transaction)

    @takes_callback(0)
    async def check_logout(self) -> str:
        """Check that the browser comes back from a sign-out that it began here (section 3).

        Anybody can send a browser to this address, so it must not change anything by itself.

        :returns: where the user wanted to go, a path on this site; empty if nowhere.
        :raises TransactionError: this browser did not begin it, or it has come back before.

        .. versionadded:: 1.0
        """
        states = handler_of(self).get_arguments("state", strip=False)
        if len(states) != 1:
            raise TransactionError("the answer has no state: it is not one to a sign-out from here")
        providers = [_KIND + client.issuer for client in self.get_oidc_clients()]
        transaction = await Transactions(handler_of(self)).take(states[0], provider=providers)
        self.auth_transaction = transaction
        return transaction.next
