"""ASGI applications beside our own handlers."""

from __future__ import annotations

from typing import Any

import pytest

from tornado.asgi import ASGIContainer
from tornado.web import Application, FallbackHandler, RequestHandler


class Own(RequestHandler):
    def get(self) -> None:
        self.write("own")


async def echo(scope: Any, receive: Any, send: Any) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body += message["body"]
        more = message["more_body"]
    text = f"{scope['root_path']}|{scope['path']}|".encode() + scope["raw_path"] + b"|" + body
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": text})


async def greet(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": scope["path"]})


@pytest.mark.parametrize("way", ["route", "fallback"])
def test_a_websocket_is_mounted_beside_handlers(serve: Any, connect: Any, way: str) -> None:
    container = ASGIContainer(greet, root_path="/api", lifespan="off")
    fallback = ("/api/.*", FallbackHandler, {"fallback": container})
    route: Any = ("/api/.*", container) if way == "route" else fallback
    server = serve(Application([("/", Own), route]))
    assert connect(server.connect(), "/api/ws").receive() == "/api/ws"
    assert server.get("/").body == b"own"


def routes(way: str) -> list[Any]:
    container = ASGIContainer(echo, root_path="/api/", lifespan="off")
    if way == "route":
        return [("/", Own), ("/api/.*", container)]
    return [("/", Own), ("/api/.*", FallbackHandler, {"fallback": container})]


@pytest.mark.parametrize("way", ["route", "fallback"])
def test_an_application_is_mounted_beside_handlers(serve: Any, way: str) -> None:
    client = serve(Application(routes(way))).connect()
    assert client.get("/").body == b"own"
    assert client.get("/api/a%20b").body == b"/api|/api/a b|/api/a%20b|"
    client.send(b"POST /api/c HTTP/1.1\r\nHost: e\r\nContent-Length: 4\r\n\r\nbody")
    assert client.read_response().body == b"/api|/api/c|/api/c|body"
    assert client.get("/").body == b"own"


@pytest.mark.parametrize("path", ["/", "/apix", "/other"])
def test_a_path_that_a_proxy_has_cut_gets_the_mount_again(serve: Any, path: str) -> None:
    container = ASGIContainer(echo, root_path="/api", lifespan="off")
    whole = f"/api{path}".encode()
    assert serve(container).get(path).body == b"/api|" + whole + b"|" + whole + b"|"


def test_what_a_trusted_proxy_says_is_in_the_scope(serve: Any) -> None:
    scopes = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})

    server = serve(ASGIContainer(application, lifespan="off"), xheaders=True)
    client = server.connect()
    client.get("/", "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n")
    client.get("/")
    first, second = scopes
    assert (first["client"], first["scheme"]) == (("192.0.2.7", 0), "https")
    assert (second["client"], second["scheme"]) == (client.socket.getsockname(), "http")


def test_s22_a_client_cannot_choose_its_address(serve: Any) -> None:
    scopes = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})

    client = serve(ASGIContainer(application, lifespan="off")).connect()
    client.get("/", "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n")
    assert scopes[0]["client"] == client.socket.getsockname()
    assert scopes[0]["scheme"] == "http"
