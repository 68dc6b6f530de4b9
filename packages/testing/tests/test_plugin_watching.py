"""What a test does to its loop, and leaves behind."""

from __future__ import annotations

from typing import Any


def test_what_a_test_leaves_behind_fails_it_and_is_named(suite: Any) -> None:
    suite.write(
        test_it=suite.APP
        + """
    import socket
    from tornado.httpclient import AsyncHTTPClient


    async def forever():
        await asyncio.sleep(3600)


    kept = []


    @pytest.fixture(scope="module", autouse=True)
    def end():
        yield
        for each in kept:
            if isinstance(each, socket.socket):
                each.close()


    async def test_task(io_loop):
        kept.append(asyncio.create_task(forever()))


    async def test_socket(io_loop):
        kept.append(socket.socket())


    def test_timer(io_loop):
        kept.append(io_loop.call_later(3600, print))


    async def test_client(http_server):
        kept.append(AsyncHTTPClient(force_instance=True))


    async def test_task_that_ends_soon(io_loop):
        kept.append(asyncio.create_task(asyncio.sleep(0.01)))


    async def test_clean(http_server_client, memory_client):
        await http_server_client.fetch("/")
        await memory_client.get("/")


    @pytest.mark.tornado_leftovers("ignore")
    async def test_on_purpose(io_loop):
        kept.append(asyncio.create_task(forever()))


    async def test_that_fails(io_loop):
        kept.append(asyncio.create_task(forever()))
        assert 1 == 2
"""
    )

    run = suite.run("-W", "ignore")
    outcomes = run.outcomes()
    assert outcomes["passed"] == ["test_task_that_ends_soon", "test_clean", "test_on_purpose"]
    assert outcomes["failed"] == [
        "test_task",
        "test_socket",
        "test_timer",
        "test_client",
        "test_that_fails",
    ]
    assert "test_task left behind:\n  - task " in run.output
    for kind, line in (
        ("task", "kept.append(asyncio.create_task(forever()))"),
        ("socket", "kept.append(socket.socket())"),
        ("timer", "kept.append(io_loop.call_later(3600, print))"),
        ("client", "kept.append(AsyncHTTPClient(force_instance=True))"),
    ):
        number = (suite.folder / "test_it.py").read_text().splitlines().index(f"    {line}") + 1
        assert f"test_it.py:{number}" in run.output, kind
    assert "assert 1 == 2" in run.output
    assert "test_that_fails left behind" not in run.output

    run = suite.run("-W", "ignore", "-o", "tornado_leftovers=ignore", "-k", "not fails")
    assert run.code == 0, run.output
    run = suite.run("-W", "default", "-o", "tornado_leftovers=warn", "-k", "test_task")
    assert run.code == 0, run.output
    assert "LeftBehindWarning: test_task left behind" in run.output
    run = suite.run("-o", "tornado_leftovers=perhaps")
    assert "leftovers must be 'warn', 'fail' or 'ignore', not 'perhaps'" in run.output
    run = suite.run("-W", "ignore", "-k", "not fails", TORNADO_TEST_LEFTOVERS="ignore")
    assert run.code == 0, run.output


def test_a_timer_that_sets_the_next_one_is_left_behind(suite: Any) -> None:
    suite.write(
        test_it="""
    import pytest


    @pytest.mark.parametrize("number", range(5))
    async def test_it(io_loop, number):
        def poll():
            io_loop.call_later(0.01, poll)

        poll()


    @pytest.mark.parametrize("number", range(5))
    async def test_that_ends(io_loop, number):
        def poll(times):
            if times:
                io_loop.call_later(0.005, poll, times - 1)

        poll(3)
"""
    )

    run = suite.run("-W", "ignore")

    assert run.output.count("left behind:\n  - timer for test_it.<locals>.poll, due in") == 5
    assert len(run.outcomes()["passed"]) == 5, run.output


def test_a_task_that_sleeps_is_named_without_its_timer(suite: Any) -> None:
    suite.write(
        test_it="""
    import asyncio


    async def sleep():
        await asyncio.sleep(3600)


    async def test_it(io_loop):
        kept.append(asyncio.create_task(sleep()))
        io_loop.call_later(3600, print)


    kept = []
"""
    )

    run = suite.run("-W", "ignore")

    assert run.output.count("  - task sleep, which waits in sleep at") == 1
    assert run.output.count("  - timer for ") == 1
    assert "  - timer for print, due in" in run.output


def test_what_a_test_has_left_is_ended_and_not_logged_in_a_later_test(suite: Any) -> None:
    suite.write(
        test_it="""
    import asyncio
    import gc

    ended = []


    async def wait():
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("wait")


    async def test_leaves(io_loop):
        io_loop.spawn_callback(wait)


    def test_later(caplog):
        gc.collect()
        assert ended == ["wait"]
        assert caplog.records == []
"""
    )

    run = suite.run("-W", "ignore", "-o", "tornado_leftovers=ignore")

    assert run.code == 0, run.output
    assert "Task was destroyed" not in run.output


def test_a_callback_that_blocks_the_loop_fails_its_test(suite: Any) -> None:
    suite.write(
        test_it="""
    import asyncio
    import time


    def block():
        time.sleep(0.5)


    async def test_blocking(io_loop):
        block()


    async def test_blocking_in_between(io_loop):
        asyncio.get_running_loop().call_soon(block)
        await asyncio.sleep(0.01)


    async def test_waiting(io_loop):
        await asyncio.sleep(0.3)
"""
    )

    run = suite.run("--tornado-blocking", "0.2")
    assert run.outcomes()["failed"] == ["test_blocking", "test_blocking_in_between"], run.output
    assert run.outcomes()["passed"] == ["test_waiting"]
    assert "test_blocking blocked the loop:\n  - test_blocking" in run.output
    number = (suite.folder / "test_it.py").read_text().splitlines().index("    time.sleep(0.5)") + 1
    assert f"test_it.py:{number}" in run.output
    assert suite.run().code == 0
    assert suite.run("-o", "tornado_blocking=0.2").code == 1
    assert suite.run(TORNADO_TEST_BLOCKING="0.2").code == 1
