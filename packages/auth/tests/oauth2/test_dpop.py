"""Keys that tokens are bound to (RFC 9449), without a provider and with a dishonest one."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from types import SimpleNamespace

import pytest

from tornado.auth import AuthError, DPoPKey, DPoPNonces, OAuth2Provider, TransactionError
from tornado.auth._oauth2 import _sealed_key
from tornado.auth._oauth2._provider import Client
from tornado.auth._oauth2._token_request import ClientRequests
from tornado.auth._oidc._userinfo import MAX_USERINFO_SIZE, fetch_userinfo
from tornado.httpclient import AsyncHTTPClient
from tornado.httputil import HTTPHeaders
from tornado.web import RequestHandler


def claims_of(proof):
    return json.loads(base64.urlsafe_b64decode(f"{proof.split('.')[1]}=="))


def response_with(nonce):
    return SimpleNamespace(headers=HTTPHeaders({"DPoP-Nonce": nonce}))


def test_a_key_comes_back_as_it_was():
    key = DPoPKey.generate()
    again = DPoPKey.from_json(key.to_json())
    assert again.thumbprint == key.thumbprint
    assert DPoPKey.generate().thumbprint != key.thumbprint
    assert json.loads(key.to_json())["d"] not in repr(key)


def test_a_proof_is_signed_by_the_key_that_it_names():
    from joserfc import jwt
    from joserfc.jwk import ECKey

    proof = DPoPKey.generate().proof("POST", "https://a.example/token?x=y#z")
    header = json.loads(base64.urlsafe_b64decode(f"{proof.split('.')[0]}=="))
    token = jwt.decode(proof, ECKey.import_key(header["jwk"]), algorithms=["ES256"])
    assert token.claims["htu"] == "https://a.example/token"
    assert "ath" not in token.claims


def test_a_nonce_belongs_to_the_origin_that_sent_it():
    nonces = DPoPNonces()
    key = DPoPKey.generate(nonces)
    nonces.keep("https://a.example/token", response_with("first"))
    nonces.keep("https://a.example/other", response_with("second"))
    assert claims_of(key.proof("GET", "https://A.example/x"))["nonce"] == "second"
    for url in ("https://a.example:444/", "http://a.example/", "https://b.example/"):
        assert "nonce" not in claims_of(key.proof("GET", url))


def test_nonces_are_bounded():
    nonces = DPoPNonces(10)
    for number in range(100):
        nonces.keep(f"https://{number}.example/", response_with("n"))
    assert len(nonces._latest) <= 10


class Endpoint(RequestHandler):
    def initialize(self, received, answers):
        self.received, self.answers = received, answers

    def post(self):
        self.received.append(claims_of(self.request.headers["DPoP"]))
        status, nonce, answer = self.answers[min(len(self.received), len(self.answers)) - 1]
        self.set_status(status)
        if nonce:
            self.set_header("DPoP-Nonce", nonce)
        self.write(answer)


@pytest.fixture
def request_tokens(site):
    """Ask an endpoint for bound tokens; the last of its answers is repeated."""

    def send(*answers, **changes):
        received = []
        given = {"received": received, "answers": answers}
        url = site([("/token", Endpoint, given)]).url
        provider = OAuth2Provider(
            name="p", authorize_url=f"{url}/auth", token_url=f"{url}/token", **changes
        )

        async def run():
            async with AsyncHTTPClient(force_instance=True) as http_client:
                requests = ClientRequests(http_client, provider, Client("us"), DPoPKey.generate())
                return await requests.request_tokens({"grant_type": "refresh_token"})

        try:
            return asyncio.run(run()), received
        except AuthError as error:
            return error, received

    return send


GOOD = {"access_token": "t", "token_type": "DPoP", "sub": "did:plc:abc"}
WANTS_NONCE = {"error": "use_dpop_nonce"}


def test_a_server_that_keeps_asking_for_a_nonce_is_asked_twice_only(request_tokens):
    error, received = request_tokens((400, "n", WANTS_NONCE))
    assert isinstance(error, AuthError)
    assert [each.get("nonce") for each in received] == [None, "n"]


def test_a_nonce_is_retried_once_with_a_new_proof(request_tokens):
    tokens, received = request_tokens((400, "n", WANTS_NONCE), (200, "m", GOOD))
    assert tokens == GOOD
    assert [each.get("nonce") for each in received] == [None, "n"]
    assert received[0]["jti"] != received[1]["jti"]


def test_other_errors_are_not_retried(request_tokens):
    for answer in ({"error": "invalid_grant"}, {}, "no json"):
        _, received = request_tokens((400, "n", answer))
        assert len(received) == 1
    _, received = request_tokens((400, None, WANTS_NONCE))
    assert len(received) == 1


def test_an_answer_that_is_nested_too_deeply_is_an_error_like_others(request_tokens):
    error, received = request_tokens((400, "n", "[" * 100_000))
    assert isinstance(error, AuthError)
    assert len(received) == 1


def test_s11_userinfo_has_one_limit_with_a_key_and_without():
    limits = []

    class Client:
        async def fetch(self, request, raise_error):
            limits.append(request.max_body_size)
            headers = HTTPHeaders({"Content-Type": "application/json"})
            return SimpleNamespace(code=200, headers=headers, body=b'{"sub": "1"}')

    for key in (DPoPKey.generate(), None):
        user = asyncio.run(fetch_userinfo(Client(), "https://a.example/me", "token", "1", key))
        assert user == {"sub": "1"}
    assert limits == [MAX_USERINFO_SIZE] * 2


def test_s19_a_token_that_is_not_bound_is_refused(request_tokens):
    for token_type in ("Bearer", None, 1):
        error, _ = request_tokens((200, None, {**GOOD, "token_type": token_type}))
        assert "not bound to the key" in str(error)


def test_at_protocol_wants_to_know_whose_tokens_they_are(request_tokens):
    tokens, _ = request_tokens((200, None, GOOD), requires_subject=True)
    assert tokens["sub"] == "did:plc:abc"
    for subject in (None, 5):
        answer = {**GOOD, "sub": subject}
        error, _ = request_tokens((200, None, answer), requires_subject=True)
        assert "whose tokens" in str(error)


def handler_with(**settings):
    return SimpleNamespace(settings=settings)


def test_what_is_sealed_is_read_by_the_same_application_only():
    sealed = _sealed_key.seal(handler_with(cookie_secret="one"), "a key")
    assert "a key" not in sealed
    assert _sealed_key.unseal(handler_with(cookie_secret="one"), sealed) == "a key"
    with pytest.raises(TransactionError, match="begin again"):
        _sealed_key.unseal(handler_with(cookie_secret="other"), sealed)


def test_keys_of_an_application_may_be_rotated():
    sealed = _sealed_key.seal(handler_with(cookie_secret={1: "a"}, key_version=1), "a key")
    rotated = handler_with(cookie_secret={1: "a", 2: "b"}, key_version=2)
    assert _sealed_key.unseal(rotated, sealed) == "a key"
    with pytest.raises(AuthError, match="key_version"):
        _sealed_key.seal(handler_with(cookie_secret={1: "a"}), "a key")


def test_without_the_extra_the_error_says_what_to_install(monkeypatch):
    for module in ("joserfc", "joserfc.jwk", "joserfc.jwe"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(AuthError, match=r"pip install 'tornado-auth\[oidc\]'"):
        DPoPKey.generate()
    with pytest.raises(AuthError, match=r"pip install 'tornado-auth\[oidc\]'"):
        _sealed_key.seal(handler_with(cookie_secret="x"), "y")
