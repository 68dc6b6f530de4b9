"""Tokens of several providers in one handler at the same time: each goes to its own provider only."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from tornado.auth import AuthError, OpenIDConnectMixin
from tornado.httputil import HTTPHeaders

A, B = "https://a.example", "https://b.example"


class Providers:
    """A client that records requests, and answers as two providers would."""

    def __init__(self):
        self.posted = []
        self.fails_keys = False
        self.answers = []

    async def fetch(self, request, raise_error=False):
        await asyncio.sleep(0)
        origin, path = request.url[: len(A)], request.url[len(A) :]
        if path == "/.well-known/openid-configuration":
            names = ("authorization", "token", "revocation")
            found = {f"{name}_endpoint": f"{origin}/{name}" for name in names}
            return answer({"issuer": origin, "jwks_uri": f"{origin}/keys", **found})
        if path == "/keys":
            return answer({"keys": []}, 503 if self.fails_keys else 200)
        self.posted.append((request.url, request.headers["Authorization"], request.body.decode()))
        tokens = {"access_token": f"access of {origin}", "token_type": "Bearer"}
        return answer(tokens)


def answer(members, code=200):
    headers = HTTPHeaders({"Content-Type": "application/json"})
    return SimpleNamespace(code=code, body=json.dumps(members).encode(), headers=headers)


@pytest.fixture
def providers():
    return Providers()


@pytest.fixture
def handler(providers):
    class Handler(OpenIDConnectMixin):
        settings: ClassVar[dict[str, Any]] = {
            "oidc": [
                {"issuer": A, "key": "client-a", "secret": "secret-a"},
                {"issuer": B, "key": "client-b", "secret": "secret-b"},
            ]
        }

        def get_auth_http_client(self):
            return providers

    return Handler()


def user_of(issuer):
    return {"iss": issuer, "sub": "1", "aud": "client"}


def test_s19_refresh_tokens_go_to_their_own_provider(handler, providers):
    async def run():
        return await asyncio.gather(
            handler.refresh_oauth2_tokens("of-a", user=user_of(A)),
            handler.refresh_oauth2_tokens("of-b", user=user_of(B)),
            handler.refresh_oauth2_tokens("of-a-too"),
        )

    tokens = asyncio.run(run())
    assert [each["access_token"][-len(A) :] for each in tokens] == [A, B, A]
    assert len(providers.posted) == 3
    for url, _, body in providers.posted:
        assert url.startswith(B if "of-b" in body else A)
    assert len({authorization for _, authorization, _ in providers.posted}) == 2


def test_s19_revoked_tokens_go_to_their_own_provider(handler, providers):
    async def run():
        await asyncio.gather(
            handler.revoke_oauth2_token("of-a", issuer=A),
            handler.revoke_oauth2_token("of-b", issuer=B),
        )

    asyncio.run(run())
    assert sorted((url, body) for url, _, body in providers.posted) == [
        (f"{A}/revocation", "token=of-a"),
        (f"{B}/revocation", "token=of-b"),
    ]


def test_one_token_of_two_providers_makes_two_requests(handler, providers):
    async def run():
        return await asyncio.gather(
            handler.refresh_oauth2_tokens("same", user=user_of(A)),
            handler.refresh_oauth2_tokens("same", user=user_of(B)),
        )

    first, second = asyncio.run(run())
    assert first["access_token"] != second["access_token"]


def test_a_refresh_token_is_not_used_while_its_answer_could_not_be_checked(handler, providers):
    providers.fails_keys = True
    with pytest.raises(AuthError, match="the JWK Set answered 503"):
        asyncio.run(_await(lambda: handler.refresh_oauth2_tokens("of-a", user=user_of(A))))
    assert providers.posted == []


async def _await(call):
    return await call()
