"""The chat in two processes with Redis between them, while parts of it are killed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import pytest
from chatting import (
    ChatClient,
    ChatServer,
    RedisServer,
    connect,
    post,
    read_until,
    redis_server,
    sign_in,
    wait_until,
)

from tornado.escape import json_decode, json_encode

pytestmark = pytest.mark.timeout(180)

#: Seconds for which Redis is away, in the usual run and in the slow one.
CUT = 2.0
LONG_CUT = 10.0

CLIENTS = 4
MESSAGES_OF_EACH = 100  # in all, fewer than a room remembers


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as server:
        yield server


@pytest.fixture
def servers(
    tmp_path: Path, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[ChatServer]]:
    monkeypatch.setenv("CHAT_SECRET", "so that a process starts while Redis is away")
    with ExitStack() as stack:
        yield [
            stack.enter_context(ChatServer(tmp_path / name, "--redis", redis.url, "--rate", "1000"))
            for name in ("a", "b")
        ]


@pytest.mark.parametrize("cut", [CUT, pytest.param(LONG_CUT, marks=pytest.mark.slow)])
def test_no_message_is_lost_doubled_or_reordered(
    redis: RedisServer, servers: list[ChatServer], cut: float
) -> None:
    clients = asyncio.run(chat_through_failures(redis, servers, cut))

    sent = {client.name: [f"{n}" for n in range(MESSAGES_OF_EACH)] for client in clients}
    for client in clients:
        positions = [position for position, _, _ in client.seen]
        assert positions == sorted(set(positions))
        assert len(client.seen) == CLIENTS * MESSAGES_OF_EACH
        for name, texts in sent.items():
            assert [text for _, author, text in client.seen if author == name] == texts
        own = {text: position for position, name, text in client.seen if name == client.name}
        assert client.stored == own
        assert client.refused == []
    assert all(client.seen == clients[0].seen for client in clients)
    of_killed_server = clients[0::2]
    assert all(client.connections > 2 for client in of_killed_server)
    assert all(client.gaps and client.gaps[0] >= 10 for client in of_killed_server)
    assert all("Traceback" not in server.program.stderr for server in servers if server.program)


async def chat_through_failures(
    redis: RedisServer, servers: list[ChatServer], cut: float
) -> list[ChatClient]:
    """Send messages through both servers while one of them and Redis go away and come back."""
    clients = []
    for number in range(CLIENTS):
        address = servers[number % 2].address
        cookies = await sign_in(address, f"client{number}")
        clients.append(ChatClient(address, cookies, f"client{number}"))
    sending = asyncio.gather(
        *(send_all(client, (cut + 4) / MESSAGES_OF_EACH) for client in clients)
    )
    killed = servers[0]
    one, other = clients[0], clients[1]

    await wait_until(lambda: all(len(client.seen) >= 20 for client in clients))
    await asyncio.to_thread(killed.kill)
    heard = len(other.seen)
    await wait_until(lambda: len(other.seen) >= heard + 10)  # which the others miss
    await asyncio.to_thread(killed.start)
    heard = len(one.seen)
    await wait_until(lambda: one.is_connected and len(one.seen) > heard)

    await asyncio.to_thread(redis.kill)
    began = asyncio.get_running_loop().time()
    await asyncio.to_thread(killed.kill)  # with messages that it could not write
    await asyncio.to_thread(killed.start)
    away = asyncio.get_running_loop().time() - began
    await asyncio.sleep(max(0, cut - away))
    await asyncio.to_thread(redis.start)
    heard = len(other.seen)
    await wait_until(lambda: len(other.seen) > heard)
    await asyncio.to_thread(redis.command, "CLIENT", "KILL", "TYPE", "normal")

    await sending
    everything = CLIENTS * MESSAGES_OF_EACH
    await wait_until(lambda: all(len(client.seen) >= everything for client in clients))
    await wait_until(lambda: all(len(client.stored) == MESSAGES_OF_EACH for client in clients))
    for client in clients:
        await client.close()
    return clients


async def send_all(client: ChatClient, pause: float) -> None:
    for number in range(MESSAGES_OF_EACH):
        client.send(f"{number}")
        await asyncio.sleep(pause)


def test_a_message_that_is_sent_to_both_servers_is_stored_once(servers: list[ChatServer]) -> None:
    async def send_twice() -> tuple[list[object], list[str]]:
        cookies = await sign_in(servers[0].address, "Ann")
        answers = [
            json_decode((await send(server, cookies, "once", "hello")).body) for server in servers
        ]
        await send(servers[1], cookies, "next", "more")
        async with connect(servers[0].address, cookies) as connection:
            texts: list[str] = []
            while "more" not in texts:
                news = await read_until(connection, lambda news: "messages" in news)
                texts += [message["text"] for message in news["messages"]]
        return [answer["position"] for answer in answers], texts

    positions, texts = asyncio.run(send_twice())

    assert positions[0] == positions[1]
    assert texts == ["hello", "more"]


def test_who_is_here_is_known_in_the_other_process_until_the_first_one_dies(
    servers: list[ChatServer],
) -> None:
    def are_here(*names: str) -> object:
        return lambda news: [each["name"] for each in news.get("people", ())] == list(names)

    async def look() -> None:
        async with AsyncExitStack() as stack:
            cookies = [await sign_in(servers[0].address, name) for name in ("Ann", "Bo")]
            ann = await stack.enter_async_context(connect(servers[0].address, cookies[0]))
            bo = await stack.enter_async_context(connect(servers[1].address, cookies[1]))
            await read_until(ann, are_here("Ann", "Bo"))
            await read_until(bo, are_here("Ann", "Bo"))
            await asyncio.to_thread(servers[0].kill)
            await read_until(bo, are_here("Bo"))

    asyncio.run(look())


def test_a_full_queue_is_said_and_what_is_in_it_is_written_later(
    tmp_path: Path, redis: RedisServer
) -> None:
    options = ("--redis", redis.url, "--max-waiting", "3")

    async def fill(server: ChatServer) -> tuple[list[dict[str, object]], list[str]]:
        cookies = await sign_in(server.address, "Ann")
        async with connect(server.address, cookies) as connection:
            await asyncio.to_thread(redis.kill)
            for number in range(5):
                connection.write_message(json_encode({"id": f"{number}", "text": f"{number}"}))
            refusals = [
                await read_until(connection, lambda news: "refused" in news) for _ in range(2)
            ]
            await asyncio.to_thread(redis.start)
            texts: list[str] = []
            while len(texts) < 3:
                news = await read_until(connection, lambda news: "messages" in news)
                texts += [message["text"] for message in news["messages"]]
        return refusals, texts

    with ChatServer(tmp_path / "small", *options) as server:
        refusals, texts = asyncio.run(fill(server))

    assert [refusal["refused"] for refusal in refusals] == ["3", "4"]
    assert refusals[0]["reason"] == "too many messages wait to be stored"
    assert refusals[0]["retry_after"] == 1
    assert texts == ["0", "1", "2"]


def test_ctrl_c_writes_what_waits_and_ends_in_silence(servers: list[ChatServer]) -> None:
    async def send_and_interrupt() -> list[str]:
        cookies = await sign_in(servers[0].address, "Ann")
        async with connect(servers[0].address, cookies) as connection:
            for number in range(50):
                connection.write_message(json_encode({"id": f"{number}", "text": f"{number}"}))
            await read_until(connection, lambda news: news.get("stored") == "0")
            program = servers[0].program
            assert program is not None
            assert await asyncio.to_thread(program.interrupt) == 0
            assert "Traceback" not in program.stderr
        async with connect(servers[1].address, cookies) as connection:
            news = await read_until(connection, lambda news: "messages" in news)
        return [message["text"] for message in news["messages"]]

    texts = asyncio.run(send_and_interrupt())

    assert texts == [f"{number}" for number in range(len(texts))]


async def send(server: ChatServer, cookies: str, key: str, text: str) -> object:
    url = f"{server.address}/a/message/new"
    return await post(url, cookies, room="lobby", id=key, text=text)
