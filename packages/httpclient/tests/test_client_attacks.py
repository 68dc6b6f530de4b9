"""What a client must not be talked into (security S20)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tornado.httpclient import (
    FormFile,
    HTTPClientError,
    HTTPProtocolError,
    HTTPRequest,
    HTTPTimeoutError,
)
from tornado.httputil import HTTPHeaders, HTTPInputError
from tornado.netutil import Resolver

INJECTIONS = ["\r\nX-Evil: 1", "\nX-Evil: 1", "\rX-Evil: 1", "\x00"]


@pytest.mark.parametrize("evil", INJECTIONS)
@pytest.mark.parametrize(
    "options",
    [
        lambda evil: {"method": "GET" + evil, "allow_nonstandard_methods": True},
        lambda evil: {"headers": {"X-Field": "value" + evil}},
        lambda evil: {"headers": {"X-Field" + evil: "value"}},
        lambda evil: {"user_agent": "me" + evil},
        lambda evil: {"headers": {"Host": "example.com" + evil}},
        lambda evil: {
            "method": "POST",
            "files": {"f": FormFile("f", b"", "text/plain" + evil)},
        },
    ],
    ids=["method", "value", "name", "user agent", "host", "multipart content type"],
)
async def test_s20_no_line_end_gets_into_a_request(make, serve, evil, options):
    peer = await serve(serve.reply())
    with pytest.raises((ValueError, HTTPInputError)):
        await make.fetch(peer.url(), **options(evil))
    assert not peer.requests


@pytest.mark.parametrize("evil", [*INJECTIONS, " HTTP/1.1\r\nX-Evil: 1", " ", "\t", "\x7f"])
@pytest.mark.parametrize(
    "place", ["http://{host}{evil}/", "http://{host}/{evil}", "http://{host}/?{evil}"]
)
async def test_s20_no_line_end_or_space_gets_into_a_url(make, serve, evil, place):
    peer = await serve(serve.reply())
    url = place.format(host=f"127.0.0.1:{peer.port}", evil=evil)
    with pytest.raises(ValueError, match="URL"):
        await make.fetch(url)
    assert not peer.requests


async def test_s20_a_caller_cannot_frame_the_body_twice(make, serve):
    peer = await serve(serve.reply())
    for fields in ({"Transfer-Encoding": "chunked"}, {"Content-Length": "1"}):
        with pytest.raises(ValueError, match=r"Transfer-Encoding|Content-Length"):
            await make.fetch(peer.url(), method="POST", body=b"xx", headers=fields)
    assert not peer.requests


@pytest.mark.parametrize("name", ["Transfer-Encoding", "Content-Length"])
async def test_s20_a_request_without_a_body_announces_none(make, serve, name):
    peer = await serve(serve.reply())
    value = "chunked" if name == "Transfer-Encoding" else "40"
    with pytest.raises(ValueError, match="but no body"):
        await make.fetch(peer.url(), headers={name: value})
    assert not peer.requests


async def test_s20_a_request_has_one_host(make, serve):
    peer = await serve(serve.reply())
    headers = HTTPHeaders(Host="a.example")
    headers.add("Host", "b.example")
    with pytest.raises(ValueError, match="more than one Host"):
        await make.fetch(peer.url(), headers=headers)
    assert not peer.requests


# Redirects.

SECRETS = {"Authorization": "Bearer t", "Cookie": "a=b", "Proxy-Authorization": "Basic x"}


async def redirect(serve: Any, location: str, status: str = "302 Found") -> Any:
    return await serve(serve.reply(b"", status, Location=location))


async def test_s20_credentials_are_dropped_when_the_origin_changes(make, serve):
    target = await serve(serve.reply())
    peer = await redirect(serve, target.url("/new"))
    await make.fetch(peer.url(), headers={**SECRETS, "Host": "vhost", "X-Kept": "1"})
    fields = target.requests[0].fields
    assert not {"authorization", "cookie", "proxy-authorization"} & set(fields)
    assert fields["host"] == f"127.0.0.1:{target.port}"
    assert fields["x-kept"] == "1"


@pytest.mark.parametrize("in_url", [False, True])
async def test_s20_user_and_password_are_dropped_when_the_origin_changes(make, serve, in_url):
    target = await serve(serve.reply())
    peer = await redirect(serve, target.url())
    if in_url:
        await make.fetch(peer.url().replace("//", "//me:secret@"))
    else:
        await make.fetch(peer.url(), auth_username="me", auth_password="secret")
    assert "authorization" in peer.requests[0].fields
    assert "authorization" not in target.requests[0].fields


async def test_s20_credentials_go_along_within_the_origin(make, serve):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        again = request.target != "/new"
        writer.write(serve.reply(b"", "302 Found", Location="/new") if again else serve.reply())

    peer = await serve(answer)
    client = make()
    await client.fetch(peer.url(), headers=SECRETS)
    await client.fetch(peer.url().replace("//", "//me:secret@"))
    sent = [request.fields["authorization"] for request in peer.requests]
    assert sent == ["Bearer t"] * 2 + ["Basic bWU6c2VjcmV0"] * 2


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1/",
        "javascript:alert(1)",
        "unix:/x",
    ],
)
async def test_s20_redirects_lead_to_http_and_https_only(make, serve, location):
    peer = await redirect(serve, location)
    with pytest.raises(HTTPProtocolError, match="redirect to"):
        await make.fetch(peer.url())


async def test_s20_a_body_does_not_go_from_https_to_http(make, serve, authority):
    target = await serve(serve.reply())
    peer = await serve(
        serve.reply(b"", "307 Temporary Redirect", Location=target.url()), tls=authority.server
    )
    with pytest.raises(HTTPClientError) as caught:
        await make.fetch(peer.url(), method="POST", body=b"secret", ca_certs=authority.file)
    assert caught.value.code == 307
    assert not target.requests


async def test_s20_from_https_to_http_nothing_secret_goes_along(make, serve, authority):
    target = await serve(serve.reply())
    peer = await serve(serve.reply(b"", "302 Found", Location=target.url()), tls=authority.server)
    await make.fetch(peer.url(), headers=SECRETS, ca_certs=authority.file)
    assert not {"authorization", "cookie"} & set(target.requests[0].fields)


@pytest.mark.parametrize(
    ("status", "method", "becomes"),
    [
        ("301 Moved", "POST", "GET"),
        ("302 Found", "POST", "GET"),
        ("303 See Other", "PUT", "GET"),
        ("303 See Other", "HEAD", "HEAD"),
        ("307 Temporary Redirect", "POST", "POST"),
        ("308 Permanent Redirect", "PUT", "PUT"),
        ("302 Found", "PUT", "PUT"),
    ],
)
async def test_s20_the_method_after_a_redirect_is_that_of_the_rfc(
    make, serve, status, method, becomes
):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        again = request.target != "/new"
        writer.write(serve.reply(b"", status, Location="/new") if again else serve.reply(b""))

    peer = await serve(answer)
    body = None if method == "HEAD" else b"body"
    response = await make.fetch(peer.url(), method=method, body=body)
    assert peer.requests[1].method == becomes
    assert peer.requests[1].body == (b"body" if becomes in {"POST", "PUT"} else b"")
    if becomes == "GET":
        assert "content-type" not in peer.requests[1].fields
    assert response.effective_url == peer.url("/new")


async def test_s20_a_get_after_a_produced_body_has_no_body(make, serve):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        is_first = request.target != "/new"
        writer.write(serve.reply(b"", "303 See Other", Location="/new") if is_first else reply_ok)

    async def produce(write: Any) -> None:
        await write(b"body")

    reply_ok = serve.reply(b"done")
    peer = await serve(answer)
    response = await make.fetch(peer.url(), method="POST", body_producer=produce)
    assert response.body == b"done"
    assert [request.method for request in peer.requests] == ["POST", "GET"]
    assert peer.requests[0].body == b"body"
    assert peer.requests[1].body == b""
    assert "transfer-encoding" not in peer.requests[1].fields
    assert "content-length" not in peer.requests[1].fields


async def test_s20_redirects_are_counted(make, serve):
    peer = await redirect(serve, "/again")
    client = make()
    for most in (0, 1, 3):
        before = len(peer.requests)
        with pytest.raises(HTTPClientError, match="302"):
            await client.fetch(peer.url(), max_redirects=most)
        assert len(peer.requests) - before == most + 1


async def test_s20_redirects_have_one_deadline_together(make, serve):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.05)
        writer.write(serve.reply(b"", "302 Found", Location="/again"))

    peer = await serve(answer)
    with pytest.raises(HTTPTimeoutError):
        await make.fetch(peer.url(), max_redirects=1000, request_timeout=0.15)


async def test_s20_interim_responses_are_counted(make, serve):
    early = b"HTTP/1.1 103 Early Hints\r\n\r\n"
    enough = await serve(early * 10 + serve.reply())
    too_many = await serve(early * 11 + serve.reply())
    assert (await make.fetch(enough.url())).code == 200
    with pytest.raises(HTTPProtocolError, match="Too many 1xx responses"):
        await make.fetch(too_many.url())


# Connections.


async def test_s20_bytes_after_a_response_do_not_answer_a_request(simple, serve):
    peer = await serve(serve.reply() + serve.reply(b"smuggled"))
    client = simple()
    for count in (1, 2):
        assert (await client.fetch(peer.url())).body == b"hello"
        assert peer.connections == count


async def test_s20_bytes_on_an_idle_connection_answer_nothing(make, serve):
    peer = await serve(serve.reply())
    client = make()
    await client.fetch(peer.url())
    peer.writers[0].write(serve.reply(b"smuggled"))
    await asyncio.sleep(0.05)
    assert (await client.fetch(peer.url())).body == b"hello"
    assert peer.connections == 2


@pytest.mark.parametrize(
    "host",
    ["127.1", "0x7f000001", "0x7f.1", "2130706433", "0177.0.0.1", "127.0.0.1.", "1.2.3.256", "0"],
)
async def test_s20_numbers_that_only_some_read_as_addresses_are_refused(make, host):
    with pytest.raises(ValueError, match="not an IPv4 address"):
        await make.fetch(f"http://{host}/")


class CountingResolver(Resolver):
    def initialize(self) -> None:
        self.asked = 0

    async def resolve(self, host: str, port: int, family: Any = 0) -> Any:
        import socket

        self.asked += 1
        return [(socket.AF_INET, ("127.0.0.1", port))]


async def test_s20_names_are_not_remembered_beyond_a_connection(simple, serve):
    peer = await serve(serve.reply(Connection="close"))
    resolver = CountingResolver()
    client = simple(resolver=resolver)
    for count in (1, 2, 3):
        await client.fetch(f"http://name.example:{peer.port}/")
        assert resolver.asked == count


async def test_s20_a_client_certificate_is_dropped_when_the_origin_changes(make, serve, authority):
    strict = await serve(serve.reply(), tls=authority.strict)
    peer = await serve(serve.reply(b"", "302 Found", Location=strict.url()), tls=authority.server)
    options = {
        "ca_certs": authority.file,
        "client_cert": authority.client_cert,
        "client_key": authority.client_key,
    }
    assert (await make.fetch(strict.url(), **options)).body == b"hello"
    with pytest.raises((OSError, HTTPClientError)):
        await make().fetch(peer.url(), **options)
    assert len(strict.requests) == 1


async def test_s20_the_certificate_of_ssl_options_is_dropped_too(simple, serve, authority):
    strict = await serve(serve.reply(), tls=authority.strict)
    peer = await serve(serve.reply(b"", "302 Found", Location=strict.url()), tls=authority.server)
    options = {
        "ca_certs": authority.file,
        "certfile": authority.client_cert,
        "keyfile": authority.client_key,
    }
    assert (await simple.fetch(strict.url(), ssl_options=options)).body == b"hello"
    with pytest.raises((OSError, HTTPClientError)):
        await simple().fetch(peer.url(), ssl_options=options)
    assert len(peer.requests) == len(strict.requests) == 1


async def test_s20_two_users_of_one_client_do_not_see_each_other(make, serve):
    peer = await serve(serve.reply(b"", Set_Cookie="user=first"))
    client = make(max_clients=1)
    await client.fetch(
        HTTPRequest(peer.url(), headers=HTTPHeaders(SECRETS), auth_username="a", auth_password="b")
    )
    await client.fetch(peer.url())
    fields = peer.requests[1].fields
    assert not {"authorization", "cookie", "proxy-authorization"} & set(fields)
