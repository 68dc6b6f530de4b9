"""What servers and outer applications do with a request or a response besides passing it on."""

from __future__ import annotations

import asyncio
import http.client
import json
import queue
import socket

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from tornado.asgi import ASGIAdapter
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketHandler

PATIENCE = 30


def fetch(port, path="/"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def http_scope(**entries):
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "path": "/",
        "headers": [(b"host", b"x")],
        **entries,
    }


async def call(asgi, scope):
    """Serve one scope whose client stays; return the events of the response."""
    sent, events = [], asyncio.Queue()
    events.put_nowait({"type": "http.request"})
    receive = events.get

    async def send(event):
        sent.append(event)

    async with asyncio.timeout(PATIENCE):
        await asgi(scope, receive, send)
    return sent


def body(sent):
    return b"".join(event.get("body", b"") for event in sent)


class Tell(RequestHandler):
    def get(self):
        self.write(
            {
                "cookies": {name: morsel.value for name, morsel in self.request.cookies.items()},
                "client": self.request.remote_ip,
                "root": self.request.connection.context.root_path,
            }
        )


def test_a_cookie_field_that_was_split_is_joined():
    fields = [(b"host", b"x"), (b"cookie", b"a=1"), (b"cookie", b"b=2; c=3"), (b"cookie", b"d=4")]
    scope = http_scope(http_version="2", headers=fields)
    sent = asyncio.run(call(ASGIAdapter(Application([("/", Tell)])), scope))
    assert json.loads(body(sent))["cookies"] == {"a": "1", "b": "2", "c": "3", "d": "4"}


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (("192.0.2.1", 1), "192.0.2.1"),
        (("2001:db8::1", 1), "2001:db8::1"),
        (("<script>", 0), "0.0.0.0"),
        (("testclient", 50000), "0.0.0.0"),
        (None, "0.0.0.0"),
    ],
)
def test_the_address_of_a_client_is_an_address(client, address):
    sent = asyncio.run(call(ASGIAdapter(Application([("/", Tell)])), http_scope(client=client)))
    assert json.loads(body(sent))["client"] == address


def test_our_own_server_has_the_same_name_for_the_mount(serve):
    client = serve(Application([("/", Tell)])).connect()
    assert json.loads(client.get("/").body)["root"] == ""


class Own(RequestHandler):
    def get(self):
        self.set_header("Date", "Thu, 01 Jan 1970 00:00:00 GMT")
        self.set_header("Server", "own")


def test_a_response_has_one_date_and_one_server(run):
    headers = fetch(run([("/", Tell)]).port)[1]
    assert (len(headers.get_all("Date")), len(headers.get_all("Server"))) == (1, 1)


def test_a_date_and_a_server_that_the_program_has_set_are_sent(run):
    headers = fetch(run([("/", Own)]).port)[1]
    assert "Thu, 01 Jan 1970 00:00:00 GMT" in headers.get_all("Date")
    assert "own" in headers.get_all("Server")


@pytest.mark.parametrize("server", ["uvicorn"], indirect=True)  # others reset it, whatever we do
def test_a_client_that_sends_too_much_reads_that_it_was_refused(run):
    class Form(RequestHandler):
        def post(self):
            self.write("taken")

    port = run([("/", Form)], limits={"max_body_size": 1000}).port
    size = 8 << 20
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
        client.sendall(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode())
        client.sendall(bytes(size))
        answer = b""
        while b"\r\n\r\n" not in answer:
            piece = client.recv(65536)
            assert piece, answer
            answer += piece
    assert answer.startswith(b"HTTP/1.1 413 ")


class Pool(RequestHandler):
    def get(self):
        self.write(self.request.connection.scope["state"])


def with_hooks(events):
    application = Application([("/pool", Pool), ("/site/pool", Pool)])
    adapter = ASGIAdapter(application)

    @application.on_startup
    async def open_pool(application):
        events.append("start")
        adapter.state["pool"] = "ours"

    @application.on_shutdown
    async def close_pool(application):
        events.append("end")

    return adapter


def test_handlers_of_a_mounted_application_see_the_state_of_its_hooks(run):
    adapter = with_hooks([])
    running = run(asgi=Starlette(routes=[Mount("/site", app=adapter)]))
    assert json.loads(fetch(running.port, "/site/pool")[2]) == {"pool": "ours"}


def test_the_state_of_the_server_comes_first():
    state = {"pool": "theirs", "more": 1}
    sent = asyncio.run(call(with_hooks([]), http_scope(path="/pool", state=state)))
    assert json.loads(body(sent)) == {"pool": "theirs", "more": 1}


def test_an_outer_application_runs_the_hooks_by_its_own_lifespan(run):
    events = []
    adapter = with_hooks(events)
    running = run(asgi=Starlette(routes=[Mount("/site", app=adapter)], lifespan=adapter.lifespan))
    assert events == ["start"]
    assert json.loads(fetch(running.port, "/site/pool")[2]) == {"pool": "ours"}
    running.close()
    assert events == ["start", "end"]


def test_a_first_request_that_is_cancelled_leaves_the_start_to_the_others():
    application = Application([("/", Tell)])
    started = []

    async def main():
        begun, go_on = asyncio.Event(), asyncio.Event()

        @application.on_startup
        async def start(application):
            started.append(1)
            begun.set()
            await go_on.wait()

        adapter = ASGIAdapter(application)
        first, second = (asyncio.create_task(call(adapter, http_scope())) for _ in range(2))
        await begun.wait()
        first.cancel()
        await asyncio.wait([first])
        go_on.set()
        return first.cancelled(), (await second)[0]["status"]

    assert asyncio.run(main()) == (True, 200)
    assert started == [1]


class Echo(WebSocketHandler):
    def on_message(self, message):
        self.write_message(message)


def test_the_key_of_a_websocket_is_the_servers_affair():
    scope = http_scope(
        type="websocket",
        scheme="ws",
        subprotocols=[],
        headers=[
            (b"host", b"x"),
            (b"sec-websocket-key", b"testserver=="),
            (b"sec-websocket-version", b"7"),
        ],
    )
    del scope["method"]
    accepted = []

    async def main():
        events = [{"type": "websocket.connect"}, {"type": "websocket.receive", "text": "hello"}]
        echoed = asyncio.Event()

        async def receive():
            if events:
                return events.pop(0)
            await echoed.wait()
            return {"type": "websocket.disconnect", "code": 1000}

        async def send(event):
            accepted.append((event["type"], event.get("text")))
            if event["type"] == "websocket.send":
                echoed.set()

        async with asyncio.timeout(PATIENCE):
            await ASGIAdapter(Application([("/", Echo)]))(scope, receive, send)

    asyncio.run(main())
    assert accepted == [("websocket.accept", None), ("websocket.send", "hello")]


def test_a_websocket_whose_client_leaves_during_prepare_ends_without_an_error(caplog):
    seen = queue.Queue()

    async def main():
        begun, go_on, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

        class Slow(WebSocketHandler):
            async def prepare(self):
                begun.set()
                await go_on.wait()

            def on_close(self):
                seen.put(self.close_code)
                ended.set()

        events = [{"type": "websocket.connect"}]

        async def receive():
            if events:
                return events.pop(0)
            await begun.wait()
            return {"type": "websocket.disconnect", "code": 1006}

        async def send(event):
            raise OSError("the client has left")

        scope = http_scope(type="websocket", scheme="ws", subprotocols=[])
        async with asyncio.timeout(PATIENCE):
            await ASGIAdapter(Application([("/", Slow)]))(scope, receive, send)
            go_on.set()
            await ended.wait()

    asyncio.run(main())
    assert seen.get_nowait() is None
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
