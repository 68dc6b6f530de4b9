"""How the client in Python connects."""

from __future__ import annotations

from typing import Any

from tornado.tcpclient import TCPClient


async def test_a_client_connects_by_the_tcp_client_that_was_assigned(
    simple: Any, serve: Any
) -> None:
    peer = await serve(serve.reply(b"by another way"))
    client = simple()
    asked = []

    class Elsewhere(TCPClient):
        async def connect(self, host: str, port: int, **options: Any) -> Any:
            asked.append((host, port))
            return await super().connect("127.0.0.1", peer.port, **options)

    client.tcp_client = elsewhere = Elsewhere()
    response = await client.fetch("http://nowhere.invalid/")

    assert response.body == b"by another way"
    assert asked == [("nowhere.invalid", 80)]
    assert client.tcp_client is elsewhere
