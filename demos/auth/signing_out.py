"""Signing out: here, at the provider too, and because the provider says so."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from handlers import BaseHandler
from signing_in import OpenIDHandler, client_of

from tornado.auth import AuthError, OpenIDConnectClient, OpenIDConnectMixin

if TYPE_CHECKING:
    from collections.abc import Mapping

_log = logging.getLogger("site")


class SignOutHandler(BaseHandler, OpenIDConnectMixin):
    """Ends the session here, and sends the browser to the provider to sign out there."""

    def get_oidc_clients(self) -> list[OpenIDConnectClient]:
        return [client_of(self.provider)]

    async def post(self) -> None:
        user = self.end_session()
        is_everywhere = self.get_body_argument("where", "here") == "everywhere"
        if user is None or not (is_everywhere and user.can_sign_out_there):
            self.go_home("signed-out-here" if user else None)
            return
        self.provider = user.provider
        try:
            await self.logout_redirect(f"{self.settings['site']}/signed-out/{user.provider.name}")
        except AuthError as error:  # providers need not have this
            _log.warning("%s takes no sign-out: %s", user.provider.title, error)
            self.go_home("signed-out-here")


class SignedOutHandler(OpenIDHandler):
    """Where the browser comes back after a sign-out. It changes nothing: anybody can link to it."""

    async def get(self) -> None:
        try:
            await self.check_logout()
        except AuthError:
            self.go_home()
            return
        self.go_home("signed-out")


class BackChannelHandler(OpenIDHandler):
    """Where a provider says that somebody has signed out there."""

    def check_xsrf_cookie(self) -> None:
        """The provider has no cookie; it signs what it sends."""

    async def post(self) -> None:
        await self.receive_backchannel_logout()

    def on_backchannel_logout(self, claims: Mapping[str, Any]) -> None:
        count = self.sessions.end_all(claims["iss"], claims.get("sub"), claims.get("sid"))
        _log.info("%s ended %d sessions", self.provider.title, count)
