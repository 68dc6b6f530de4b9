"""The io_loop argument of 1.0 to 4.5, and the order of the others around it."""

import asyncio
import concurrent.futures
import os
import socket
import sys
import threading

import pytest

from tornado.ioloop import IOLoop
from tornado.iostream import BaseIOStream, IOStream, PipeIOStream, SSLIOStream
from tornado.netutil import (
    BlockingResolver,
    DefaultExecutorResolver,
    ExecutorResolver,
    OverrideResolver,
    Resolver,
    ThreadedResolver,
    add_accept_handler,
    bind_sockets,
)
from tornado.netutil import TCPServer as NetutilTCPServer
from tornado.platform.caresresolver import CaresResolver
from tornado.process import Subprocess
from tornado.tcpclient import TCPClient
from tornado.tcpserver import TCPServer


@pytest.fixture
def current():
    loop = IOLoop()
    yield loop
    loop.close(all_fds=True)


@pytest.fixture
def other(current):
    """A loop of this thread that is not the current one."""
    loop = IOLoop(make_current=False)
    yield loop
    loop.close(all_fds=True)


@pytest.fixture
def closed(current):
    loop = IOLoop(make_current=False)
    loop.close()
    return loop


@pytest.fixture
def foreign(current):
    """A loop that runs in another thread."""
    loop = IOLoop(make_current=False)
    running = threading.Event()
    loop.add_callback(running.set)
    thread = threading.Thread(target=loop.start)
    thread.start()
    assert running.wait(20)
    yield loop
    loop.add_callback(loop.stop)
    thread.join(20)
    loop.close()


@pytest.fixture
def sockets():
    left, right = socket.socketpair()
    yield left, right
    left.close()
    right.close()


def start(loop):
    """Run a loop until something stops it, but not for ever."""
    guard = loop.call_later(20, loop.stop)
    loop.start()
    loop.remove_timeout(guard)


def test_a_stream_works_on_the_loop_that_it_was_given(other, sockets):
    stream = IOStream(sockets[0], io_loop=other)
    assert stream.io_loop is other
    got = []
    stream.set_close_callback(lambda: (got.append(IOLoop.current()), other.stop()))
    stream.read_until(b"\n", got.append)
    sockets[1].sendall(b"line\n")
    sockets[1].close()
    start(other)
    assert got == [b"line\n", other]


@pytest.mark.parametrize("size_of_chunks", [1000, 4096])
def test_a_stream_takes_the_order_of_2_x(other, current, sockets, size_of_chunks):
    for loop in (other, current):
        stream = IOStream(sockets[0], loop, 100_000, size_of_chunks)
        assert (stream.max_buffer_size, stream.read_chunk_size) == (100_000, size_of_chunks)
        assert stream.max_write_buffer_size is None
        assert stream.io_loop is loop


def test_a_stream_tells_the_orders_apart(other, sockets):
    def sizes(*args, **kwargs):
        stream = IOStream(sockets[0], *args, **kwargs)
        return stream.max_buffer_size, stream.read_chunk_size, stream.max_write_buffer_size

    default = sizes()
    assert sizes(None) == sizes(other) == sizes(io_loop=None) == sizes(io_loop=other) == default
    assert sizes(5000, 100, 7) == sizes(other, 5000, 100, 7) == (5000, 100, 7)
    assert sizes(None, 5000, 100, 7) == sizes(5000, 100, 7, io_loop=other) == (5000, 100, 7)
    assert sizes(None, 100, 7)[1:] == (100, 7)
    with pytest.raises(TypeError, match="three sizes at most"):
        IOStream(sockets[0], 1, 2, 3, 4)


def test_a_stream_refuses_a_closed_and_a_foreign_loop(closed, foreign, sockets):
    with pytest.raises(RuntimeError, match="io_loop is closed"):
        IOStream(sockets[0], closed)
    with pytest.raises(RuntimeError, match="io_loop runs in another thread"):
        IOStream(sockets[0], io_loop=foreign)
    with pytest.raises(TypeError, match="io_loop is an IOLoop or None"):
        IOStream(sockets[0], io_loop=asyncio)


def test_other_kinds_of_streams_take_a_loop(other, sockets, authority):
    class Own(BaseIOStream):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)

    reading, writing = os.pipe()
    os.close(writing)
    pipe = PipeIOStream(reading, other)
    assert pipe.io_loop is Own(other).io_loop is Own(io_loop=other, max_buffer_size=5).io_loop
    got = []
    pipe.read_until_close(lambda data: (got.append(data), other.stop()))
    start(other)
    assert got == [b""]
    stream = SSLIOStream(sockets[0], io_loop=other, ssl_options={})
    assert stream.io_loop is other
    stream.close()


def test_tls_goes_on_with_the_loop_of_the_plain_stream(other, authority, sockets):
    left, right = (IOStream(each, other) for each in sockets)
    done = []

    def greet(future):
        server = future.result()
        assert server.io_loop is other
        server.write(b"secret", lambda: (server.close(), other.stop()))

    other.add_future(right.start_tls(True, authority.server), greet)
    client = left.start_tls(False, authority.client, "localhost")
    other.add_future(client, lambda future: done.append(future.result()))
    start(other)
    assert done[0].io_loop is other
    for stream in (*done, left, right):
        stream.close()
    other.add_callback(other.stop)
    start(other)


class Echo(TCPServer):
    def handle_stream(self, stream, address):
        stream.read_until(b"\n", lambda line: stream.write(line, stream.close))


@pytest.mark.parametrize(
    "make",
    [
        Echo,
        lambda loop: Echo(loop, None),
        lambda loop: Echo(loop, None, 1000),
        lambda loop: Echo(io_loop=loop),
    ],
)
@pytest.mark.parametrize("which", ["current", "other"])
def test_a_server_serves_on_the_loop_that_it_was_given(request, current, make, which):
    loop = request.getfixturevalue(which)
    server = make(loop)
    assert server.io_loop is loop
    (listener,) = bind_sockets(0, "127.0.0.1", family=socket.AF_INET)
    server.add_sockets([listener])
    client = IOStream(socket.socket(), loop)
    got = []
    client.connect(listener.getsockname(), lambda: client.write(b"hello\n"))
    client.read_until_close(lambda data: (got.append(data), loop.stop()))
    start(loop)
    server.stop()
    assert got == [b"hello\n"]


def test_a_server_tells_the_orders_apart(other, authority):
    for ssl_options in (authority.server, None):
        server = TCPServer(other, ssl_options, 1000, 10)
        assert server.ssl_options is ssl_options
        assert (server.max_buffer_size, server.read_chunk_size) == (1000, 10)
    server = TCPServer(None, authority.server)
    assert server.ssl_options is authority.server
    assert TCPServer(authority.server, 1000, 10).max_buffer_size == 1000
    assert TCPServer(None, 1000).max_buffer_size == 1000
    assert NetutilTCPServer is TCPServer


def test_a_server_refuses_a_closed_and_a_foreign_loop(closed, foreign):
    with pytest.raises(RuntimeError, match="io_loop is closed"):
        TCPServer(closed)
    with pytest.raises(RuntimeError, match="io_loop runs in another thread"):
        TCPServer(io_loop=foreign)


def test_a_server_without_a_loop_names_the_current_one(current):
    assert TCPServer().io_loop is current


def test_a_subclass_may_have_an_attribute_of_that_name_for_itself(current, closed):
    class Own(Echo):
        def __init__(self):
            self.io_loop = closed
            super().__init__()

    server = Own()
    server.listen(0, "127.0.0.1")
    server.stop()
    assert server.io_loop is closed


def test_bind_recognizes_reuse_port_at_its_place_of_4_x(current):
    first, second = TCPServer(), TCPServer()
    first.bind(0, "127.0.0.1", socket.AF_INET, 128, True)
    port = first._pending_sockets[0].getsockname()[1]
    second.bind(port, "127.0.0.1", socket.AF_INET, 128, True)
    first.stop()
    second.stop()


@pytest.mark.parametrize("by_name", [True, False])
def test_an_accept_handler_accepts_on_the_loop_that_it_was_given(other, by_name):
    (listener,) = bind_sockets(0, "127.0.0.1", family=socket.AF_INET)
    seen = []

    def accepted(connection, address):
        seen.append(IOLoop.current())
        connection.close()
        other.stop()

    options = {"io_loop": other} if by_name else {}
    stop = add_accept_handler(listener, accepted, *([] if by_name else [other]), **options)
    with socket.create_connection(listener.getsockname()):
        start(other)
    stop()
    listener.close()
    assert seen == [other]


def test_an_accept_handler_refuses_a_closed_loop(closed):
    (listener,) = bind_sockets(0, "127.0.0.1", family=socket.AF_INET)
    with listener, pytest.raises(RuntimeError, match="io_loop is closed"):
        add_accept_handler(listener, print, closed)


EXECUTOR = concurrent.futures.ThreadPoolExecutor(1)


@pytest.mark.parametrize(
    "make",
    [
        lambda loop: Resolver(io_loop=loop),
        Resolver,
        DefaultExecutorResolver,
        BlockingResolver,
        lambda loop: ExecutorResolver(loop, EXECUTOR, False),
        lambda loop: ExecutorResolver(io_loop=loop, executor=EXECUTOR, close_executor=False),
        lambda loop: ThreadedResolver(loop, 2),
        lambda loop: ThreadedResolver(io_loop=loop, num_threads=2),
        CaresResolver,
        lambda loop: CaresResolver(io_loop=loop),
        lambda loop: OverrideResolver(Resolver(loop), {"name": "127.0.0.1"}),
    ],
)
@pytest.mark.parametrize("which", ["current", "other"])
def test_a_resolver_calls_back_on_the_loop_that_it_was_given(request, current, make, which):
    loop = request.getfixturevalue(which)
    if which == "other" and isinstance(make(loop), OverrideResolver):
        return  # it never took a loop, and calls back on the current one
    resolver = make(loop)
    got = []

    def found(addresses):
        got.append((IOLoop.current(), addresses))
        loop.stop()

    assert resolver.resolve("127.0.0.1", 80, socket.AF_INET, found) is None
    start(loop)
    assert resolver.resolve("127.0.0.1", 80, callback=found) is None
    start(loop)
    resolver.close()
    assert got == [(loop, [(socket.AF_INET, ("127.0.0.1", 80))])] * 2


def test_a_resolver_tells_the_orders_apart(current):
    assert ExecutorResolver(None, EXECUTOR, False).executor is EXECUTOR
    assert ExecutorResolver(EXECUTOR, False).executor is EXECUTOR
    assert ThreadedResolver(None, 3).executor is ThreadedResolver(3).executor


def test_the_error_of_a_resolver_with_a_callback_is_logged_with_its_name(current, caplog):
    called = []
    BlockingResolver().resolve("not a name", 80, callback=called.append)
    current.call_later(0, current.add_callback, current.stop)
    start(current)
    assert called == []
    assert "Exception in callback" in caplog.text
    assert "gaierror" in caplog.text


@pytest.mark.parametrize("by_name", [True, False])
def test_a_client_checks_the_loop_and_connects_on_the_running_one(current, other, closed, by_name):
    (listener,) = bind_sockets(0, "127.0.0.1", family=socket.AF_INET)
    client = TCPClient(io_loop=current) if by_name else TCPClient(None, current)
    stream = current.run_sync(lambda: client.connect("127.0.0.1", listener.getsockname()[1]))
    assert stream.io_loop is current
    stream.close()
    client.close()
    listener.close()
    with pytest.raises(RuntimeError, match="io_loop is closed"):
        TCPClient(None, closed)


def test_a_program_runs_beside_the_loop_that_it_was_given(other, closed):
    Subprocess.initialize(other)
    Subprocess.initialize(io_loop=None)
    process = Subprocess(
        [sys.executable, "-c", "print('out')"], stdout=Subprocess.STREAM, io_loop=other
    )
    got = []

    def take(result):
        got.append(result)
        if len(got) == 2:
            other.stop()

    process.set_exit_callback(take)
    process.stdout.read_until_close(take)
    start(other)
    assert sorted(got, key=str) == [0, b"out\n"]
    assert process.stdout.io_loop is other
    with pytest.raises(RuntimeError, match="io_loop is closed"):
        Subprocess(["true"], io_loop=closed)
