"""OAuth 2 for handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._callback import takes_callback
from .._handler import handler_of
from .._started import Finished, Started
from ._answer import Answer, Checked
from ._authorization import Authorization, Wanted
from ._exchange import SignedIn, check_same_code, exchange
from ._tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping, Sequence

    from .._transactions._transaction import Transaction
    from ._provider import OAuth2Provider


class OAuth2Mixin(Tokens):
    """A handler that signs users in by OAuth 2, with the authorization code flow.

    ::

        class LoginHandler(RequestHandler, OAuth2Mixin):
            oauth2_provider = OAuth2Provider(
                name="ours",
                authorize_url="https://login.example.com/authorize",
                token_url="https://login.example.com/token",
            )

            async def get(self):
                if self.get_argument("state", None):
                    tokens = await self.get_oauth2_tokens()
                    ...
                    self.redirect(self.auth_transaction.next or "/")
                else:
                    await self.authorize_redirect(
                        "https://www.example.com/login", next=self.get_argument("next", None)
                    )

    The id and the secret of the program are arguments, or in the setting ``ours_oauth``:
    ``{"key": ..., "secret": ...}``. A classic subclass has the class attributes ``_OAUTH_AUTHORIZE_URL``
    and ``_OAUTH_ACCESS_TOKEN_URL`` instead of a provider.

    State, PKCE (S256) and the check of the issuer are always on, with a ``state`` of the program's in
    ``extra_params`` too. Only a classic subclass that passes one is taken to exchange the code itself, and
    to take care of PKCE by itself: give it a provider, or a ``code_challenge``.
    """

    #: The sign-in that has just ended: ``next`` is where the user wanted to go. It is not there before.
    #:
    #: .. versionadded:: 1.0
    auth_transaction: Transaction

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
        """Send the browser to the provider.

        The redirect is done when this returns, so a ``def`` handler need not wait. If the provider wants
        the request pushed first, wait for the result.

        :param redirect_uri: where the browser comes back, exactly as the provider knows it.
        :param extra_params: more parameters. A ``state`` or ``code_challenge`` among them is kept.
        :param scope: what is asked for, as a list or as text with spaces.
        :param next: where the user wants to go afterwards, on this site.
        :raises AuthError: an address is not https, or `next` leads to another site.

        .. versionadded:: 1.0
           ``next``.
        """
        provider = self.get_oauth2_provider()
        wanted = Wanted(
            redirect_uri=redirect_uri,
            scope=scope,
            response_type=response_type,
            extra_params=extra_params or {},
            next=next,
        )
        client = self._find_client(provider, client_id, client_secret)
        authorization = Authorization(handler_of(self), provider, client, wanted)
        return self._send_to_provider(provider, authorization)

    def _send_to_provider(
        self, provider: OAuth2Provider, authorization: Authorization
    ) -> Awaitable[None]:
        has_own_state = "state" in authorization.parameters
        if self._exchanges_code() or not has_own_state:
            authorization.begin()
        elif handler_of(self).settings.get("cookie_secret"):
            authorization.begin(with_challenge=False)
        if provider.par_url is not None:
            return Started(self._push(authorization))
        handler_of(self).redirect(authorization.url())
        return Finished()

    async def _push(self, authorization: Authorization) -> None:
        url = await authorization.push(self._http_client())
        handler_of(self).redirect(url)

    def _exchanges_code(self) -> bool:
        """Tell whether a method of ours gets the code, and not only one of the program.

        A handler with an :class:`OAuth2Provider` is written for :meth:`get_oauth2_tokens`. One with the
        classic attributes may have had its own state and token request before that method was there.
        """
        names_provider = type(self).get_oauth2_provider is not OAuth2Mixin.get_oauth2_provider
        return (
            self.oauth2_provider is not None
            or names_provider
            or any(
                cls.__module__.startswith("tornado.auth") and "get_authenticated_user" in vars(cls)
                for cls in type(self).__mro__
            )
        )

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
        """Check the answer that the browser brings, and exchange its code for tokens.

        :param redirect_uri: taken for symmetry; the address of the authorization request counts.
        :param code: by default that of the request.
        :param code_verifier: that of a challenge which the program chose itself.
        :returns: the members of the answer: ``access_token``, ``token_type`` and others. With DPoP, the
            member ``dpop_key`` is the private key as text; see :meth:`DPoPKey.from_json`.
        :raises TransactionError: the answer does not belong to a sign-in of this browser.
        :raises ProviderError: the provider refused.

        .. versionadded:: 1.0
        """
        signed_in = await self._exchange(
            redirect_uri, client_id, client_secret, code, code_verifier
        )
        if signed_in.dpop_key is not None:
            signed_in.tokens["dpop_key"] = signed_in.dpop_key.to_json()
        return signed_in.tokens

    async def _exchange(
        self,
        redirect_uri: str | None,
        client_id: str | None,
        client_secret: str | None,
        code: str | None,
        code_verifier: str | None = None,
    ) -> SignedIn:
        checked = await self._check_answer(redirect_uri)
        check_same_code(code, checked.code)
        client = self._client(checked.provider, client_id, client_secret)
        signed_in = await exchange(
            handler_of(self), checked, client, self._http_client(), code_verifier=code_verifier
        )
        self.auth_transaction = signed_in.transaction
        return signed_in

    async def _check_answer(self, redirect_uri: str | None) -> Checked:
        answer = Answer(handler_of(self), self.get_oauth2_providers())
        checked = None
        if not self._OAUTH_CHECK_STATE:
            checked = answer.check_without_transaction(redirect_uri)
        return checked or await answer.check()
