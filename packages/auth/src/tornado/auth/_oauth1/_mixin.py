"""OAuth 1.0 and 1.0a for handlers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from tornado.httpclient import AsyncHTTPClient
from tornado.httputil import url_concat

from .._addresses import check_address, checked_next
from .._callback import acts_when_called, takes_callback
from .._endpoints import endpoint
from .._errors import AuthError
from .._handler import handler_of
from .._http import fetch
from ._answer import read_token, read_value
from ._request import Credentials, protocol_parameters, signed_parameters
from ._request_token import keep_request_token, take_request_token
from ._signed_requests import SignedRequests

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._transactions._transaction import Transaction


class OAuthMixin:
    """A handler that signs users in by OAuth 1.0 or 1.0a (RFC 5849).

    A subclass names the endpoints, and says who the program and the user are::

        class LoginHandler(RequestHandler, OAuthMixin):
            _OAUTH_REQUEST_TOKEN_URL = "https://api.example.com/oauth/request_token"
            _OAUTH_AUTHORIZE_URL = "https://api.example.com/oauth/authorize"
            _OAUTH_ACCESS_TOKEN_URL = "https://api.example.com/oauth/access_token"

            def _oauth_consumer_token(self):
                return {"key": self.settings["example_key"], "secret": self.settings["example_secret"]}

            async def _oauth_get_user_future(self, access_token):
                return {"name": access_token["screen_name"]}

            async def get(self):
                if self.get_argument("oauth_token", None):
                    user = await self.get_authenticated_user()
                    ...
                else:
                    await self.authorize_redirect(callback_uri="/login")

    Between the two requests, the request token and its secret are in a signed cookie, so an answer
    counts only in the browser that asked, and once. Tokens travel in the field ``Authorization`` of
    requests, never in their addresses.
    """

    # The endpoints; the setting ``auth_endpoints`` can point each of them elsewhere.
    _OAUTH_REQUEST_TOKEN_URL: str
    _OAUTH_AUTHORIZE_URL: str
    _OAUTH_ACCESS_TOKEN_URL: str

    #: ``1.0a``, or ``1.0`` for a provider that knows no verifier. Version 1.0 cannot tell whether the
    #: user who allowed the sign-in is the one who began it.
    _OAUTH_VERSION = "1.0a"

    #: Whether the provider takes no ``callback_uri``, because it has one registered.
    _OAUTH_NO_CALLBACKS = False

    #: ``HMAC-SHA1``, ``HMAC-SHA256`` or ``PLAINTEXT``.
    #:
    #: .. versionadded:: 1.0
    _OAUTH_SIGNATURE_METHOD = "HMAC-SHA1"

    #: The method of requests for tokens; RFC 5849 wants POST, some providers want GET.
    #:
    #: .. versionadded:: 1.0
    _OAUTH_TOKEN_METHOD = "POST"  # noqa: S105 - the method of a request

    #: The sign-in that has just ended: ``next`` is where the user wanted to go. It is not there before.
    #:
    #: .. versionadded:: 1.0
    auth_transaction: Transaction

    @acts_when_called
    async def authorize_redirect(
        self,
        callback_uri: str | None = None,
        extra_params: Mapping[str, Any] | None = None,
        http_client: AsyncHTTPClient | None = None,
        *,
        next: str | None = None,
    ) -> None:
        """Get a request token, and send the browser to the provider with it.

        That begins when the method is called. A handler that does not wait for the result must keep
        the request open, with :func:`tornado.web.asynchronous`.

        :param callback_uri: where the browser comes back, with an argument ``oauth_token``. None if the
            provider has it registered. ``"oob"`` if the user carries the verifier over: then the
            response is the provider's address, as text.
        :param extra_params: more parameters for the request of the token.
        :param next: where the user wants to go afterwards, on this site.
        :raises ProviderError: the provider refused.
        :raises AuthError: an address is not https, or the provider did not answer as it should.
        :raises ValueError: the provider takes no callback.

        .. versionadded:: 1.0
           ``next``.
        """
        await self._redirect_with_token(
            "_OAUTH_AUTHORIZE_URL", callback_uri, extra_params, http_client, next
        )

    async def _redirect_with_token(
        self,
        attribute: str,
        callback_uri: str | None,
        extra_params: Mapping[str, Any] | None = None,
        http_client: AsyncHTTPClient | None = None,
        next: str | None = None,
    ) -> None:
        """Do what ``authorize_redirect`` does, with the address of an attribute."""
        handler = handler_of(self)
        wanted = checked_next(handler.request, next)
        address = check_address(endpoint(self, attribute), "the authorization endpoint")
        access = endpoint(self, "_OAUTH_ACCESS_TOKEN_URL")
        callback = self._callback(callback_uri)
        token = await self._fetch_request_token(callback, extra_params or {}, http_client)
        keep_request_token(handler, access, token, wanted)
        arguments = {"oauth_token": token.key}
        if callback and callback != "oob" and self._OAUTH_VERSION == "1.0":
            arguments["oauth_callback"] = callback
        url = url_concat(address, arguments)
        if callback == "oob":
            handler.finish(url)
        else:
            handler.redirect(url)

    def _callback(self, callback_uri: str | None) -> str | None:
        if callback_uri is None or callback_uri == "oob":
            return callback_uri
        if self._OAUTH_NO_CALLBACKS:
            raise ValueError("This service does not support oauth_callback")
        url = urljoin(handler_of(self).request.full_url(), callback_uri)
        return check_address(url, "callback_uri")

    async def _fetch_request_token(
        self,
        callback: str | None,
        extra_params: Mapping[str, Any],
        http_client: AsyncHTTPClient | None,
    ) -> Credentials:
        is_revised = self._OAUTH_VERSION != "1.0"
        protocol = {"oauth_callback": callback} if callback and is_revised else {}
        url = endpoint(self, "_OAUTH_REQUEST_TOKEN_URL")
        token = await self._fetch_token(
            url, "the request token", http_client, protocol, extra=extra_params
        )
        if protocol and token.get("oauth_callback_confirmed") != "true":
            message = "the provider did not confirm oauth_callback, as version 1.0a wants"
            raise AuthError(f'{message}: if it speaks version 1.0, set _OAUTH_VERSION to "1.0"')
        return Credentials(token["oauth_token"], token["oauth_token_secret"])

    async def _fetch_token(
        self,
        url: str,
        what: str,
        http_client: AsyncHTTPClient | None,
        protocol: Mapping[str, str],
        *,
        token: Credentials | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> dict[str, str]:
        more = {name: str(value) for name, value in (extra or {}).items()}
        requests = self._signed_requests(http_client)
        method, form = self._OAUTH_TOKEN_METHOD, None
        if method == "GET":
            url = url_concat(url, more)
        else:
            form = more
        place = f"the endpoint of {what}"
        response = await requests.send(
            method, url, what=place, token=token, protocol=protocol, form=form
        )
        return read_token(response, place, requests.secrets(token, *protocol.values()))

    @takes_callback(0)
    async def get_authenticated_user(
        self, http_client: AsyncHTTPClient | None = None
    ) -> dict[str, Any]:
        """Check the answer that the browser brings, and return the user.

        :returns: what :meth:`_oauth_get_user_future` returned, with ``access_token``: a dictionary of
            ``key``, ``secret`` and whatever else the provider sent.
        :raises TransactionError: the answer does not belong to a sign-in of this browser.
        :raises ProviderError: the user or the provider refused.
        :raises AuthError: there is no user.
        """
        handler = handler_of(self)
        access = endpoint(self, "_OAUTH_ACCESS_TOKEN_URL")
        token, self.auth_transaction = await take_request_token(handler, access)
        protocol = {}
        if self._OAUTH_VERSION != "1.0":
            protocol["oauth_verifier"] = self._verifier()
        return await self._user_of_token(token, protocol, http_client)

    def _verifier(self) -> str:
        verifiers = handler_of(self).get_arguments("oauth_verifier")
        if len(verifiers) != 1 or not verifiers[0]:
            message = "the answer must have one oauth_verifier, as version 1.0a wants"
            raise AuthError(
                f'{message}: if the provider speaks version 1.0, set _OAUTH_VERSION to "1.0"'
            )
        return verifiers[0]

    async def _user_of_token(
        self,
        token: Credentials,
        protocol: Mapping[str, str],
        http_client: AsyncHTTPClient | None,
    ) -> dict[str, Any]:
        """Exchange a request token for an access token, and return its user."""
        access_token = await self._fetch_access_token(token, protocol, http_client)
        classic = getattr(self, "_oauth_get_user", None)
        if classic is None:
            user = await self._oauth_get_user_future(access_token)
        else:
            user = await _call_classic(classic, access_token)
        if not user:
            raise AuthError("the provider returned no user")
        user["access_token"] = access_token
        return user

    async def _fetch_access_token(
        self,
        token: Credentials,
        protocol: Mapping[str, str],
        http_client: AsyncHTTPClient | None,
    ) -> dict[str, Any]:
        url = endpoint(self, "_OAUTH_ACCESS_TOKEN_URL")
        answer = await self._fetch_token(
            url, "the access token", http_client, protocol, token=token
        )
        own = {"key": answer.pop("oauth_token"), "secret": answer.pop("oauth_token_secret")}
        return {name: value for name, value in answer.items() if value} | own

    def _oauth_consumer_token(self) -> dict[str, Any]:
        """Return ``key`` and ``secret`` of the program at the provider. Override to say them."""
        raise NotImplementedError(f"{type(self).__name__} must override _oauth_consumer_token")

    async def _oauth_get_user_future(self, access_token: dict[str, Any]) -> dict[str, Any]:
        """Return the user of an access token. Override to ask the provider.

        A class that has the classic ``_oauth_get_user(access_token, callback)`` needs none.
        """
        raise NotImplementedError(f"{type(self).__name__} must override _oauth_get_user_future")

    async def _oauth_api_request(
        self,
        url: str,
        access_token: Mapping[str, Any] | None,
        post_args: Mapping[str, Any] | None,
        args: Mapping[str, Any],
    ) -> Any:
        """Fetch an address of the provider, signed if there is a token, and return its JSON.

        :param post_args: the form to post; by default it is a GET.
        :param args: parameters for the query.
        """
        url = url_concat(url, {name: str(value) for name, value in args.items()})
        form = None
        if post_args is not None:
            form = {name: str(value) for name, value in post_args.items()}
        if access_token is None:
            response = await fetch(self.get_auth_http_client(), url, what="the provider", form=form)
            return read_value(response, "the provider")
        method = "GET" if form is None else "POST"
        requests = self._signed_requests(None)
        token = Credentials(access_token["key"], access_token["secret"])
        response = await requests.send(method, url, what="the provider", token=token, form=form)
        return read_value(response, "the provider", requests.secrets(token))

    def _oauth_request_parameters(
        self,
        url: str,
        access_token: Mapping[str, Any],
        parameters: Mapping[str, Any] | None = None,
        method: str = "GET",
    ) -> dict[str, str]:
        """Return the parameters that sign a request of the program's, for its query or its form.

        :param parameters: all others of the request: of its query and its form.
        """
        client, token = self._client(), Credentials(access_token["key"], access_token["secret"])
        protocol = protocol_parameters(client, token, self._OAUTH_SIGNATURE_METHOD)
        form = [(name, str(value)) for name, value in (parameters or {}).items()]
        return signed_parameters(method, url, protocol, client=client, token=token, form=form)

    def _client(self) -> Credentials:
        consumer = self._oauth_consumer_token()
        return Credentials(consumer["key"], consumer["secret"])

    def _signed_requests(self, http_client: AsyncHTTPClient | None) -> SignedRequests:
        return SignedRequests(
            http_client or self.get_auth_http_client(), self._client(), self._OAUTH_SIGNATURE_METHOD
        )

    def get_auth_http_client(self) -> AsyncHTTPClient:
        """Return the client that talks to the provider. Override to use one with other options."""
        return AsyncHTTPClient()


async def _call_classic(
    get_user: Callable[[dict[str, Any], Callable[[dict[str, Any]], None]], object],
    access_token: dict[str, Any],
) -> dict[str, Any]:
    """Return what a method of Tornado 2 gives to its callback."""
    user: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
    get_user(access_token, user.set_result)
    return await user
