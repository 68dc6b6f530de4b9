"""Refreshing and revoking tokens at a provider that rotates refresh tokens."""

from __future__ import annotations

import asyncio
import json
import urllib.parse

import pytest

from tornado.auth import AuthError, OAuth2Mixin
from tornado.auth._oauth2 import _claims, _refreshing
from tornado.auth._oauth2._refreshing import Refreshes
from tornado.web import RequestHandler, asynchronous


class TokenHandler(RequestHandler, OAuth2Mixin):
    def initialize(self, provider, stored):
        self.oauth2_provider = provider
        self.stored = stored

    async def replace(self, tokens):
        await asyncio.sleep(0.01)  # a database
        self.stored.append(tokens["refresh_token"])

    def show(self, tokens):
        self.finish(tokens)

    async def get(self):
        token = self.get_argument("token")
        try:
            self.show(await self.refresh_oauth2_tokens(token, replace=self.replace))
        except AuthError as error:
            self.set_status(403)
            self.finish(str(error))

    async def delete(self):
        await self.revoke_oauth2_token(self.get_argument("token"), "refresh_token")


class ClassicTokenHandler(TokenHandler):
    @asynchronous
    def get(self):
        self.refresh_oauth2_tokens(self.get_argument("token"), self.on_tokens, replace=self.replace)

    def on_tokens(self, tokens):
        if tokens is None:
            self.set_status(403)
        self.finish(tokens or "")

    @asynchronous
    def delete(self):
        self.revoke_oauth2_token(
            self.get_argument("token"), "refresh_token", callback=lambda result: self.finish()
        )


@pytest.fixture(params=[TokenHandler, ClassicTokenHandler], ids=["async", "callback"])
def refreshing(
    request, site, node_provider, public_client, make_provider, login_handler, settings, browser
):
    """A site with a first refresh token; a public client, whose tokens are rotated."""
    provider = make_provider(
        node_provider.issuer,
        scope=("openid", "offline_access"),
        extra_params={"prompt": "consent"},
    )
    stored = []
    running = site(
        [
            ("/login", login_handler, {"provider": provider}),
            ("/token", request.param, {"provider": provider, "stored": stored}),
        ],
        node_oauth={"key": "public"},
        **settings,
    )
    login = f"{running.url}/login"
    node_provider.configure(public_client(login))
    page = browser.open(browser.visit(login, until=f"{login}?"))
    running.first = json.loads(page.text)["tokens"]["refresh_token"]
    running.stored = stored
    node_provider.forget()
    return running


def refresh_together(running, tokens):
    """Ask for new tokens with requests that run at the same time; return status and body of each."""

    async def run():
        from tornado.httpclient import AsyncHTTPClient

        async with AsyncHTTPClient(force_instance=True) as client:
            urls = [
                f"{running.url}/token?{urllib.parse.urlencode({'token': token})}"
                for token in tokens
            ]
            responses = await asyncio.gather(
                *(client.fetch(url, raise_error=False) for url in urls)
            )
            return [(each.code, each.body.decode()) for each in responses]

    return asyncio.run(run())


def test_concurrent_refreshes_of_one_token_make_one_request_and_all_get_its_result(
    refreshing, node_provider
):
    results = refresh_together(refreshing, [refreshing.first] * 8)
    assert {status for status, _ in results} == {200}
    [answer] = {body for _, body in results}
    assert len(node_provider.requests("/token")) == 1
    assert refreshing.stored == [json.loads(answer)["refresh_token"]]
    assert refreshing.stored != [refreshing.first]


def test_a_request_that_read_the_old_token_just_before_gets_the_new_ones(refreshing, node_provider):
    [first] = refresh_together(refreshing, [refreshing.first])
    assert refresh_together(refreshing, [refreshing.first]) == [first]
    assert len(node_provider.requests("/token")) == 1
    [(status, _)] = refresh_together(refreshing, refreshing.stored)
    assert status == 200  # the provider has seen no token twice, so the session lives


def test_after_that_the_old_token_is_not_sent_a_second_time(
    refreshing, node_provider, monkeypatch, caplog
):
    monkeypatch.setattr(_refreshing, "KEPT_FOR", 0)
    refresh_together(refreshing, [refreshing.first])
    [(status, body)] = refresh_together(refreshing, [refreshing.first])
    assert status == 403
    assert "was replaced just now" in body + caplog.text
    assert len(node_provider.requests("/token")) == 1
    [(status, _)] = refresh_together(refreshing, refreshing.stored)
    assert status == 200  # the session lives


def test_a_token_that_is_old_enough_is_refused_by_the_provider(
    refreshing, node_provider, monkeypatch, caplog
):
    monkeypatch.setattr(_refreshing, "KEPT_FOR", 0)
    monkeypatch.setattr(_claims, "LIFETIME", 0)
    refresh_together(refreshing, [refreshing.first])
    [(status, body)] = refresh_together(refreshing, [refreshing.first])
    assert status == 403
    assert "invalid_grant" in body + caplog.text
    assert refreshing.first not in body + caplog.text
    assert len(node_provider.requests("/token")) == 2


def test_a_revoked_token_gives_no_new_ones(refreshing, browser):
    import urllib.request

    query = urllib.parse.urlencode({"token": refreshing.first})
    request = urllib.request.Request(f"{refreshing.url}/token?{query}", method="DELETE")
    with urllib.request.urlopen(request, timeout=30) as response:
        assert response.status == 200
    [(status, _)] = refresh_together(refreshing, [refreshing.first])
    assert status == 403


def test_one_that_waits_may_go_without_stopping_the_others():
    async def run():
        refreshes, calls, may_end = Refreshes(), [], asyncio.Event()

        async def refresh():
            calls.append(1)
            await may_end.wait()
            return {"access_token": "new"}

        waiting = [asyncio.ensure_future(refreshes.run("old", refresh)) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        await asyncio.sleep(0)
        may_end.set()
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert isinstance(results[0], asyncio.CancelledError)
        assert results[1:] == [{"access_token": "new"}] * 2
        assert calls == [1]

    asyncio.run(run())


def test_a_failure_reaches_all_and_may_be_tried_again():
    async def run():
        refreshes, answers = Refreshes(), [AuthError("down"), {"access_token": "new"}]

        async def refresh():
            await asyncio.sleep(0)
            answer = answers.pop(0)
            if isinstance(answer, AuthError):
                raise answer
            return answer

        both = (refreshes.run("old", refresh) for _ in range(2))
        results = await asyncio.gather(*both, return_exceptions=True)
        assert [str(each) for each in results] == ["down", "down"]
        assert await refreshes.run("old", refresh) == {"access_token": "new"}

    asyncio.run(run())


def test_new_tokens_that_could_not_be_stored_are_stored_by_the_next_call():
    async def run():
        refreshes, requests, stored = Refreshes(), [], []

        async def request():
            requests.append(1)
            return {"refresh_token": "new"}

        async def replace(tokens):
            await asyncio.sleep(0)
            stored.append(tokens)
            if len(stored) == 1:
                raise OSError("the database is down")

        both = (refreshes.run("old", request, replace=replace) for _ in range(2))
        results = await asyncio.gather(*both, return_exceptions=True)
        assert [str(each) for each in results] == ["the database is down"] * 2
        for _ in range(2):
            assert await refreshes.run("old", request, replace=replace) == {"refresh_token": "new"}
        assert requests == [1]
        assert stored == [{"refresh_token": "new"}] * 2

    asyncio.run(run())


def test_new_tokens_are_stored_even_if_all_that_wait_go_away():
    async def run():
        refreshes, may_end, is_stored = Refreshes(), asyncio.Event(), asyncio.Event()

        async def request():
            await may_end.wait()
            return {"refresh_token": "new"}

        waiting = asyncio.ensure_future(
            refreshes.run("old", request, replace=lambda tokens: is_stored.set())
        )
        await asyncio.sleep(0)
        waiting.cancel()
        may_end.set()
        await asyncio.wait_for(is_stored.wait(), 30)

    asyncio.run(run())


def test_tokens_are_not_forgotten_while_they_are_stored():
    async def run():
        now = [0.0]
        refreshes, requests, may_end = Refreshes(clock=lambda: now[0]), [], asyncio.Event()

        async def request():
            requests.append(1)
            return {}

        async def replace(tokens):
            await may_end.wait()

        calls = [asyncio.ensure_future(refreshes.run("old", request, replace=replace))]
        for _ in range(5):
            await asyncio.sleep(0)
        now[0] += _refreshing.KEPT_FOR + 1
        calls.append(asyncio.ensure_future(refreshes.run("old", request, replace=replace)))
        await asyncio.sleep(0)
        may_end.set()
        await asyncio.gather(*calls)
        assert requests == [1]

    asyncio.run(run())


def test_results_are_kept_for_a_while_in_bounded_number():
    async def run():
        now = [0.0]
        refreshes, calls = Refreshes(10, lambda: now[0]), []

        async def refresh():
            calls.append(1)
            return {}

        for number in range(100):
            await refreshes.run(str(number), refresh)
        assert len(refreshes._tasks) == len(refreshes._done) <= 12
        await refreshes.run("99", refresh)
        assert len(calls) == 100
        now[0] += _refreshing.KEPT_FOR + 1
        await refreshes.run("99", refresh)
        assert len(calls) == 101

    asyncio.run(run())
