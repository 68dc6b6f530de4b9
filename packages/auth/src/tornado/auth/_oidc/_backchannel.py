"""Signing out because the provider says so (OpenID Connect Back-Channel Logout 1.0)."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .._errors import AuthError
from .._handler import handler_of
from .._started import Started
from .._transactions._replay import use_once
from ._encrypted import is_encrypted, open_token
from ._registration import OpenIDConnectRegistration
from ._token import claimed_issuer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from ._client import OpenIDConnectClient

_log = logging.getLogger("tornado.general")


class BackChannelLogout(OpenIDConnectRegistration):
    """Requests of providers that sign a user out."""

    def receive_backchannel_logout(self) -> Awaitable[None]:
        """Check the logout token of this request, call :meth:`on_backchannel_logout`, and answer.

        Call it in ``post`` of the handler whose address the provider has as the
        ``backchannel_logout_uri``. Such a request has no cookies: where ``xsrf_cookies`` is on, the handler
        has to override ``check_xsrf_cookie``.

        The answer is 200, or 400 if the token is not valid (sections 2.7 and 2.8). An exception of the hook
        is the handler's. It begins when it is called, so a classic handler need not wait.

        .. versionadded:: 1.0
        """
        return Started(self._receive_logout())

    async def _receive_logout(self) -> None:
        try:
            claims = await self._check_logout_request()
        except AuthError as error:
            _log.warning("a back-channel logout was refused: %s", error)
            self._answer_logout(400, {"error": "invalid_request", "error_description": str(error)})
            return
        waiting = self.on_backchannel_logout(claims)
        if waiting is not None:
            await waiting
        self._answer_logout(200)

    def on_backchannel_logout(self, claims: Mapping[str, Any]) -> Awaitable[None] | None:
        """Called when a provider signs a user out. Override to end the user's sessions.

        It may be a coroutine function. It is called once for each token.

        :param claims: of the logout token: ``iss`` and ``sub`` name the user, whose sessions all end
            unless ``sid`` names one of them (sections 2.4 and 2.7).

        .. versionadded:: 1.0
        """
        raise NotImplementedError(f"{type(self).__name__} must override on_backchannel_logout")

    async def _check_logout_request(self) -> dict[str, Any]:
        handler = handler_of(self)
        tokens = handler.request.body_arguments.get("logout_token", [])
        if len(tokens) != 1:
            raise AuthError("the request must have one logout_token in its body")
        token = tokens[0].decode("latin-1")
        client = self._logout_client(token)
        claims, token_id, lifetime = await self._checker(client).check_logout_token(token)
        if not await use_once(handler, f"logout {client.issuer}", token_id, lifetime):
            raise AuthError("the logout token was used before")
        return claims

    def _logout_client(self, token: str) -> OpenIDConnectClient:
        """Return the client of the token's issuer, which the check of the token proves."""
        clients = self.get_oidc_clients()
        if len(clients) == 1:
            return clients[0]
        if not is_encrypted(token):
            return self._oidc_client(claimed_issuer(token) or "")
        for client in clients:
            with suppress(AuthError):
                signed = open_token(token, client.client_keys("enc"), "the logout token")
                return self._oidc_client(claimed_issuer(signed) or "")
        raise AuthError("the logout token is encrypted, for none of the clients of this handler")

    def _answer_logout(self, status: int, members: Mapping[str, str] | None = None) -> None:
        handler = handler_of(self)
        handler.set_status(status)
        handler.set_header("Cache-Control", "no-store")
        if members is None:
            handler.finish()
            return
        handler.set_header("Content-Type", "application/json")
        handler.finish(json.dumps(members))
