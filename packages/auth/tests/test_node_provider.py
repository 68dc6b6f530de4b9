"""The counterpart itself, and its browser, without a client of ours."""

import base64
import hashlib
import json
import urllib.error
import urllib.parse
import urllib.request

import pytest

CALLBACK = "http://127.0.0.1:9/callback"
VERIFIER = "v" * 43
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)


def authorization_url(provider, **values):
    asked = {
        "response_type": "code",
        "client_id": "web",
        "redirect_uri": CALLBACK,
        "scope": "openid email",
        "state": "s",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **values,
    }
    return f"{provider.issuer}/auth?{urllib.parse.urlencode(asked)}"


def exchange(provider, client, url, **values):
    """Send a code by the rules of RFC 6749, section 2.3.1, and return status and answer."""
    code = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))["code"]
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **values}
    names = client["client_id"], client["client_secret"]
    pair = ":".join(urllib.parse.quote_plus(each) for each in names)
    request = urllib.request.Request(
        f"{provider.issuer}/token",
        urllib.parse.urlencode({"code_verifier": VERIFIER, **given}).encode(),
        {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.fixture
def registered(node_provider, client):
    made = client(CALLBACK)
    node_provider.configure(made)
    return made


def test_a_browser_signs_in_and_brings_a_code_back(node_provider, registered, browser):
    back = browser.visit(authorization_url(node_provider), until=CALLBACK)
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(back).query))
    assert query["state"] == "s"
    assert query["iss"] == node_provider.issuer
    status, answer = exchange(node_provider, registered, back)
    assert status == 200
    assert {"access_token", "id_token"} <= answer.keys()


def test_a_second_sign_in_of_the_same_browser_asks_nothing(node_provider, registered, browser):
    browser.visit(authorization_url(node_provider), until=CALLBACK)
    page = browser.open(authorization_url(node_provider), until=CALLBACK)
    assert page.location.startswith(f"{CALLBACK}?code=")


def test_another_browser_is_asked_who_it_is(node_provider, registered, browser, another_browser):
    browser.visit(authorization_url(node_provider), until=CALLBACK)
    page = another_browser.open(authorization_url(node_provider), until=CALLBACK)
    assert "password" in page.forms[0].inputs


def test_a_wrong_password_is_refused(node_provider, registered, browser):
    with pytest.raises(AssertionError, match="403"):
        browser.visit(authorization_url(node_provider), until=CALLBACK, password="wrong")


def test_a_person_can_refuse(node_provider, registered, browser):
    back = browser.visit(authorization_url(node_provider), until=CALLBACK, decision="abort")
    assert "error=access_denied" in back


def test_the_requests_are_noted_with_their_bodies(node_provider, registered, browser):
    back = browser.visit(authorization_url(node_provider), until=CALLBACK)
    exchange(node_provider, registered, back)
    [request] = node_provider.requests("/token")
    assert f"code_verifier={VERIFIER}" in request.body
    assert request.headers["authorization"].startswith("Basic ")


def test_keys_change_while_it_runs(node_provider, registered):
    before = node_provider.kids
    node_provider.change_keys("ES256", "RS256", keep=tuple(before))
    with urllib.request.urlopen(f"{node_provider.issuer}/jwks", timeout=30) as response:
        kids = [key["kid"] for key in json.load(response)["keys"]]
    assert kids == node_provider.kids
    assert kids[:1] == before
    assert len(kids) == 3


def test_a_wrong_configuration_is_refused_with_its_reason(node_provider):
    with pytest.raises(ValueError, match="client_secret"):
        node_provider.configure({"client_id": "web", "redirect_uris": [CALLBACK]})


def test_two_providers_have_two_issuers(node_provider, other_node_provider):
    assert node_provider.issuer != other_node_provider.issuer
