"""Measure what the check of an id token costs: ``python bench/auth/run.py``.

Run it with a Python that has tornado-auth with its extra ``oidc``, and tornado-httpserver. The token is of
RS256 with a key of 2,048 bits. Both sides have the key already: ours from a provider on this machine,
which is asked once before.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import statistics
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from tornado.auth._oidc._checker import TokenChecker
from tornado.auth._oidc._client import OpenIDConnectClient
from tornado.auth._oidc._id_token import SignIn
from tornado.auth._oidc._provider import Provider
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders, HTTPServerRequest, ResponseStartLine
from tornado.netutil import bind_sockets

if TYPE_CHECKING:
    from collections.abc import Callable

CLIENT_ID = "client-1"
NONCE = "a nonce of the sign-in"


@dataclass
class Contestant:
    """One way to check a token."""

    name: str
    check: Callable[[], object]
    samples: list[float] = field(default_factory=list)  #: microseconds of CPU for one check

    @property
    def median(self) -> float:
        """Microseconds."""
        return statistics.median(self.samples)


class Documents:
    """The two documents of a provider, on an unused port."""

    def __init__(self, key: RSAKey) -> None:
        self.server = HTTPServer(self.answer)
        sockets = bind_sockets(0, "127.0.0.1")
        self.issuer = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
        self.keys = {"keys": [{**key.as_dict(private=False), "kid": "key-1", "use": "sig"}]}
        self.server.add_sockets(sockets)

    def answer(self, request: HTTPServerRequest) -> None:
        """Answer with the keys, or with the provider's metadata."""
        names = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "jwks_uri": "keys",
        }
        metadata = {name: f"{self.issuer}/{path}" for name, path in names.items()}
        document = self.keys if request.path == "/keys" else {"issuer": self.issuer, **metadata}
        body = json.dumps(document).encode()
        request.connection.write_headers(
            ResponseStartLine("HTTP/1.1", 200, "OK"),
            HTTPHeaders({"Content-Type": "application/json", "Content-Length": str(len(body))}),
            body,
        )
        request.connection.finish()


def claims_of(issuer: str) -> dict[str, Any]:
    """Return the claims of a usual id token."""
    now = int(time.time())
    return {
        "iss": issuer,
        "sub": "110169484474386276334",
        "aud": CLIENT_ID,
        "azp": CLIENT_ID,
        "iat": now,
        "exp": now + 3600,
        "nonce": NONCE,
        "email": "ada@example.com",
        "email_verified": True,
        "name": "Ada Lovelace",
    }


def joserfc_check(token: str, key: Any, issuer: str) -> Callable[[], object]:
    """Return a check by joserfc alone: the signature, and the claims that it knows about."""
    registry = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": issuer},
        sub={"essential": True},
        aud={"essential": True, "value": CLIENT_ID},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": NONCE},
    )

    def check() -> object:
        found = jwt.decode(token, key, algorithms=["RS256"])
        registry.validate(found.claims)
        return found.claims

    return check


def our_check(checker: TokenChecker, token: str) -> Callable[[], object]:
    """Return our check. It is a coroutine that waits for nothing, so one step runs it to its end."""
    sign_in = SignIn(NONCE)

    def check() -> object:
        work = checker.check_id_token(token, sign_in)
        try:
            work.send(None)
        except StopIteration as end:
            return end.value
        raise RuntimeError("the key was not there")

    return check


def measure(contestants: list[Contestant], rounds: int, count: int) -> None:
    """Let the contestants take turns."""
    for number in range(rounds + 1):
        for contestant in contestants[number % 2 :] + contestants[: number % 2]:
            gc.collect()
            start = time.process_time_ns()
            for _ in range(count):
                contestant.check()
            sample = (time.process_time_ns() - start) / 1000 / count
            if number:  # the first round warms up
                contestant.samples.append(sample)


async def make_contestants() -> list[Contestant]:
    """Return them; all give the same claims."""
    key = RSAKey.generate_key(2048, {"kid": "key-1"})
    documents = Documents(key)
    token = jwt.encode({"alg": "RS256", "kid": "key-1"}, claims_of(documents.issuer), key)
    client = OpenIDConnectClient(issuer=documents.issuer, key=CLIENT_ID)
    http_client = AsyncHTTPClient(force_instance=True)
    checker = TokenChecker(Provider(documents.issuer), client, http_client)
    expected = await checker.check_id_token(token, SignIn(NONCE))
    documents.server.stop()
    http_client.close()
    public = KeySet.import_key_set(documents.keys)
    contestants = [
        Contestant("joserfc, with the key", joserfc_check(token, public.keys[0], documents.issuer)),
        Contestant("joserfc, with a set of keys", joserfc_check(token, public, documents.issuer)),
        Contestant("tornado.auth", our_check(checker, token)),
    ]
    for contestant in contestants:
        if contestant.check() != expected:
            raise SystemExit(f"{contestant.name} gives other claims")
    return contestants


def main() -> int:
    """Measure and print the table; fail above the limit, if there is one."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=15, help="default: %(default)s")
    parser.add_argument("--count", type=int, default=1000, help="checks in a round (%(default)s)")
    parser.add_argument("--limit", type=float, help="fail above this ratio to joserfc with the key")
    options = parser.parse_args()
    contestants = asyncio.run(make_contestants())
    measure(contestants, options.rounds, options.count)
    print("an id token of RS256: CPU microseconds, median of the rounds\n")
    print("| check | median | of joserfc |\n|---|--:|--:|")
    for each in contestants:
        ratio = statistics.median(
            ours / theirs for ours, theirs in zip(each.samples, contestants[0].samples, strict=True)
        )
        print(f"| {each.name} | {each.median:.1f} | {ratio:.2f} |")
    return int(options.limit is not None and ratio > options.limit)


if __name__ == "__main__":
    raise SystemExit(main())
