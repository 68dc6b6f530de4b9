"""Programs that exchange the code themselves, with the client that the mixin gives them.

They were written for a mixin that did not check anything. The client does it for them: before a code
goes to the token endpoint, the answer is checked, and the PKCE verifier is added unless the program
sends its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

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
        form = parse_qsl((request.body or b"").decode("latin-1"), keep_blank_values=True)
        query = parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
        codes = [value for name, value in form + query if name == "code"]
        if not codes or not self._handler.settings.get("cookie_secret"):
            return
        providers = self._get_providers()
        endpoint = _without_query(request.url)
        if endpoint not in {_without_query(provider.token_url) for provider in providers}:
            return
        answer = await Answer(self._handler, providers).check()
        transaction, provider, code = answer.transaction, answer.provider, answer.code
        if _without_query(provider.token_url) != endpoint:
            raise TransactionError(f"the code of {provider.name} must not go to another provider")
        for each in codes:
            check_same_code(each, code)
        names = dict(form)
        if transaction.verifier and "code" in names and "code_verifier" not in names:
            request.body = urlencode([*form, ("code_verifier", transaction.verifier)]).encode()


def _without_query(url: str) -> str:
    return urlsplit(url)._replace(query="", fragment="").geturl()
