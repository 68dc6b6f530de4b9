"""Ids that count once: in the memory of a process, and in a file of several."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import sys
from types import SimpleNamespace

import pytest

from tornado.auth import AuthError, MemoryReplayStore, SQLiteReplayStore
from tornado.auth._transactions._replay import replay_store, use_once

PATIENCE = 60


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["memory", "file"])
def make_store(request, tmp_path, clock):
    """Make a store of each kind, for some ids."""
    made = []

    def make(max_entries=1000):
        if request.param == "memory":
            return MemoryReplayStore(max_entries, clock)
        made.append(SQLiteReplayStore(tmp_path / "used.db", max_entries, clock))
        return made[-1]

    yield make
    for each in made:
        each.close()


def use(store, key, lifetime=10):
    return asyncio.run(store.use(key, lifetime))


def test_s19_an_id_counts_once_until_it_expires(make_store, clock):
    store = make_store()
    assert use(store, "a")
    assert not use(store, "a")
    assert use(store, "b", 100)
    clock.now += 9.9
    assert not use(store, "a")
    clock.now += 0.2
    assert use(store, "a")
    assert not use(store, "b", 100)


def test_an_id_that_is_forgotten_may_be_used_again(make_store, clock):
    store = make_store(4)
    for _ in range(100):  # without filling the store
        assert use(store, "a")
        asyncio.run(store.forget("a"))
    asyncio.run(store.forget("never used"))
    assert use(store, "a", 100)
    clock.now += 50  # the uses that were forgotten end
    assert not use(store, "a")


def test_what_was_forgotten_takes_no_memory():
    store = MemoryReplayStore()

    async def run():
        for number in range(1000):
            await store.use(str(number), 10)
            await store.forget(str(number))

    asyncio.run(run())
    assert not store._used
    assert len(store._expiries) <= 2


# A store that is full.


def fill(store, kind, lifetime=10):
    """Use ids of a kind until one is refused, and return how many were not."""

    async def run():
        for number in range(1000):
            try:
                assert await store.use(f"{kind} {number}", lifetime)
            except AuthError:
                return number
        raise AssertionError("it was never full")

    return asyncio.run(run())


def test_s19_a_full_store_refuses_instead_of_forgetting(make_store, clock):
    store = make_store(8)
    assert fill(store, "a") == 4
    for number in range(4):
        assert not use(store, f"a {number}")
    clock.now += 11
    assert use(store, "a 9")


def test_s19_one_that_makes_many_ids_leaves_places_for_others(make_store):
    """By count: each fills as much as is left after it, so the next one finds places."""
    store = make_store(60)
    assert [fill(store, f"transaction {network}") for network in "abcd"] == [30, 15, 8, 4]
    assert use(store, "transaction e 1")  # somebody else signs in once
    assert use(store, "logout https://a.example 1")
    for network in "abcd":
        with pytest.raises(AuthError, match="auth_replay_store"):
            use(store, f"transaction {network} more")
        assert not use(store, f"transaction {network} 0")  # what was used stays used


def test_s19_the_store_is_never_larger_than_its_bound(make_store):
    store = make_store(20)
    kept = 0
    for number in range(50):
        try:
            kept += use(store, f"kind{number} 1")
        except AuthError:
            break
    assert kept == 20


def test_s19_a_provider_that_fills_the_store_stops_nobody_elses_sign_in(make_store, clock):
    store = make_store(8)
    handler = SimpleNamespace(settings={"auth_replay_store": store})

    def use_id(kind, id):
        return asyncio.run(use_once(handler, kind, id, 10))

    for id in ("a", "b c", "d  \ud800", "e"):
        assert use_id("logout https://a.example", id)
    for id in ("f", "g h", "transaction i"):
        with pytest.raises(AuthError, match="auth_replay_store"):
            use_id("logout https://a.example", id)
    assert not use_id("logout https://a.example", "b c")
    for kind in ("logout https://b.example", "transaction", "openid nonce https://a.example"):
        assert use_id(kind, "a")
        assert not use_id(kind, "a")
    clock.now += 11
    assert use_id("logout https://a.example", "f")


def test_expired_ids_take_no_memory(clock):
    store = MemoryReplayStore(100, clock)

    async def use_many():
        for number in range(10_000):
            clock.now += 1
            assert await store.use(str(number), 10)

    asyncio.run(use_many())
    assert len(store._used) == len(store._expiries) <= 10
    assert set(store._sizes) == {""}


def test_an_application_has_one_store_or_the_one_of_its_settings():
    handler = SimpleNamespace(settings={})
    assert replay_store(handler) is replay_store(handler)
    own = MemoryReplayStore()
    assert replay_store(SimpleNamespace(settings={"auth_replay_store": own})) is own


# The file.

COUNT = """
import asyncio, sys
from tornado.auth import SQLiteReplayStore

async def main():
    store = SQLiteReplayStore(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    print(sum([await store.use(f"kind {number}", 100) for number in range(100)]))
    store.close()

asyncio.run(main())
"""


def test_s19_an_id_counts_once_in_all_processes(tmp_path):
    path = str(tmp_path / "used.db")
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", COUNT, path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    try:
        for program in programs:
            assert program.stdout.readline() == "ready\n"
        for program in programs:
            program.stdin.write("\n")
            program.stdin.flush()
        counts = [int(program.communicate(timeout=PATIENCE)[0]) for program in programs]
    finally:
        for program in programs:
            program.kill()
            program.communicate()
    assert sum(counts) == 100


def test_a_file_stays_when_a_process_ends(tmp_path):
    path = tmp_path / "used.db"
    first = SQLiteReplayStore(path)
    assert use(first, "a", 100)
    first.close()
    assert not use(first, "a", 100)  # it is opened again
    first.close()
    second = SQLiteReplayStore(path)
    assert not use(second, "a", 100)
    second.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_process_that_was_forked_opens_the_file_by_itself(tmp_path):
    store = SQLiteReplayStore(tmp_path / "used.db")
    assert use(store, "a", 100)
    store._process = os.getpid() + 1  # as if another process had opened it
    thread, inherited = store._thread, store._connection
    assert not use(store, "a", 100)
    assert store._connection is not inherited
    store.close()
    assert thread.submit(inherited.execute, "SELECT 1").result()  # it was not closed
    thread.submit(inherited.close).result()
    thread.shutdown()


def test_a_file_that_cannot_be_used_refuses(tmp_path):
    path = tmp_path / "used.db"
    path.write_text("this is not a database, but a text that is long enough to be read as one" * 20)
    store = SQLiteReplayStore(path)
    for bad in (store, SQLiteReplayStore(tmp_path / "no folder" / "used.db")):
        with pytest.raises(AuthError, match=r"the replay store .* cannot be used"):
            use(bad, "a")
        bad.close()
    path.unlink()
    assert use(store, "a", 100)
    store.close()
