"""A provider's documents: how often they are fetched, and which are believed. Over sockets."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest

from tornado.auth import AuthError, OAuth2Provider, OpenIDConnectClient
from tornado.auth._oidc._algorithms import ALGORITHMS
from tornado.auth._oidc._checker import TokenChecker
from tornado.auth._oidc._id_token import SignIn
from tornado.auth._oidc._metadata import ProviderMetadata, discovery_address
from tornado.auth._oidc._provider import Provider, provider_of
from tornado.auth._oidc._shared import SharedValue
from tornado.httpclient import AsyncHTTPClient

DISCOVERY = "/.well-known/openid-configuration"
PATIENCE = 30
RS256 = ALGORITHMS["RS256"]


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def known(provider, clock):
    """Our record of the provider."""
    return Provider(provider.issuer, clock)


def run(work):
    """Run a coroutine function with a client of its own loop."""

    async def main():
        client = AsyncHTTPClient(force_instance=True)
        try:
            return await work(client)
        finally:
            client.close()

    return asyncio.run(main())


def key_of(known, kid="key-1"):
    return run(lambda client: known.key(client, kid, RS256))


def test_documents_are_kept_for_an_hour(known, provider, clock):
    for _ in range(3):
        assert key_of(known).kid == "key-1"
    clock.now += 3599
    key_of(known)
    assert provider.counts == {DISCOVERY: 1, "/keys": 1}
    clock.now += 2
    key_of(known)
    assert provider.counts == {DISCOVERY: 2, "/keys": 2}


def test_first_uses_at_the_same_time_share_one_fetch(known, provider):
    async def work(client):
        return await asyncio.gather(*(known.key(client, "key-1", RS256) for _ in range(20)))

    assert {key.kid for key in run(work)} == {"key-1"}
    assert provider.counts == {DISCOVERY: 1, "/keys": 1}


def test_a_caller_that_gives_up_does_not_end_the_fetch_of_the_others(known, provider):
    async def work(client):
        first = asyncio.ensure_future(known.metadata(client))
        second = asyncio.ensure_future(known.metadata(client))
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        return await second

    assert run(work).issuer == provider.issuer
    assert provider.counts == {DISCOVERY: 1}


def test_a_failure_reaches_all_that_wait_and_is_not_kept(known, provider):
    provider.metadata = {"jwks_uri": None}

    async def work(client):
        return await asyncio.gather(
            *(known.metadata(client) for _ in range(5)), return_exceptions=True
        )

    for error in run(work):
        assert isinstance(error, AuthError)
        assert "jwks_uri must be an absolute URL" in str(error)
    assert provider.counts == {DISCOVERY: 1}
    provider.metadata = {}
    assert run(known.metadata).issuer == provider.issuer


def test_a_second_token_waits_for_the_keys_that_the_first_has_asked_for(known, provider, clock):
    """A sign-in during the fetch of a new key is not refused because of the interval."""
    key_of(known)
    clock.now += 60
    provider.keys = [{**provider.keys[0], "kid": "new"}]

    async def work(client):
        first = asyncio.ensure_future(known.key(client, "new", RS256))
        await asyncio.sleep(0)
        second = asyncio.ensure_future(known.key(client, "new", RS256))
        return await asyncio.gather(first, second)

    assert {key.kid for key in run(work)} == {"new"}
    assert provider.counts["/keys"] == 2


def test_a_fetch_of_a_loop_that_ended_blocks_nobody(known, provider):
    async def work(client):
        task = asyncio.ensure_future(known.metadata(client))
        await asyncio.sleep(0)
        task.cancel()

    run(work)
    assert run(known.metadata).issuer == provider.issuer


def test_each_loop_waits_for_its_own_fetch():
    value = SharedValue(60)
    started = threading.Event()

    async def slow():
        started.set()
        await asyncio.Event().wait()

    async def quick():
        return "quick"

    async def end():
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(value.get(slow), loop)
    assert started.wait(PATIENCE)
    try:
        assert asyncio.run(asyncio.wait_for(value.get(quick), PATIENCE)) == "quick"
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(PATIENCE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()


def test_s19_an_unknown_kid_is_fetched_once_more_and_not_more_often(
    known, provider, other_signer, clock
):
    key_of(known)
    with pytest.raises(AuthError, match="no single key for RS256 named 'key-2'"):
        key_of(known, "key-2")
    assert provider.counts["/keys"] == 1  # it was fetched a moment ago
    clock.now += 10
    for _ in range(5):
        with pytest.raises(AuthError, match="no single key for RS256 named 'key-2'"):
            key_of(known, "key-2")
    assert provider.counts["/keys"] == 2
    provider.keys.append(other_signer.jwk())
    with pytest.raises(AuthError, match="no single key"):
        key_of(known, "key-2")
    clock.now += 10
    assert key_of(known, "key-2").kid == "key-2"
    assert provider.counts == {DISCOVERY: 1, "/keys": 3}


def test_s19_failed_fetches_count_for_the_interval_too(known, provider, clock):
    key_of(known)
    clock.now += 10
    provider.keys = "not a set"
    for _ in range(3):
        with pytest.raises(AuthError):
            key_of(known, "key-2")
    assert provider.counts["/keys"] == 2
    assert key_of(known).kid == "key-1"


def test_many_unknown_kids_at_once_cost_one_fetch(known, provider, clock):
    key_of(known)
    clock.now += 10

    async def work(client):
        kids = [f"made-up-{number}" for number in range(20)]
        return await asyncio.gather(
            *(known.key(client, kid, RS256) for kid in kids), return_exceptions=True
        )

    assert all(isinstance(error, AuthError) for error in run(work))
    assert provider.counts["/keys"] == 2


def test_keys_that_were_withdrawn_are_not_believed_after_the_next_fetch(
    known, provider, signer, other_signer, clock
):
    client = OpenIDConnectClient(issuer=provider.issuer, key="client-1")
    old = provider.sign({"nonce": "n"})

    def check(token):
        return run(
            lambda http: TokenChecker(known, client, http).check_id_token(token, SignIn("n"))
        )

    assert check(old)["sub"] == "user-1"
    provider.signer, provider.keys = other_signer, [other_signer.jwk()]
    clock.now += 10
    assert check(provider.sign({"nonce": "n"}))["sub"] == "user-1"
    with pytest.raises(AuthError, match="no single key for RS256 named 'key-1'"):
        check(old)


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"issuer": "https://other.example"}, "is that of 'https://other.example'"),
        ({"issuer": None}, "is that of 'None'"),
        ({"jwks_uri": "http://provider.example/keys"}, "jwks_uri must be an https URL"),
        ({"token_endpoint": "http://provider.example/t"}, "token_endpoint must be an https URL"),
        ({"token_endpoint": "/token"}, "token_endpoint must be an absolute URL"),
        ({"token_endpoint": None}, "token_endpoint must be an absolute URL"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "authorization_endpoint must be"),
        ({"authorization_endpoint": 7}, "authorization_endpoint must be an absolute URL"),
        ({"userinfo_endpoint": "ftp://provider.example"}, "userinfo_endpoint must be an https URL"),
        ({"end_session_endpoint": "https://a@b.example"}, "must not have a user"),
        ({"x": "x" * 300_000}, "did not answer"),
    ],
)
def test_s19_a_document_is_believed_only_if_it_is_the_issuers_and_safe(
    known, provider, metadata, message
):
    provider.metadata = metadata
    with pytest.raises(AuthError, match=message):
        run(known.metadata)


@pytest.mark.parametrize(
    "name",
    [
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "userinfo_endpoint",
        "end_session_endpoint",
        "revocation_endpoint",
    ],
)
def test_s19_an_issuer_on_another_machine_does_not_name_a_service_on_this_one(name):
    issuer = "https://a.example"
    good = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    document = {each: f"{issuer}/{each}" for each in good} | {"issuer": issuer}
    assert ProviderMetadata.parse(document, issuer).issuer == issuer
    for scheme in ("http", "https"):
        with pytest.raises(AuthError, match=f"{name} must not be on this machine"):
            ProviderMetadata.parse(document | {name: f"{scheme}://127.0.0.1:6379/"}, issuer)
        with pytest.raises(AuthError, match=f"{name}.* must not be on this machine"):
            OAuth2Provider.from_metadata(document | {name: f"{scheme}://localhost:9200/"})


def test_s19_the_issuer_is_compared_as_plain_text(provider, clock):
    for issuer in (f"{provider.issuer}/", provider.issuer.replace("127.0.0.1", "localhost")):
        with pytest.raises(AuthError, match="is that of"):
            run(Provider(issuer, clock).metadata)


@pytest.mark.parametrize("keys", ["not a set", "[" * 10_000, "x" * 300_000, '{"keys": 1}'])
def test_s19_keys_are_read_under_limits(known, provider, keys):
    provider.keys = keys
    with pytest.raises(AuthError):
        key_of(known)


def test_s19_a_set_of_keys_may_not_be_too_large(known, provider, signer):
    provider.keys = json.dumps({"keys": [signer.jwk()]}) + " " * 300_000
    with pytest.raises(AuthError, match=r"the JWK Set at .* did not answer"):
        key_of(known)


def test_s19_a_redirect_of_a_document_is_not_followed(site, clock):
    from tornado.web import RedirectHandler

    elsewhere = site(
        [(r"/.*", RedirectHandler, {"url": "http://127.0.0.1:9/", "permanent": False})]
    )
    with pytest.raises(AuthError, match="the discovery document answered 302"):
        run(Provider(elsewhere.url, clock).metadata)


@pytest.mark.parametrize(
    ("issuer", "address"),
    [
        ("https://a.example", "https://a.example/.well-known/openid-configuration"),
        ("https://a.example/", "https://a.example/.well-known/openid-configuration"),
        ("https://a.example/b", "https://a.example/b/.well-known/openid-configuration"),
        ("http://localhost:1", "http://localhost:1/.well-known/openid-configuration"),
    ],
)
def test_the_document_is_below_the_issuer(issuer, address):
    assert discovery_address(issuer) == address


@pytest.mark.parametrize(
    "issuer",
    [
        "http://a.example",
        "https://a.example?b",
        "https://a.example#b",
        "a.example",
        "https://u@a",
        "",
    ],
)
def test_s19_an_issuer_is_an_https_address(issuer):
    with pytest.raises(AuthError):
        discovery_address(issuer)


class Handler:
    """As much of a handler as it takes."""

    def __init__(self):
        self.settings = {}


def test_each_application_has_its_own_providers():
    one, other = Handler(), Handler()
    first = provider_of(one, "https://a.example")
    assert provider_of(one, "https://a.example") is first
    assert provider_of(other, "https://a.example") is not first


def test_an_application_keeps_a_bounded_number_of_providers():
    handler = Handler()
    for number in range(1100):
        provider_of(handler, f"https://{number}.example")
    assert len(handler.settings["auth_providers"]) == 1000
