"""Google, by OAuth 2 with a checked id token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from .._callback import takes_callback
from .._endpoints import endpoint
from .._errors import AuthError
from .._handler import handler_of
from .._oauth2._authorization import Authorization, Wanted
from .._oauth2._mixin import OAuth2Mixin
from .._oauth2._provider import Client
from .._oidc._checker import TokenChecker
from .._oidc._client import OpenIDConnectClient
from .._oidc._id_token import SignIn
from .._oidc._joserfc import require_joserfc
from .._oidc._provider import provider_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping, Sequence

    from .._oauth2._exchange import SignedIn
    from .._oauth2._provider import OAuth2Provider


class GoogleOAuth2Mixin(OAuth2Mixin):
    """A handler that signs users in with Google.

    ::

        class LoginHandler(RequestHandler, GoogleOAuth2Mixin):
            async def get(self):
                if self.get_argument("code", None):
                    answer = await self.get_authenticated_user(
                        "https://www.example.com/login", self.get_argument("code")
                    )
                    self.set_signed_cookie("user", answer["id_token_claims"]["sub"])
                    self.redirect("/")
                else:
                    self.authorize_redirect(
                        "https://www.example.com/login", scope=["openid", "email"]
                    )

    The client id and secret are the members ``key`` and ``secret`` of the setting ``google_oauth``. The
    checks of the id token need the extra ``oidc`` of the distribution.

    The class attributes, and the setting ``auth_endpoints``, point the addresses elsewhere.
    ``_OAUTH_ISSUER`` is where the keys of id tokens are found.
    """

    _OAUTH_AUTHORIZE_URL = "https://accounts.google.com/o/oauth2/v2/auth"
    _OAUTH_ACCESS_TOKEN_URL = "https://www.googleapis.com/oauth2/v4/token"  # noqa: S105 - an address
    _OAUTH_USERINFO_URL = "https://www.googleapis.com/oauth2/v1/userinfo"
    _OAUTH_ISSUER = "https://accounts.google.com"
    _OAUTH_NO_CALLBACKS = False
    _OAUTH_SETTINGS_KEY = "google_oauth"

    def get_google_oauth_settings(self) -> dict[str, str]:
        """Return ``key`` and ``secret``, the client id and secret that Google gave to the program.

        Override to take them from elsewhere than the setting ``google_oauth``.
        """
        handler = handler_of(self)
        handler.require_setting(self._OAUTH_SETTINGS_KEY, "signing in with Google")
        return cast("dict[str, str]", handler.settings[self._OAUTH_SETTINGS_KEY])

    def authorize_redirect(
        self,
        redirect_uri: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        extra_params: Mapping[str, Any] | None = None,
        scope: Sequence[str] | str | None = None,
        response_type: str = "code",
        *,
        next: str | None = None,
    ) -> Awaitable[None]:
        """Send the browser to Google; see :meth:`OAuth2Mixin.authorize_redirect`.

        :param scope: with ``openid`` in it, the answer must have an id token.
        :raises AuthError: an address is not https, or what checks id tokens is not installed.
        """
        provider = self.get_oauth2_provider()
        names = scope.split() if isinstance(scope, str) else scope or ()
        if "openid" in names:
            require_joserfc()
        wanted = Wanted(
            redirect_uri=redirect_uri,
            scope=names,
            response_type=response_type,
            extra_params=extra_params or {},
            next=next,
            has_nonce=True,
            data={"openid": "1"} if "openid" in names else {},
        )
        client = self._find_client(provider, client_id, client_secret)
        authorization = Authorization(handler_of(self), provider, client, wanted)
        return self._send_to_provider(provider, authorization)

    @takes_callback(2)
    async def get_authenticated_user(
        self,
        redirect_uri: str,
        code: str,
        client_id: str | None = None,
        client_secret: str | None = None,
    ) -> dict[str, Any]:
        """Check Google's answer, and exchange its code for tokens.

        :param redirect_uri: that of the authorization request.
        :param code: the argument of this name of the request.
        :returns: the members of the token answer: ``access_token``, ``expires_in``, ``id_token`` and
            others; and ``id_token_claims`` where there is an id token, after all checks of OpenID
            Connect Core section 3.1.3.7: ``sub`` names the user. More about the user is at
            ``_OAUTH_USERINFO_URL``, for :meth:`oauth2_request`.
        :raises TransactionError: the answer does not belong to a sign-in of this browser.
        :raises ProviderError: Google refused.
        :raises AuthError: the id token is not valid, or cannot be checked.

        .. versionadded:: 1.0
           ``id_token_claims``.
        """
        signed_in = await self._exchange(redirect_uri, client_id, client_secret, code)
        answer = dict(signed_in.tokens)
        if "id_token" in answer or "openid" in signed_in.transaction.data:
            answer["id_token_claims"] = await self._check_id_token(signed_in)
        return answer

    async def _check_id_token(self, signed_in: SignedIn) -> dict[str, Any]:
        transaction, client = signed_in.transaction, signed_in.client
        if not transaction.nonce and self._OAUTH_CHECK_STATE:
            raise AuthError(
                "the sign-in was begun without a nonce: begin it with authorize_redirect"
            )
        issuer = endpoint(self, "_OAUTH_ISSUER")
        checker = TokenChecker(
            provider_of(handler_of(self), issuer),
            OpenIDConnectClient(issuer=issuer, key=client.id, secret=client.secret),
            self._http_client(),
        )
        code = handler_of(self).get_argument("code", None, strip=False)
        sign_in = SignIn(transaction.nonce or None, None, signed_in.tokens["access_token"], code)
        return await checker.check_id_token(signed_in.tokens.get("id_token"), sign_in)

    def _find_client(
        self, provider: OAuth2Provider, client_id: str | None, client_secret: str | None
    ) -> Client | None:
        if client_id is None:
            registered = self.get_google_oauth_settings()
            return Client(registered["key"], client_secret or registered.get("secret"))
        return super()._find_client(provider, client_id, client_secret)
