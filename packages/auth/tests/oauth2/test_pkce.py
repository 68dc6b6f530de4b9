"""PKCE (RFC 7636) by S256 on every code flow."""

from __future__ import annotations

import base64
import hashlib
import json
import urllib.parse

import pytest

from tornado.auth._transactions._transaction import challenge_of


def query_of(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


def form_of(request):
    return dict(urllib.parse.parse_qsl(request.body))


def test_the_challenge_is_that_of_rfc_7636_appendix_b():
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_s19_every_sign_in_has_a_fresh_challenge_by_s256(signing_in, browser):
    asked = [
        query_of(browser.open(signing_in.login, until=signing_in.provider.issuer).location)
        for _ in range(3)
    ]
    assert {each["code_challenge_method"] for each in asked} == {"S256"}
    assert len({each["code_challenge"] for each in asked}) == 3
    assert all(len(each["code_challenge"]) == 43 for each in asked)


def test_s19_the_verifier_goes_to_the_token_endpoint_and_nowhere_else(
    signing_in, browser, node_provider
):
    back = browser.visit(signing_in.login, until=f"{signing_in.login}?")
    assert browser.open(back).status == 200
    [request] = node_provider.requests("/token")
    verifier = form_of(request)["code_verifier"]
    [authorization] = [url for url in browser.history if "/auth?" in url]
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert query_of(authorization)["code_challenge"] == challenge
    assert not any(verifier in url for url in browser.history)
    assert "code_verifier" not in query_of(authorization)
    assert len(verifier) >= 43


def test_s19_a_provider_that_requires_pkce_of_everybody_is_satisfied(
    signing_in, browser, node_provider, client
):
    node_provider.configure(client(signing_in.login), pkceRequired=True)
    back = browser.visit(signing_in.login, until=f"{signing_in.login}?")
    assert browser.open(back).status == 200


def test_s19_a_code_of_another_sign_in_does_not_fit_the_verifier(
    signing_in, browser, another_browser
):
    """A stolen code, put into the thief's own answer, is refused by the provider."""
    stolen = query_of(browser.visit(signing_in.login, until=f"{signing_in.login}?"))["code"]
    own = another_browser.visit(
        signing_in.login, until=f"{signing_in.login}?", login="bob", password="builder"
    )
    forged = own.replace(query_of(own)["code"], stolen)
    page = another_browser.open(forged)
    assert page.status == 403
    message = json.loads(page.text)["message"]
    assert stolen not in message
    assert message == "" or "invalid_grant" in message


@pytest.mark.expected_errors("Uncaught exception GET /login")
def test_s19_secrets_in_extra_params_never_go_through_the_browser(
    site, make_provider, login_handler, settings, browser
):
    class Careless(login_handler):
        async def get(self):
            self.authorize_redirect("/login", "id", extra_params={self.get_argument("name"): "x"})

    provider = make_provider("http://127.0.0.1:1")
    running = site([("/login", Careless, {"provider": provider})], **settings)
    for name in ("code_verifier", "client_secret"):
        assert browser.open(f"{running.url}/login?name={name}").status == 500


def test_s19_a_state_of_the_program_does_not_switch_it_off(
    site, node_provider, client, make_provider, handler_class, settings, browser
):
    class OwnState(handler_class):
        def authorize_redirect(self, redirect_uri, **options):
            return super().authorize_redirect(
                redirect_uri, extra_params={"state": "of the program"}, **options
            )

    made = client("http://127.0.0.1:1/")
    running = site(
        [("/login", OwnState, {"provider": make_provider(node_provider.issuer)})],
        node_oauth={"key": made["client_id"], "secret": made["client_secret"]},
        **settings,
    )
    login = f"{running.url}/login"
    node_provider.configure(client(login), pkceRequired=True)
    asked = query_of(browser.open(login, until=node_provider.issuer).location)
    assert asked["state"] == "of the program"
    assert asked["code_challenge_method"] == "S256"
    page = browser.open(browser.visit(login, until=f"{login}?"))
    assert json.loads(page.text)["tokens"]["access_token"]
