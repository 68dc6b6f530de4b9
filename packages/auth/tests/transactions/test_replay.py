"""Ids that count once."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from tornado.auth import AuthError, MemoryReplayStore
from tornado.auth._transactions._replay import replay_store, use_once


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def use(store, key, lifetime=10):
    return asyncio.run(store.use(key, lifetime))


def test_s19_an_id_counts_once_until_it_expires():
    clock = Clock()
    store = MemoryReplayStore(clock=clock)
    assert use(store, "a")
    assert not use(store, "a")
    assert use(store, "b", 100)
    clock.now += 9.9
    assert not use(store, "a")
    clock.now += 0.2
    assert use(store, "a")
    assert not use(store, "b", 100)


def test_s19_a_full_store_refuses_instead_of_forgetting():
    clock = Clock()
    store = MemoryReplayStore(3, clock)
    for key in "abc":
        assert use(store, key)
    with pytest.raises(AuthError, match="auth_replay_store"):
        use(store, "d")
    assert not use(store, "a")
    clock.now += 11
    assert use(store, "d")


def test_s19_a_provider_that_fills_the_store_stops_nobody_elses_sign_in():
    clock = Clock()
    store = MemoryReplayStore(3, clock)
    handler = SimpleNamespace(settings={"auth_replay_store": store})

    def use_id(kind, id):
        return asyncio.run(use_once(handler, kind, id, 10))

    for id in ("a", "b c", "d  \ud800"):
        assert use_id("logout https://a.example", id)
    for id in ("d", "e f", "transaction g"):
        with pytest.raises(AuthError, match="auth_replay_store"):
            use_id("logout https://a.example", id)
    assert not use_id("logout https://a.example", "b c")
    for kind in ("logout https://b.example", "transaction", "openid nonce https://a.example"):
        assert use_id(kind, "a")
        assert not use_id(kind, "a")
    clock.now += 11
    assert use_id("logout https://a.example", "d")
    assert set(store._sizes) == {"logout https://a.example"}


def test_expired_ids_take_no_memory():
    clock = Clock()
    store = MemoryReplayStore(100, clock)

    async def use_many():
        for number in range(10_000):
            clock.now += 1
            assert await store.use(str(number), 10)

    asyncio.run(use_many())
    assert len(store._used) == len(store._expiries) <= 10


def test_an_application_has_one_store_or_the_one_of_its_settings():
    handler = SimpleNamespace(settings={})
    assert replay_store(handler) is replay_store(handler)
    own = MemoryReplayStore()
    assert replay_store(SimpleNamespace(settings={"auth_replay_store": own})) is own
