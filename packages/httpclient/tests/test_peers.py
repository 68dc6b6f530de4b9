"""Real peers: nginx, TLS, tinyproxy, microsocks."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tornado.httpclient import HTTPClientError, HTTPProtocolError

BOB = {"proxy_host": "127.0.0.1", "proxy_username": "bob", "proxy_password": "secret"}


async def test_nginx_plain(make, nginx):
    client = make(max_clients=5)
    responses = await asyncio.gather(
        *[client.fetch(f"{nginx.url}/hello.txt", decompress_response=False) for _ in range(20)]
    )
    assert {response.body for response in responses} == {b"hello"}
    assert responses[0].headers["Server"].startswith("nginx")


async def test_nginx_gzip_and_ranges_and_validators(make, nginx):
    client = make()
    response = await client.fetch(f"{nginx.url}/text.txt")
    assert response.body == b"all work and no play\n" * 5000
    assert response.headers["X-Consumed-Content-Encoding"] == "gzip"
    part = await client.fetch(
        f"{nginx.url}/text.txt", headers={"Range": "bytes=0-7"}, decompress_response=False
    )
    assert (part.code, part.body) == (206, b"all work")
    etag = (await client.fetch(f"{nginx.url}/hello.txt", decompress_response=False)).headers["Etag"]
    same = await client.fetch(
        f"{nginx.url}/hello.txt", headers={"If-None-Match": etag}, raise_error=False
    )
    assert same.code == 304


async def test_nginx_head_redirect_and_missing_file(make, nginx):
    client = make()
    assert (await client.fetch(f"{nginx.url}/hello.txt", method="HEAD")).body == b""
    moved = await client.fetch(f"{nginx.url}/moved")
    assert (moved.body, moved.effective_url) == (b"hello", f"{nginx.url}/hello.txt")
    with pytest.raises(HTTPClientError, match="404"):
        await client.fetch(f"{nginx.url}/missing")


async def test_a_fetch_does_not_notice_that_nginx_closes_idle_connections(make, nginx):
    client = make()
    for method in ("GET", "GET", "HEAD", "GET"):
        response = await client.fetch(f"{nginx.url}/idle/hello.txt", method=method)
        assert response.code == 200
        await asyncio.sleep(0.06)


async def test_nginx_slow_is_streamed(make, nginx):
    size = 0
    async with make().stream(
        f"{nginx.url}/slow/text.txt", headers={"Range": "bytes=0-51999"}, decompress_response=False
    ) as response:
        async for piece in response:
            size += len(piece)
    assert size == 52_000


async def test_nginx_tls_with_reuse(make, nginx, authority):
    client = make(defaults={"ca_certs": authority.file})
    for _ in range(3):
        response = await client.fetch(f"{nginx.tls_url}/hello.txt")
        assert response.body == b"hello"


async def test_nginx_http2_with_curl(curl, nginx, authority):
    lines: list[str] = []
    response = await curl.fetch(
        f"{nginx.h2_url}/hello.txt", ca_certs=authority.file, header_callback=lines.append
    )
    assert response.body == b"hello"
    assert lines[0].startswith("HTTP/2 200")


async def test_a_server_may_ask_for_a_client_certificate(make, serve, authority):
    peer = await serve(serve.reply(), tls=authority.strict)
    with_certificate = {
        "ca_certs": authority.file,
        "client_cert": authority.client_cert,
        "client_key": authority.client_key,
    }
    assert (await make.fetch(peer.url(), **with_certificate)).body == b"hello"
    with pytest.raises((OSError, HTTPClientError)):
        await make().fetch(peer.url(), ca_certs=authority.file)


async def test_ssl_options_take_a_context(simple, serve, authority):
    import ssl

    context = ssl.create_default_context(cafile=authority.file)
    peer = await serve(serve.reply(), tls=authority.server)
    assert (await simple.fetch(peer.url(), ssl_options=context)).body == b"hello"
    options = {"ca_certs": authority.file}
    assert (await simple.fetch(peer.url(), ssl_options=options)).body == b"hello"


# Proxies.


async def test_https_goes_through_a_proxy_by_connect(make, serve, authority, tinyproxy):
    peer = await serve(serve.reply(), tls=authority.server)
    client = make(defaults={"ca_certs": authority.file, "proxy_port": tinyproxy, **BOB})
    for _ in range(2):
        assert (await client.fetch(peer.url("/x"))).body == b"hello"
    assert peer.connections == 1
    assert peer.requests[0].line == "GET /x HTTP/1.1"


async def test_s20_the_credentials_of_a_proxy_never_reach_the_server(
    make, serve, authority, tinyproxy
):
    plain = await serve(serve.reply())
    secure = await serve(serve.reply(), tls=authority.server)
    client = make(defaults={"ca_certs": authority.file, "proxy_port": tinyproxy, **BOB})
    for peer in (plain, secure):
        await client.fetch(peer.url(), headers={"X-Mine": "1"})
        assert "proxy-authorization" not in peer.requests[0].fields
        assert peer.requests[0].fields["x-mine"] == "1"


async def test_s20_the_host_name_is_checked_through_a_tunnel(make, serve, authority, tinyproxy):
    peer = await serve(serve.reply(), tls=authority.other_host)
    with pytest.raises((OSError, HTTPClientError)):
        await make.fetch(peer.url(), ca_certs=authority.file, proxy_port=tinyproxy, **BOB)
    assert not peer.requests


async def test_s20_the_fields_for_the_server_do_not_reach_the_proxy(make, serve, authority):
    async def tunnel(request: Any, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        return False

    proxy = await serve(tunnel)
    with pytest.raises(HTTPClientError):
        await make.fetch(
            "https://127.0.0.1:1/secret",
            headers={"Authorization": "Bearer t", "Cookie": "a=b"},
            proxy_host="127.0.0.1",
            proxy_port=proxy.port,
        )
    assert proxy.requests[0].line == "CONNECT 127.0.0.1:1 HTTP/1.1"
    assert not {"authorization", "cookie"} & set(proxy.requests[0].fields)


async def test_http_goes_through_a_proxy_in_absolute_form(make, serve):
    proxy = await serve(serve.reply())
    await make.fetch("http://example.invalid/x?y", proxy_port=proxy.port, auth_username="me", **BOB)
    assert proxy.requests[0].line == "GET http://example.invalid/x?y HTTP/1.1"
    assert proxy.requests[0].fields["proxy-authorization"] == "Basic Ym9iOnNlY3JldA=="


async def test_a_proxy_that_refuses_is_an_error(make, serve, authority, tinyproxy):
    peer = await serve(serve.reply(), tls=authority.server)
    with pytest.raises(HTTPClientError, match=r"407|401|proxy|CONNECT"):
        await make.fetch(peer.url(), proxy_host="127.0.0.1", proxy_port=tinyproxy)


async def test_s20_connections_through_proxies_are_kept_apart(simple, serve):
    first, second = await serve(serve.reply(b"first")), await serve(serve.reply(b"second"))
    direct = await serve(serve.reply(b"direct"))
    client = simple()
    for _ in range(2):
        assert (await client.fetch(direct.url())).body == b"direct"
        for proxy, name in ((first, b"first"), (second, b"second")):
            response = await client.fetch(
                direct.url(), proxy_host="127.0.0.1", proxy_port=proxy.port
            )
            assert response.body == name
    assert [peer.connections for peer in (direct, first, second)] == [1, 1, 1]


@pytest.mark.parametrize("kind", ["socks5", "socks5h"])
async def test_a_socks_proxy(make, serve, authority, microsocks, kind):
    plain = await serve(serve.reply())
    secure = await serve(serve.reply(), tls=authority.server)
    client = make(
        defaults={
            "ca_certs": authority.file,
            "proxy_type": kind,
            "proxy_port": microsocks,
            **BOB,
        }
    )
    for peer in (plain, secure):
        for _ in range(2):
            assert (await client.fetch(peer.url())).body == b"hello"
        assert peer.connections == 1
    if kind == "socks5h":  # the proxy resolves the name
        url = plain.url().replace("127.0.0.1", "localhost")
        assert (await client.fetch(url)).body == b"hello"


async def test_a_socks_proxy_that_refuses_is_an_error(make, serve, microsocks):
    peer = await serve(serve.reply())
    options = {**BOB, "proxy_password": "wrong", "proxy_port": microsocks, "proxy_type": "socks5"}
    with pytest.raises(HTTPClientError):
        await make.fetch(peer.url(), **options)
    options["proxy_password"] = "secret"
    with pytest.raises(HTTPClientError):
        await make.fetch("http://127.0.0.1:1/", **options)
    assert not peer.requests


@pytest.mark.parametrize(
    "options",
    [
        {"proxy_host": "127.0.0.1"},
        {"proxy_host": "127.0.0.1", "proxy_port": 1, "proxy_type": "carrier pigeon"},
        {"proxy_host": "127.0.0.1", "proxy_port": 1, "unix_socket": "/x"},
    ],
)
async def test_proxies_that_make_no_sense_are_refused(make, options):
    with pytest.raises(ValueError, match="proxy"):
        await make.fetch("http://127.0.0.1:1/", **options)


async def test_what_only_curl_can_says_so(simple, curl):
    proxy = {"proxy_host": "127.0.0.1", "proxy_port": 1}
    with pytest.raises(ValueError, match="curl"):
        await simple.fetch(
            "http://127.0.0.1:1/", **proxy, proxy_username="a", proxy_auth_mode="digest"
        )
    with pytest.raises(ValueError, match="curl"):
        await simple.fetch("http://127.0.0.1:1/", network_interface="lo")
    with pytest.raises(ValueError, match="client in Python"):
        await curl.fetch("https://127.0.0.1:1/", ssl_options={})


async def test_a_tunnel_whose_proxy_answers_nonsense_is_an_error(simple, serve):
    for answer in (b"garbage\r\n\r\n", b"", b"HTTP/1.1 500 No\r\n\r\n"):
        proxy = await serve(answer, close=True)
        with pytest.raises(HTTPProtocolError):
            await simple.fetch(
                "https://127.0.0.1:1/", proxy_host="127.0.0.1", proxy_port=proxy.port
            )
