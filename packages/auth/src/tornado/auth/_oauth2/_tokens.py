"""What is done with tokens: requests, refreshing, revocation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tornado.httputil import url_concat

from .._callback import takes_callback
from .._errors import AuthError
from .._handler import handler_of
from .._http import fetch, read_json, read_object
from ._claims import Claim
from ._dpop import nonces_of
from ._refreshing import refreshes_of
from ._registration import Registration
from ._token_request import ClientRequests

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from ._claims import Reload
    from ._dpop import DPoPKey
    from ._provider import Client, OAuth2Provider
    from ._refreshing import Check, Replace


class Tokens(Registration):
    """The tokens that a program has got from a provider."""

    @takes_callback(1)
    async def refresh_oauth2_tokens(
        self,
        refresh_token: str,
        *,
        replace: Callable[[dict[str, Any]], Awaitable[None] | None] | None = None,
        reload: Callable[[], Awaitable[dict[str, Any] | None]] | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        dpop_key: DPoPKey | None = None,
    ) -> dict[str, Any]:
        """Get new tokens for a refresh token (RFC 6749 section 6).

        Concurrent calls with the same token make one request, and all get its result. So do calls that
        come soon after, with the token that was replaced. If `replace` fails, a further call within 30
        seconds stores the tokens of that request instead of using the old token a second time.

        :param replace: a function or coroutine function that stores the new tokens instead of the old
            ones. It is called once, before any of the callers gets them.
        :param reload: a coroutine function that returns the tokens as they are stored now. If another
            process with the same ``auth_replay_store`` uses the token, it is called until they are
            new ones, and these are the result.
        :param dpop_key: the key that the token is bound to.
        :returns: the members of the answer; ``refresh_token`` is the old one if there is no new one.
        :raises TokenInUseError: another process uses the token, and there is no `reload`, or it
            returned no new tokens for a minute.

        .. versionadded:: 1.0
        """
        provider = self.get_oauth2_provider()
        client = self._client(provider, client_id, client_secret)
        return await self._refresh(
            provider, client, refresh_token, dpop_key, replace=replace, reload=reload
        )

    async def _refresh(
        self,
        provider: OAuth2Provider,
        client: Client,
        refresh_token: str,
        dpop_key: DPoPKey | None,
        *,
        check: Check | None = None,
        replace: Replace | None = None,
        reload: Reload | None = None,
    ) -> dict[str, Any]:
        """Refresh a token of a provider; the caller knows which, whatever else this handler asks."""
        key = self._with_nonces(dpop_key)
        requests = ClientRequests(self._http_client(), provider, client, key)

        claim = Claim(handler_of(self), provider.id, refresh_token, reload)

        async def request() -> dict[str, Any]:
            tokens = await requests.request_tokens(
                {"grant_type": "refresh_token", "refresh_token": refresh_token}
            )
            tokens.setdefault("refresh_token", refresh_token)
            return tokens

        name = json.dumps([provider.id, client.id, refresh_token])
        return await refreshes_of(handler_of(self)).run(
            name, lambda: claim.refresh(request), check, replace
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
    ) -> bool:
        """Revoke an access token or a refresh token (RFC 7009).

        A token that the provider does not know counts as revoked.

        :param dpop_key: the key that the token is bound to; the request then has a proof.
        :returns: True, because a classic callback gets None after an error.

        .. versionadded:: 1.0
        """
        provider = self.get_oauth2_provider()
        client = self._client(provider, client_id, client_secret)
        return await self._revoke(provider, client, token, token_type_hint, dpop_key)

    async def _revoke(
        self,
        provider: OAuth2Provider,
        client: Client,
        token: str,
        token_type_hint: str | None,
        dpop_key: DPoPKey | None,
    ) -> bool:
        if provider.revocation_url is None:
            raise AuthError(f"the provider {provider.name} has no revocation_url")
        key = self._with_nonces(dpop_key)
        requests = ClientRequests(self._http_client(), provider, client, key)
        parameters = {"token": token}
        if token_type_hint is not None:
            parameters["token_type_hint"] = token_type_hint
        what = "the revocation endpoint"
        response = await requests.post(provider.revocation_url, what, parameters)
        if response.code != 200:
            read_object(response, what, requests.secrets_of(parameters))
        return True

    def _with_nonces(self, key: DPoPKey | None) -> DPoPKey | None:
        """Return a key with the nonces of the application, so that each is asked for once."""
        return None if key is None else key.sharing(nonces_of(handler_of(self)))

    @takes_callback(1)
    async def oauth2_request(
        self,
        url: str,
        access_token: str | None = None,
        post_args: Mapping[str, Any] | None = None,
        *,
        dpop_key: DPoPKey | None = None,
        **args: Any,
    ) -> Any:
        """Fetch a URL of the provider's with an access token, and return the JSON of its answer.

        :param access_token: travels in the field ``Authorization`` (RFC 6750 section 2.1), never in
            the URL.
        :param post_args: the form to post; by default it is a GET.
        :param dpop_key: the key that the token is bound to.
        :param args: parameters for the query.
        :raises ProviderError: the provider refused.
        """
        address = url_concat(url, {name: str(value) for name, value in args.items()})
        what = "the provider"
        form = (
            None if post_args is None else {name: str(value) for name, value in post_args.items()}
        )
        client, key = self._http_client(), self._with_nonces(dpop_key)
        if key is not None:
            response = await key.fetch(
                client, address, what=what, form=form, access_token=access_token
            )
        else:
            headers = {} if access_token is None else {"Authorization": f"Bearer {access_token}"}
            response = await fetch(client, address, what=what, form=form, headers=headers)
        return read_json(response, what, (access_token,))
