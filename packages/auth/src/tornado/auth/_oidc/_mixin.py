"""OpenID Connect for handlers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .._callback import takes_callback
from .._errors import AuthError
from .._handler import handler_of
from .._oauth2._answer import Answer, Checked
from .._oauth2._authorization import Authorization, Wanted
from .._started import Started
from .._transactions._cookies import Transactions
from ._backchannel import BackChannelLogout
from ._id_token import SignIn
from ._joserfc import require_joserfc
from ._logout import LogoutAtProvider
from ._provider import provider_of
from ._userinfo import fetch_userinfo, merge_claims

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from .._oauth2._dpop import DPoPKey
    from .._oauth2._exchange import SignedIn
    from .._oauth2._provider import OAuth2Provider
    from ._client import OpenIDConnectClient


class OpenIDConnectMixin(LogoutAtProvider, BackChannelLogout):
    """A handler that signs users in by OpenID Connect, with any provider.

    ::

        class LoginHandler(RequestHandler, OpenIDConnectMixin):
            async def get(self):
                if self.get_argument("state", None):
                    user = await self.get_authenticated_user()
                    self.set_signed_cookie("user", user["sub"])
                    self.redirect(self.auth_transaction.next or "/")
                else:
                    await self.authorize_redirect(
                        "https://www.example.com/login", next=self.get_argument("next", None)
                    )

        Application(
            [("/login", LoginHandler)],
            cookie_secret=...,
            oidc={"issuer": "https://login.example.com", "key": "client id", "secret": "client secret"},
        )

    Everything about the provider but its issuer comes from the provider's own document, which is fetched
    once an hour, as its keys are. State, nonce, PKCE and the checks of the id token are always on. This
    needs the extra ``oidc`` of the distribution.

    .. versionadded:: 1.0
    """

    #: The token answer of the sign-in that has just ended: ``access_token``, ``refresh_token`` and others.
    #: With DPoP, ``dpop_key`` is the private key as text. It is not there before.
    auth_tokens: dict[str, Any]

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
        issuer: str | None = None,
    ) -> Awaitable[None]:
        """Send the browser to the provider (OpenID Connect Core section 3.1.2.1).

        The redirect is done when this returns if the provider's document is there already, and wants no
        pushed request; wait for the result otherwise.

        :param redirect_uri: where the browser comes back, exactly as the provider knows it.
        :param client_id: that of the client; it is there for the signature.
        :param extra_params: more parameters, such as ``prompt`` or ``login_hint``. A ``state`` among them
            is kept, a ``nonce`` too.
        :param scope: what is asked for instead of the client's scope; ``openid`` has to be there.
        :param response_type: only ``code``.
        :param next: where the user wants to go afterwards, on this site.
        :param issuer: which provider; by default that of the first client.
        :raises AuthError: an argument is not right, or the provider's document is not.
        """
        require_joserfc()
        if response_type != "code":
            raise AuthError(f"the response type must be code, not {response_type!r}")
        client = self._oidc_client(issuer)
        wanted = _wanted(client, redirect_uri, scope, extra_params or {}, next)
        metadata = provider_of(handler_of(self), client.issuer).kept_metadata()
        if metadata is None:
            return Started(self._discover_and_authorize(client, client_id, client_secret, wanted))
        self._keep(metadata)
        return self._authorize(self._as_oauth2(metadata), client_id, client_secret, wanted)

    async def _discover_and_authorize(
        self,
        client: OpenIDConnectClient,
        client_id: str | None,
        client_secret: str | None,
        wanted: Wanted,
    ) -> None:
        provider = self._as_oauth2(await self._discover(client.issuer))
        await self._authorize(provider, client_id, client_secret, wanted)

    def _authorize(
        self,
        provider: OAuth2Provider,
        client_id: str | None,
        client_secret: str | None,
        wanted: Wanted,
    ) -> Awaitable[None]:
        client = self._client(provider, client_id, client_secret)
        authorization = Authorization(handler_of(self), provider, client, wanted)
        return self._send_to_provider(provider, authorization)

    @takes_callback(2)
    async def get_authenticated_user(
        self,
        redirect_uri: str | None = None,
        code: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
    ) -> dict[str, Any]:
        """Check the answer that the browser brings, exchange its code, and return the user.

        The tokens are in :attr:`auth_tokens` afterwards, and where the user wanted to go is in
        ``auth_transaction.next``.

        :param redirect_uri: taken for symmetry; the address of the authorization request counts.
        :param code: by default that of the request.
        :returns: the claims of the id token, and those of the userinfo endpoint that the id token does
            not have. The user is named by ``iss`` and ``sub`` together; an e-mail address may change
            hands, and counts only with ``email_verified``, which is from the source of the address.
        :raises TransactionError: the answer does not belong to a sign-in of this browser.
        :raises ProviderError: the provider refused.
        :raises AuthError: the id token is not valid, or cannot be checked.
        """
        require_joserfc()
        await self._discover_provider_of_answer()
        signed_in = await self._exchange(redirect_uri, client_id, client_secret, code)
        client = self._oidc_client(signed_in.provider.issuer)
        claims = await self._check_signed_in(client, signed_in)
        user = merge_claims(claims, await self._userinfo(client, signed_in, claims))
        self.auth_tokens = dict(signed_in.tokens)
        if signed_in.dpop_key is not None:
            self.auth_tokens["dpop_key"] = signed_in.dpop_key.to_json()
        return user

    @takes_callback(0)
    async def get_oauth2_tokens(
        self,
        redirect_uri: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        code: str | None = None,
        *,
        code_verifier: str | None = None,
    ) -> dict[str, Any]:
        """Sign the user in by :meth:`get_authenticated_user`, and return the tokens.

        :param code_verifier: there for the signature; a sign-in here has its own.
        """
        await self.get_authenticated_user(redirect_uri, code, client_id, client_secret)
        return self.auth_tokens

    async def _discover_provider_of_answer(self) -> None:
        """Learn about the provider that the transaction names, before the answer is checked.

        Only the transaction decides, which this browser brought in a signed cookie: an answer to
        nothing makes no request.
        """
        state = handler_of(self).get_argument("state", "", strip=False)
        transaction = Transactions(handler_of(self)).find(state)
        if transaction is None:
            return
        for client in self.get_oidc_clients():
            if client.issuer == transaction.provider:
                await self._discover(client.issuer)

    async def _check_answer(self, redirect_uri: str | None) -> Checked:
        # Without a transaction there is no nonce, so here a program cannot check the state instead.
        return await Answer(handler_of(self), self.get_oauth2_providers()).check()

    async def _check_signed_in(
        self, client: OpenIDConnectClient, signed_in: SignedIn
    ) -> dict[str, Any]:
        transaction, tokens = signed_in.transaction, signed_in.tokens
        if not transaction.nonce:
            raise AuthError(
                "the sign-in was begun without a nonce: begin it with authorize_redirect"
            )
        max_age = transaction.data.get("max_age")
        sign_in = SignIn(
            transaction.nonce,
            None if max_age is None else float(max_age),
            tokens["access_token"],
            handler_of(self).get_argument("code", None, strip=False),
        )
        return await self._checker(client).check_id_token(tokens.get("id_token"), sign_in)

    async def _userinfo(
        self, client: OpenIDConnectClient, signed_in: SignedIn, claims: Mapping[str, Any]
    ) -> dict[str, Any]:
        url = signed_in.provider.userinfo_url
        if not client.uses_userinfo or url is None:
            return {}
        token, key = signed_in.tokens["access_token"], signed_in.dpop_key
        return await fetch_userinfo(self._http_client(), url, token, claims["sub"], key)

    @takes_callback(1)
    async def refresh_oauth2_tokens(
        self,
        refresh_token: str,
        *,
        user: Mapping[str, Any] | None = None,
        replace: Callable[[dict[str, Any]], Awaitable[None] | None] | None = None,
        reload: Callable[[], Awaitable[dict[str, Any] | None]] | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        dpop_key: DPoPKey | None = None,
    ) -> dict[str, Any]:
        """Get new tokens for a refresh token; see :meth:`OAuth2Mixin.refresh_oauth2_tokens`.

        :param user: the user of the sign-in, whose issuer, subject and audience a new id token has to
            have (OpenID Connect Core section 12.2). Without it there is nothing to compare with, and the
            answer's id token is left out.
        :returns: the members of the answer.
        :raises AuthError: the new id token is not valid, or is another user's; then nothing was replaced.
            The keys are fetched before the refresh token is used, so it is not lost if they cannot be.
        """
        registered = self._oidc_client(None if user is None else user["iss"])
        provider = self._as_oauth2(await self._discover(registered.issuer))
        client = self._client(provider, client_id, client_secret)
        if user is not None:
            await self._checker(registered).fetch_keys()

        async def check(tokens: dict[str, Any]) -> dict[str, Any]:
            token = tokens.get("id_token")
            if user is None:
                tokens.pop("id_token", None)
            elif token is not None:
                access_token = tokens["access_token"]
                await self._checker(registered).check_refreshed(token, user, access_token)
            return tokens

        return await self._refresh(
            provider,
            client,
            refresh_token,
            dpop_key,
            check=check,
            replace=replace,
            reload=reload,
        )

    @takes_callback(2)
    async def revoke_oauth2_token(
        self,
        token: str,
        token_type_hint: str | None = None,
        *,
        client_id: str | None = None,
        client_secret: str | None = None,
        dpop_key: DPoPKey | None = None,
        issuer: str | None = None,
    ) -> bool:
        """Revoke an access token or a refresh token; see :meth:`OAuth2Mixin.revoke_oauth2_token`.

        :param issuer: which provider; by default that of the first client.
        :returns: True.
        :raises AuthError: the provider has no ``revocation_endpoint``.
        """
        provider = self._as_oauth2(await self._discover(self._oidc_client(issuer).issuer))
        client = self._client(provider, client_id, client_secret)
        return await self._revoke(provider, client, token, token_type_hint, dpop_key)


def _wanted(
    client: OpenIDConnectClient,
    redirect_uri: str | None,
    scope: Sequence[str] | str | None,
    extra_params: Mapping[str, Any],
    next: str | None,
) -> Wanted:
    names = (scope.split() if isinstance(scope, str) else scope) or client.scope
    if "openid" not in names:
        raise AuthError("the scope must have 'openid' in it")
    parameters = dict(extra_params)
    if client.max_age is not None:
        parameters.setdefault("max_age", f"{client.max_age:.0f}")
    data = {}
    if parameters.get("max_age") is not None:
        data["max_age"] = str(_seconds(parameters["max_age"]))
    return Wanted(
        redirect_uri=redirect_uri,
        scope=names,
        extra_params=parameters,
        next=next,
        has_nonce=True,
        data=data,
    )


def _seconds(value: Any) -> float:
    """Return a max_age as a number.

    :raises AuthError: it is not one.
    """
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = -1
    if not 0 <= seconds < math.inf:
        raise AuthError(f"max_age must be a number of seconds, not {value!r}")
    return seconds
