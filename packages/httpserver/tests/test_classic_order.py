"""Arguments in the order of earlier generations."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tornado.httpserver import HTTPConnection, HTTPServer
from tornado.ioloop import IOLoop
from tornado.iostream import IOStream
from tornado.netutil import TCPServer, bind_sockets

FORGED = b"GET / HTTP/1.1\r\nHost: x\r\nX-Real-Ip: 10.9.8.7\r\nConnection: close\r\n\r\n"


def tell_address(request: Any) -> None:
    body = request.remote_ip.encode()
    request.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    request.finish()


@pytest.fixture
def current() -> Iterator[IOLoop]:
    loop = IOLoop()
    yield loop
    loop.close(all_fds=True)


@pytest.fixture
def other(current: IOLoop) -> Iterator[IOLoop]:
    """A loop of this thread that is not the current one."""
    loop = IOLoop(make_current=False)
    yield loop
    loop.close(all_fds=True)


def ask(loop: IOLoop, server: HTTPServer | TCPServer, data: bytes = FORGED) -> bytes:
    """Send a request to a server on a loop, and return the answer."""
    (listener,) = bind_sockets(0, "127.0.0.1", family=socket.AF_INET)
    server.add_sockets([listener])
    client = IOStream(socket.socket(), loop)
    got: list[bytes] = []

    def end(answer: bytes) -> None:
        got.append(answer)
        loop.stop()

    client.connect(listener.getsockname(), lambda: client.write(data))
    client.read_until_close(end)
    guard = loop.call_later(20, loop.stop)
    loop.start()
    loop.remove_timeout(guard)
    server.stop()
    return got[0]


@pytest.mark.parametrize("which", ["current", "other"])
@pytest.mark.parametrize(
    "make",
    [
        lambda loop: HTTPServer(tell_address, False, loop),
        lambda loop: HTTPServer(tell_address, False, loop, False),
        lambda loop: HTTPServer(tell_address, False, loop, False, None, "https"),
        lambda loop: HTTPServer(tell_address, io_loop=loop),
    ],
)
def test_s22_a_loop_in_the_third_place_does_not_let_clients_choose_their_address(
    request: pytest.FixtureRequest,
    current: IOLoop,
    make: Callable[[IOLoop], HTTPServer],
    which: str,
) -> None:
    loop = request.getfixturevalue(which)
    server = make(loop)
    assert server.xheaders is False
    assert ask(loop, server).endswith(b"\r\n\r\n127.0.0.1")


def test_s22_an_asyncio_loop_in_the_third_place_is_refused(current: IOLoop) -> None:
    with pytest.raises(TypeError, match="xheaders is true or false, not a loop of another kind"):
        HTTPServer(tell_address, False, current.asyncio_loop)  # type: ignore[arg-type]  # on purpose


@pytest.mark.parametrize(
    "make",
    [
        lambda loop: HTTPServer(tell_address, False, loop, True),
        lambda loop: HTTPServer(tell_address, False, True, io_loop=loop),
        lambda loop: HTTPServer(tell_address, False, loop, xheaders=True),
    ],
)
def test_xheaders_in_either_order_believes_the_proxy(
    other: IOLoop, make: Callable[[IOLoop], HTTPServer]
) -> None:
    assert ask(other, make(other)).endswith(b"\r\n\r\n10.9.8.7")


def test_none_in_the_third_place_is_the_loop_if_a_truth_value_follows(current: IOLoop) -> None:
    assert HTTPServer(tell_address, False, None, True).xheaders is True
    assert HTTPServer(tell_address, False, None, False).xheaders is False
    assert HTTPServer(tell_address, False, None).xheaders is False
    assert HTTPServer(tell_address, False, None, False, None, "https").protocol == "https"
    assert HTTPServer(tell_address, False, False, None, "https").protocol == "https"


def test_a_loop_of_another_kind_does_not_pass_for_xheaders() -> None:
    class Loop:
        def add_callback(self) -> None: ...

    with pytest.raises(TypeError, match="xheaders is true or false"):
        HTTPServer(tell_address, False, Loop())
    with pytest.raises(TypeError, match="io_loop is an IOLoop or None"):
        HTTPServer(tell_address, io_loop=Loop())


def test_a_server_refuses_a_closed_and_a_foreign_loop(current: IOLoop) -> None:
    closed = IOLoop(make_current=False)
    closed.close()
    with pytest.raises(RuntimeError, match="io_loop is closed"):
        HTTPServer(tell_address, False, closed)
    foreign = IOLoop(make_current=False)
    running = threading.Event()
    foreign.add_callback(running.set)
    thread = threading.Thread(target=foreign.start)
    thread.start()
    assert running.wait(20)
    with pytest.raises(RuntimeError, match="io_loop runs in another thread"):
        HTTPServer(tell_address, io_loop=foreign)
    foreign.add_callback(foreign.stop)
    thread.join(20)
    foreign.close()


@pytest.mark.parametrize(("xheaders", "address"), [(False, b"127.0.0.1"), (True, b"10.9.8.7")])
def test_a_connection_of_2_x_serves_the_stream_that_it_is_given(
    current: IOLoop, xheaders: bool, address: bytes
) -> None:
    class Server(HTTPServer):
        def handle_stream(self, stream: IOStream, address: Any) -> None:
            connection = HTTPConnection(
                stream, address, self.request_callback, self.no_keep_alive, self.xheaders
            )
            assert connection.stream is stream
            assert connection.address == address

    assert ask(current, Server(tell_address, xheaders=xheaders)).endswith(b"\r\n\r\n" + address)


def test_a_connection_of_2_x_tells_of_its_end(current: IOLoop) -> None:
    closed: list[str] = []

    class Server(TCPServer):
        def handle_stream(self, stream: IOStream, address: Any) -> None:
            connection = HTTPConnection(stream, address, tell_address, True)
            connection.set_close_callback(lambda: closed.append("closed"))
            current.call_later(0.01, connection.close)

    assert ask(current, Server(), b"") == b""
    current.add_callback(current.add_callback, current.stop)
    current.start()
    assert closed == ["closed"]


def test_the_pieces_of_an_answer_tell_callbacks_that_they_have_left(serve: Any) -> None:
    from tornado.httputil import HTTPHeaders, ResponseStartLine

    def answer(request: Any) -> None:
        connection = request.connection

        def write() -> None:
            connection.write(b"cd", connection.finish)

        connection.write_headers(
            ResponseStartLine("", 200, "OK"), HTTPHeaders({"Content-Length": "4"}), b"ab", write
        )

    assert serve(answer).exchange(FORGED).endswith(b"\r\n\r\nabcd")


def test_a_loop_is_taken_while_it_runs() -> None:
    async def main() -> None:
        server = HTTPServer(tell_address, False, IOLoop.current())
        assert server.io_loop is IOLoop.current()

    asyncio.run(main())


class SocketServer(HTTPServer):
    """A server as libraries of 2.x wrote it: a constructor with arguments of its own."""

    def __init__(
        self,
        port: int,
        application: Any,
        no_keep_alive: bool = False,
        io_loop: IOLoop | None = None,
        xheaders: bool = False,
        auto_start: bool = False,
    ) -> None:
        HTTPServer.__init__(self, application, no_keep_alive, io_loop, xheaders)
        self.own_port = port


@pytest.mark.parametrize(("xheaders", "address"), [(False, b"127.0.0.1"), (True, b"10.9.8.7")])
def test_a_subclass_of_2_x_has_a_constructor_of_its_own(
    other: IOLoop, xheaders: bool, address: bytes
) -> None:
    server = SocketServer(80, tell_address, False, other, xheaders=xheaders, auto_start=True)
    assert (server.own_port, server.io_loop) == (80, other)
    assert ask(other, server).endswith(b"\r\n\r\n" + address)


def test_a_subclass_that_hands_on_what_it_got_is_set_up_once(current: IOLoop) -> None:
    made: list[str] = []

    class Counting(HTTPServer):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            made.append("own")

        def _trust_proxies(self, *args: Any) -> None:
            made.append("ours")
            super()._trust_proxies(*args)

    class Silent(HTTPServer):
        def __init__(self, callback: Any, xheaders: bool = False) -> None:
            made.append("silent")

    assert ask(current, Counting(tell_address, xheaders=True)).endswith(b"10.9.8.7")
    assert ask(current, Silent(tell_address, xheaders=True)).endswith(b"10.9.8.7")
    assert made == ["ours", "own", "silent"]
    with pytest.raises(TypeError, match="unknown"):
        Counting(tell_address, unknown=True)


def test_a_configured_server_with_a_constructor_keeps_its_configuration(current: IOLoop) -> None:
    class Configured(HTTPServer):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)

    saved = HTTPServer._save_configuration()
    HTTPServer.configure(Configured, xheaders=True)
    try:
        server = HTTPServer(tell_address)
        assert isinstance(server, Configured)
        assert ask(current, server).endswith(b"10.9.8.7")
    finally:
        HTTPServer._restore_configuration(saved)


def test_what_cannot_be_called_is_refused_as_an_application() -> None:
    with pytest.raises(TypeError, match="request_callback is not a function: 8888"):
        HTTPServer(8888)  # type: ignore[arg-type]  # the mistake
