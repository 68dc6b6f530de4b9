"""Pushed authorization requests (RFC 9126), alone and with tokens that are bound to a key (RFC 9449)."""

from __future__ import annotations

import base64
import hashlib
import json
import urllib.parse

import pytest

from tornado.auth import (
    AuthError,
    DPoPKey,
    OAuth2Mixin,
    bluesky_client_metadata,
    discover_bluesky_provider,
    discover_oauth2_provider,
)
from tornado.web import RequestHandler, asynchronous


def query_of(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


def form_of(request):
    return dict(urllib.parse.parse_qsl(request.body))


def claims_of(proof):
    header, claims, _ = proof.split(".")
    return tuple(json.loads(base64.urlsafe_b64decode(f"{part}==")) for part in (header, claims))


class Profile(RequestHandler, OAuth2Mixin):
    """Asks for the user with a token that is bound to a key."""

    def initialize(self, provider):
        self.oauth2_provider = provider

    def key(self):
        return DPoPKey.from_json(self.get_argument("key"))

    async def get(self):
        url, token = self.oauth2_provider.userinfo_url, self.get_argument("token")
        self.write(await self.oauth2_request(url, token, dpop_key=self.key()))


class ClassicProfile(Profile):
    @asynchronous
    def get(self):
        url, token = self.oauth2_provider.userinfo_url, self.get_argument("token")
        self.oauth2_request(url, self.finish, access_token=token, dpop_key=self.key())


@pytest.fixture
def pushing(site, node_provider, client, make_provider, handler_class, settings):
    """Run a site whose provider wants requests pushed."""

    def run(node_settings=None, client_settings=None, **changes):
        issuer = node_provider.issuer
        provider = make_provider(issuer, par_url=f"{issuer}/request", **changes)
        registered = client("http://127.0.0.1:1/")
        profile = Profile if not handler_class.__name__.startswith("Classic") else ClassicProfile
        running = site(
            [
                ("/login", handler_class, {"provider": provider}),
                ("/profile", profile, {"provider": provider}),
            ],
            node_oauth={"key": "web", "secret": registered["client_secret"]},
            **settings,
        )
        running.login = f"{running.url}/login"
        node_provider.configure(
            client(
                running.login,
                require_pushed_authorization_requests=True,
                **(client_settings or {}),
            ),
            **(node_settings or {}),
        )
        return running

    return run


def test_the_parameters_are_pushed_and_the_browser_carries_a_reference(
    pushing, browser, node_provider
):
    running = pushing()
    target = browser.open(running.login, until=node_provider.issuer).location
    assert query_of(target).keys() == {"client_id", "request_uri"}
    [pushed] = node_provider.requests("/request")
    assert form_of(pushed).keys() >= {"state", "code_challenge", "redirect_uri", "scope"}
    assert form_of(pushed)["code_challenge_method"] == "S256"
    assert "code_verifier" not in form_of(pushed)
    assert pushed.headers["authorization"].startswith("Basic ")
    page = browser.open(browser.visit(target, until=f"{running.login}?"))
    assert page.status == 200, page.text


@pytest.mark.expected_errors("Uncaught exception GET /login", "exception in callback")
def test_a_request_that_the_provider_refuses_is_an_error(pushing, browser, node_provider):
    running = pushing(scope=("openid",), extra_params={"prompt": "nonsense"})
    page = browser.open(running.login, until=node_provider.issuer)
    assert page.status == 500


@pytest.fixture
def binding(pushing):
    return lambda nonces: pushing(
        {"dpopNonces": nonces},
        {"dpop_bound_access_tokens": True},
        uses_dpop=True,
        scope=("openid", "email"),
    )


def sign_in(running, browser):
    page = browser.open(browser.visit(running.login, until=f"{running.login}?"))
    assert page.status == 200, page.text
    return json.loads(page.text)["tokens"]


@pytest.mark.parametrize("nonces", [False, True], ids=["without-nonces", "with-nonces"])
def test_pushed_requests_and_bound_tokens_together(binding, browser, node_provider, nonces):
    running = binding(nonces)
    tokens = sign_in(running, browser)
    assert tokens["token_type"] == "DPoP"
    thumbprint = DPoPKey.from_json(tokens["dpop_key"]).thumbprint
    assert form_of(node_provider.requests("/request")[-1])["dpop_jkt"] == thumbprint
    query = urllib.parse.urlencode({"token": tokens["access_token"], "key": tokens["dpop_key"]})
    page = browser.open(f"{running.url}/profile?{query}")
    assert json.loads(page.text)["sub"] == "alice"


def test_each_request_has_a_proof_of_its_own_for_its_address_and_token(
    binding, browser, node_provider
):
    running = binding(True)
    tokens = sign_in(running, browser)
    query = urllib.parse.urlencode({"token": tokens["access_token"], "key": tokens["dpop_key"]})
    browser.open(f"{running.url}/profile?{query}")
    proved = [each for each in node_provider.requests() if "dpop" in each.headers]
    read = [claims_of(each.headers["dpop"]) for each in proved]
    assert len({claims["jti"] for _, claims in read}) == len(read)
    for request, (header, claims) in zip(proved, read, strict=True):
        assert header["typ"] == "dpop+jwt"
        assert header["alg"] == "ES256"
        assert "d" not in header["jwk"]
        assert claims["htm"] == request.method
        assert claims["htu"] == node_provider.issuer + request.path
    resource = [claims for _, claims in read if claims["htu"].endswith("/me")]
    digest = hashlib.sha256(tokens["access_token"].encode()).digest()
    expected = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert {claims["ath"] for claims in resource} == {expected}
    assert proved[-1].headers["authorization"] == f"DPoP {tokens['access_token']}"


def test_a_nonce_is_asked_for_once_and_kept_for_its_origin(binding, browser, node_provider):
    running = binding(True)
    sign_in(running, browser)
    pushed = [claims_of(each.headers["dpop"])[1] for each in node_provider.requests("/request")]
    redeemed = [claims_of(each.headers["dpop"])[1] for each in node_provider.requests("/token")]
    assert ["nonce" in claims for claims in pushed] == [False, True]
    assert ["nonce" in claims for claims in redeemed] == [True]


def test_the_private_key_in_the_cookie_is_encrypted(binding, browser, node_provider):
    running = binding(False)
    browser.open(running.login, until=node_provider.issuer)
    [cookie] = browser.cookie("tornado_signin_")
    payload = cookie.value.split("|")[4].partition(":")[2]
    transaction = json.loads(base64.b64decode(payload))
    header, key, _, _, _ = transaction["data"]["dpop"].split(".")
    assert json.loads(base64.urlsafe_b64decode(f"{header}==")) == {"alg": "dir", "enc": "A256GCM"}
    assert key == ""
    assert len(cookie.value) < 3000


def test_metadata_of_a_server_make_a_provider(node_provider, site):
    import asyncio

    node_provider.configure()
    # oidc-provider has its metadata at the address of OpenID Connect only
    metadata = {}

    class Metadata(RequestHandler):
        def get(self):
            self.write(metadata)

    server = site([("/.well-known/oauth-authorization-server(?:/tenant)?", Metadata)])
    metadata.update(
        issuer=server.url,
        authorization_endpoint=f"{server.url}/auth",
        token_endpoint=f"{server.url}/token",
        pushed_authorization_request_endpoint=f"{server.url}/par",
        authorization_response_iss_parameter_supported=True,
        token_endpoint_auth_methods_supported=["private_key_jwt", "client_secret_post"],
        unknown={"a": 1},
    )
    provider = asyncio.run(discover_oauth2_provider(server.url))
    assert (provider.issuer, provider.sends_issuer) == (server.url, True)
    assert provider.client_authentication == "client_secret_post"
    assert provider.par_url is None  # it may be pushed, but need not
    metadata["require_pushed_authorization_requests"] = True
    assert asyncio.run(discover_oauth2_provider(server.url)).par_url == f"{server.url}/par"
    for issuer in (f"{server.url}/", f"{server.url}/tenant"):
        with pytest.raises(AuthError, match="another issuer"):
            asyncio.run(discover_oauth2_provider(issuer))
    with pytest.raises(AuthError, match=r"not a server of the AT Protocol.*client_id_metadata"):
        asyncio.run(discover_bluesky_provider(server.url))
    metadata.update(
        client_id_metadata_document_supported=True,
        dpop_signing_alg_values_supported=["ES256"],
        scopes_supported=["atproto", "transition:generic"],
    )
    provider = asyncio.run(discover_bluesky_provider(server.url))
    assert provider.uses_dpop
    assert provider.requires_subject
    assert provider.scope == ("atproto",)
    for name in ("dpop_signing_alg_values_supported", "scopes_supported"):
        kept = metadata[name]
        for odd in (5, "ES256 atproto", {"ES256": 1, "atproto": 1}, True, [[]]):
            metadata[name] = odd
            with pytest.raises(AuthError, match=f"not a server of the AT Protocol: see {name}"):
                asyncio.run(discover_bluesky_provider(server.url))
        metadata[name] = kept
    metadata["token_endpoint"] = "http://login.example.com/token"
    with pytest.raises(AuthError, match="token_endpoint of the metadata must be an https URL"):
        asyncio.run(discover_oauth2_provider(server.url))


def test_the_document_of_a_client_says_what_the_profile_wants():
    document = bluesky_client_metadata(
        "https://we.example/client.json",
        ["https://we.example/callback"],
        client_name="We",
        scope=("atproto", "transition:generic"),
        client_uri="https://we.example/",
    )
    assert document["dpop_bound_access_tokens"] is True
    assert document["token_endpoint_auth_method"] == "none"
    assert document["scope"] == "atproto transition:generic"
    assert document["client_uri"] == "https://we.example/"
    with pytest.raises(AuthError, match="redirect_uri must be an https URL"):
        bluesky_client_metadata(
            "https://we.example/client.json", ["http://we.example/"], client_name="We"
        )
