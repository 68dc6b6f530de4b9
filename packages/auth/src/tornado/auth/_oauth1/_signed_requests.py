"""Requests to a provider that are signed, and carry the token in a field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .._http import fetch
from ._request import Credentials, authorization_field, protocol_parameters, signed_parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tornado.httpclient import AsyncHTTPClient, HTTPResponse


@dataclass(frozen=True)
class SignedRequests:
    """What sends signed requests of one client."""

    http_client: AsyncHTTPClient
    client: Credentials
    signature_method: str

    async def send(
        self,
        method: str,
        url: str,
        *,
        what: str,
        token: Credentials | None = None,
        protocol: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> HTTPResponse:
        """Send a request, and return the response, whatever its status.

        :param url: the address, with its query.
        :param what: what is asked, for messages.
        :param protocol: more parameters of the protocol: ``oauth_callback``, ``oauth_verifier``.
        :param form: the fields of the body.
        :raises AuthError: the address is not https, or there was no response within the limits.
        """
        parameters = protocol_parameters(self.client, token, self.signature_method, protocol)
        signed = signed_parameters(
            method,
            url,
            parameters,
            client=self.client,
            token=token,
            form=(form or {}).items(),
        )
        headers = {"Authorization": authorization_field(signed)}
        return await fetch(
            self.http_client, url, what=what, method=method, form=form, headers=headers
        )

    def secrets(self, token: Credentials | None = None, *others: str | None) -> list[str]:
        """Return what must not come back in a message."""
        mine = [self.client.secret, *((token.key, token.secret) if token is not None else ())]
        return [each for each in (*mine, *others) if each]
