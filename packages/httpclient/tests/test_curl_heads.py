"""Heads and trailers from libcurl: more than one, or malformed ones."""

from __future__ import annotations

import asyncio
import http.cookiejar
from typing import Any

import pycurl
import pytest

from tornado.curl_httpclient._heads import HeadReader
from tornado.httpclient import HTTPClientError, HTTPProtocolError

OK = b"HTTP/1.1 200 OK\r\n"
HELLO = OK + b"Content-Length: 5\r\n\r\nhello"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"
CHALLENGE = 'Digest realm="proxy", nonce="abc", qop="auth", algorithm=SHA-256'
#: Without deadlines, which would hide a fetch that hangs.
NO_LIMIT = {"request_timeout": 0, "connect_timeout": 5}


# More than one head.


async def test_a_proxy_that_asks_for_a_digest_is_answered(curl, serve, ending):
    proxy = await serve.digest_proxy(HELLO)
    client = curl(max_clients=1)
    lines: list[str] = []
    for _ in range(2):
        response = await ending(
            client.fetch(proxy.request(**NO_LIMIT, header_callback=lines.append))
        )
        assert (response.code, response.body) == (200, b"hello")
        assert "Proxy-Authenticate" not in response.headers
    assert proxy.statuses == [407, 200, 407, 200]
    assert [line.split()[1] for line in lines if line.startswith("HTTP/")] == ["407", "200"] * 2


async def test_a_proxy_that_refuses_the_digest_gives_its_407(curl, serve, ending):
    proxy = await serve.digest_proxy(HELLO)
    client = curl(max_clients=1)
    response = await ending(
        client.fetch(proxy.request(**NO_LIMIT, password="wrong"), raise_error=False)
    )
    assert (response.code, response.body) == (407, b"who?")
    assert (await ending(client.fetch(proxy.request(**NO_LIMIT)))).body == b"hello"


async def test_a_body_goes_through_a_proxy_that_asks_for_a_digest(curl, serve, ending):
    proxy = await serve.digest_proxy(HELLO)
    client = curl(max_clients=1)
    response = await ending(
        client.fetch(proxy.request(**NO_LIMIT, method="POST", body=b"x" * 1000))
    )
    assert response.body == b"hello"
    assert proxy.requests[-1].body == b"x" * 1000
    assert proxy.statuses == [407, 200]


async def test_a_redirect_after_the_digest_of_a_proxy_is_returned(curl, serve, ending):
    target = await serve(HELLO)
    proxy = await serve.digest_proxy(serve.reply(b"", "302 Found", Location=target.url("/there")))
    client = curl(max_clients=1)
    response = await ending(client.fetch(proxy.request(**NO_LIMIT, follow_redirects=False), False))
    assert (response.code, response.headers["Location"]) == (302, target.url("/there"))


async def test_interim_heads_and_trailers_around_the_digest_of_a_proxy_are_distinguished(
    curl, serve, ending
):
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    proxy = await serve.digest_proxy(early + CHUNKED + b"X-Sum: 1\r\n\r\n")
    response = await ending(curl(max_clients=1).fetch(proxy.request(**NO_LIMIT)))
    assert response.body == b"hello"
    assert response.trailers["X-Sum"] == "1"


async def test_a_redirect_that_libcurl_follows_gives_the_last_answer(curl, serve, ending):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        if request.target == "/":
            first = serve.reply(b"moved", "302 Found", Location="/b", Set_Cookie="a=1; Path=/b")
            writer.write(first)
        else:
            writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n" + HELLO)

    peer = await serve(answer)
    client = curl(max_clients=1)
    for follow_redirects in (False, True):
        response = await ending(
            client.fetch(
                peer.url(),
                follow_redirects=follow_redirects,
                prepare_curl_callback=lambda curl: curl.setopt(pycurl.FOLLOWLOCATION, 1),
                **NO_LIMIT,
            )
        )
        assert (response.code, response.body) == (200, b"hello")
        assert response.effective_url == peer.url("/b")
        assert "Location" not in response.headers
    assert len(peer.requests) == 4


async def test_a_redirect_that_libcurl_follows_keeps_cookies_of_each_url(curl, serve, ending):
    other = await serve(serve.reply(Set_Cookie="theirs=1"))
    first = await serve(
        serve.reply(b"", "302 Found", Set_Cookie="ours=1", Location=other.url("/b"))
    )
    jar = http.cookiejar.CookieJar()
    client = curl(max_clients=1, cookie_jar=jar)
    await ending(
        client.fetch(
            first.url().replace("127.0.0.1", "localhost"),
            prepare_curl_callback=lambda curl: curl.setopt(pycurl.FOLLOWLOCATION, 1),
            allow_ipv6=False,
            **NO_LIMIT,
        )
    )
    found = {cookie.name: cookie.domain for cookie in jar}
    assert found == {"ours": "localhost.local", "theirs": "127.0.0.1"}


def follow(curl: Any) -> None:
    curl.setopt(pycurl.FOLLOWLOCATION, 1)
    curl.setopt(pycurl.POSTREDIR, pycurl.REDIR_POST_ALL)


@pytest.mark.parametrize("follow_redirects", [True, False])
async def test_libcurl_follows_no_more_redirects_than_allowed(
    curl, serve, follow_redirects, ending
):
    peer = await serve(serve.reply(b"moved", "302 Found", Location="/again"))
    client = curl(max_clients=1)
    options = {"prepare_curl_callback": follow, "follow_redirects": follow_redirects, **NO_LIMIT}
    for most in (2, 0):
        before = len(peer.requests)
        response = await ending(client.fetch(peer.url(), False, max_redirects=most, **options))
        assert (response.code, response.headers["Location"]) == (302, "/again")
        assert len(peer.requests) - before == most + 1


async def test_s20_libcurl_takes_no_body_from_https_to_http(curl, serve, authority, ending):
    plain = await serve(HELLO)
    moved = serve.reply(b"", "307 Temporary Redirect", Location=plain.url("/b"))
    peer = await serve(moved, tls=authority.server)
    client = curl(max_clients=1, defaults={"ca_certs": authority.file})
    error = await ending(
        client.fetch(
            peer.url(), method="POST", body=b"secret", prepare_curl_callback=follow, **NO_LIMIT
        )
    )
    assert isinstance(error, HTTPProtocolError)
    assert plain.requests == []


@pytest.mark.parametrize("scheme", ["HTTPAUTH_DIGEST", "HTTPAUTH_ANY"])
async def test_a_challenge_that_libcurl_answers_gives_the_last_answer(curl, serve, scheme, ending):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        if "authorization" in request.fields:
            writer.write(HELLO)
        else:
            writer.write(serve.reply(b"who?", "401 Who", WWW_Authenticate=CHALLENGE))

    def set_scheme(curl: Any) -> None:
        curl.setopt(pycurl.HTTPAUTH, getattr(pycurl, scheme))
        curl.setopt(pycurl.USERPWD, "bob:secret")

    peer = await serve(answer)
    client = curl(max_clients=1)
    for _ in range(2):
        response = await ending(
            client.fetch(peer.url(), prepare_curl_callback=set_scheme, **NO_LIMIT)
        )
        assert (response.code, response.body) == (200, b"hello")
        assert "Www-Authenticate" not in response.headers


async def test_a_streamed_response_has_no_part_of_the_challenge(curl, serve):
    proxy = await serve.digest_proxy(HELLO)
    async with curl(max_clients=1).stream(proxy.request(**NO_LIMIT)) as response:
        assert response.code == 200
        assert [piece async for piece in response] == [b"hello"]


async def test_a_program_that_takes_the_word_before_requests_itself_gets_the_last_answer(
    curl, serve, ending
):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(
            serve.reply(b"", "302 Found", Location="/b") if len(peer.requests) == 1 else HELLO
        )

    def prepare(curl: Any) -> None:
        curl.setopt(pycurl.FOLLOWLOCATION, 1)
        curl.setopt(pycurl.PREREQFUNCTION, lambda *_: pycurl.PREREQFUNC_OK)

    peer = await serve(answer)
    response = await ending(
        curl(max_clients=1).fetch(peer.url(), prepare_curl_callback=prepare, **NO_LIMIT)
    )
    assert (response.code, response.body) == (200, b"hello")


# Malformed heads and trailers.

MALFORMED = {
    "an empty line before the status": (b"\r\n" + HELLO, HTTPProtocolError),
    "nothing but empty lines": (b"\r\n\r\n\r\n", HTTPProtocolError),
    "a control in a field": (OK + b"X: a\x01b\r\nContent-Length: 0\r\n\r\n", HTTPProtocolError),
    "a space in a name": (OK + b"X y: a\r\nContent-Length: 0\r\n\r\n", HTTPProtocolError),
    "a status of letters": (b"HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n", HTTPClientError),
    "a status of four digits": (b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n", HTTPClientError),
    "no status": (b"HTTP/1.1\r\nContent-Length: 0\r\n\r\n", HTTPClientError),
    "a field line that ends in LF": (OK + b"X: a\nContent-Length: 0\r\n\r\n", HTTPProtocolError),
    "a status line that ends in LF": (
        b"HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n",
        HTTPProtocolError,
    ),
    "an empty line of LF alone": (OK + b"Content-Length: 0\r\n\n", HTTPProtocolError),
    "an interim head that ends in LF": (b"HTTP/1.1 103 Early\n\n" + HELLO, HTTPProtocolError),
    "a trailer without a colon": (CHUNKED + b"bad trailer\r\n\r\n", HTTPClientError),
    "a space in a trailer's name": (CHUNKED + b"X y: z\r\n\r\n", HTTPProtocolError),
    "a control in a trailer": (CHUNKED + b"X: a\x01b\r\n\r\n", HTTPProtocolError),
    "a status as a trailer": (CHUNKED + b"HTTP/1.1 404: No\r\n\r\n", HTTPProtocolError),
    "a status after a body without data": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\nHTTP/1.1 404: No\r\n\r\n",
        HTTPProtocolError,
    ),
    "two transfer encodings": (
        OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HTTPClientError,
    ),
}


@pytest.mark.parametrize("raise_error", [True, False])
@pytest.mark.parametrize("name", list(MALFORMED))
async def test_a_malformed_answer_ends_the_fetch(curl, serve, name, raise_error, ending):
    answer, error = MALFORMED[name]

    async def respond(request: Any, writer: asyncio.StreamWriter) -> Any:
        writer.write(answer if request.target == "/bad" else HELLO)
        return request.target != "/bad" or None

    peer = await serve(respond)
    client = curl(max_clients=1)
    for options in ({}, {"prepare_curl_callback": lambda _: None}):
        result = await ending(client.fetch(peer.url("/bad"), raise_error, **options, **NO_LIMIT))
        assert isinstance(result, error)
        assert result.code == 599
        assert (await ending(client.fetch(peer.url("/good"), **NO_LIMIT))).body == b"hello"


async def test_a_malformed_answer_to_the_digest_of_a_proxy_ends_the_fetch(curl, serve, ending):
    for answer, error in MALFORMED.values():
        proxy = await serve.digest_proxy(answer)
        result = await ending(curl(max_clients=1).fetch(proxy.request(**NO_LIMIT)))
        assert isinstance(result, error)


# Folded lines, which versions of libcurl before 8.17 pass on.


def read_head(*lines: bytes) -> Any:
    reader = HeadReader("GET", may_continue=False)
    reader.lines += [b"HTTP/1.1 200 OK\r\n", *lines]
    return reader.take_line(b"\r\n")


def test_folded_lines_become_one():
    head = read_head(b"X: a \r\n", b"\t b\r\n", b" c\r\n", b"Content-Length: 5\r\n")
    assert list(head.headers.get_all()) == [("X", "a b c"), ("Content-Length", "5")]
    assert head.length == 5


@pytest.mark.parametrize(
    "lines",
    [
        (b" X: a\r\n",),
        (b"Transfer-Encoding:\r\n", b" chunked\r\n"),
        (b"content-length: 5\r\n", b"\t\r\n"),
    ],
)
def test_a_fold_that_could_be_read_in_two_ways_is_refused(lines):
    with pytest.raises(HTTPProtocolError, match="folded header line"):
        read_head(*lines)
