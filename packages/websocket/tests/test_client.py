"""Connections of a client, to our server and through what stands between."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable
from http.cookiejar import CookieJar
from typing import Any

import pytest
import trustme

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.netutil import bind_sockets, bind_unix_socket
from tornado.simple_httpclient import SimpleAsyncHTTPClient
from tornado.web import Application, HTTPServer, RequestHandler
from tornado.websocket import (
    WebSocketClientConnection,
    WebSocketClosedError,
    WebSocketError,
    WebSocketHandler,
    websocket_connect,
)


class Echo(WebSocketHandler):
    def select_subprotocol(self, subprotocols):
        return subprotocols[0] if subprotocols else None

    def get_compression_options(self):
        return {}

    def on_message(self, message):
        if message == "close":
            self.close(3000, "asked")
        else:
            self.write_message(message, isinstance(message, bytes))


class Fields(WebSocketHandler):
    """Tells the fields of its request."""

    def open(self):
        self.write_message(dict(self.request.headers))


class Redirect(RequestHandler):
    def get(self):
        self.redirect(self.get_argument("to"))


class SetCookie(RequestHandler):
    def get(self):
        self.set_cookie("a", "b")


class Refuse(RequestHandler):
    def get(self):
        self.set_status(int(self.get_argument("status", "403")))
        self.finish("not you")


class Silent(RequestHandler):
    async def get(self):
        await asyncio.sleep(30)


ROUTES = [
    ("/", Echo),
    ("/fields", Fields),
    ("/redirect", Redirect),
    ("/cookie", SetCookie),
    ("/refuse", Refuse),
    ("/silent", Silent),
]


def run(coroutine: Awaitable[Any]) -> Any:
    async def limited() -> Any:
        return await asyncio.wait_for(coroutine, 30)

    return asyncio.run(limited())


def in_site(test):
    """Run a test in the loop of a site; it gets the part of a URL that names the site."""

    def wrapped() -> None:
        async def main() -> None:
            sockets = bind_sockets(0, "127.0.0.1")
            server = HTTPServer(Application(ROUTES))
            server.add_sockets(sockets)
            try:
                await test(f"127.0.0.1:{sockets[0].getsockname()[1]}")
            finally:
                server.stop()
                await server.close_all_connections()

        run(main())

    wrapped.__name__ = test.__name__
    return wrapped


@in_site
async def test_messages_come_back(host):
    connection = await websocket_connect(f"ws://{host}/")
    for message in ("text ä", b"\x00\xff", "", b"", "x" * 100_000):
        await connection.write_message(message, isinstance(message, bytes))
        assert await connection.read_message() == message
    connection.close()
    assert await connection.read_message() is None


@in_site
async def test_the_end_of_a_with_block_waits_for_the_end_of_the_connection(host):
    async with await websocket_connect(f"ws://{host}/") as connection:
        for _ in range(100):  # more than wait to be read
            connection.write_message("nobody reads the answer")
        stream = connection.stream

    assert stream.closed()
    assert connection.ws_connection is None
    assert await connection.read_message() is None


@in_site
async def test_messages_are_iterated_over_until_the_server_closes(host):
    async with await websocket_connect(f"ws://{host}/") as connection:
        for message in ("1", "2", "close"):
            connection.write_message(message)
        assert [message async for message in connection] == ["1", "2"]
        assert (connection.close_code, connection.close_reason) == (3000, "asked")
        with pytest.raises(WebSocketClosedError):
            connection.write_message("too late")
        with pytest.raises(WebSocketClosedError):
            connection.ping()
        assert await connection.read_message() is None


@in_site
async def test_messages_go_to_a_callback(host):
    messages: asyncio.Queue = asyncio.Queue()
    connection = await websocket_connect(f"ws://{host}/", on_message_callback=messages.put_nowait)
    with pytest.raises(WebSocketError, match="on_message_callback"):
        connection.read_message()
    connection.write_message("hello")
    connection.write_message("close")
    assert [await messages.get() for _ in range(2)] == ["hello", None]


@in_site
async def test_the_classic_callbacks(host):
    connected: asyncio.Queue = asyncio.Queue()
    read: asyncio.Queue = asyncio.Queue()
    websocket_connect(f"ws://{host}/", connected.put_nowait)
    connection = (await connected.get()).result()
    assert isinstance(connection, WebSocketClientConnection)
    connection.write_message({"a": 1})
    connection.read_message(read.put_nowait)
    assert (await read.get()).result() == '{"a": 1}'
    connection.close()


@in_site
async def test_a_subprotocol_and_compression_are_agreed_on(host):
    connection = await websocket_connect(
        f"ws://{host}/", subprotocols=["v2", "v1"], compression_options={}
    )
    assert connection.selected_subprotocol == "v2"
    assert connection.headers["Sec-WebSocket-Extensions"].startswith("permessage-deflate")
    connection.write_message("lorem ipsum " * 1000)
    assert await connection.read_message() == "lorem ipsum " * 1000
    connection.close()


@in_site
async def test_the_options_of_a_request_count(host):
    request = HTTPRequest(
        f"ws://{host}/fields",
        headers={"Cookie": "a=b", "X-Own": "yes"},
        auth_username="user",
        auth_password="secret",
        user_agent="mine/1.0",
    )
    connection = await websocket_connect(request)
    fields = await connection.read_message()
    for text in ('"a=b"', '"yes"', "Basic dXNlcjpzZWNyZXQ=", "mine/1.0"):
        assert text in fields
    connection.close()
    with pytest.raises(ValueError, match="connect_timeout"):
        websocket_connect(request, connect_timeout=1)


@in_site
async def test_redirects_are_followed_without_credentials_at_another_origin(host):
    other = host.replace("127.0.0.1", "localhost")
    for place, has_credentials in (
        (f"http://{host}/fields", True),
        (f"http://{other}/fields", False),
    ):
        request = HTTPRequest(
            f"ws://{host}/redirect?to={place}", headers={"Cookie": "a=b", "Authorization": "x y"}
        )
        connection = await websocket_connect(request)
        fields = await connection.read_message()
        assert ('"a=b"' in fields) == ('"x y"' in fields) == has_credentials
        connection.close()


@in_site
async def test_a_client_for_http_opens_the_connection_with_its_cookies(host):
    jar = CookieJar()
    client = SimpleAsyncHTTPClient(
        force_instance=True, cookie_jar=jar, defaults={"user_agent": "mine/1.0"}
    )
    await client.fetch(f"http://{host}/cookie")
    async with await websocket_connect(f"ws://{host}/fields", http_client=client) as connection:
        fields = await connection.read_message()
    assert '"a=b"' in fields
    assert "mine/1.0" in fields
    assert (await client.fetch(f"http://{host}/cookie")).code == 200  # it is still open
    client.close()


@in_site
async def test_waiting_for_the_end_of_a_connection(host):
    connection = await websocket_connect(f"ws://{host}/")
    for _ in range(100):
        await connection.write_message("x")
    assert not connection.is_closed
    connection.close(4000)
    await connection.wait_closed()
    assert connection.is_closed
    assert connection.close_code == 4000
    await connection.wait_closed()
    assert await connection.read_message() is None


@in_site
async def test_a_redirect_may_lead_to_a_websocket_url(host):
    connection = await websocket_connect(f"ws://{host}/redirect?to=ws://{host}/")
    connection.write_message("here")
    assert await connection.read_message() == "here"
    connection.close()


@pytest.mark.parametrize("status", [403, 404, 500])
def test_servers_that_refuse(status):
    @in_site
    async def test(host):
        with pytest.raises(HTTPClientError) as caught:
            await websocket_connect(f"ws://{host}/refuse?status={status}")
        assert caught.value.code == status
        assert caught.value.response.body == b"not you"

    test()


@in_site
async def test_a_server_that_does_not_speak_websocket(host):
    with pytest.raises(WebSocketError, match="Non-websocket response"):
        await websocket_connect(f"ws://{host}/refuse?status=200")


@in_site
async def test_a_server_that_does_not_answer(host):
    with pytest.raises(HTTPClientError) as caught:
        await websocket_connect(HTTPRequest(f"ws://{host}/silent", request_timeout=0.1))
    assert caught.value.code == 599


def test_nobody_listens():
    async def test():
        with pytest.raises(ConnectionRefusedError):
            await websocket_connect("ws://127.0.0.1:1/")

    run(test())


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "ws:///", "example.com", "ws://user name@x/"])
def test_urls_that_are_wrong(url):
    async def test():
        with pytest.raises(ValueError, match=r"URL|url"):
            await websocket_connect(url)

    run(test())


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n", "Upgrade"),
        (
            (
                b"HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
                b"Sec-WebSocket-Accept: wrong\r\n\r\n"
            ),
            "Sec-WebSocket-Accept",
        ),
    ],
)
def test_answers_that_are_not_a_websocket_server_s(answer, text):
    async def test():
        async def respond(reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            assert await reader.read() == b""  # the client closes
            closed.set()
            writer.close()

        closed = asyncio.Event()
        server = await asyncio.start_server(respond, "127.0.0.1")
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(WebSocketError, match=text):
            await websocket_connect(f"ws://127.0.0.1:{port}/")
        await closed.wait()
        server.close()

    run(test())


@in_site
async def test_connecting_is_stopped(host):
    connection = WebSocketClientConnection(HTTPRequest(f"ws://{host}/silent"))
    await asyncio.sleep(0)
    connection.close()
    with pytest.raises(WebSocketClosedError):
        await connection.connect_future


def test_tls_and_its_errors():
    async def test():
        authority = trustme.CA()
        server_context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1").configure_cert(server_context)
        client_context = ssl.create_default_context()
        authority.configure_trust(client_context)
        sockets = bind_sockets(0, "127.0.0.1")
        server = HTTPServer(Application(ROUTES), ssl_options=server_context)
        server.add_sockets(sockets)
        url = f"wss://127.0.0.1:{sockets[0].getsockname()[1]}/"
        connection = await websocket_connect(HTTPRequest(url, ssl_options=client_context))
        connection.write_message("over TLS")
        assert await connection.read_message() == "over TLS"
        connection.close()
        with pytest.raises(ssl.SSLCertVerificationError):
            await websocket_connect(url)
        server.stop()
        await server.close_all_connections()

    run(test())


def test_a_redirect_from_ws_to_wss_drops_credentials():
    async def test():
        authority = trustme.CA()
        context, trust = (
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH),
            ssl.create_default_context(),
        )
        authority.issue_cert("127.0.0.1").configure_cert(context)
        authority.configure_trust(trust)
        servers, hosts = [], []
        for options in ({}, {"ssl_options": context}):
            sockets = bind_sockets(0, "127.0.0.1")
            servers.append(HTTPServer(Application(ROUTES), **options))
            servers[-1].add_sockets(sockets)
            hosts.append(f"127.0.0.1:{sockets[0].getsockname()[1]}")
        for target, is_kept in ((f"wss://{hosts[1]}/fields", False), ("/fields", True)):
            connection = await websocket_connect(
                HTTPRequest(
                    f"ws://{hosts[0]}/redirect?to={target}",
                    headers={"Cookie": "a=b"},
                    auth_username="user",
                    auth_password="secret",
                    ssl_options=trust,
                )
            )
            fields = await connection.read_message()
            assert ('"a=b"' in fields) == ("Basic" in fields) == is_kept
            connection.close()
            await connection.wait_closed()
        for server in servers:
            server.stop()
            await server.close_all_connections()

    run(test())


def test_unix_sockets(tmp_path):
    async def test():
        path = str(tmp_path / "socket")
        server = HTTPServer(Application(ROUTES))
        server.add_socket(bind_unix_socket(path))
        connection = await websocket_connect(HTTPRequest("ws://localhost/", unix_socket=path))
        connection.write_message("over a file")
        assert await connection.read_message() == "over a file"
        connection.close()
        server.stop()
        await server.close_all_connections()

    run(test())


def test_a_proxy_is_asked_for_a_tunnel():
    asked: list[bytes] = []

    async def proxy(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head.split(b"\r\n")[0])
        host, _, port = head.split()[1].decode().partition(":")
        other_reader, other_writer = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")

        async def copy(source, destination):
            while data := await source.read(65536):
                destination.write(data)
            destination.close()

        await asyncio.gather(copy(reader, other_writer), copy(other_reader, writer))

    @in_site
    async def test(host):
        server = await asyncio.start_server(proxy, "127.0.0.1")
        port = server.sockets[0].getsockname()[1]
        request = HTTPRequest(f"ws://{host}/", proxy_host="127.0.0.1", proxy_port=port)
        connection = await websocket_connect(request)
        connection.write_message("through a tunnel")
        assert await connection.read_message() == "through a tunnel"
        connection.close()
        assert await connection.read_message() is None
        assert asked == [f"CONNECT {host} HTTP/1.1".encode()]
        server.close()

    test()


@in_site
async def test_a_client_that_does_not_read_stops_its_server(host):
    connection = await websocket_connect(f"ws://{host}/")
    for number in range(200):
        connection.write_message(f"{number} " * 20_000)
    for number in range(200):
        message = await connection.read_message()
        assert message == f"{number} " * 20_000
    connection.close()
