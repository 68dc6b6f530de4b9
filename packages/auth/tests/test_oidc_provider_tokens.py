"""Refreshing and revoking at npm's certified oidc-provider, with a key and without, in each generation."""

from __future__ import annotations

import base64
import json
import threading
import urllib.parse
from collections.abc import Callable
from typing import Any

import pytest

OFFLINE = {"scope": ["openid", "offline_access"]}


def sign_in(running: Any, browser: Any) -> dict[str, Any]:
    """Sign in with a refresh token, and return the tokens."""
    running.application.settings["asked"]["prompt"] = "consent"
    page = browser.open(browser.visit(f"{running.url}/login", until=f"{running.url}/login?"))
    return members_of(page)["tokens"]


def members_of(page: Any) -> dict[str, Any]:
    assert page.status == 200, page.text
    return json.loads(page.text)


def post(running: Any, browser: Any, path: str, **values: str) -> Any:
    return browser.request(f"{running.url}/{path}", values)


def replace_last(running: Any, user: Any = (), tokens: Any = ()) -> None:
    """Remember a sign-in that differs from the last one."""
    signed_in = running.application.settings["signed_in"]
    last_user, last_tokens = signed_in[-1]
    signed_in.append(({**last_user, **dict(user)}, {**last_tokens, **dict(tokens)}))


def form_of(request: Any) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(request.body))


# Refreshing.


@pytest.mark.parametrize("kind", ["client", "public_client"])
def test_tokens_are_refreshed_for_the_same_user(
    oidc_site: Any, browser: Any, generation: str, kind: str, request: pytest.FixtureRequest
) -> None:
    running = oidc_site(generation, request.getfixturevalue(kind), **OFFLINE)
    before = sign_in(running, browser)
    after = members_of(post(running, browser, "refresh"))
    assert after["access_token"] != before["access_token"]
    assert after["id_token"]
    assert (after["refresh_token"] != before["refresh_token"]) == (kind == "public_client")


def test_a_refreshed_id_token_of_somebody_else_is_refused(
    oidc_site: Any, browser: Any, generation: str, caplog: Any
) -> None:
    running = oidc_site(generation, **OFFLINE)
    tokens = sign_in(running, browser)
    replace_last(running, user={"sub": "bob"})
    page = post(running, browser, "refresh")
    assert page.status == 403
    assert "another sub" in page.text + caplog.text
    assert tokens["refresh_token"] not in page.text + caplog.text


def test_a_rotating_token_is_used_once_by_concurrent_requests(
    oidc_site: Any,
    node_provider: Any,
    public_client: Any,
    browser: Any,
    another_browser: Any,
    generation: str,
) -> None:
    """A second use would end the session: the provider takes it for theft."""
    running = oidc_site(generation, public_client, **OFFLINE)
    sign_in(running, browser)
    node_provider.forget()
    answers: list[dict[str, Any]] = []

    def refresh(person: Any) -> None:
        answers.append(members_of(post(running, person, "refresh")))

    threads = [
        threading.Thread(target=refresh, args=(each,)) for each in (browser, another_browser)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(node_provider.requests("/token")) == 1
    assert answers[0] == answers[1]
    replace_last(running, tokens=answers[0])
    assert members_of(post(running, browser, "refresh"))["access_token"]  # the session lives


# Revoking.


@pytest.mark.parametrize("kind", ["client", "public_client"])
def test_a_revoked_refresh_token_is_refused(
    oidc_site: Any,
    browser: Any,
    generation: str,
    kind: str,
    request: pytest.FixtureRequest,
    caplog: Any,
) -> None:
    running = oidc_site(generation, request.getfixturevalue(kind), **OFFLINE)
    tokens = sign_in(running, browser)
    assert members_of(post(running, browser, "revoke")) == {"result": True}
    page = post(running, browser, "refresh")
    assert page.status == 403
    assert "invalid_grant" in page.text + caplog.text
    assert tokens["refresh_token"] not in page.text + caplog.text


def test_a_revoked_access_token_opens_nothing(
    oidc_site: Any, node_provider: Any, browser: Any, generation: str
) -> None:
    running = oidc_site(generation, **OFFLINE)
    headers = {"Authorization": f"Bearer {sign_in(running, browser)['access_token']}"}
    userinfo = f"{node_provider.issuer}/me"
    assert browser.request(userinfo, headers=headers).status == 200
    assert members_of(post(running, browser, "revoke", kind="access_token")) == {"result": True}
    assert browser.request(userinfo, headers=headers).status == 401


def test_a_provider_that_does_not_revoke_gives_an_error(
    oidc_site: Any, browser: Any, generation: str, caplog: Any
) -> None:
    running = oidc_site(generation, at={"features": {"revocation": {"enabled": False}}}, **OFFLINE)
    sign_in(running, browser)
    page = post(running, browser, "revoke")
    assert page.status == 403
    assert "has no revocation_url" in page.text + caplog.text


# With a key (DPoP).


def claims_of(request: Any) -> dict[str, Any]:
    """Return what the proof of a request says."""
    return json.loads(base64.urlsafe_b64decode(request.headers["dpop"].split(".")[1] + "=="))


@pytest.fixture
def bound(
    oidc_site: Any, node_provider: Any, public_client: Any, browser: Any, generation: str
) -> Callable[..., Any]:
    """A site with tokens that are bound to a key, at a provider that wants its nonces in proofs.

    The nonces that came with the sign-in are forgotten, as in a process that was started since.
    """

    def start(made: Any = public_client) -> Any:
        at = {"dpopNonces": True}
        running = oidc_site(generation, made, uses_dpop=True, at=at, **OFFLINE)
        sign_in(running, browser)
        del running.application.settings["auth_dpop_nonces"]
        node_provider.forget()
        return running

    return start


@pytest.mark.parametrize("kind", ["client", "public_client"])
def test_a_bound_token_is_refreshed_with_a_proof_per_request_and_one_nonce(
    bound: Any, node_provider: Any, browser: Any, kind: str, request: pytest.FixtureRequest
) -> None:
    running = bound(request.getfixturevalue(kind))
    refreshed = members_of(post(running, browser, "refresh"))
    assert refreshed["token_type"] == "DPoP"
    tries = node_provider.requests("/token")
    assert [form_of(each)["grant_type"] for each in tries] == ["refresh_token"] * 2
    first, second = map(claims_of, tries)
    assert "nonce" not in first
    assert second["nonce"]  # asked for once
    assert first["jti"] != second["jti"]

    replace_last(
        running, tokens=refreshed
    )  # bound ones do not rotate here, so it is the same token
    del running.application.settings["auth_refreshes"]
    assert members_of(post(running, browser, "refresh"))["token_type"] == "DPoP"
    [third] = node_provider.requests("/token")[2:]
    assert claims_of(third)["nonce"]  # and kept for its origin
    assert claims_of(third)["jti"] not in {first["jti"], second["jti"]}


def test_a_bound_refresh_token_needs_its_key(bound: Any, browser: Any, caplog: Any) -> None:
    running = bound()
    key = running.application.settings["signed_in"][-1][1]["dpop_key"]
    replace_last(running, tokens={"dpop_key": None})
    page = post(running, browser, "refresh")
    assert page.status == 403
    assert "400" in page.text + caplog.text
    replace_last(running, tokens={"dpop_key": key})
    assert members_of(post(running, browser, "refresh"))["token_type"] == "DPoP"


def test_a_bound_token_is_revoked_with_a_proof(
    bound: Any, node_provider: Any, browser: Any, caplog: Any
) -> None:
    running = bound()
    assert members_of(post(running, browser, "revoke")) == {"result": True}
    [request] = node_provider.requests("/token/revocation")
    claims = claims_of(request)
    assert (claims["htm"], claims["htu"]) == ("POST", f"{node_provider.issuer}/token/revocation")
    page = post(running, browser, "refresh")
    assert page.status == 403
    assert "invalid_grant" in page.text + caplog.text
