from __future__ import annotations

import json
import shutil
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from bench.harness.case import Expectation
from bench.harness.errors import LoadError, VerificationError
from bench.harness.exchange.endpoint import Endpoint
from bench.harness.exchange.payload import payload
from bench.harness.exchange.request import compose
from bench.harness.exchange.verification import verify
from bench.harness.loader import Loader, PortablePoller, make_poller
from bench.harness.server import free_port

if TYPE_CHECKING:
    from bench.tests.conftest import Serve

TEXT = payload("text-64k")
HELLO = compose("GET", "/", [("Host", "127.0.0.1")])


def expect(body: bytes, *, as_json: bool = False) -> Expectation:
    return Expectation(200, body, as_json, ("content-length", "date"))


def answer_once(reply: bytes) -> Endpoint:
    """Listen, read one request, send these bytes and close."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        with listener, listener.accept()[0] as connection:
            connection.recv(65_536)
            connection.sendall(reply)

    threading.Thread(target=run, daemon=True).start()
    return Endpoint(listener.getsockname()[1])


def test_a_lap_counts_every_answer_and_times_it(serve: Serve) -> None:
    endpoint = serve("hello")
    verified = verify(endpoint, HELLO, expect(b"Hello, world"))
    with Loader(
        endpoint, HELLO, size=verified.size, prefix=b"HTTP/1.1 200", connections=8
    ) as loader:
        lap = loader.lap(seconds=10, most=500)
        again = loader.lap(seconds=0, most=500)
    assert lap.operations == len(lap.latencies) == 500
    assert 0 < min(lap.latencies) <= max(lap.latencies) <= lap.elapsed
    assert again.operations == 8  # each connection asks at least once


def test_a_lap_ends_when_its_time_is_up(serve: Serve) -> None:
    endpoint = serve("hello")
    verified = verify(endpoint, HELLO, expect(b"Hello, world"))
    with Loader(
        endpoint, HELLO, size=verified.size, prefix=b"HTTP/1.1 200", connections=2
    ) as loader:
        lap = loader.lap(seconds=0.1, most=10_000_000)
    assert 0.1 <= lap.elapsed < 5


def test_answers_of_many_segments_are_put_together(serve: Serve) -> None:
    endpoint = serve("large")
    verified = verify(endpoint, HELLO, expect(TEXT))
    with Loader(
        endpoint, HELLO, size=verified.size, prefix=b"HTTP/1.1 200", connections=4
    ) as loader:
        assert loader.lap(seconds=10, most=100).operations == 100


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl for a certificate")
@pytest.mark.parametrize(("case", "body"), [("hello", b"Hello, world"), ("large", TEXT)])
def test_answers_arrive_over_tls_too(serve: Serve, case: str, body: bytes) -> None:
    endpoint = serve(case, tls=True)
    verified = verify(endpoint, HELLO, expect(body))
    with Loader(
        endpoint, HELLO, size=verified.size, prefix=b"HTTP/1.1 200", connections=4
    ) as loader:
        assert loader.lap(seconds=10, most=100).operations == 100


@pytest.mark.parametrize("repeat", [1, 64])
def test_a_body_that_does_not_fit_into_the_socket_arrives_whole(serve: Serve, repeat: int) -> None:
    endpoint = serve("stream")
    piece = payload("text-1m")
    request = compose("POST", "/", [("Host", "127.0.0.1")], body=piece, repeat=repeat)
    verified = verify(endpoint, request, expect(b"%d" % (len(piece) * repeat)))
    with Loader(
        endpoint, request, size=verified.size, prefix=b"HTTP/1.1 200", connections=2
    ) as loader:
        assert loader.lap(seconds=30, most=6).operations == 6


def test_json_answers_are_compared_by_value(serve: Serve) -> None:
    endpoint = serve("json")
    request = compose("POST", "/", [("Host", "127.0.0.1")], body=payload("order"))
    pretty = json.dumps(json.loads(payload("receipt")), indent=2).encode()
    assert verify(endpoint, request, expect(pretty, as_json=True)).status == 200
    with pytest.raises(VerificationError, match="another body"):
        verify(endpoint, request, expect(pretty))


@pytest.mark.parametrize(
    ("expectation", "message"),
    [
        (Expectation(404, b"Hello, world", False, ()), "status 200 instead of 404"),
        (Expectation(200, b"Hello, moon", False, ()), "another body"),
        (Expectation(200, b"Hello, world", False, ("etag",)), "no field etag"),
    ],
)
def test_a_contestant_that_answers_something_else_is_left_out(
    serve: Serve, expectation: Expectation, message: str
) -> None:
    with pytest.raises(VerificationError, match=message):
        verify(serve("hello"), HELLO, expectation)


GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (GOOD[:-1], "closed with 1 bytes missing"),
        (GOOD + b"c", "1 bytes more than an answer has"),
        (GOOD.replace(b"200", b"500"), "an answer starts with"),
        (b"", f"closed with {len(GOOD)} bytes missing"),
    ],
)
def test_a_broken_exchange_ends_the_lap_with_an_error(reply: bytes, message: str) -> None:
    with (
        Loader(
            answer_once(reply), HELLO, size=len(GOOD), prefix=b"HTTP/1.1 200", connections=1
        ) as loader,
        pytest.raises(LoadError, match=message),
    ):
        loader.lap(seconds=1, most=10)


@pytest.mark.parametrize("make", [PortablePoller, make_poller])
def test_pollers_tell_of_readable_and_writable_sockets(
    make: Callable[[], PortablePoller],
) -> None:
    ours, theirs = socket.socketpair()
    poller = make()
    with ours, theirs:
        poller.register(ours.fileno(), 1)
        assert poller.poll(0) == []
        theirs.send(b"x")
        assert poller.poll(1) == [(ours.fileno(), 1)]
        poller.modify(ours.fileno(), 1 | 4)
        assert poller.poll(1) == [(ours.fileno(), 1 | 4)]
    poller.close()


def test_a_server_that_is_not_there_is_an_error() -> None:
    endpoint = Endpoint(free_port())
    with pytest.raises(LoadError, match=r"connection 1: .*refused"):
        Loader(endpoint, HELLO, size=1, prefix=b"", connections=2)
