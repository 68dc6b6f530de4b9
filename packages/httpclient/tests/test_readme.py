"""The recipes of the README, which are run here."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from tornado.httpclient import AsyncHTTPClient, HTTPClientError

README = Path(__file__).parent.parent / "README.md"


@pytest.fixture(scope="module")
def recipes() -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "readme"}
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 10
    for block in blocks:
        exec(block, names)
    return names


async def test_recipes_for_fetching(recipes, serve):
    peer = await serve(serve.reply(Content_Type="text/plain"))
    assert await recipes["fetch_page"](peer.url()) == (200, "text/plain", b"hello")
    responses = await recipes["fetch_many"]([peer.url(f"/{number}") for number in range(20)])
    assert [response.body for response in responses] == [b"hello"] * 20
    response = await recipes["by_proxy"]("http://a.example/", "127.0.0.1", peer.port)
    assert response.body == b"hello"
    assert peer.requests[-1].target == "http://a.example/"
    AsyncHTTPClient().close()


async def test_recipe_for_errors(recipes, serve):
    missing = await serve(serve.reply(b"", "404 Not Found"))
    assert await recipes["explain"](missing.url()) == "the server said 404"
    assert "the network said" in await recipes["explain"]("http://127.0.0.1:1/")
    AsyncHTTPClient().close()


async def test_recipes_for_sending(recipes, serve, tmp_path):
    peer = await serve(serve.reply(b'{"number": 5}'))
    path = tmp_path / "file"
    path.write_bytes(b"abc" * 100_000)
    text = await recipes["send"](peer.url(), {"id": 1}, b"\x89PNG", path)
    assert text == '{"number": 5}'
    assert peer.requests[0].body == b'{"id": 1}'
    assert b'filename="picture.png"' in peer.requests[1].body
    assert b'name="order"\r\n\r\n5\r\n' in peer.requests[1].body
    assert path.read_bytes() in peer.requests[1].body
    await recipes["upload"](peer.url(), path)
    assert peer.requests[2].body == path.read_bytes()
    AsyncHTTPClient().close()


async def test_recipe_for_downloads(recipes, serve, tmp_path):
    peer = await serve(serve.reply(b"abc" * 100_000))
    await recipes["download"](peer.url(), tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"abc" * 100_000
    AsyncHTTPClient().close()


async def test_recipe_for_downloads_does_not_save_an_error_page(recipes, serve, tmp_path):
    peer = await serve(serve.reply(b"not there", "404 Not Found"))
    with pytest.raises(HTTPClientError, match="404") as caught:
        await recipes["download"](peer.url(), tmp_path / "file")
    assert caught.value.response.body == b"not there"
    assert not (tmp_path / "file").exists()
    AsyncHTTPClient().close()


async def test_recipe_for_retries(recipes, serve):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        busy = len(peer.requests) == 1
        writer.write(serve.reply(b"", "503 Busy") if busy else serve.reply())

    peer = await serve(answer)
    assert (await recipes["persist"](peer.url())).body == b"hello"
    AsyncHTTPClient().close()


async def test_recipe_for_logging_in(recipes, serve):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        if "authorization" in request.fields:
            writer.write(serve.reply(Set_Cookie="session=1"))
        else:
            challenge = 'Digest realm="r", nonce="n", qop="auth"'
            writer.write(serve.reply(b"", "401 Who", WWW_Authenticate=challenge))

    peer = await serve(answer)
    assert await recipes["log_in"](peer.url(), "me", "secret") == ["session"]


async def test_recipe_without_a_loop_and_with_a_callback(recipes, serve):
    peer = await serve(serve.reply())
    loop = asyncio.get_running_loop()
    assert await loop.run_in_executor(None, recipes["blocking"], peer.url()) == b"hello"
    responses: asyncio.Queue[Any] = asyncio.Queue()
    recipes["classic"](peer.url(), responses.put_nowait)
    assert (await responses.get()).body == b"hello"
    AsyncHTTPClient().close()
