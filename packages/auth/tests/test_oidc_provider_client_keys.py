"""A client that has a key instead of a secret, at npm's certified oidc-provider (RFC 7523)."""

from __future__ import annotations

import base64
import json
import urllib.parse
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from tornado.auth import AuthError, OAuth2Mixin, OAuth2Provider, OpenIDConnectClient
from tornado.web import RequestHandler, asynchronous

OFFLINE = {"scope": ["openid", "offline_access"]}
PAR = {"pushedAuthorizationRequests": {"enabled": True, "requirePushedAuthorizationRequests": True}}


def public_keys(private_key: Any) -> dict[str, Any]:
    return OpenIDConnectClient(
        issuer="https://a.example", key="web", private_key=private_key
    ).public_keys()


def part(token: str, index: int) -> dict[str, Any]:
    return json.loads(base64.urlsafe_b64decode(f"{token.split('.')[index]}=="))


def form_of(request: Any) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(request.body))


def members_of(page: Any) -> dict[str, Any]:
    assert page.status == 200, page.text
    return json.loads(page.text)


def sign_in(running: Any, browser: Any) -> Any:
    login = f"{running.url}/login"
    return browser.open(browser.visit(login, until=f"{login}?"))


@pytest.fixture(scope="module")
def rsa_key() -> str:
    return RSAKey.generate_key(2048).as_pem(private=True).decode()


@pytest.fixture
def key_client(client: Any) -> Callable[..., Any]:
    """Register a client by its public key."""

    def register(private_key: Any) -> Callable[..., dict[str, Any]]:
        def make(*addresses: str, **others: Any) -> dict[str, Any]:
            method = "private_key_jwt"
            keys = public_keys(private_key)
            made = client(*addresses, token_endpoint_auth_method=method, jwks=keys, **others)
            del made["client_secret"]
            return made

        return make

    return register


KEYS = {
    "RS256": lambda: RSAKey.generate_key(2048).as_dict(private=True),
    "PS256": lambda: {**RSAKey.generate_key(2048).as_dict(private=True), "alg": "PS256"},
    "ES256": lambda: ECKey.generate_key("P-256").as_pem(private=True),
    "Ed25519": lambda: json.dumps(OKPKey.generate_key("Ed25519").as_dict(private=True)),
}


@pytest.mark.parametrize("algorithm", KEYS)
def test_s19_keys_of_each_kind_prove_who_the_client_is(
    oidc_site: Any, key_client: Any, node_provider: Any, browser: Any, algorithm: str
) -> None:
    key = KEYS[algorithm]()
    at = {"enabledJWA": {"clientAuthSigningAlgValues": list(KEYS)}}
    running = oidc_site("await", key_client(key), private_key=key, at=at)
    assert members_of(sign_in(running, browser))["user"]["sub"] == "alice"
    [request] = node_provider.requests("/token")
    assertion = form_of(request)["client_assertion"]
    assert part(assertion, 0)["alg"] == algorithm
    assert part(assertion, 0)["kid"] == public_keys(key)["keys"][0]["kid"]


def test_s19_each_request_has_one_new_assertion_and_no_other_proof(
    oidc_site: Any, key_client: Any, node_provider: Any, browser: Any, generation: str, rsa_key: str
) -> None:
    at = {"features": PAR}
    running = oidc_site(generation, key_client(rsa_key), private_key=rsa_key, at=at, **OFFLINE)
    running.application.settings["asked"]["prompt"] = "consent"
    assert sign_in(running, browser).status == 200
    assert browser.request(f"{running.url}/refresh", {}).status == 200
    assert browser.request(f"{running.url}/revoke", {}).status == 200
    requests = [
        each
        for path in ("/request", "/token", "/token/revocation")
        for each in node_provider.requests(path)
    ]
    assert len(requests) == 4
    claims = [part(form_of(each)["client_assertion"], 1) for each in requests]
    for request, found in zip(requests, claims, strict=True):
        assert "authorization" not in request.headers
        assert "client_secret" not in form_of(request)
        assert (found["iss"], found["sub"]) == ("web", "web")
        assert found["aud"] == node_provider.issuer
        assert found["exp"] - found["iat"] == 60
    assert len({found["jti"] for found in claims}) == 4
    assert not [url for url in browser.history if "client_assertion" in url]


def test_s19_the_second_request_for_a_nonce_has_an_assertion_of_its_own(
    oidc_site: Any, key_client: Any, node_provider: Any, browser: Any, rsa_key: str
) -> None:
    """The provider refuses one that it has seen."""
    options = {"private_key": rsa_key, "uses_dpop": True, "at": {"dpopNonces": True}}
    running = oidc_site("await", key_client(rsa_key), **options)
    assert members_of(sign_in(running, browser))["tokens"]["token_type"] == "DPoP"
    first, second = (form_of(each)["client_assertion"] for each in node_provider.requests("/token"))
    assert part(first, 1)["jti"] != part(second, 1)["jti"]


def test_s19_another_key_is_refused_and_no_assertion_is_shown(
    oidc_site: Any,
    key_client: Any,
    node_provider: Any,
    browser: Any,
    generation: str,
    rsa_key: str,
    caplog: Any,
) -> None:
    registered = ECKey.generate_key("P-256").as_dict(private=True)
    running = oidc_site(generation, key_client(registered), private_key=rsa_key)
    page = sign_in(running, browser)
    assert page.status == 403
    assert "invalid_client" in page.text + caplog.text
    [request] = node_provider.requests("/token")
    assertion = form_of(request)["client_assertion"]
    assert assertion not in page.text + caplog.text


def test_the_audience_can_be_the_token_endpoint(
    oidc_site: Any, key_client: Any, node_provider: Any, browser: Any, rsa_key: str
) -> None:
    audience = f"{node_provider.issuer}/token"
    options = {"private_key": rsa_key, "assertion_audience": audience}
    running = oidc_site("await", key_client(rsa_key), **options)
    assert sign_in(running, browser).status == 200
    [request] = node_provider.requests("/token")
    assert part(form_of(request)["client_assertion"], 1)["aud"] == audience


# OAuth 2 without OpenID Connect.


class LoginHandler(RequestHandler, OAuth2Mixin):
    async def get(self) -> None:
        try:
            if self.get_argument("state", None):
                self.write(await self.get_oauth2_tokens())
            else:
                await self.authorize_redirect("/login", scope=["openid"])
        except AuthError as error:
            self.set_status(403)
            self.finish(str(error))


class ClassicLoginHandler(LoginHandler):
    @asynchronous
    def get(self) -> None:
        if self.get_argument("state", None):
            self.get_oauth2_tokens(callback=self.finish)
        else:
            self.authorize_redirect("/login", scope=["openid"])


@pytest.fixture
def oauth2_site(site: Any, node_provider: Any, key_client: Any, rsa_key: str) -> Any:
    def start(handler: Any, method: str = "private_key_jwt", **registered: Any) -> Any:
        issuer = node_provider.issuer
        handler.oauth2_provider = OAuth2Provider(
            name="npm",
            issuer=issuer,
            sends_issuer=True,
            authorize_url=f"{issuer}/auth",
            token_url=f"{issuer}/token",
            client_authentication=method,
        )
        settings = {"npm_oauth": {"key": "web", **registered}}
        running = site([("/login", handler)], cookie_secret="c" * 40, **settings)
        node_provider.configure(key_client(rsa_key)(f"{running.url}/login"))
        return running

    return start


@pytest.mark.parametrize("handler", [LoginHandler, ClassicLoginHandler])
def test_s19_a_client_of_oauth_2_has_a_key(
    oauth2_site: Any, browser: Any, handler: Any, rsa_key: str
) -> None:
    running = oauth2_site(handler, private_key=rsa_key)
    assert members_of(sign_in(running, browser))["access_token"]


@pytest.mark.parametrize(
    ("method", "has_key", "secret", "complaint"),
    [
        ("private_key_jwt", False, "s", "must have a private_key, and no secret"),
        ("private_key_jwt", False, None, "must have a private_key, and no secret"),
        ("client_secret_basic", True, None, "not 'client_secret_basic'"),
        ("client_secret_post", True, None, "not 'client_secret_post'"),
        ("private_key_jwt", True, "s", "has a secret and a private_key"),
    ],
)
def test_s19_two_methods_or_none_are_refused_before_anything_is_sent(
    oauth2_site: Any,
    node_provider: Any,
    browser: Any,
    rsa_key: str,
    method: str,
    has_key: bool,
    secret: str | None,
    complaint: str,
) -> None:
    registered = {"secret": secret, "private_key": rsa_key if has_key else None}
    running = oauth2_site(LoginHandler, method, **registered)
    page = browser.open(f"{running.url}/login", until=node_provider.issuer)
    if page.status == 302:
        page = browser.open(browser.visit(page.location, until=f"{running.url}/login?"))
    assert page.status == 403
    assert complaint in page.text
    assert node_provider.requests("/token") == []


# Encrypted tokens.

ENCRYPTION = {"features": {"encryption": {"enabled": True}}}


def register_encrypted(made: Any, key: Any, algorithm: str, contents: str) -> Callable[..., Any]:
    """Register a client whose id tokens are encrypted to a key."""
    keys = OpenIDConnectClient(issuer="https://a.example", key="web", decryption_keys=[key])
    changes = {
        "jwks": keys.public_keys(),
        "id_token_encrypted_response_alg": algorithm,
        "id_token_encrypted_response_enc": contents,
    }
    return lambda *addresses, **others: made(*addresses, **{**others, **changes})


@pytest.mark.parametrize(
    ("make_key", "algorithm", "contents"),
    [
        (lambda: RSAKey.generate_key(2048).as_pem(private=True), "RSA-OAEP-256", "A256GCM"),
        (lambda: RSAKey.generate_key(2048).as_pem(private=True), "RSA-OAEP", "A128CBC-HS256"),
        (lambda: ECKey.generate_key("P-256").as_dict(private=True), "ECDH-ES", "A256CBC-HS512"),
        (lambda: OKPKey.generate_key("X25519").as_dict(private=True), "ECDH-ES", "A128GCM"),
    ],
)
def test_encrypted_id_tokens_are_read(
    oidc_site: Any,
    client: Any,
    node_provider: Any,
    browser: Any,
    make_key: Any,
    algorithm: str,
    contents: str,
) -> None:
    key = make_key()
    made = register_encrypted(client, key, algorithm, contents)
    running = oidc_site("await", made, at=ENCRYPTION, decryption_keys=[key])
    answer = members_of(sign_in(running, browser))
    assert answer["user"]["sub"] == "alice"
    token = answer["tokens"]["id_token"]
    assert token.count(".") == 4
    assert part(token, 0)["alg"] == algorithm
    assert part(token, 0)["enc"] == contents


def test_refreshed_and_logout_tokens_are_encrypted_too(
    oidc_site: Any, client: Any, browser: Any, generation: str, rsa_key: str
) -> None:
    made = register_encrypted(client, rsa_key, "RSA-OAEP-256", "A256GCM")
    options = {"at": ENCRYPTION, "decryption_keys": [rsa_key], **OFFLINE}
    running = oidc_site(generation, made, **options)
    running.application.settings["asked"]["prompt"] = "consent"
    user = members_of(sign_in(running, browser))["user"]
    refreshed = members_of(browser.request(f"{running.url}/refresh", {}))
    assert refreshed["id_token"].count(".") == 4
    browser.visit(f"{running.url}/logout", until=f"{running.url}/logged-out")
    [claims] = running.application.settings["ended"]
    assert (claims["sub"], claims["sid"]) == ("alice", user["sid"])


def test_an_encrypted_id_token_without_a_key_says_what_to_set(
    oidc_site: Any, client: Any, browser: Any, generation: str, rsa_key: str, caplog: Any
) -> None:
    made = register_encrypted(client, rsa_key, "RSA-OAEP-256", "A256GCM")
    page = sign_in(oidc_site(generation, made, at=ENCRYPTION), browser)
    assert page.status == 403
    assert "the id token is encrypted: set decryption_keys" in page.text + caplog.text


def test_s19_an_id_token_that_is_not_encrypted_is_refused_where_it_must_be(
    oidc_site: Any, browser: Any, generation: str, rsa_key: str, caplog: Any
) -> None:
    page = sign_in(oidc_site(generation, decryption_keys=[rsa_key]), browser)
    assert page.status == 403
    assert "is not encrypted, though the client has decryption_keys" in page.text + caplog.text


def test_s19_an_id_token_for_another_key_is_refused(
    oidc_site: Any, client: Any, browser: Any, rsa_key: str
) -> None:
    other = RSAKey.generate_key(2048).as_pem(private=True)
    made = register_encrypted(client, other, "RSA-OAEP-256", "A256GCM")
    page = sign_in(oidc_site("await", made, at=ENCRYPTION, decryption_keys=[rsa_key]), browser)
    assert page.status == 403
    assert "cannot be decrypted" in page.text
    both = oidc_site("await", made, at=ENCRYPTION, decryption_keys=[rsa_key, other])
    assert members_of(sign_in(both, browser))["user"]["sub"] == "alice"  # while keys change
