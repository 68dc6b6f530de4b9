"""Sign-in, tokens and sign-out at npm's certified oidc-provider, from end to end, in each generation."""

from __future__ import annotations

import json
import time
import urllib.parse
from typing import Any

import pytest

DISCOVERY = "/.well-known/openid-configuration"


def sign_in(running: Any, browser: Any, query: str = "") -> Any:
    """Sign in and return the answer to the browser."""
    url = f"{running.url}/login{query}"
    return browser.open(browser.visit(url, until=f"{running.url}/login?"))


def members_of(page: Any) -> dict[str, Any]:
    assert page.status == 200, page.text
    return json.loads(page.text)


# Signing in.


def test_a_user_signs_in(oidc_site: Any, node_provider: Any, browser: Any, generation: str) -> None:
    answer = members_of(sign_in(oidc_site(generation), browser, "?next=/welcome"))
    user = answer["user"]
    assert user["iss"] == node_provider.issuer
    assert user["sub"] == "alice"
    assert user["aud"] == "web"
    assert user["name"] == "Alice Liddell"  # from userinfo
    assert user["email_verified"] is True
    assert answer["next"] == "/welcome"
    assert answer["tokens"]["access_token"]


def test_a_public_client_signs_in(
    oidc_site: Any, public_client: Any, browser: Any, generation: str
) -> None:
    assert (
        members_of(sign_in(oidc_site(generation, public_client), browser))["user"]["aud"]
        == "public"
    )


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256"])
def test_id_tokens_of_each_algorithm_are_checked(
    oidc_site: Any, node_provider: Any, browser: Any, generation: str, algorithm: str
) -> None:
    node_provider.change_keys(algorithm)
    try:
        metadata = {"id_token_signed_response_alg": algorithm}
        running = oidc_site(generation, metadata=metadata, algorithms=[algorithm])
        assert members_of(sign_in(running, browser))["user"]["sub"] == "alice"
    finally:
        node_provider.configure()
        node_provider.change_keys("RS256")


def test_an_algorithm_that_was_not_agreed_on_is_refused(
    oidc_site: Any, browser: Any, generation: str, caplog: Any
) -> None:
    """Even a token that the shared secret proves, which this client also has."""
    shared = {
        "metadata": {"id_token_signed_response_alg": "HS256"},
        "at": {"enabledJWA": {"idTokenSigningAlgValues": ["RS256", "HS256"]}},
    }
    page = sign_in(oidc_site(generation, **shared), browser)
    assert page.status == 403
    assert "HS256" in page.text + caplog.text
    agreed = oidc_site(generation, **shared, algorithms=["HS256"])
    assert members_of(sign_in(agreed, browser))["user"]["sub"] == "alice"


def test_sign_ins_cost_one_discovery_and_one_request_for_keys(
    oidc_site: Any, node_provider: Any, browser: Any, another_browser: Any, generation: str
) -> None:
    running = oidc_site(generation)
    for person in (browser, another_browser, browser):
        assert members_of(sign_in(running, person))["user"]["sub"] == "alice"
    assert len(node_provider.requests(DISCOVERY)) == 1
    assert len(node_provider.requests("/jwks")) == 1
    assert len(node_provider.requests("/token")) == 3


def test_a_new_signing_key_is_fetched_once(
    oidc_site: Any, node_provider: Any, browser: Any, generation: str, monkeypatch: Any
) -> None:
    running = oidc_site(generation)
    assert sign_in(running, browser).status == 200
    node_provider.change_keys("RS256")
    # The provider of the application believes that the keys are old enough to be asked for again.
    from tornado.auth._oidc import _provider

    monkeypatch.setattr(_provider, "MIN_KEYS_INTERVAL", 0)
    assert sign_in(running, browser).status == 200
    assert len(node_provider.requests("/jwks")) == 2


def test_max_age_makes_the_user_sign_in_again(
    oidc_site: Any, browser: Any, generation: str
) -> None:
    running = oidc_site(generation, max_age=3600)
    first = members_of(sign_in(running, browser))["user"]
    assert time.time() - first["auth_time"] < 60
    assert members_of(sign_in(running, browser))["user"]["auth_time"] == first["auth_time"]


def test_a_refusal_of_the_user_reaches_the_program(
    oidc_site: Any, browser: Any, generation: str, caplog: Any
) -> None:
    running = oidc_site(generation)
    back = browser.visit(f"{running.url}/login", until=f"{running.url}/login?", decision="abort")
    page = browser.open(back)
    assert page.status == 403
    assert "access_denied" in page.text + caplog.text


def test_an_answer_is_worth_nothing_in_another_browser(
    oidc_site: Any, node_provider: Any, browser: Any, another_browser: Any, generation: str
) -> None:
    running = oidc_site(generation)
    back = browser.visit(f"{running.url}/login", until=f"{running.url}/login?")
    assert another_browser.open(back).status == 403
    assert node_provider.requests("/token") == []
    assert browser.open(back).status == 200
    assert browser.open(back).status == 403  # and counts once
    assert len(node_provider.requests("/token")) == 1


def test_an_answer_of_another_issuer_is_refused_before_the_code_leaves(
    oidc_site: Any, node_provider: Any, other_node_provider: Any, browser: Any, generation: str
) -> None:
    running = oidc_site(generation)
    back = browser.visit(f"{running.url}/login", until=f"{running.url}/login?")
    issuers = (node_provider.issuer, other_node_provider.issuer)
    quoted = [urllib.parse.quote(each, safe="") for each in issuers]
    assert f"iss={quoted[0]}" in back
    assert browser.open(back.replace(*quoted)).status == 403
    assert node_provider.requests("/token") == []
    assert other_node_provider.requests() == []


def test_an_answer_without_the_issuer_that_was_announced_is_refused(
    oidc_site: Any, node_provider: Any, browser: Any, generation: str
) -> None:
    running = oidc_site(generation)
    back = browser.visit(f"{running.url}/login", until=f"{running.url}/login?")
    quoted = urllib.parse.quote(node_provider.issuer, safe="")
    assert browser.open(back.replace(f"iss={quoted}", "")).status == 403
    assert node_provider.requests("/token") == []


def test_s19_neither_tokens_nor_the_verifier_are_in_an_address(
    oidc_site: Any, node_provider: Any, browser: Any, generation: str
) -> None:
    tokens = members_of(sign_in(oidc_site(generation), browser))["tokens"]
    [request] = node_provider.requests("/token")
    verifier = dict(urllib.parse.parse_qsl(request.body))["code_verifier"]
    urls = [*browser.history, *(each.url for each in node_provider.requests())]
    for secret in (tokens["access_token"], tokens["id_token"], verifier):
        assert not [url for url in urls if secret in url]


@pytest.mark.expected_errors("Uncaught exception GET /login")
def test_s15_next_does_not_lead_to_another_site(
    oidc_site: Any, browser: Any, generation: str
) -> None:
    running = oidc_site(generation)
    for target in ("https://elsewhere.example/", "//elsewhere.example", "/%09/elsewhere"):
        page = browser.request(f"{running.url}/login?next={urllib.parse.quote(target, safe='%')}")
        assert page.status in {403, 500}
        assert page.location is None


# Pushed requests and bound tokens.

PAR = {"pushedAuthorizationRequests": {"enabled": True, "requirePushedAuthorizationRequests": True}}


def test_the_request_is_pushed_where_the_provider_requires_it(
    oidc_site: Any, node_provider: Any, browser: Any, generation: str
) -> None:
    running = oidc_site(generation, at={"features": PAR})
    assert members_of(sign_in(running, browser))["user"]["sub"] == "alice"
    [pushed] = node_provider.requests("/request")
    assert "code_challenge=" in pushed.body
    [asked] = [each for each in node_provider.requests("/auth") if "?" in each.url]
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(asked.url).query))
    assert query.keys() == {"client_id", "request_uri"}


@pytest.mark.parametrize("features", [{}, PAR], ids=["alone", "with PAR"])
def test_tokens_are_bound_to_a_key_with_the_nonces_of_the_provider(
    oidc_site: Any, node_provider: Any, browser: Any, generation: str, features: dict[str, Any]
) -> None:
    at = {"features": features, "dpopNonces": True}
    running = oidc_site(generation, uses_dpop=True, at=at)
    answer = members_of(sign_in(running, browser))
    assert answer["user"]["name"] == "Alice Liddell"  # userinfo took the proof
    assert answer["tokens"]["token_type"] == "DPoP"
    assert answer["tokens"]["dpop_key"]
    tries = node_provider.requests("/token")
    assert all("dpop" in each.headers for each in tries)
    assert len({each.headers["dpop"] for each in tries}) == len(tries)  # a proof per request
    once_more = 0 if features else 1  # the pushed request has brought the nonce already
    assert len(tries) == 1 + once_more

    node_provider.forget()
    assert members_of(sign_in(running, browser))["tokens"]["token_type"] == "DPoP"
    assert len(node_provider.requests("/token")) == 1  # the nonce was kept


# Signing out.


def sign_out(running: Any, browser: Any) -> str:
    return browser.visit(f"{running.url}/logout", until=f"{running.url}/logged-out")


def test_a_user_signs_out_at_the_provider(
    oidc_site: Any, node_provider: Any, browser: Any, generation: str
) -> None:
    running = oidc_site(generation)
    assert sign_in(running, browser).status == 200
    back = sign_out(running, browser)
    assert members_of(browser.open(back)) == {"next": "/goodbye"}
    page = browser.open(f"{running.url}/login", until=f"{running.url}/login?")
    assert "password" in page.forms[0].inputs  # the provider does not know the browser any more
    assert not [url for url in browser.history if "id_token" in url]


def test_the_way_back_from_a_sign_out_is_bound_to_the_browser_and_counts_once(
    oidc_site: Any, browser: Any, another_browser: Any, generation: str
) -> None:
    running = oidc_site(generation)
    assert sign_in(running, browser).status == 200
    back = sign_out(running, browser)
    assert another_browser.open(back).status == 403
    assert browser.open(back).status == 200
    assert browser.open(back).status == 403


def test_a_sign_out_without_an_answer_of_the_provider_is_not_one(
    oidc_site: Any, browser: Any, generation: str
) -> None:
    running = oidc_site(generation)
    assert browser.open(f"{running.url}/logged-out").status == 403
    assert browser.open(f"{running.url}/logged-out?state=x").status == 403


def test_a_sign_out_reaches_the_site_by_the_back_channel_once(
    oidc_site: Any, node_provider: Any, browser: Any, another_browser: Any, generation: str
) -> None:
    running = oidc_site(generation)
    user = members_of(sign_in(running, browser))["user"]
    node_provider.forget()
    sign_out(running, browser)
    [claims] = running.application.settings["ended"]
    assert claims["iss"] == node_provider.issuer
    assert claims["sub"] == "alice"
    assert claims["sid"] == user["sid"]
