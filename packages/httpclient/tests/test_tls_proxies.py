"""Proxies that are reached over TLS."""

from __future__ import annotations

import asyncio
import gc
import os
import ssl
from typing import Any

import pytest

from tornado.httpclient import HTTPClientError, HTTPStreamClosedError, HTTPTimeoutError
from tornado.iostream import IOStream


def through(proxy: Any, **options: Any) -> dict[str, Any]:
    return {"proxy_type": "https", "proxy_host": "127.0.0.1", "proxy_port": proxy.port, **options}


BOB = {"proxy_username": "bob", "proxy_password": "secret"}


async def test_http_goes_through_a_tls_proxy_in_absolute_form(make, serve, authority):
    proxy = await serve.proxy(authority.server)
    client = make(defaults=through(proxy, ca_certs=authority.file, **BOB))
    for path in ("/x?y", "/z"):
        response = await client.fetch(f"http://example.invalid{path}")
        assert response.body == b"by the proxy"
    assert [request.line for request in proxy.requests] == [
        "GET http://example.invalid/x?y HTTP/1.1",
        "GET http://example.invalid/z HTTP/1.1",
    ]
    for request in proxy.requests:
        assert request.fields["proxy-authorization"] == "Basic Ym9iOnNlY3JldA=="
        assert request.fields["host"] == "example.invalid"
    if make.name == "simple":  # libcurl decides for itself
        assert proxy.connections == 1


async def test_https_goes_through_a_tls_proxy_by_connect(make, serve, authority):
    proxy = await serve.proxy(authority.server)
    peer = await serve(serve.reply(), tls=authority.server)
    client = make(defaults=through(proxy, ca_certs=authority.file, **BOB))
    for method, body in (("GET", None), ("POST", b"x")):
        response = await client.fetch(
            peer.url("/x"), method=method, body=body, headers={"Cookie": "a=b"}
        )
        assert response.body == b"hello"
    (request,) = proxy.requests
    assert request.line == f"CONNECT 127.0.0.1:{peer.port} HTTP/1.1"
    assert request.fields["proxy-authorization"] == "Basic Ym9iOnNlY3JldA=="
    assert "cookie" not in request.fields
    assert [request.line for request in peer.requests] == ["GET /x HTTP/1.1", "POST /x HTTP/1.1"]
    assert "proxy-authorization" not in peer.requests[0].fields


async def test_large_bodies_go_through_a_tls_proxy_in_both_directions(make, serve, authority):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(serve.reply(request.body))
        await writer.drain()

    async def take_slowly(piece: bytes) -> None:
        pieces.append(piece)
        await asyncio.sleep(0)

    pieces: list[bytes] = []
    proxy = await serve.proxy(authority.server)
    peer = await serve(answer, tls=authority.server)
    body = os.urandom(3_000_000)
    options = through(proxy, ca_certs=authority.file)
    url = peer.url()
    await make.fetch(url, method="PUT", body=body, streaming_callback=take_slowly, **options)
    assert b"".join(pieces) == body


async def test_a_body_through_a_tls_proxy_may_end_with_the_connection(make, serve, authority):
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
    proxy = await serve.proxy(authority.server)
    peer = await serve(head + b"x" * 1_000_000, tls=authority.server, close=True)
    response = await make.fetch(peer.url(), **through(proxy, ca_certs=authority.file))
    assert len(response.body) == 1_000_000


async def test_closing_a_client_closes_its_connections_to_a_tls_proxy(make, serve, authority):
    proxy = await serve.proxy(authority.server)
    peer = await serve(serve.reply(), tls=authority.server)
    client = make()
    await client.fetch(peer.url(), **through(proxy, ca_certs=authority.file))
    before = len(asyncio.all_tasks())
    client.close()
    for _ in range(500):
        if len(asyncio.all_tasks()) < before:
            break
        await asyncio.sleep(0.01)
    assert len(asyncio.all_tasks()) < before  # the proxy has tasks while it is connected


async def test_a_fetch_that_ends_while_a_tls_proxy_reads_nothing_leaves_no_stream(
    simple, serve, authority, monkeypatch
):
    monkeypatch.setattr("tornado.simple_httpclient._relay._CHECK_INTERVAL", 0.05)

    async def read_nothing(request: Any, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer.writers.append(writer)
        writer.transport.pause_reading()

    proxy = await serve.proxy(authority.server)
    peer = await serve(read_nothing, tls=authority.server)
    peer.server.close()
    stalled = await asyncio.start_server(stall, "127.0.0.1", peer.port, ssl=authority.server)
    before = open_streams()
    options = through(proxy, ca_certs=authority.file, request_timeout=0.3)
    with pytest.raises(HTTPTimeoutError):
        await simple.fetch(peer.url(), method="PUT", body=bytes(20_000_000), **options)
    for _ in range(300):
        if open_streams() <= before:
            break
        await asyncio.sleep(0.02)
    assert open_streams() <= before
    stalled.close()


def open_streams() -> int:
    gc.collect()
    return sum(isinstance(each, IOStream) and not each.closed() for each in gc.get_objects())


@pytest.mark.parametrize("is_other_host", [False, True], ids=["unknown authority", "other host"])
async def test_s20_the_certificate_of_a_tls_proxy_is_verified(
    make, serve, authority, is_other_host
):
    context = authority.other_host if is_other_host else authority.server
    options = {"ca_certs": authority.file} if is_other_host else {}
    proxy = await serve.proxy(context)
    with pytest.raises((ssl.SSLCertVerificationError, HTTPClientError)) as caught:
        await make.fetch("http://example.invalid/", **through(proxy, **options, **BOB))
    assert not isinstance(caught.value, HTTPStreamClosedError)
    assert getattr(caught.value, "errno", 60) in {1, 60}
    assert not proxy.requests


async def test_validate_cert_is_for_the_proxy_too(make, serve, authority):
    proxy = await serve.proxy(authority.other_host)
    options = through(proxy, validate_cert=False)
    response = await make.fetch("http://example.invalid/", **options)
    assert response.body == b"by the proxy"


async def test_curl_takes_no_ssl_options_for_a_proxy_either(curl, serve, authority):
    proxy = await serve.proxy(authority.server)
    with pytest.raises(ValueError, match="client in Python"):
        await curl.fetch("http://example.invalid/", **through(proxy, ssl_options={}))
    assert not proxy.connections


async def test_s20_the_host_name_is_checked_through_a_tls_proxy(make, serve, authority):
    proxy = await serve.proxy(authority.server)
    peer = await serve(serve.reply(), tls=authority.other_host)
    with pytest.raises((ssl.SSLCertVerificationError, HTTPClientError)) as caught:
        await make.fetch(peer.url(), **through(proxy, ca_certs=authority.file))
    assert caught.value.errno in {1, 60}
    assert not peer.requests
