"""Signing in with a small provider of our own, over sockets, honest and not."""

from __future__ import annotations

import json
import logging
import sys
import time

import pytest

from tornado.auth._oidc._userinfo import merge_claims

DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
def sign_in(browser, application, login_handler):
    """Start the site, sign in by both generations, and return the page that shows the user."""

    def run(query="", **options):
        site = application(login_handler, **options)
        return browser.open(f"{site.url}/login{query}")

    return run


@pytest.fixture
def refusal(browser, application, modern_login_handler):
    """Sign in in vain, and return the message."""

    def run(query="", **options):
        site = application(modern_login_handler, **options)
        page = browser.open(f"{site.url}/login{query}")
        assert page.status == 403, page.text
        return json.loads(page.text)["message"]

    return run


def test_a_user_signs_in(sign_in, provider):
    page = sign_in("?next=/welcome")
    assert page.status == 200, page.text
    shown = json.loads(page.text)
    assert shown["user"]["iss"] == provider.issuer
    assert shown["user"]["sub"] == "user-1"
    assert shown["user"]["email"] == "ada@example.com"
    assert shown["tokens"]["access_token"] == "access-1"
    assert shown["next"] == "/welcome"


def test_the_request_has_what_the_specification_asks_for(sign_in, provider):
    sign_in()
    (asked,) = provider.asked.values()
    assert asked["scope"] == "openid email profile"
    assert asked["response_type"] == "code"
    assert asked["client_id"] == "client-1"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["nonce"]) >= 32
    assert asked["nonce"] != asked["state"]
    (form,) = provider.token_requests
    assert form["grant_type"] == "authorization_code"
    assert form["redirect_uri"] == asked["redirect_uri"]


def test_s19_the_nonce_is_fresh_for_each_sign_in(browser, application, login_handler, provider):
    site = application(login_handler)
    for _ in range(3):
        assert browser.open(f"{site.url}/login").status == 200
    assert len({asked["nonce"] for asked in provider.asked.values()}) == 3


def test_sign_ins_cost_one_discovery_and_one_set_of_keys(
    browser, another_browser, application, login_handler, provider
):
    site = application(login_handler)
    for person in (browser, another_browser, browser, another_browser):
        assert person.open(f"{site.url}/login").status == 200
    assert provider.counts[DISCOVERY] == 1
    assert provider.counts["/keys"] == 1
    assert provider.counts["/token"] == 4


WRONG_CLAIMS = [
    ({"iss": "https://other.example"}, "is by 'https://other.example'"),
    ({"iss": None}, "is by 'None'"),
    ({"sub": None}, "no sub"),
    ({"aud": "client-2"}, "not for this client"),
    ({"aud": ["client-1", "client-2"], "azp": "client-1"}, "does not trust"),
    ({"azp": "client-2"}, "azp is 'client-2'"),
    ({"exp": time.time() - 3600}, "has expired"),
    ({"exp": None}, "no exp"),
    ({"iat": time.time() + 3600, "exp": time.time() + 7200}, "in the future"),
    ({"nonce": "another"}, "the nonce of this sign-in"),
    ({"nonce": None}, "the nonce of this sign-in"),
    ({"at_hash": "wrong"}, "at_hash does not fit"),
    ({"c_hash": "wrong"}, "c_hash does not fit"),
]


@pytest.mark.parametrize(("claims", "message"), WRONG_CLAIMS)
def test_s19_a_wrong_claim_signs_nobody_in(refusal, provider, claims, message):
    provider.claims = claims
    assert message in refusal()
    assert provider.counts["/userinfo"] == 0


@pytest.mark.parametrize(("claims", "message"), WRONG_CLAIMS)
def test_s19_a_wrong_claim_gives_no_user_to_a_callback(sign_in, provider, claims, message, caplog):
    provider.claims = claims
    page = sign_in()
    assert page.status == 403
    assert "user" not in json.loads(page.text)
    if json.loads(page.text)["kind"] == "NoneType":
        assert message in caplog.text


def test_s19_the_hashes_of_what_came_are_taken(sign_in, provider, half_hash, monkeypatch):
    good = type(provider).token_answer

    def with_hashes(self, form):
        self.claims = {"at_hash": half_hash("access-1"), "c_hash": half_hash(form["code"])}
        return good(self, form)

    monkeypatch.setattr(type(provider), "token_answer", with_hashes)
    assert sign_in().status == 200


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS512"])
def test_s19_another_algorithm_signs_nobody_in(refusal, provider, new_signer, algorithm):
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    if algorithm == "HS256":
        public = provider.signer.key.public_key
        info = PublicFormat.SubjectPublicKeyInfo
        provider.signer = new_signer(public.public_bytes(Encoding.PEM, info))
    provider.algorithm = algorithm
    assert f"signed by '{algorithm}', which is not an algorithm of this client" in refusal()


def test_a_client_may_use_the_algorithms_that_it_was_registered_with(sign_in, provider, new_signer):
    provider.signer = new_signer("EC", "P-256")
    provider.keys, provider.algorithm = [provider.signer.jwk()], "ES256"
    assert sign_in(algorithms=["ES256"]).status == 200


def test_a_client_may_share_its_secret(sign_in, provider, new_signer):
    secret = "a secret of more than 32 bytes, of course"
    provider.signer, provider.algorithm = new_signer(secret.encode()), "HS256"
    assert sign_in(algorithms=["HS256"], secret=secret).status == 200


def test_s19_a_forged_signature_signs_nobody_in(refusal, provider, other_signer):
    provider.header, provider.signer = {"kid": "key-1"}, other_signer
    assert "the signature of the id token is not valid" in refusal()


def test_s19_a_key_that_the_token_names_is_never_fetched(refusal, provider, other_provider):
    provider.signer = other_provider.signer
    provider.header = {"jku": f"{other_provider.issuer}/keys", "x5u": f"{other_provider.issuer}/x"}
    provider.header["jwk"] = other_provider.signer.jwk()
    assert "no single key for RS256 named 'key-2'" in refusal()
    assert not other_provider.counts


def test_s19_an_answer_without_an_id_token_signs_nobody_in(refusal, provider):
    provider.tokens = {"id_token": None}
    assert refusal() == "the id token is missing"


def test_s19_max_age_is_asked_for_and_checked(refusal, sign_in, provider):
    provider.claims = {"auth_time": time.time() - 1000}
    assert "more than 300 seconds ago" in refusal(max_age=300)
    assert "more than 60 seconds ago" in refusal("?max_age=60")
    assert [asked["max_age"] for asked in provider.asked.values()] == ["300", "60"]
    provider.claims = {}
    assert "no auth_time" in refusal(max_age=300)
    provider.claims = {"auth_time": time.time() - 100}
    assert sign_in(max_age=300).status == 200
    assert "max_age must be a number of seconds, not 'x'" in refusal("?max_age=x")


def test_a_nonce_of_the_program_is_kept_and_checked(sign_in, refusal, provider):
    assert sign_in("?nonce=of-the-program").status == 200
    assert [asked["nonce"] for asked in provider.asked.values()] == ["of-the-program"]
    provider.claims = {"nonce": "another"}
    assert "the nonce of this sign-in" in refusal("?nonce=of-the-program")


def test_s19_userinfo_about_somebody_else_signs_nobody_in(refusal, provider):
    for wrong in ("user-2", None, 1):
        provider.userinfo = {"sub": wrong}
        assert "about another user than the id token" in refusal()


def test_userinfo_never_replaces_what_the_id_token_says(sign_in, provider):
    provider.userinfo = {"iss": "https://other.example", "aud": "x", "name": "Ada", "nonce": "x"}
    provider.claims = {"name": "Ada Lovelace"}
    user = json.loads(sign_in().text)["user"]
    assert user["iss"] == provider.issuer
    assert user["aud"] == "client-1"
    assert user["name"] == "Ada Lovelace"
    assert user["email"] == "ada@example.com"


def test_s19_whether_an_address_is_verified_is_said_by_the_source_of_the_address(sign_in, provider):
    provider.claims = {"email": "victim@example.com"}
    provider.userinfo = {"email": "ada@example.com", "email_verified": True}
    user = json.loads(sign_in().text)["user"]
    assert user["email"] == "victim@example.com"
    assert "email_verified" not in user


@pytest.mark.parametrize(
    ("id_token", "userinfo", "verified"),
    [
        ({}, {"email": "a", "email_verified": True}, True),
        ({"email": "a"}, {"email": "a", "email_verified": True}, True),
        ({"email": "a", "email_verified": False}, {"email": "a", "email_verified": True}, False),
        ({"email": "a", "email_verified": True}, {"email": "b", "email_verified": False}, True),
        ({"email": "a"}, {"email_verified": True}, None),
        ({"email": "a"}, {"email": "b", "email_verified": True}, None),
        ({"email_verified": True}, {"email": "b"}, None),
        ({"email_verified": True}, {"email": "b", "email_verified": False}, False),
        ({"email_verified": True}, {}, True),
    ],
)
def test_s19_a_verified_address_is_one_claim(id_token, userinfo, verified):
    assert merge_claims(id_token, userinfo).get("email_verified") is verified
    phone = [
        {name.replace("email", "phone_number"): value for name, value in each.items()}
        for each in (id_token, userinfo)
    ]
    assert merge_claims(*phone).get("phone_number_verified") is verified


def test_userinfo_may_be_left_out(sign_in, provider):
    assert json.loads(sign_in(uses_userinfo=False).text)["user"].get("email") is None
    assert provider.counts["/userinfo"] == 0


def test_userinfo_has_to_be_plain_json(refusal, provider):
    # The provider of this test sends all of its answers so; the others are read by their content.
    provider.content_type = "application/jwt"
    assert "sent 'application/jwt' instead of application/json" in refusal()


def test_s19_only_the_issuer_of_the_transaction_gets_the_code(
    browser, application, modern_login_handler, provider, other_provider
):
    provider.metadata = {"authorization_response_iss_parameter_supported": True}
    for answered in ({"iss": other_provider.issuer}, {}):
        provider.authorization_changes = answered
        site = application(modern_login_handler)
        page = browser.open(f"{site.url}/login")
        assert page.status == 403
        assert "issuer" in json.loads(page.text)["message"]
    assert not provider.token_requests
    assert not other_provider.counts


def test_two_providers_at_one_address(browser, site, login_handler, provider, other_provider):
    clients = []
    for each in (provider, other_provider):
        each.metadata = {"authorization_response_iss_parameter_supported": True}
        each.authorization_changes = {"iss": each.issuer}
        clients.append({"issuer": each.issuer, "key": "client-1", "secret": "secret-1"})
    ours = site([("/login", login_handler)], cookie_secret="a secret of the tests", oidc=clients)
    for each in (provider, other_provider):
        page = browser.open(f"{ours.url}/login?issuer={each.issuer}")
        assert json.loads(page.text)["user"]["iss"] == each.issuer
    assert len(provider.token_requests) == len(other_provider.token_requests) == 1


def test_s19_a_provider_cannot_answer_for_another(
    browser, site, modern_login_handler, provider, other_provider
):
    """The mix-up attack: the dishonest provider sends the browser on to the honest one."""
    clients = []
    for each in (provider, other_provider):
        each.metadata = {"authorization_response_iss_parameter_supported": True}
        clients.append({"issuer": each.issuer, "key": "client-1", "secret": "secret-1"})
    ours = site(
        [("/login", modern_login_handler)], cookie_secret="a secret of the tests", oidc=clients
    )
    provider.metadata["authorization_endpoint"] = f"{other_provider.issuer}/authorize"
    other_provider.authorization_changes = {"iss": other_provider.issuer}
    page = browser.open(f"{ours.url}/login?issuer={provider.issuer}")
    assert page.status == 403
    assert "another issuer" in json.loads(page.text)["message"]
    assert not provider.token_requests
    assert not other_provider.token_requests


def test_s19_an_answer_to_nothing_asks_nobody(browser, application, modern_login_handler, provider):
    site = application(modern_login_handler)
    page = browser.open(f"{site.url}/login?state=made-up&code=made-up&iss={provider.issuer}")
    assert page.status == 403
    assert json.loads(page.text)["kind"] == "TransactionError"
    assert not provider.counts


def test_s19_a_sign_in_without_a_nonce_is_not_ended(
    browser, application, modern_login_handler, provider
):
    """A handler of OAuth 2 alone asks the same provider; its answer is not one for OpenID Connect."""
    from tornado.auth import OAuth2Mixin, OAuth2Provider
    from tornado.web import RequestHandler

    class PlainHandler(RequestHandler, OAuth2Mixin):
        def get(self):
            self.oauth2_provider = OAuth2Provider(
                name="plain",
                issuer=provider.issuer,
                authorize_url=f"{provider.issuer}/authorize",
                token_url=f"{provider.issuer}/token",
            )
            self.authorize_redirect("/login", "client-1")

    site = application(modern_login_handler, [("/plain", PlainHandler)])
    page = browser.open(f"{site.url}/plain")
    assert page.status == 403
    assert "without a nonce" in json.loads(page.text)["message"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"issuer": "http://provider.example"}, "must be an https URL"),
        ({"key": ""}, "needs key"),
        ({"scope": ["email"]}, "must have 'openid' in it"),
        ({"scope": "openid email"}, "scope must be a list"),
        ({"algorithms": ["none"]}, "'none' is not an algorithm"),
        ({"leeway": 3600}, "0 to 300 seconds"),
        ({"leway": 1}, "the setting oidc has 'leway'"),
    ],
)
def test_a_setting_that_is_not_right_says_so(refusal, options, message):
    assert message in refusal(**options)


def test_without_joserfc_nobody_is_sent_away_or_signed_in(refusal, provider, monkeypatch):
    monkeypatch.setitem(sys.modules, "joserfc", None)
    assert "pip install 'tornado-auth[oidc]'" in refusal()
    assert "pip install 'tornado-auth[oidc]'" in refusal("?state=x&code=y")
    assert not provider.counts


def test_s19_neither_messages_nor_the_log_hold_secrets(
    browser, application, login_handler, provider, caplog
):
    caplog.set_level(logging.DEBUG)
    site = application(login_handler, secret="secret-of-the-client")
    pages = []
    for changes in (
        {"claims": {"nonce": "another"}},
        {"claims": {"at_hash": "another"}},
        {"tokens": {"id_token": "no-token"}},
        {"userinfo": {"sub": "somebody"}},
        {"tokens": {"error": "server_error", "error_description": "secret-of-the-client"}},
    ):
        provider.claims = provider.tokens = provider.userinfo = {}
        for name, value in changes.items():
            setattr(provider, name, value)
        page = browser.open(f"{site.url}/login")
        assert page.status == 403
        pages.append(page.text)
    hidden = ["secret-of-the-client", "access-1", "refresh-1", "no-token"]
    for code, asked in provider.asked.items():
        hidden += [code, asked["state"], asked["nonce"]]
    hidden += [form["code_verifier"] for form in provider.token_requests]
    written = [
        record.getMessage() for record in caplog.records if record.name.startswith("tornado")
    ]
    for text in [*pages, *written]:
        for secret in hidden:
            assert secret not in text
