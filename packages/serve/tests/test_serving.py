"""An application of ours, served by the command."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import pytest

Serve = Callable[..., Any]


def test_an_application_is_served(serve: Serve) -> None:
    server = serve("hello:app", "--port", "0")

    status, body = server.get()

    assert (status, body.startswith("hello from ")) == (200, True)
    assert int(body.split()[-1]) != server.process.pid
    assert server.end() == 0
    assert "200 GET / (127.0.0.1)" in server.log


@pytest.mark.slow
def test_a_factory_is_called(serve: Serve) -> None:
    server = serve("hello:make_app", "--factory", "--port", "0")

    assert server.get()[0] == 200


@pytest.mark.slow
def test_several_workers_share_a_port(serve: Serve, until: Any) -> None:
    server = serve("hello:app", "--port", "0", "--processes", "3")
    seen = set()

    def all_have_answered() -> bool:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(8) as clients:
            seen.update(clients.map(server.get, ["/busy"] * 16))
        return len(seen) == 3

    until(all_have_answered)
    assert all(status == 200 for status, _ in seen)


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)]
)
def test_a_signal_lets_a_request_finish(serve: Serve, until: Any, number: int) -> None:
    from concurrent.futures import ThreadPoolExecutor

    server = serve("hello:app", "--port", "0", "--processes", "2")
    with ThreadPoolExecutor(1) as client:
        answer = client.submit(server.get, "/slow")
        until((server.folder / "slow-began").exists)
        server.send_signal(number)
        server.wait_for_line(f"{signal.Signals(number).name}: finishing")
        (server.folder / "slow-may-end").touch()

        assert answer.result() == (200, "slow")
    assert server.process.wait(30) == 0


def test_a_worker_that_is_killed_is_replaced(serve: Serve, until: Any) -> None:
    import os

    server = serve("hello:app", "--port", "0")
    before = int(server.get()[1].split()[-1])

    os.kill(before, signal.SIGKILL)

    server.wait_for_line(rf"worker 0 \(pid {before}\) was ended by signal 9")
    after = int(server.get()[1].split()[-1])
    assert after != before
    assert server.end() == 0
