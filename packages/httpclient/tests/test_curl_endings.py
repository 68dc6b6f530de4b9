"""Whatever happens in a callback of libcurl, the fetch ends and its place is free again.

Every test has a client with room for one fetch and no deadline that could hide a fetch that hangs.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pycurl
import pytest

from tornado.httpclient import HTTPRequest, Retry

OK = b"HTTP/1.1 200 OK\r\n"
HELLO = OK + b"Content-Length: 5\r\n\r\nhello"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"
NO_LIMIT = {"request_timeout": 0, "connect_timeout": 5}

#: For fetches that may end in any way. Old releases of PycURL do not tell libcurl of some faults, and
#: nothing but this ends the fetch.
SHORT = {"request_timeout": 0, "connect_timeout": 1}


# Every callback fails once, in every kind of transfer.

REGISTERED = [
    "HEADERFUNCTION",
    "WRITEFUNCTION",
    "READFUNCTION",
    "XFERINFOFUNCTION",
    "PREREQFUNCTION",
    "M_SOCKETFUNCTION",
    "M_TIMERFUNCTION",
]


#: The client's own function raises nothing, so that programs do not notice this.
HIDES_TIMER_FAULTS = pycurl.version.startswith("PycURL/7.45.")


class Faults:
    """A fault in the callback of an option, at its n-th call."""

    def __init__(self) -> None:
        self.option = -1
        self.left = 0
        self.happened = 0
        self.registered: set[int] = set()

    def at(self, option: int, call: int) -> None:
        self.option, self.left = option, call

    def wrap(self, option: int, value: Any) -> Any:
        if not callable(value):
            return value
        self.registered.add(option)

        def function(*arguments: Any) -> Any:
            if option == self.option:
                self.left -= 1
                if self.left == 0:
                    self.happened += 1
                    if option == pycurl.M_SOCKETFUNCTION and arguments[0] == pycurl.POLL_REMOVE:
                        value(*arguments)  # uvloop aborts if a socket that it watches is closed
                    raise OSError(f"a fault in callback {option}")
            return value(*arguments)

        return function


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Faults:
    """Put faults between libcurl and the functions that the client registers."""
    faults = Faults()

    class Curl(pycurl.Curl):
        def setopt(self, option: int, value: Any) -> None:
            super().setopt(option, faults.wrap(option, value))

    class CurlMulti(pycurl.CurlMulti):
        def setopt(self, option: int, value: Any) -> None:
            super().setopt(option, faults.wrap(option, value))

    monkeypatch.setattr(pycurl, "Curl", Curl)
    monkeypatch.setattr(pycurl, "CurlMulti", CurlMulti)
    return faults


async def produce(write: Any) -> None:
    await write(b"a" * 1000)
    await write(b"b" * 1000)


WAYS: dict[str, dict[str, Any]] = {
    "plain": {},
    "posted": {"method": "POST", "body": b"x" * 100_000, "upload_progress": print},
    "produced": {"method": "PUT", "body_producer": produce, "upload_progress": print},
    "expected": {"method": "PUT", "body": b"x", "expect_100_continue": True, "path": "/expected"},
    "streamed": {"streaming_callback": lambda piece: asyncio.sleep(0)},
    "redirected": {"path": "/redirect"},
    "redirected by libcurl": {
        "path": "/redirect",
        "prepare_curl_callback": lambda curl: curl.setopt(pycurl.FOLLOWLOCATION, 1),
    },
    "proxied": {"proxied": True},
    "interim": {"path": "/interim"},
    "trailers": {"path": "/trailers"},
    "both ways": {
        "method": "PUT",
        "body_producer": produce,
        "path": "/early",
        "streaming_callback": lambda piece: asyncio.sleep(0),
        "header_callback": print,
    },
    "malformed": {"path": "/malformed"},
    "malformed trailers": {"path": "/malformed-trailers"},
    "closed": {"path": "/closed"},
    "tried again": {"path": "/closed", "retry": Retry(attempts=2, backoff=0.001)},
}


async def respond(request: Any, writer: asyncio.StreamWriter) -> Any:
    path = request.target.rpartition("/")[2]
    answers = {
        "redirect": b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 3\r\n\r\nabc",
        "interim": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + HELLO,
        "trailers": CHUNKED + b"X-Sum: 1\r\n\r\n",
        "malformed": b"\r\n\r\nHTTP/1.1 what\r\n\r\n",
        "malformed-trailers": CHUNKED + b"X y: z\r\n\r\n",
        "closed": b"",
    }
    if "expect" in request.fields:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await writer.drain()
    writer.write(answers.get(path, HELLO))
    return path not in {"closed", "expected"}


@pytest.mark.parametrize("way", list(WAYS))
@pytest.mark.parametrize("name", REGISTERED)
async def test_a_fault_in_a_callback_ends_the_fetch_and_frees_its_place(
    curl, serve, faults, capfd, name, way, ending
):
    if name == "M_TIMERFUNCTION" and HIDES_TIMER_FAULTS:
        pytest.skip("this pycurl tells libcurl nothing of what happens there")
    options = {**WAYS[way], **SHORT}
    is_proxied = options.pop("proxied", False)
    peer = await (serve.digest_proxy(HELLO) if is_proxied else serve(respond))
    peer.refuses_expectations = True
    path = options.pop("path", "/")
    client = curl(max_clients=1)
    for call in (1, 2, 3, 4):
        faults.at(getattr(pycurl, name), call)
        request = peer.request(**SHORT) if is_proxied else HTTPRequest(peer.url(path), **options)
        await ending(client.fetch(request))
        faults.at(-1, 0)
        request = peer.request(**NO_LIMIT) if is_proxied else HTTPRequest(peer.url(), **NO_LIMIT)
        response = await ending(client.fetch(request))
        assert response.body == b"hello"


async def test_the_list_of_callbacks_is_complete_and_each_of_them_is_called(
    curl, serve, faults, capfd, ending
):
    peer = await serve(respond)
    for option in (getattr(pycurl, name) for name in REGISTERED):
        if option == pycurl.M_TIMERFUNCTION and HIDES_TIMER_FAULTS:
            continue
        before = faults.happened
        faults.at(option, 1)
        await ending(curl(max_clients=1).fetch(peer.url(), **WAYS["produced"], **NO_LIMIT))
        assert faults.happened == before + 1
    assert faults.registered == {getattr(pycurl, name) for name in REGISTERED}


# Functions of the program.


async def test_a_producer_and_all_callbacks_together_work(make, serve, ending):
    peer = await serve(respond)
    seen: list[str] = []
    options = {
        name: lambda *_, name=name: seen.append(name)
        for name in ("header_callback", "streaming_callback", "upload_progress")
    }
    for _ in range(2):
        response = await ending(
            make(max_clients=1).fetch(
                peer.url(), method="PUT", body_producer=produce, **options, **NO_LIMIT
            )
        )
        assert response.code == 200
    assert set(seen) == set(options)
    assert peer.requests[-1].body == b"a" * 1000 + b"b" * 1000


# They may raise exceptions as well.


def fail(*_arguments: Any) -> None:
    raise LookupError("on purpose")


class BrokenRetry(Retry):
    def delay(self, *_arguments: Any) -> float | None:
        raise LookupError("on purpose")


async def fail_later(*_arguments: Any) -> None:
    raise LookupError("on purpose")


GIVEN: dict[str, dict[str, Any]] = {
    "header_callback": {"header_callback": fail},
    "streaming_callback": {"streaming_callback": fail},
    "streaming coroutine": {"streaming_callback": fail_later},
    "download_progress": {"download_progress": fail},
    "upload_progress": {"upload_progress": fail, "method": "POST", "body": b"x" * 100_000},
    "body_producer": {"body_producer": fail, "method": "PUT"},
    "producing coroutine": {"body_producer": fail_later, "method": "PUT"},
    "prepare": {"prepare": [fail]},
    "retry": {"retry": BrokenRetry(), "path": "/missing"},
}


@pytest.mark.parametrize("path", ["/", "/redirect", "/trailers", "/interim"])
@pytest.mark.parametrize("name", list(GIVEN))
async def test_what_a_function_of_the_program_raises_ends_the_fetch(
    make, serve, name, path, ending
):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> Any:
        if request.target == "/missing":
            writer.write(serve.reply(b"", "404 Not Found"))
            return True
        return await respond(request, writer)

    peer = await serve(answer)
    client = make(max_clients=1)
    options = {**GIVEN[name], **NO_LIMIT}
    result = await ending(client.fetch(peer.url(options.pop("path", path)), **options))
    assert isinstance(result, LookupError)
    assert (await ending(client.fetch(peer.url("/good"), **NO_LIMIT))).body == b"hello"


async def test_what_prepare_curl_callback_raises_ends_the_fetch(curl, serve, ending):
    peer = await serve(HELLO)
    client = curl(max_clients=1)
    for function, error in (
        (fail, LookupError),
        (lambda curl: curl.setopt(pycurl.HTTPHEADER, 5), TypeError),
    ):
        result = await ending(client.fetch(peer.url(), prepare_curl_callback=function, **NO_LIMIT))
        assert isinstance(result, error)
    assert (await ending(client.fetch(peer.url(), **NO_LIMIT))).body == b"hello"


async def test_a_handle_that_the_program_closes_fails_its_fetch_and_no_other(curl, serve, ending):
    arrived, leave = asyncio.Event(), asyncio.Event()

    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await leave.wait()
        writer.write(HELLO)

    peer = await serve(answer)
    client = curl(max_clients=2)
    other = client.fetch(peer.url(), **NO_LIMIT)
    await arrived.wait()
    for _ in range(3):
        error = await ending(
            client.fetch(peer.url(), prepare_curl_callback=lambda curl: curl.close(), **NO_LIMIT)
        )
        assert isinstance(error, pycurl.error)
        assert "closed" in str(error)
    leave.set()
    assert (await ending(other)).body == b"hello"
    assert (await ending(client.fetch(peer.url(), **NO_LIMIT))).body == b"hello"


@pytest.fixture
def threaded_url() -> Iterator[str]:
    """A server in a thread, which keeps running when the loop is interrupted."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    if not connection.recv(65536):
                        return
                    connection.sendall(HELLO)
                    connection.settimeout(1)
                    while connection.recv(65536):
                        pass

        thread = threading.Thread(target=serve)
        thread.start()
        host, port = listener.getsockname()
        yield f"http://{host}:{port}/"
        socket.create_connection((host, port)).close()
        thread.join(10)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize(
    "name", ["header_callback", "streaming_callback", "download_progress", "upload_progress"]
)
def test_what_ends_the_program_reaches_the_loop_through_libcurl(
    threaded_url, name, kind, capfd, ending
):
    """The loop can be used again afterwards, and so can the client."""
    from tornado.curl_httpclient import CurlAsyncHTTPClient

    def interrupt(*_arguments: Any) -> None:
        raise kind

    options = {**GIVEN[name], name: interrupt}
    with asyncio.Runner() as runner:
        client: Any = None

        async def fetch(**options: Any) -> Any:
            nonlocal client
            client = client or CurlAsyncHTTPClient(force_instance=True, max_clients=1)
            return await ending(client.fetch(threaded_url, **options, **NO_LIMIT))

        with pytest.raises(kind):
            runner.run(fetch(**options))
        assert "Traceback" not in capfd.readouterr().err
        assert runner.run(fetch()).body == b"hello"
        client.close()


async def test_an_interrupt_in_prepare_curl_callback_frees_the_place_in_the_queue(
    curl, serve, ending
):
    def interrupt(_curl: Any) -> None:
        raise KeyboardInterrupt

    peer = await serve(HELLO)
    client = curl(max_clients=1)
    with pytest.raises(KeyboardInterrupt):
        client.fetch(peer.url(), prepare_curl_callback=interrupt, **NO_LIMIT)
    assert (await ending(client.fetch(peer.url(), **NO_LIMIT))).body == b"hello"
