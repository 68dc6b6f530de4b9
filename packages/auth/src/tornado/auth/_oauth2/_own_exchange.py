"""Programs that exchange the code themselves, with the client that the mixin gives them.

They were written for a mixin that did not check anything. The client does it for them: before a code
goes to the token endpoint, the answer is checked, and the PKCE verifier is added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from .._errors import TransactionError
from ._answer import Answer
from ._exchange import check_same_code

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tornado.httpclient import AsyncHTTPClient, HTTPRequest

    from .._handler import AuthHandler
    from ._provider import OAuth2Provider


class CheckingClient:
    """A client whose requests to a token endpoint are checked first; others are passed on."""

    def __init__(
        self,
        client: AsyncHTTPClient,
        handler: AuthHandler,
        get_providers: Callable[[], Sequence[OAuth2Provider]],
    ) -> None:
        self.client = client
        self._handler = handler
        self._get_providers = get_providers

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def fetch(self, request: str | HTTPRequest, *args: Any, **kwargs: Any) -> Any:
        """Perform a request; see :meth:`tornado.httpclient.AsyncHTTPClient.fetch`."""
        if isinstance(request, str):
            kwargs["prepare"] = [*(kwargs.get("prepare") or ()), self._check]
        else:
            request.prepare = [*(request.prepare or ()), self._check]
        return self.client.fetch(request, *args, **kwargs)

    async def _check(self, request: HTTPRequest) -> None:
        if request.method != "POST" or not self._handler.settings.get("cookie_secret"):
            return
        form = parse_qsl((request.body or b"").decode("latin-1"), keep_blank_values=True)
        names = dict(form)
        if "code" not in names or "code_verifier" in names:
            return
        providers = self._get_providers()
        if request.url not in {provider.token_url for provider in providers}:
            return
        transaction, provider, code = await Answer(self._handler, providers).check()
        if provider.token_url != request.url:
            raise TransactionError(f"the code of {provider.name} must not go to another provider")
        check_same_code(names["code"], code)
        if transaction.verifier:
            request.body = urlencode([*form, ("code_verifier", transaction.verifier)]).encode()
