"""What a delegate may set on the HTTP1Connection of its request."""

from __future__ import annotations

import pytest

from tornado.http1connection import HTTP1Connection
from tornado.httputil import HTTPHeaders, ResponseStartLine

POST = b"POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"
CHUNKED = b"POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n"


@pytest.mark.parametrize("data", [POST + b"abcd", CHUNKED], ids=["length", "chunks"])
@pytest.mark.parametrize(("limit", "status"), [(3, b"413"), (4, b"200")])
def test_s11_set_max_body_size_holds_for_its_request(
    run, wire, application, message, data, limit, status
):
    """Whatever the limit of the server is: here it is below one and above the other."""

    class Limited(message):
        def headers_received(self, start_line, headers):
            assert isinstance(self.connection, HTTP1Connection)
            self.connection.set_max_body_size(limit)

    async def scene():
        for of_the_server in (1, 1000):
            async with wire(application(Limited), max_body_size=of_the_server) as client:
                await client.send(data)
                assert (await client.read_some()).split(b" ")[1] == status

    run(scene())


def test_s8_set_body_timeout_holds_for_its_request(run, wire, application, message):
    class Limited(message):
        def headers_received(self, start_line, headers):
            self.connection.set_body_timeout(2 if start_line.path == "/p" else 30)

    async def scene():
        for data, status in ((POST, b"408"), (POST.replace(b"/p", b"/q"), b"200")):
            async with wire(application(Limited)) as client:
                await client.send(data + b"ab")
                await client.turn(5)
                await client.send(b"cd")
                assert (await client.read_some()).split(b" ")[1] == status

    run(scene())


def test_set_close_callback_is_called_once_and_only_for_its_own_request(
    run, wire, application, message
):
    class Watching(message):
        def finish(self):
            self.connection.set_close_callback(lambda: self.note("gone", self.start_line.path))
            if self.start_line.path == "/answered":
                self.answer(b"")

    app = application(Watching)

    async def scene():
        async with wire(app) as client:
            await client.send(b"GET /answered HTTP/1.1\r\nHost: x\r\n\r\n")
            await client.send(b"GET /open HTTP/1.1\r\nHost: x\r\n\r\n")
            client.writer.close()
            await client.settle()

    run(scene())
    assert [call for call in app.calls if call[0] == "gone"] == [("gone", "/open")]
    assert app.calls[-1] == "closed"


def test_set_close_callback_takes_none_back(run, wire, application, message):
    class Forgetting(message):
        def finish(self):
            self.connection.set_close_callback(lambda: self.note("gone"))
            self.connection.set_close_callback(None)

    app = application(Forgetting)

    async def scene():
        async with wire(app) as client:
            await client.send(b"GET /open HTTP/1.1\r\nHost: x\r\n\r\n")
            client.writer.close()
            await client.settle()

    run(scene())
    assert "gone" not in app.calls


def test_close_ends_the_connection_without_the_message(run, wire, application, message):
    class Abrupt(message):
        def finish(self):
            assert isinstance(self.connection, HTTP1Connection)
            self.connection.write_headers(ResponseStartLine("", 200, "OK"), HTTPHeaders(), b"part")
            self.connection.set_close_callback(lambda: self.note("told"))
            self.connection.close()

    app = application(Abrupt)

    async def scene():
        async with wire(app) as client:
            await client.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await client.read_all()).endswith(b"4\r\npart\r\n")
        assert "told" not in app.calls

    run(scene())
