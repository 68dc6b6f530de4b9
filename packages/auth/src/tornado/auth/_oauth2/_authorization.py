"""The authorization request: its parameters, its transaction, and how it reaches the provider."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from tornado.httputil import url_concat

from .._addresses import check_address, local_address
from .._errors import AuthError
from .._http import read_object
from .._transactions._cookies import Transactions
from .._transactions._transaction import Transaction, new_secret, new_state
from ._dpop import DPoPKey, nonces_of
from ._sealed_key import seal
from ._token_request import ClientRequests, is_printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tornado.httpclient import AsyncHTTPClient

    from .._handler import AuthHandler
    from ._provider import Client, OAuth2Provider

#: Parameters that must never travel through the browser.
_SECRETS = ("client_secret", "code_verifier")


@dataclass(kw_only=True)
class Wanted:
    """What a program asks for."""

    redirect_uri: str | None = None
    scope: Sequence[str] | str | None = None
    response_type: str = "code"
    extra_params: Mapping[str, Any] = field(default_factory=dict)
    #: Where the program wants to go afterwards.
    next: str | None = None
    #: Whether an id token is expected, which has to name a nonce.
    has_nonce: bool = False
    #: What else the transaction has to remember.
    data: dict[str, str] = field(default_factory=dict)


class Authorization:
    """An authorization request to a provider (RFC 6749 section 4.1.1)."""

    def __init__(
        self, handler: AuthHandler, provider: OAuth2Provider, client: Client | None, wanted: Wanted
    ) -> None:
        self._handler = handler
        self._provider = provider
        self._client = client
        self._wanted = wanted
        self._dpop_key: DPoPKey | None = None
        self.parameters = self._basic_parameters()

    def _basic_parameters(self) -> dict[str, str]:
        """Return what is asked for, without the parameters that protect it."""
        wanted, provider = self._wanted, self._provider
        scope = wanted.scope or provider.scope
        checked = {
            "response_type": wanted.response_type,
            "redirect_uri": self._redirect_uri(),
            "client_id": None if self._client is None else self._client.id,
        }
        for name, value in checked.items():
            if wanted.extra_params.get(name, value) != value:
                raise AuthError(f"extra_params must not have {name}: it is an argument of its own")
        parameters = {
            **checked,
            "scope": scope if isinstance(scope, str) else " ".join(scope) or None,
            **provider.extra_params,
            **wanted.extra_params,
        }
        for name in _SECRETS:
            if name in parameters:
                raise AuthError(
                    f"extra_params must not have {name}: it would go through the browser"
                )
        return {name: str(value) for name, value in parameters.items() if value is not None}

    def _redirect_uri(self) -> str | None:
        uri = self._wanted.redirect_uri or self._provider.redirect_uri
        if uri is None:
            return None
        return check_address(urljoin(self._handler.request.full_url(), uri), "redirect_uri")

    def begin(self, *, with_challenge: bool = True) -> Transaction:
        """Bind the request to the browser: state, PKCE by S256 (RFC 7636) and, if wanted, a nonce.

        A state or a challenge of the program's is kept.

        :param with_challenge: false if the program exchanges the code, and could not send a verifier.
        """
        wanted, parameters = self._wanted, self.parameters
        transaction = Transaction(
            state=parameters.setdefault("state", new_state()),
            provider=self._provider.id,
            redirect_uri=parameters.get("redirect_uri", ""),
            nonce=parameters.setdefault("nonce", new_secret()) if wanted.has_nonce else "",
            verifier=new_secret() if with_challenge and self._needs_challenge() else "",
            next=self._next(),
            data=wanted.data | self._bind_key(),
        )
        if transaction.verifier:
            parameters["code_challenge"] = transaction.challenge
            parameters["code_challenge_method"] = "S256"
        posts_back = parameters.get("response_mode") == "form_post"
        return Transactions(self._handler).begin(transaction, posts_back=posts_back)

    def _needs_challenge(self) -> bool:
        has_code = "code" in self.parameters["response_type"].split()
        return has_code and "code_challenge" not in self.parameters

    def _bind_key(self) -> dict[str, str]:
        """Make the key that the tokens of this sign-in are bound to, and announce it (RFC 9449 section 10)."""
        if not self._provider.uses_dpop:
            return {}
        self._dpop_key = DPoPKey.generate(nonces_of(self._handler))
        self.parameters["dpop_jkt"] = self._dpop_key.thumbprint
        return {"dpop": seal(self._handler, self._dpop_key.to_json())}

    def _next(self) -> str:
        """Return where to go afterwards, which must be on this site."""
        wanted = self._wanted.next
        if not wanted:
            return ""
        address = local_address(self._handler.request, wanted)
        if address is None:
            raise AuthError("next must be an address on this site")
        return address

    def url(self) -> str:
        """Return the address to send the browser to, with all parameters in it."""
        return self._url(self.parameters)

    async def push(self, http_client: AsyncHTTPClient) -> str:
        """Push the parameters to the provider, and return the address that refers to them (RFC 9126).

        :raises ProviderError: the provider refused the request.
        """
        if self._provider.par_url is None or self._client is None:
            raise AuthError("a pushed authorization request needs par_url and a client id")
        what = "the endpoint for pushed authorization requests"
        requests = ClientRequests(http_client, self._provider, self._client, self._dpop_key)
        parameters = {**self.parameters, "client_id": self._client.id}
        response = await requests.post(self._provider.par_url, what, parameters)
        pushed = read_object(response, what, requests.secrets_of(parameters))
        request_uri = pushed.get("request_uri")
        if not isinstance(request_uri, str) or not is_printable(request_uri):
            raise AuthError(f"the answer of {what} has no request_uri")
        return self._url({"client_id": self._client.id, "request_uri": request_uri})

    def _url(self, parameters: dict[str, str]) -> str:
        address = check_address(self._provider.authorize_url, "the authorization endpoint")
        return url_concat(address, parameters)
