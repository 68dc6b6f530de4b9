"""Which connections are kept, and which requests may use them."""

from __future__ import annotations

import asyncio
import contextvars
from typing import Any

import pytest

from tornado.httpclient import HTTPStreamClosedError


async def test_parallel_fetches_do_not_take_an_answer_for_an_idle_connection(make, serve):
    peer = await serve(serve.reply())
    client = make(max_clients=20)

    async def fetch_some() -> None:
        for _ in range(20):
            await client.fetch(peer.url())

    await asyncio.gather(*[fetch_some() for _ in range(20)])
    assert len(peer.requests) == 400
    assert peer.connections == 20


async def test_parallel_fetches_have_a_connection_each_and_share_them_later(simple, serve):
    peer = await serve(serve.reply())
    client = simple(max_clients=4)
    for _ in range(3):
        await asyncio.gather(*[client.fetch(peer.url()) for _ in range(4)])
    assert peer.connections == 4


@pytest.mark.parametrize(
    "options",
    [
        {"network_interface": "127.0.0.2"},
        {"allow_ipv6": False},
        {"unix_socket": "PATH"},
    ],
)
async def test_connections_with_other_settings_are_not_shared(simple, serve, tmp_path, options):
    path = str(tmp_path / "peer")
    peer = await serve(serve.reply())
    other = await serve(serve.reply(), path=path)
    if "unix_socket" in options:
        options = {"unix_socket": path}
    client = simple()
    await client.fetch(peer.url())
    await client.fetch(peer.url(), **options)
    await client.fetch(peer.url())
    assert peer.connections + other.connections == 2


async def test_tls_settings_and_client_certificates_separate_connections(simple, serve, authority):
    peer = await serve(serve.reply(), tls=authority.server)
    client = simple()
    settings: list[dict[str, Any]] = [
        {"ca_certs": authority.file},
        {"validate_cert": False},
        {
            "ca_certs": authority.file,
            "client_cert": authority.client_cert,
            "client_key": authority.client_key,
        },
    ]
    for options in settings * 2:
        await client.fetch(peer.url(), **options)
    assert peer.connections == len(settings)


async def test_names_of_one_address_separate_connections(simple, serve):
    peer = await serve(serve.reply())
    client = simple(hostname_mapping={"a.example": "127.0.0.1", "b.example": "127.0.0.1"})
    for host in ("a.example", "b.example", "a.example"):
        await client.fetch(f"http://{host}:{peer.port}/")
    assert peer.connections == 2


async def test_idle_connections_are_bounded_in_all_and_per_host(simple, serve):
    peers = [await serve(serve.reply()) for _ in range(3)]
    client = simple(max_clients=9, max_idle=4, max_idle_per_host=2)
    await asyncio.gather(*[client.fetch(peer.url()) for peer in peers for _ in range(3)])
    assert len(client._pool) == 4
    none = simple(max_idle=0)
    await none.fetch(peers[0].url())
    assert len(none._pool) == 0


async def test_idle_connections_are_closed_in_time(simple, serve):
    peer = await serve(serve.reply())
    client = simple(idle_timeout=0.05)
    await client.fetch(peer.url())
    assert len(client._pool) == 1
    async with asyncio.timeout(10):
        while len(client._pool):  # noqa: ASYNC110 - what is waited for is not an event
            await asyncio.sleep(0.01)


async def test_an_old_connection_takes_no_further_request(simple, serve):
    peer = await serve(serve.reply())
    client = simple(max_age=0.05)
    await client.fetch(peer.url())
    await asyncio.sleep(0.1)
    await client.fetch(peer.url())
    await client.fetch(peer.url())
    assert peer.connections == 2


async def test_a_server_that_closes_after_its_answer_is_believed(simple, serve):
    peer = await serve(serve.reply(Connection="close"))
    client = simple()
    for count in (1, 2):
        await client.fetch(peer.url(), method="POST", body=b"")
        assert peer.connections == count


async def test_a_connection_closed_while_idle_is_not_used_again(make, serve):
    peer = await serve(serve.reply())
    client = make()
    await client.fetch(peer.url())
    peer.writers[0].close()
    await asyncio.sleep(0.05)
    await client.fetch(peer.url(), method="POST", body=b"x")
    assert peer.connections == 2
    assert len(peer.requests) == 2


async def close_first(serve: Any) -> Any:
    """Return a peer that closes its first connection on the second request, without an answer."""

    async def answer(request: Any, writer: asyncio.StreamWriter) -> bool:
        if request.connection == 1 and len(peer.requests) > 1:
            return False
        writer.write(serve.reply())
        return True

    peer = await serve(answer)
    return peer


async def test_a_stale_connection_costs_an_idempotent_request_nothing(make, serve):
    peer = await close_first(serve)
    client = make()
    await client.fetch(peer.url())
    response = await client.fetch(peer.url(), method="PUT", body=b"x")
    assert response.body == b"hello"
    assert [request.method for request in peer.requests] == ["GET", "PUT", "PUT"]


@pytest.mark.parametrize(
    "options",
    [
        {"method": "POST", "body": b"x"},
        {"method": "POST", "body": b""},
        {"method": "PATCH", "body": b"x" * 100_000},
        {"method": "BREW", "allow_nonstandard_methods": True},
    ],
    ids=["POST", "empty POST", "large PATCH", "method of its own"],
)
async def test_s20_a_request_that_is_not_idempotent_is_sent_once(make, serve, options):
    peer = await close_first(serve)
    client = make()
    await client.fetch(peer.url())
    with pytest.raises(HTTPStreamClosedError):
        await client.fetch(peer.url(), **options)
    assert [request.method for request in peer.requests] == ["GET", options["method"]]
    assert (await client.fetch(peer.url())).body == b"hello"


async def test_requests_that_are_sent_once_share_connections_too(make, serve):
    peer = await serve(serve.reply())
    client = make()
    for _ in range(3):
        await client.fetch(peer.url(), method="POST", body=b"x")
    assert peer.connections == 1


async def test_an_old_libcurl_makes_a_connection_for_what_is_sent_once(curl, serve, monkeypatch):
    monkeypatch.setattr("tornado.curl_httpclient._transfer._BEFORE_REQUEST", None)
    peer = await close_first(serve)
    client = curl()
    await client.fetch(peer.url())
    await client.fetch(peer.url(), method="POST", body=b"x")
    assert [request.connection for request in peer.requests] == [1, 2]


async def test_nothing_is_sent_again_once_something_came_back(make, serve):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> bool:
        if len(peer.requests) == 2:
            writer.write(b"HTTP/1.1 200 OK\r\n")
            return False
        writer.write(serve.reply())
        return True

    peer = await serve(answer)
    client = make()
    await client.fetch(peer.url())
    with pytest.raises(HTTPStreamClosedError):
        await client.fetch(peer.url())
    assert len(peer.requests) == 2


async def test_a_new_connection_is_not_tried_twice(make, serve):
    peer = await serve(b"", close=True)
    with pytest.raises(HTTPStreamClosedError):
        await make.fetch(peer.url())
    assert len(peer.requests) == 1


# The queue before the pool.


async def test_no_more_fetches_than_max_clients_run_at_once(make, serve):
    running = most = 0

    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        writer.write(serve.reply())

    peer = await serve(answer)
    client = make(max_clients=3)
    await asyncio.gather(*[client.fetch(peer.url()) for _ in range(12)])
    assert most == 3


async def test_the_first_to_come_is_the_first_to_go(make, serve):
    peer = await serve(serve.reply())
    client = make(max_clients=1)
    await asyncio.gather(*[client.fetch(peer.url(f"/{number}")) for number in range(8)])
    assert [request.target for request in peer.requests] == [f"/{number}" for number in range(8)]


async def test_hosts_take_turns_in_line(make, serve):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        order.append(request.target)
        writer.write(serve.reply())

    order: list[str] = []
    busy, quiet = await serve(answer), await serve(answer)
    client = make(max_clients=1)
    fetches = [client.fetch(busy.url("/busy")) for _ in range(10)]
    fetches.append(client.fetch(quiet.url("/quiet")))
    await asyncio.gather(*fetches)
    assert order.index("/quiet") <= 2


async def test_a_bound_per_host_leaves_room_for_others(make, serve):
    async def wait(request: Any, writer: asyncio.StreamWriter) -> None:
        await asyncio.wait_for(go_on.wait(), 10)
        writer.write(serve.reply())

    go_on = asyncio.Event()
    slow, quick = await serve(wait), await serve(serve.reply())
    client = make(max_clients=3, max_clients_per_host=2)
    fetches = [client.fetch(slow.url()) for _ in range(5)]
    await client.fetch(quick.url())
    assert not any(fetch.done() for fetch in fetches)
    go_on.set()
    await asyncio.gather(*fetches)


async def test_callbacks_run_in_the_context_of_their_fetch(make, serve):
    who: contextvars.ContextVar[str] = contextvars.ContextVar("who")
    peer = await serve(serve.reply())
    client = make()
    seen: list[tuple[str, str]] = []

    async def fetch(name: str) -> None:
        who.set(name)

        async def take_later(piece: bytes) -> None:
            seen.append((name, who.get()))

        await client.fetch(
            peer.url(),
            streaming_callback=lambda piece: seen.append((name, who.get())),
            header_callback=lambda line: seen.append((name, who.get())),
        )
        await client.fetch(peer.url(), streaming_callback=take_later)

    for name in ("first", "second"):
        await asyncio.create_task(fetch(name))
    assert peer.connections == 1
    assert seen
    assert all(name == value for name, value in seen)
