"""What applications that block do to everything else."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketHandler, websocket_connect
from tornado.wsgi import WSGIContainer

PATIENCE = 30.0


class Blocking:
    """An application whose requests wait until they are let go."""

    def __init__(self):
        self.may_end = threading.Event()
        self.running = threading.Semaphore(0)

    def __call__(self, environ, start_response):
        self.running.release()
        self.may_end.wait(PATIENCE)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"done"]

    def wait_for(self, count):
        for _ in range(count):
            assert self.running.acquire(timeout=PATIENCE)


class Echo(WebSocketHandler):
    def on_message(self, message):
        self.write_message(message)


def test_32_blocked_requests_do_not_hold_up_a_websocket_beside_them(serve):
    """Counted: a hundred messages go and come back while all 32 wait, and none of them has ended."""
    import asyncio

    app = Blocking()

    async def talk(url):
        connection = await websocket_connect(url)
        for number in range(100):
            connection.write_message(str(number))
            assert await asyncio.wait_for(connection.read_message(), PATIENCE) == str(number)
        connection.close()
        assert await asyncio.wait_for(connection.read_message(), PATIENCE) is None

    with ThreadPoolExecutor(32) as executor:
        site = serve(Application([("/live", Echo), (".*", WSGIContainer(app, executor))]))
        clients = [site.connect() for _ in range(40)]
        for client in clients:
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        app.wait_for(32)
        asyncio.run(talk(f"ws://127.0.0.1:{site.port}/live"))
        assert not app.running.acquire(blocking=False)  # the other 8 still wait for a thread
        app.may_end.set()
        for client in clients:
            assert client.recv(65536).endswith(b"done")
            client.close()


def test_on_the_loop_a_long_call_is_mentioned_once(serve, caplog):
    def app(environ, start_response):
        time.sleep(1.1)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"done"]

    assert serve(WSGIContainer(app)).fetch("/long")[2] == b"done"
    assert caplog.text.count("has held up the loop") == 1
    assert "GET /long" in caplog.text


@pytest.mark.expected_errors("the executor takes no WSGI requests", "503 GET")
def test_an_executor_that_was_shut_down_is_a_503(serve, wait_until, caplog):
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    site = serve(WSGIContainer(Blocking(), executor))
    assert site.fetch()[0] == 503
    wait_until(lambda: "503 GET /" in caplog.text)


@pytest.mark.expected_errors("Uncaught exception in a WSGI application", "500 GET")
def test_requests_that_wait_when_an_executor_is_shut_down_are_answered(serve):
    app = Blocking()
    executor = ThreadPoolExecutor(1)
    site = serve(WSGIContainer(app, executor))
    with site.connect() as first, site.connect() as second:
        first.sendall(b"GET /first HTTP/1.1\r\nHost: a\r\n\r\n")
        app.wait_for(1)
        second.sendall(b"GET /second HTTP/1.1\r\nHost: a\r\n\r\n")
        while not executor._work_queue.qsize():
            time.sleep(0.01)
        executor.shutdown(wait=False, cancel_futures=True)
        assert second.recv(65536).startswith(b"HTTP/1.1 500 ")
        app.may_end.set()
        assert first.recv(65536).endswith(b"done")


def test_an_executor_without_threads_works_as_far_as_nothing_has_to_be_waited_for(serve):
    class Immediate(ThreadPoolExecutor):
        def submit(self, fn, /, *args, **kwargs):
            future = Future()
            future.set_result(fn(*args, **kwargs))
            return future

    def app(environ, start_response):
        body = environ["wsgi.input"].read()
        start_response("200 OK", [("Content-Type", "text/plain")])
        return iter([b"a" * 100_000, b"b" * 100_000, body])

    site = serve(WSGIContainer(app, Immediate()))
    assert site.fetch("/", "POST", b"c")[2] == b"a" * 100_000 + b"b" * 100_000 + b"c"


def test_processes_are_refused():
    from concurrent.futures import ProcessPoolExecutor

    with (
        ProcessPoolExecutor(1) as executor,
        pytest.raises(TypeError, match="use threads"),
    ):
        WSGIContainer(Blocking(), executor)


def test_the_server_can_stop_while_a_request_is_blocked(serve):
    class Own(RequestHandler):
        def get(self):
            self.write("own")

    app = Blocking()
    with ThreadPoolExecutor(1) as executor:
        site = serve(Application([("/own", Own), (".*", WSGIContainer(app, executor))]))
        with site.connect() as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            app.wait_for(1)
            site.stop()
            assert client.recv(65536) == b""
        app.may_end.set()
