"""Handlers of ours under a WSGI server: called with an environ."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import threading
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from tornado.concurrent import Future
from tornado.ioloop import IOLoop
from tornado.web import (
    Application,
    RequestHandler,
    StaticFileHandler,
    asynchronous,
    stream_request_body,
)
from tornado.websocket import WebSocketHandler
from tornado.wsgi import CannotWaitError, WSGIAdapter, WSGIApplication


class Hello(RequestHandler):
    def get(self):
        self.write("Hello, world")


class Waiting(RequestHandler):
    async def get(self):
        await asyncio.sleep(0.01)


def call(application, path="/", method="GET", body=b"", **environ):
    """Call a WSGI application; return the status, the header fields and the body."""
    environ = {
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "REQUEST_METHOD": method,
        "QUERY_STRING": "",
        **environ,
    }
    environ["wsgi.input"] = io.BytesIO(body)
    if body:
        environ.setdefault("CONTENT_LENGTH", str(len(body)))
    setup_testing_defaults(environ)
    seen = []
    written = []

    def start_response(status, headers, exc_info=None):
        seen[:] = [(status, dict(headers))]
        return written.append

    pieces = validator(application)(environ, start_response)
    try:
        written += pieces
    finally:
        pieces.close()
    [(status, headers)] = seen
    return status, headers, b"".join(written)


@pytest.mark.parametrize("kind", [WSGIApplication, lambda routes: WSGIAdapter(Application(routes))])
def test_a_handler_answers(kind):
    status, headers, body = call(kind([("/", Hello)]))
    assert (status, body) == ("200 OK", b"Hello, world")
    assert headers["Content-Length"] == "12"


@pytest.mark.expected_errors("500 GET /")
def test_a_handler_that_waits_is_an_error_that_says_so():
    with pytest.raises(CannotWaitError, match=r"Waiting\.get .* waits; under a WSGI server"):
        call(WSGIAdapter(Application([("/", Waiting)])))


class Classic(RequestHandler):
    @asynchronous
    def get(self):
        pass  # a callback would finish it


class Socket(WebSocketHandler):
    def open(self):
        raise AssertionError("it cannot be opened")


class Fetching(RequestHandler):
    async def get(self):
        await asyncio.open_connection("127.0.0.1", 1)


class Locked(RequestHandler):
    async def get(self):
        try:
            await Future()
        finally:
            cleaned.append(self.request.path)


cleaned = []

UPGRADE = {
    "HTTP_CONNECTION": "Upgrade",
    "HTTP_UPGRADE": "websocket",
    "HTTP_SEC_WEBSOCKET_VERSION": "13",
    "HTTP_SEC_WEBSOCKET_KEY": "dGhlIHNhbXBsZSBub25jZQ==",
    "SERVER_PROTOCOL": "HTTP/1.1",
}


@pytest.mark.expected_errors("500 GET /")
@pytest.mark.parametrize("handler", [Classic, Locked])
def test_a_handler_that_has_not_finished_is_an_error_that_says_so(handler):
    cleaned.clear()
    application = WSGIAdapter(Application([("/", handler), ("/next", Hello)]))
    with pytest.raises(CannotWaitError, match=r"under a WSGI server.*HTTPServer"):
        call(application)
    assert cleaned == ["/"] * (handler is Locked)
    assert call(application, "/next")[2] == b"Hello, world"


@pytest.mark.expected_errors("Uncaught exception", "500 GET /")
def test_a_connection_of_its_own_is_refused_where_a_handler_asks_for_it(caplog):
    status, _, _ = call(WSGIAdapter(Application([("/", Fetching)])))
    assert status.startswith("500 ")
    assert "CannotWaitError" in caplog.text
    assert 'asyncio.open_connection("127.0.0.1", 1)' in caplog.text


@pytest.mark.expected_errors
def test_a_websocket_is_refused(caplog):
    with pytest.raises(CannotWaitError, match="no websockets"):
        call(WSGIAdapter(Application([("/", Socket)])), **UPGRADE)
    assert call(WSGIAdapter(Application([("/", Socket)])))[0].startswith("400 ")


@pytest.mark.expected_errors("What a handler has started was cancelled")
def test_work_that_a_handler_leaves_behind_is_cancelled_and_named(caplog):
    class Leaving(RequestHandler):
        def get(self):
            IOLoop.current().call_later(5, print)
            self.write("done")

    class Spawning(RequestHandler):
        def get(self):
            asyncio.get_running_loop().create_task(asyncio.sleep(5))
            self.write("done")

    application = WSGIAdapter(Application([("/later", Leaving), ("/task", Spawning)]))
    for path in ("/later", "/task"):
        assert call(application, path)[2] == b"done"
    assert caplog.text.count("What a handler has started was cancelled") == 2


def test_callbacks_that_are_ready_run_before_the_answer_is_returned():
    class Ready(RequestHandler):
        @asynchronous
        def get(self):
            IOLoop.current().add_callback(lambda: self.finish("by a callback"))

    class Thread(RequestHandler):
        async def get(self):
            loop = asyncio.get_running_loop()
            name = await loop.run_in_executor(None, lambda: threading.current_thread().name)
            first, second = await asyncio.gather(asyncio.sleep(0, "a"), asyncio.sleep(0, "b"))
            self.write(f"{name == threading.current_thread().name} {first}{second}")

    application = WSGIAdapter(Application([("/ready", Ready), ("/thread", Thread)]))
    assert call(application, "/ready")[2] == b"by a callback"
    assert call(application, "/thread")[2] == b"True ab"


def test_a_body_that_a_handler_streams_is_read_in_pieces():
    pieces = []

    @stream_request_body
    class Streaming(RequestHandler):
        async def prepare(self):
            await asyncio.sleep(0)
            self.request.connection.set_max_body_size(300_000)

        async def data_received(self, chunk):
            await asyncio.sleep(0)
            pieces.append(len(chunk))

        def post(self):
            self.write(str(sum(pieces)))

    application = WSGIAdapter(Application([("/", Streaming)]), max_body_size=10)
    assert call(application, "/", "POST", b"x" * 200_000)[2] == b"200000"
    assert max(pieces) <= 65536
    assert call(application, "/", "POST", b"x" * 300_001)[0].startswith("413 ")


def test_s11_a_body_over_the_limit_is_refused_before_it_is_read():
    class Post(RequestHandler):
        def post(self):
            self.write("read")

    application = WSGIAdapter(Application([("/", Post)]), max_body_size=1000)
    assert call(application, "/", "POST", b"x" * 1000)[2] == b"read"
    assert call(application, "/", "POST", b"x" * 1001)[0].startswith("413 ")
    terminated = {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    assert call(application, "/", "POST", b"x" * 1001, **terminated)[0].startswith("413 ")
    assert call(application, "/", "POST", b"x" * 1000, **terminated)[2] == b"read"


def test_s1_a_body_that_ends_too_early_is_a_400():
    application = WSGIAdapter(Application([("/", Hello)]))
    assert call(application, "/", "POST", b"x", CONTENT_LENGTH="10")[0] == "400 Bad Request"


def test_an_application_with_something_to_do_at_its_start_says_so():
    application = Application([("/", Hello)], on_startup=[print])
    with pytest.raises(CannotWaitError, match="on_startup"):
        call(WSGIAdapter(application))


def test_a_server_without_write_gets_an_error_for_a_flush(caplog):
    class Flushing(RequestHandler):
        def get(self):
            self.write("a")
            try:
                self.flush()
            except CannotWaitError as error:
                errors.append(str(error))
                raise

    errors = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.input": io.BytesIO()}
    setup_testing_defaults(environ)
    with pytest.raises(ConnectionAbortedError):
        WSGIAdapter(Application([("/", Flushing)]))(environ, lambda status, headers: None)
    assert "write() of PEP 3333" in errors[0]
    assert "Uncaught exception" in caplog.text


def test_our_own_server_and_an_executor_of_a_container_take_it(serve, threads):
    from tornado.wsgi import WSGIContainer

    application = WSGIApplication([("/", Hello)])
    assert serve(application).fetch()[2] == b"Hello, world"
    for executor in (None, threads):
        assert serve(WSGIContainer(application, executor)).fetch()[2] == b"Hello, world"


@pytest.mark.parametrize("wrong", [None, call, Hello])
def test_what_is_not_an_application_of_ours_is_refused(wrong):
    with pytest.raises(TypeError, match=r"takes a tornado\.web\.Application"):
        WSGIAdapter(wrong)


def environ_of(**more):
    environ = {"SCRIPT_NAME": "", "PATH_INFO": "/film", "QUERY_STRING": "", **more}
    setup_testing_defaults(environ)
    return environ


@pytest.mark.expected_errors
def test_a_part_of_a_file_that_nobody_reads_is_closed(tmp_path):
    (tmp_path / "film").write_bytes(b"x" * 200_000)
    application = WSGIAdapter(Application([("/(.*)", StaticFileHandler, {"path": str(tmp_path)})]))
    environ = environ_of(HTTP_RANGE="bytes=5-150000")
    before = len(os.listdir("/dev/fd"))

    def gone(status, headers, exc_info=None):
        raise ConnectionError("the client has gone")

    kept = []
    for _ in range(3):
        kept.append(application(environ, lambda status, headers: None))
        kept[-1].close()
        with pytest.raises(ConnectionError) as caught:
            application(environ, gone)
        kept.append(caught)
    assert len(os.listdir("/dev/fd")) == before
    assert b"".join(application(environ, lambda status, headers: None)) == b"x" * 149_996
    assert len(os.listdir("/dev/fd")) == before


def test_fields_of_the_connection_are_left_out_and_logged(caplog):
    names = ("Trailer", "Proxy-Connection", "Proxy-Authenticate", "TE")

    class Fields(RequestHandler):
        def get(self):
            for name in names:
                self.set_header(name, "x")
            self.write("done")

    with caplog.at_level(logging.WARNING):
        _, headers, body = call(WSGIAdapter(Application([("/", Fields)])))
    assert body == b"done"
    assert not {name.lower() for name in headers} & {name.lower() for name in names}
    assert caplog.text.count("must not send the field") == len(names)


def test_a_request_in_a_greenlet_is_refused_with_the_reason():
    greenlet = pytest.importorskip("greenlet")
    application = WSGIAdapter(Application([("/", Hello)]))

    def run():
        with pytest.raises(CannotWaitError, match="gthread"):
            call(application)
        return "refused"

    assert greenlet.greenlet(run).switch() == "refused"
    assert call(application)[2] == b"Hello, world"
