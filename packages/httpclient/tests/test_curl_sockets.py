"""What the client on libcurl asks of the loop and of Python: sockets, handles, and calls.

The sockets are watched by epoll, and by the loop where there is none; every test of them runs both.
"""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import select
import sys
from typing import Any

import pytest

from tornado.curl_httpclient import CurlAsyncHTTPClient
from tornado.httpclient import HTTPProtocolError, HTTPTimeoutError

OK = b"HTTP/1.1 200 OK\r\n"
HELLO = OK + b"Content-Length: 5\r\n\r\nhello"


@pytest.fixture(params=["epoll", "loop"])
def watched_by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "loop":
        monkeypatch.delattr(select, "epoll", raising=False)
    elif not hasattr(select, "epoll"):
        pytest.skip("this system has no epoll")
    return request.param


async def test_one_connection_serves_many_fetches(curl, serve, watched_by):
    peer = await serve(HELLO)
    client = curl(max_clients=1)
    for _ in range(20):
        assert (await client.fetch(peer.url())).body == b"hello"
    assert peer.connections == 1


async def test_many_fetches_at_once_end_each_with_its_own_answer(curl, serve, watched_by):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(serve.reply(request.target.encode()))

    peer = await serve(answer)
    client = curl(max_clients=20)
    for _ in range(3):
        fetches = [client.fetch(peer.url(f"/{number}")) for number in range(60)]
        bodies = [(await fetch).body for fetch in fetches]
        assert bodies == [b"/%d" % number for number in range(60)]
    assert peer.connections <= 20


async def test_a_large_upload_waits_until_the_socket_takes_more(curl, serve, watched_by):
    peer = await serve(HELLO)
    body = bytes(8_000_000)
    for _ in range(2):
        await curl.fetch(peer.url(), method="POST", body=body)
    assert [len(request.body) for request in peer.requests] == [8_000_000] * 2


async def test_s20_bytes_that_nobody_asked_for_are_not_the_next_answer(curl, serve, watched_by):
    peer = await serve(HELLO)
    client = curl(max_clients=1)
    for count in range(1, 6):
        assert (await client.fetch(peer.url())).body == b"hello"
        assert peer.connections == count
        peer.writers[-1].write(OK + b"Content-Length: 5\r\n\r\nwrong")
        await peer.writers[-1].drain()
        await asyncio.sleep(0.02)


async def test_sockets_that_cannot_be_watched_fail_their_fetches_and_no_others(
    curl, serve, monkeypatch, ending, watched_by
):
    left = 0

    def count() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise OSError(errno.ENOSPC, "No space left on device")

    if watched_by == "loop":
        loop_class = type(asyncio.get_running_loop())
        add_reader = loop_class.add_reader

        def add(self: Any, *arguments: Any) -> None:
            count()
            add_reader(self, *arguments)

        monkeypatch.setattr(loop_class, "add_reader", add)
    else:
        make_epoll = select.epoll

        class FullEpoll:
            """An epoll object that finds no space for one socket."""

            def __init__(self) -> None:
                self._real = make_epoll()

            def register(self, fd: int, mask: int) -> None:
                count()
                self._real.register(fd, mask)

            def __getattr__(self, name: str) -> Any:
                return getattr(self._real, name)

        monkeypatch.setattr(select, "epoll", FullEpoll)
    peer = await serve(HELLO)
    client = curl(max_clients=1)
    left = 1
    fetches = [
        client.fetch(peer.url(), request_timeout=0, connect_timeout=5, raise_error=False)
        for _ in range(3)
    ]
    results = [await ending(fetch) for fetch in fetches]
    failed = [result for result in results if isinstance(getattr(result, "error", result), OSError)]
    assert [getattr(result, "error", result).errno for result in failed] == [errno.ENOSPC]
    assert [result.body for result in results if result not in failed] == [b"hello"] * 2


async def test_a_handle_that_was_used_leaves_no_option_to_the_next_fetch(curl, serve, tmp_path):
    peer = await serve(HELLO)
    client = curl(max_clients=1)
    await client.fetch(peer.url("/plain"))
    plain = peer.requests[-1]
    everything = {
        "headers": {"X-Field": "1", "Cookie": "a=b", "Content-Type": "text/plain"},
        "auth_username": "bob",
        "auth_password": "secret",
        "user_agent": "other",
        "decompress_response": False,
        "allow_ipv6": False,
        "connect_timeout": 3,
        "network_interface": "127.0.0.1",
    }
    for method, body in (("POST", "x" * 2000), ("PUT", b""), ("HEAD", None), ("DELETE", None)):
        await client.fetch(peer.url("/other"), method=method, body=body, **everything)
        await client.fetch(peer.url("/plain"))
        assert peer.requests[-1].raw == plain.raw
        assert peer.requests[-1].body == b""


@pytest.mark.parametrize("way", ["raise", "time out", "cancel"])
async def test_a_fetch_whose_callback_still_waits_does_not_end_that_of_its_handle(
    curl, serve, ending, way
):
    arrived, released = asyncio.Event(), asyncio.Event()

    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        if request.target == "/slow":
            arrived.set()
            await released.wait()
        writer.write(serve.reply(request.target.encode()))

    peer = await serve(answer)
    client = curl(max_clients=3)
    waits, go_on = asyncio.Event(), asyncio.Event()

    async def callback(_piece: bytes) -> None:
        waits.set()
        await go_on.wait()
        if way == "raise":
            raise LookupError("on purpose")

    limit = 0.2 if way == "time out" else 0
    waiting = client.fetch(peer.url("/"), streaming_callback=callback, request_timeout=limit)
    await waits.wait()
    slow = client.fetch(peer.url("/slow"), request_timeout=0)
    await arrived.wait()
    if way == "raise":
        go_on.set()
    elif way == "cancel":
        waiting.cancel()
    assert isinstance(await ending(waiting), BaseException)
    released.set()
    assert (await ending(slow)).body == b"/slow"
    assert (await client.fetch(peer.url("/last"))).body == b"/last"


async def test_bytes_that_come_between_two_fetches_of_one_turn_are_not_the_answer(curl, serve):
    peer = await serve(HELLO)
    other = await serve(HELLO)
    client = curl(max_clients=3)
    for _ in range(2):
        await client.fetch(peer.url())
    first = client.fetch(other.url())
    wrong = OK + b"Content-Length: 5\r\n\r\nwrong"
    os.write(peer.writers[-1].get_extra_info("socket").fileno(), wrong)
    second = client.fetch(peer.url())
    assert [(await first).body, (await second).body] == [b"hello"] * 2


async def test_a_client_that_nobody_uses_any_more_is_freed(curl, serve):
    peer = await serve(HELLO)

    async def descriptors() -> int:
        gc.collect()
        await asyncio.sleep(0.01)  # the loop lets go of what the collector found
        return len(os.listdir("/proc/self/fd"))

    async def use() -> None:
        for _ in range(10):
            client = CurlAsyncHTTPClient(force_instance=True)
            await client.fetch(peer.url())

    await curl.fetch(peer.url())
    await use()
    before = await descriptors()
    for _ in range(3):
        await use()
    for _ in range(100):
        # The peer closes its sockets a little after the client.
        if await descriptors() <= before + 5:
            break
    assert await descriptors() <= before + 5


# A head is read when the body begins, unless somebody would see a difference.


async def stalled(serve: Any, head: bytes) -> Any:
    """Return a peer that sends a head, and nothing after it."""

    async def answer(_request: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        await writer.drain()
        await asyncio.Event().wait()

    return await serve(answer)


async def test_a_time_that_is_up_says_how_far_the_response_is(curl, serve):
    for head, words in (
        (OK + b"Content-Length: 5\r\n\r\n", "while receiving the body"),
        (OK + b"Content-Length: 5\r\n", "while waiting for the head"),
    ):
        peer = await stalled(serve, head)
        with pytest.raises(HTTPTimeoutError, match=words):
            await curl.fetch(peer.url(), request_timeout=0.3)


@pytest.mark.parametrize("seconds", [0.3, 0])
async def test_a_bad_head_before_a_body_that_never_comes_is_refused(curl, serve, ending, seconds):
    peer = await stalled(serve, OK + b"Content-Length: 5, 6\r\n\r\n")
    result = await ending(curl.fetch(peer.url(), request_timeout=seconds))
    assert isinstance(result, HTTPProtocolError)


async def test_a_body_that_is_announced_too_large_ends_a_fetch_before_it_comes(curl, serve, ending):
    peer = await stalled(serve, OK + b"Content-Length: 999999999999\r\n\r\n")
    result = await ending(curl.fetch(peer.url(), request_timeout=0))
    assert isinstance(result, HTTPProtocolError)
    assert "max_body_size" in str(result)


@pytest.mark.parametrize(
    "options",
    [
        {"header_callback": lambda line: None},
        {"streaming_callback": lambda piece: None},
        {"head_timeout": 20},
        {"body_timeout": 20},
        {"download_progress": lambda done, total: None},
    ],
    ids=lambda options: next(iter(options)),
)
async def test_a_bad_head_ends_a_fetch_at_once_if_somebody_waits_for_it(
    curl, serve, ending, options
):
    peer = await stalled(serve, OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n")
    fetch = curl.fetch(peer.url(), request_timeout=0, **options)
    assert isinstance(await ending(fetch), HTTPProtocolError)


async def test_interim_heads_and_trailers_are_told_from_the_head(curl, serve):
    answer = (
        b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
        + OK
        + b"Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 9\r\n\r\n"
    )
    peer = await serve(answer)
    client = curl(max_clients=1)
    for _ in range(2):
        response = await client.fetch(peer.url())
        assert (response.code, response.body) == (200, b"hello")
        assert "Link" not in response.headers
        assert response.trailers["X-Sum"] == "9"


async def test_the_lines_of_a_head_cost_no_calls_of_python_functions(curl, serve):
    client = curl(max_clients=1)

    async def calls(lines: int) -> int:
        fields = b"".join(b"X-Field-%d: value\r\n" % number for number in range(lines))
        peer = await serve(OK + fields + b"Content-Length: 5\r\n\r\nhello")
        for _ in range(3):
            await client.fetch(peer.url())
        counted = 0

        def count(frame: Any, event: str, _argument: Any) -> None:
            nonlocal counted
            module = frame.f_globals.get("__name__", "")
            counted += event == "call" and module.startswith("tornado.")

        fetch = client.fetch(peer.url())
        sys.setprofile(count)
        try:
            await fetch
        finally:
            sys.setprofile(None)
        return counted

    few = await calls(1)
    assert 5 < few < 80
    assert await calls(50) <= few
