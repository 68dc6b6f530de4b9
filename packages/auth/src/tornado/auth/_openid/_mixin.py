"""OpenID 2.0 for handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from tornado.httpclient import AsyncHTTPClient
from tornado.httputil import url_concat

from .._addresses import check_address, checked_next
from .._callback import takes_callback
from .._endpoints import endpoint
from .._handler import handler_of
from .._started import Finished
from .._transactions._cookies import Transactions
from .._transactions._transaction import Transaction, new_state
from ._attributes import ATTRIBUTE_NAMES, attribute_request, user_of
from ._message import authentication_request
from ._verification import STATE, verify

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping, Sequence

    from ._message import Assertion


class OpenIdMixin:
    """A handler that signs users in by OpenID 2.0, with attribute exchange.

    ::

        class LoginHandler(RequestHandler, OpenIdMixin):
            _OPENID_ENDPOINT = "https://login.example.com/openid"

            async def get(self):
                if self.get_argument("openid.mode", None):
                    user = await self.get_authenticated_user()
                    ...
                else:
                    self.authenticate_redirect()

    The answer counts only in the browser that asked, once, and after the provider confirmed it. The
    identifier's own document must name the endpoint too, so that no provider can speak for the users of
    another one; a provider whose identifiers have no documents needs
    ``_OPENID_VERIFIES_IDENTIFIER = False``.
    """

    #: Where users sign in; the setting ``auth_endpoints`` can point it elsewhere.
    _OPENID_ENDPOINT: str

    #: Whether the document of the user's identifier is read (section 11.2). Without that, an identifier
    #: means something only together with this endpoint.
    _OPENID_VERIFIES_IDENTIFIER = True

    #: The sign-in that has just ended: ``next`` is where the user wanted to go. It is not there before.
    #:
    #: .. versionadded:: 1.0
    auth_transaction: Transaction

    def authenticate_redirect(
        self,
        callback_uri: str | None = None,
        ax_attrs: Sequence[str] = ATTRIBUTE_NAMES,
        *,
        next: str | None = None,
    ) -> Awaitable[None]:
        """Send the browser to the provider; it comes back with an argument ``openid.mode``.

        The redirect is done when this returns, so nobody needs to wait.

        :param callback_uri: where it comes back; by default the address of this request.
        :param ax_attrs: what to ask for: of ``name``, ``email``, ``language`` and ``username``.
        :param next: where the user wants to go afterwards, on this site.
        :raises AuthError: an address is not https, or `next` leads to another site.
        :raises ValueError: there is no such attribute.

        .. versionadded:: 1.0
           ``next``.
        """
        return self._ask_provider(callback_uri, [attribute_request(ax_attrs)], next)

    def _ask_provider(
        self,
        callback_uri: str | None,
        extensions: Sequence[Mapping[str, str]],
        next: str | None = None,
    ) -> Awaitable[None]:
        handler = handler_of(self)
        provider = check_address(endpoint(self, "_OPENID_ENDPOINT"), "the OpenID endpoint")
        state = new_state()
        return_to = _return_to(handler.request.full_url(), callback_uri, state)
        request = authentication_request(
            return_to=return_to, realm=urljoin(return_to, "/"), extensions=extensions
        )
        transaction = Transaction(
            state=state,
            provider=provider,
            redirect_uri=return_to,
            next=checked_next(handler.request, next),
        )
        # A long answer comes as a form that the provider's page posts (section 5.2.1).
        Transactions(handler).begin(transaction, posts_back=True)
        handler.redirect(url_concat(provider, request))
        return Finished()

    @takes_callback(0)
    async def get_authenticated_user(
        self, http_client: AsyncHTTPClient | None = None
    ) -> dict[str, Any]:
        """Verify the answer that the browser brings, and return the user.

        :returns: ``claimed_id``, which identifies the user, and ``name``; ``first_name``,
            ``last_name``, ``email``, ``locale`` and ``username`` if the provider sent them.
        :raises TransactionError: the answer does not belong to a sign-in of this browser.
        :raises ProviderError: the user did not sign in, or the provider refused.
        :raises AuthError: the answer cannot be verified.
        """
        return user_of(await self._verify_assertion(http_client))

    async def _verify_assertion(self, http_client: AsyncHTTPClient | None) -> Assertion:
        provider = check_address(endpoint(self, "_OPENID_ENDPOINT"), "the OpenID endpoint")
        assertion, self.auth_transaction = await verify(
            handler_of(self),
            http_client or self.get_auth_http_client(),
            provider,
            has_discovery=self._OPENID_VERIFIES_IDENTIFIER,
        )
        return assertion

    def get_auth_http_client(self) -> AsyncHTTPClient:
        """Return the client that talks to the provider. Override to use one with other options."""
        return AsyncHTTPClient()


def _return_to(address: str, callback_uri: str | None, state: str) -> str:
    """Return where the browser comes back, with the name of the sign-in in its query.

    An answer that the request itself brought is left out, or the next one would have each field twice.

    :param address: the whole address of the request.
    """
    url = address if callback_uri is None else urljoin(address, callback_uri)
    parts = urlsplit(check_address(url, "callback_uri"))
    kept = [
        pair
        for pair in parse_qsl(parts.query, keep_blank_values=True)
        if not pair[0].startswith("openid.") and pair[0] != STATE
    ]
    query = urlencode([*kept, (STATE, state)])
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, ""))
