"""A client without sockets for tests that await nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tornado.ioloop import IOLoop
from tornado.testing import SyncMemoryClient
from tornado.web import Application, RequestHandler


class Echo(RequestHandler):
    async def answer(self) -> None:
        await asyncio.sleep(0)
        self.set_cookie("seen", "yes")
        self.write({"method": self.request.method, "cookies": list(self.cookies)})

    get = post = put = patch = delete = options = head = answer


class Fails(RequestHandler):
    def get(self) -> None:
        raise LookupError("no such thing")


application = Application([(r"/", Echo), (r"/fails", Fails)])


@pytest.mark.expected_errors("Uncaught exception", "500")
def test_a_plain_test_gets_responses() -> None:
    with SyncMemoryClient(application, headers={"X-All": "1"}) as client:
        for name in ("get", "post", "put", "patch", "delete", "options"):
            assert getattr(client, name)("/").json()["method"] == name.upper()
        assert client.head("/").code == 200
        assert client.fetch("/").json()["cookies"] == ["seen"]
        assert client.cookies["seen"] == "yes"
        assert client.headers["X-All"] == "1"
        assert client.get_url("/") == "http://testserver/"
        with pytest.raises(LookupError):
            client.get("/fails")
    client.close()


def test_a_loop_that_was_given_stays_open(loop: Any) -> None:
    with SyncMemoryClient(application, io_loop=loop) as client:
        assert client.get("/").code == 200
    assert not loop.asyncio_loop.is_closed()


def test_the_loop_of_a_client_is_not_the_current_one() -> None:
    with SyncMemoryClient(application) as client:
        client.get("/")
        assert IOLoop.current(instance=False) is None


def test_where_a_loop_runs_already_the_error_says_so() -> None:
    async def main() -> None:
        client.get("/")

    with (
        SyncMemoryClient(application) as client,
        pytest.raises(RuntimeError, match="running"),
    ):
        asyncio.run(main())


def test_the_application_starts_and_ends() -> None:
    told: list[str] = []
    start, end = (lambda _, word=word: told.append(word) for word in ("start", "end"))
    application = Application([(r"/", Echo)], on_startup=[start], on_shutdown=[end])
    with SyncMemoryClient(application) as client:
        client.get("/")
        client.get("/")
        assert told == ["start"]
    assert told == ["start", "end"]
