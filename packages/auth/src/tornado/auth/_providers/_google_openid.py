"""Google as it was until 2015: OpenID 2.0, and the hybrid with OAuth 1.0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._callback import takes_callback
from .._handler import handler_of
from .._oauth1._mixin import OAuthMixin
from .._oauth1._request import Credentials
from .._openid._attributes import ATTRIBUTE_NAMES, attribute_request, user_of
from .._openid._mixin import OpenIdMixin
from .._openid._names import OAUTH_EXTENSION

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from tornado.httpclient import AsyncHTTPClient


class GoogleMixin(OpenIdMixin, OAuthMixin):
    """A handler that signs users in by OpenID 2.0, as Google did (classic).

    Google ended this protocol in 2015; :class:`GoogleOAuth2Mixin` is for Google of today. With the
    setting ``auth_endpoints``, this class works with any provider of OpenID 2.0::

        class GoogleHandler(RequestHandler, GoogleMixin):
            async def get(self):
                if self.get_argument("openid.mode", None):
                    user = await self.get_authenticated_user()
                    ...
                else:
                    self.authenticate_redirect()

        Application(
            [("/login", GoogleHandler)],
            cookie_secret="...",
            auth_endpoints={"GoogleMixin._OPENID_ENDPOINT": "https://login.example.com/openid"},
        )

    :meth:`authorize_redirect` asks for an access token of OAuth too, which needs the settings
    ``google_consumer_key`` and ``google_consumer_secret``.
    """

    _OPENID_ENDPOINT = "https://www.google.com/accounts/o8/ud"
    _OAUTH_ACCESS_TOKEN_URL = "https://www.google.com/accounts/OAuthGetAccessToken"  # noqa: S105 - an address

    def authorize_redirect(  # another protocol, with arguments of its own
        self,
        oauth_scope: str,
        callback_uri: str | None = None,
        ax_attrs: Sequence[str] = ATTRIBUTE_NAMES,
        *,
        next: str | None = None,
    ) -> Awaitable[None]:
        """Send the browser to the provider, and ask it for access to something of the user's.

        The redirect is done when this returns, as that of :meth:`authenticate_redirect`.

        :param oauth_scope: what is asked for: addresses with spaces between them.
        :param callback_uri: where the browser comes back; by default the address of this request.
        :param ax_attrs: of ``name``, ``email``, ``language`` and ``username``.
        :param next: where the user wants to go afterwards, on this site.

        .. versionadded:: 1.0
           ``next``.
        """
        hybrid = {
            "openid.ns.oauth": OAUTH_EXTENSION,
            "openid.oauth.consumer": self._client().key,
            "openid.oauth.scope": oauth_scope,
        }
        return self._ask_provider(callback_uri, [attribute_request(ax_attrs), hybrid], next)

    @takes_callback(0)
    async def get_authenticated_user(
        self, http_client: AsyncHTTPClient | None = None
    ) -> dict[str, Any]:
        """Verify the answer that the browser brings, and return the user.

        :returns: what :meth:`OpenIdMixin.get_authenticated_user` returns, with ``access_token`` if access
            was asked for and granted.
        :raises TransactionError: the answer does not belong to a sign-in of this browser.
        :raises ProviderError: the user did not sign in, or the provider refused.
        :raises AuthError: the answer cannot be verified.
        """
        assertion = await self._verify_assertion(http_client)
        user = user_of(assertion)
        alias = assertion.alias_of(OAUTH_EXTENSION)
        token = assertion.get_signed(f"{alias}.request_token") if alias is not None else None
        if token:
            # A token of the hybrid has no secret, and needs no verifier: it came in the answer.
            request_token = Credentials(token, "")
            user["access_token"] = await self._fetch_access_token(request_token, {}, http_client)
        return user

    def _oauth_consumer_token(self) -> dict[str, Any]:
        handler = handler_of(self)
        handler.require_setting("google_consumer_key", "Google OAuth")
        handler.require_setting("google_consumer_secret", "Google OAuth")
        return {
            "key": handler.settings["google_consumer_key"],
            "secret": handler.settings["google_consumer_secret"],
        }
