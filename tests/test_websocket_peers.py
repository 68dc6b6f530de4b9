"""Our websockets with the libraries that people have at the other end."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import aiohttp.web
import picows
import pytest
import trustme
import websockets
import wsproto
from websockets.exceptions import NegotiationError
from websockets.extensions.permessage_deflate import (
    ClientPerMessageDeflateFactory,
    ServerPerMessageDeflateFactory,
)
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Message,
    Request,
    TextMessage,
)
from wsproto.extensions import PerMessageDeflate

from tornado.httpclient import HTTPRequest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketHandler, websocket_connect

#: What each client sends and gets back.
MESSAGES = [
    "",
    b"",
    "text with ümläuts and 🎈",
    bytes(range(256)),
    "x" * 125,
    "y" * 126,
    b"z" * 65535,
    b"z" * 65536,
    "lorem ipsum " * 50_000,
]

#: Compression, by what a client asks for: the parameters of RFC 7692 section 7.1.
PARAMETERS: list[dict[str, Any]] = [
    {},
    {"server_no_context_takeover": True},
    {"client_no_context_takeover": True},
    {"server_max_window_bits": 9},
    {"client_max_window_bits": 9},
    {
        "server_no_context_takeover": True,
        "client_no_context_takeover": True,
        "server_max_window_bits": 10,
        "client_max_window_bits": 12,
    },
]


@asynccontextmanager
async def serving(
    options: dict[str, Any] | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[str, list[Any]]]:
    """Run an echo server; give its URL and the close codes that it saw."""
    ends: list[Any] = []

    class Echo(WebSocketHandler):
        def get_compression_options(self) -> dict[str, Any] | None:
            return options

        def on_message(self, message: str | bytes) -> None:
            self.write_message(message, isinstance(message, bytes))

        def on_close(self) -> None:
            ends.append((self.close_code, self.close_reason))
            closed.set()

        def select_subprotocol(self, subprotocols: list[str]) -> str | None:
            return subprotocols[-1] if subprotocols else None

    closed = asyncio.Event()
    sockets = bind_sockets(0, "127.0.0.1")
    server = HTTPServer(Application([("/", Echo)]), ssl_options=tls)
    server.add_sockets(sockets)
    scheme = "ws" if tls is None else "wss"
    yield f"{scheme}://127.0.0.1:{sockets[0].getsockname()[1]}/", ends
    await asyncio.wait_for(closed.wait(), 10)
    server.stop()
    await server.close_all_connections()


@pytest.fixture(scope="module")
def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS settings for a server and a client."""
    authority = trustme.CA()
    server, client = (
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH),
        ssl.create_default_context(),
    )
    authority.issue_cert("127.0.0.1").configure_cert(server)
    authority.configure_trust(client)
    return server, client


def run(coroutine: Awaitable[None]) -> None:
    async def limited() -> None:
        await asyncio.wait_for(coroutine, 50)

    asyncio.run(limited())


# Clients: each one sends messages, gets them back, and closes with 1000 or 4321.


async def with_websockets(url: str, parameters: dict[str, Any] | None, tls: Any) -> str:
    extensions = [] if parameters is None else [ClientPerMessageDeflateFactory(**parameters)]
    async with websockets.connect(
        url,
        compression=None,
        extensions=extensions,
        ssl=tls,
        max_size=None,
        proxy=None,
        subprotocols=["a", "b"],
    ) as client:
        for message in MESSAGES:
            await client.send(message)
            assert await client.recv() == message
        await client.send(["cut ", "into ", "fragments"])
        assert await client.recv() == "cut into fragments"
        await asyncio.wait_for(await client.ping(b"payload"), 10)
        assert client.subprotocol == "b"
        negotiated = client.response.headers.get("Sec-WebSocket-Extensions", "")
        await client.close(4321, "enough")
        assert client.close_code == 4321
    return negotiated


async def with_aiohttp(url: str, parameters: dict[str, Any] | None, tls: Any) -> str:
    compress = 0 if parameters is None else parameters.get("client_max_window_bits", 15)
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(
            url,
            compress=compress,
            ssl=True if tls is None else tls,
            max_msg_size=0,
            protocols=("a", "b"),
        ) as client,
    ):
        for message in MESSAGES:
            await (
                client.send_str(message) if isinstance(message, str) else client.send_bytes(message)
            )
            answer = await client.receive(10)
            assert answer.data == message
        await client.ping(b"payload")
        assert client.protocol == "b"
        negotiated = str(client.compress)
        await client.close(code=4321, message=b"enough")
        assert client.close_code == 4321
    return negotiated


class _Listener(picows.WSListener):
    def __init__(self) -> None:
        self.messages: asyncio.Queue[str | bytes] = asyncio.Queue()

    def on_ws_frame(self, transport: Any, frame: Any) -> None:
        if frame.msg_type == picows.WSMsgType.TEXT:
            self.messages.put_nowait(frame.get_payload_as_utf8_text())
        elif frame.msg_type == picows.WSMsgType.BINARY:
            self.messages.put_nowait(frame.get_payload_as_bytes())


async def with_picows(url: str, parameters: dict[str, Any] | None, tls: Any) -> str:
    transport, listener = await picows.ws_connect(_Listener, url, ssl_context=tls)
    for message in MESSAGES:
        if isinstance(message, str):
            transport.send(picows.WSMsgType.TEXT, message.encode())
        else:
            transport.send(picows.WSMsgType.BINARY, message)
        assert await asyncio.wait_for(listener.messages.get(), 10) == message
    transport.send_close(4321, b"enough")
    await asyncio.wait_for(transport.wait_disconnected(), 10)
    return ""


async def with_wsproto(url: str, parameters: dict[str, Any] | None, tls: Any) -> str:
    port = int(url.rsplit(":", 1)[1].rstrip("/"))
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    client = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
    extensions: list[Any] = [] if parameters is None else [PerMessageDeflate(**parameters)]

    async def events() -> AsyncIterator[Any]:
        while True:
            data = await asyncio.wait_for(reader.read(65536), 10)
            client.receive_data(data or None)
            for event in client.events():
                yield event

    async def message() -> str | bytes:
        pieces = []
        async for event in stream:
            if isinstance(event, (TextMessage, BytesMessage)):
                pieces.append(event.data)
                if event.message_finished:
                    kind = "" if isinstance(event, TextMessage) else b""
                    return kind.join(pieces)
        raise AssertionError("no message")

    writer.write(
        client.send(
            Request(host="127.0.0.1", target="/", extensions=extensions, subprotocols=["a", "b"])
        )
    )
    stream = events()
    accepted = await anext(stream)
    assert isinstance(accepted, AcceptConnection)
    assert accepted.subprotocol == "b"
    for each in MESSAGES:
        writer.write(client.send(Message(data=each)))
        assert await message() == each
    for number, piece in enumerate(("cut ", "into ", "fragments")):
        writer.write(client.send(Message(data=piece, message_finished=number == 2)))
    assert await message() == "cut into fragments"
    writer.write(client.send(CloseConnection(code=4321, reason="enough")))
    async for event in stream:
        if isinstance(event, CloseConnection):
            assert event.code == 4321
            break
    writer.close()
    return str([extension.name for extension in accepted.extensions])


CLIENTS = [with_websockets, with_aiohttp, with_picows, with_wsproto]

#: Those that can compress.
COMPRESSING_CLIENTS = [with_websockets, with_aiohttp, with_wsproto]


@pytest.fixture(autouse=True)
def quiet_access_log() -> None:
    logging.getLogger("tornado.access").setLevel(logging.CRITICAL)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("is_secure", [False, True], ids=["ws", "wss"])
def test_clients_without_compression(
    client: Callable[..., Awaitable[str]], is_secure: bool, contexts: Any
) -> None:
    async def talk() -> None:
        async with serving(tls=contexts[0] if is_secure else None) as (url, ends):
            await client(url, None, contexts[1] if is_secure else None)
        assert ends == [(4321, "enough")]

    run(talk())


@pytest.mark.parametrize("client", COMPRESSING_CLIENTS)
@pytest.mark.parametrize("parameters", PARAMETERS, ids=str)
@pytest.mark.parametrize(
    "options",
    [{}, {"context_takeover": True, "peer_context_takeover": True}, {"max_window_bits": 9}],
    ids=["fresh", "takeover", "small window"],
)
def test_clients_with_compression(
    client: Callable[..., Awaitable[str]], parameters: dict[str, Any], options: dict[str, Any]
) -> None:
    async def talk() -> None:
        async with serving(options) as (url, ends):
            assert await client(url, parameters, None)
        assert ends == [(4321, "enough")]

    run(talk())


# Servers: each one sends back what it gets, until it is closed.


@asynccontextmanager
async def websockets_server(parameters: dict[str, Any] | None, tls: Any) -> AsyncIterator[int]:
    async def echo(connection: Any) -> None:
        async for message in connection:
            await connection.send(message)

    extensions = [] if parameters is None else [ServerPerMessageDeflateFactory(**parameters)]
    async with websockets.serve(
        echo,
        "127.0.0.1",
        0,
        compression=None,
        extensions=extensions,
        ssl=tls,
        max_size=None,
        subprotocols=["b"],
    ) as server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def aiohttp_server(parameters: dict[str, Any] | None, tls: Any) -> AsyncIterator[int]:
    async def echo(request: aiohttp.web.Request) -> aiohttp.web.WebSocketResponse:
        connection = aiohttp.web.WebSocketResponse(
            compress=parameters is not None, max_msg_size=0, protocols=("b",)
        )
        await connection.prepare(request)
        async for message in connection:
            if isinstance(message.data, str):
                await connection.send_str(message.data)
            else:
                await connection.send_bytes(message.data)
        return connection

    application = aiohttp.web.Application()
    application.router.add_get("/", echo)
    runner = aiohttp.web.AppRunner(application, access_log=None)
    await runner.setup()
    sockets = bind_sockets(0, "127.0.0.1")
    await aiohttp.web.SockSite(runner, sockets[0], ssl_context=tls).start()
    yield sockets[0].getsockname()[1]
    await runner.cleanup()


class _EchoListener(picows.WSListener):
    def on_ws_frame(self, transport: Any, frame: Any) -> None:
        if frame.msg_type in (picows.WSMsgType.TEXT, picows.WSMsgType.BINARY):
            transport.send(frame.msg_type, frame.get_payload_as_bytes())
        elif frame.msg_type == picows.WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code(), frame.get_close_message())
            transport.disconnect()


@asynccontextmanager
async def picows_server(parameters: dict[str, Any] | None, tls: Any) -> AsyncIterator[int]:
    server = await picows.ws_create_server(lambda _: _EchoListener(), "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def wsproto_server(parameters: dict[str, Any] | None, tls: Any) -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = wsproto.WSConnection(wsproto.ConnectionType.SERVER)
        extensions = [] if parameters is None else [PerMessageDeflate(**parameters)]
        pieces: list[Any] = []
        while data := await reader.read(65536):
            connection.receive_data(data)
            for event in connection.events():
                if isinstance(event, Request):
                    chosen = "b" if "b" in event.subprotocols else None
                    answer = AcceptConnection(subprotocol=chosen, extensions=extensions)
                    writer.write(connection.send(answer))
                elif isinstance(event, (TextMessage, BytesMessage)):
                    pieces.append(event.data)
                    if event.message_finished:
                        kind = "" if isinstance(event, TextMessage) else b""
                        writer.write(connection.send(Message(data=kind.join(pieces))))
                        pieces.clear()
                elif isinstance(event, CloseConnection):
                    writer.write(connection.send(event.response()))
                    writer.close()
                    return

    server = await asyncio.start_server(serve, "127.0.0.1", ssl=tls)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def talk_to(port: int, options: dict[str, Any] | None, tls: Any, *, close_code: int) -> str:
    request = HTTPRequest(f"ws{'' if tls is None else 's'}://127.0.0.1:{port}/", ssl_options=tls)
    client = await websocket_connect(request, compression_options=options, subprotocols=["a", "b"])
    for message in MESSAGES:
        await client.write_message(message, isinstance(message, bytes))
        assert await asyncio.wait_for(client.read_message(), 10) == message
    client.ping(b"payload")
    client.close(4321, "enough")
    assert await asyncio.wait_for(client.read_message(), 10) is None
    assert client.selected_subprotocol in ("b", None)
    assert client.close_code == close_code
    return client.headers.get("Sec-WebSocket-Extensions", "")


#: What each server answers to our 4321. aiohttp has a code of its own.
CLOSE_CODES = {
    websockets_server: 4321,
    aiohttp_server: 1000,
    picows_server: 4321,
    wsproto_server: 4321,
}

#: Those that can compress.
COMPRESSING_SERVERS = [websockets_server, aiohttp_server, wsproto_server]


@pytest.mark.parametrize("server", CLOSE_CODES)
@pytest.mark.parametrize("is_secure", [False, True], ids=["ws", "wss"])
def test_servers_without_compression(server: Any, is_secure: bool, contexts: Any) -> None:
    async def talk() -> None:
        own, theirs = (contexts[1], contexts[0]) if is_secure else (None, None)
        async with server(None, theirs) as port:
            assert not await talk_to(port, None, own, close_code=CLOSE_CODES[server])

    run(talk())


@pytest.mark.parametrize("server", COMPRESSING_SERVERS)
@pytest.mark.parametrize("parameters", PARAMETERS, ids=str)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"context_takeover": True, "peer_context_takeover": True},
        {"max_window_bits": 9, "peer_max_window_bits": 10},
    ],
    ids=["fresh", "takeover", "small windows"],
)
def test_servers_with_compression(
    server: Any, parameters: dict[str, Any], options: dict[str, Any]
) -> None:
    async def talk() -> None:
        async with server(parameters, None) as port:
            agreed = await talk_to(port, options, None, close_code=CLOSE_CODES[server])
            assert agreed.startswith("permessage-deflate")

    run(talk())


# A window of 8 bits, which RFC 7692 allows and zlib cannot make.


@pytest.mark.parametrize("client", [with_websockets, with_aiohttp])
def test_clients_that_refuse_to_compress_in_a_window_of_8_bits(
    client: Callable[..., Awaitable[str]],
) -> None:
    async def talk() -> None:
        async with serving({"peer_max_window_bits": 8}) as (url, _):
            with pytest.raises(
                (NegotiationError, aiohttp.WSServerHandshakeError, ValueError),
                match=r"(?i)window|params",
            ):
                await client(url, {}, None)

    run(talk())


@pytest.mark.parametrize("direction", ["max_window_bits", "peer_max_window_bits"])
@pytest.mark.parametrize("server", COMPRESSING_SERVERS)
def test_servers_that_are_offered_a_window_of_8_bits(server: Any, direction: str) -> None:
    async def talk() -> None:
        async with server({}, None) as port:
            agreed = await talk_to(port, {direction: 8}, None, close_code=CLOSE_CODES[server])
            can = server is websockets_server and direction == "max_window_bits"
            assert ("=8" in agreed) == can

    run(talk())
