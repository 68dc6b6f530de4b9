"""The smallest things, on every server."""

from __future__ import annotations

import asyncio
import http.client

from tornado.web import RequestHandler
from tornado.websocket import WebSocketHandler, websocket_connect


class Hello(RequestHandler):
    def get(self, name):
        self.set_header("X-Name", name)
        self.write(f"Hello, {name} from {self.get_argument('place')}")

    async def post(self, name):
        await asyncio.sleep(0)
        self.set_status(201)
        self.write({"bytes": len(self.request.body), "name": name})


class Echo(WebSocketHandler):
    def select_subprotocol(self, subprotocols):
        return subprotocols[-1] if subprotocols else None

    def on_message(self, message):
        self.write_message(message, isinstance(message, bytes))


def fetch(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def test_a_handler_answers(run):
    port = run([("/hello/(.*)", Hello)]).port
    status, headers, body = fetch(port, "GET", "/hello/w%C3%B6rld?place=here+%26+there")
    assert (status, body.decode()) == (200, "Hello, wörld from here & there")
    assert headers["X-Name"] == "wörld"
    assert headers["Content-Length"] == str(len(body))
    assert headers["Content-Type"] == "text/html; charset=UTF-8"


def test_a_coroutine_handler_answers_with_what_the_client_has_sent(run):
    port = run([("/hello/(.*)", Hello)]).port
    status, _, body = fetch(port, "POST", "/hello/x", bytes(300_000))
    assert (status, body) == (201, b'{"bytes": 300000, "name": "x"}')


def test_head_has_the_fields_of_get_and_no_body(run):
    port = run([("/hello/(.*)", Hello)], automatic_head=True).port
    status, headers, body = fetch(port, "HEAD", "/hello/x?place=y")
    assert (status, headers["Content-Length"], body) == (200, "15", b"")


def test_errors_have_their_pages(run):
    port = run([("/hello/(.*)", Hello)]).port
    status, _, body = fetch(port, "GET", "/missing")
    assert status == 404
    assert b"404: Not Found" in body
    assert fetch(port, "DELETE", "/hello/x")[0] == 405


def test_messages_come_back(run):
    port = run([("/", Echo)]).port

    async def main():
        connection = await websocket_connect(f"ws://127.0.0.1:{port}/", subprotocols=["a", "b"])
        subprotocol, received = connection.selected_subprotocol, []
        for message in ("häi", b"\x00\xff", "", "x" * 300_000):
            await connection.write_message(message, isinstance(message, bytes))
            received.append(await connection.read_message())
        connection.close(1001, "bye")
        assert await connection.read_message() is None
        return subprotocol, received

    subprotocol, received = asyncio.run(main())
    assert subprotocol == "b"
    assert received == ["häi", b"\x00\xff", "", "x" * 300_000]
