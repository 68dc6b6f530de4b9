"""Basic and Digest authentication."""

from __future__ import annotations

import asyncio
import hashlib
import re
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.httpclient import HTTPClientError
from tornado.httpclient._request._authentication import basic_field, digest_field


def fields_of(answer: str) -> dict[str, str]:
    assert answer.startswith("Digest ")
    pairs = re.findall(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^,\s]+))', answer)
    return {name: quoted or bare for name, quoted, bare in pairs}


def hashed(algorithm: str, text: str) -> str:
    names = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
    return hashlib.new(names[algorithm], text.encode()).hexdigest()


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256", "SHA-512-256"])
@pytest.mark.parametrize("session", [False, True])
@pytest.mark.parametrize("qop", [None, "auth", "auth-int,auth"])
def test_a_challenge_is_answered_as_the_rfc_computes_it(algorithm, session, qop):
    name = algorithm + ("-sess" if session else "")
    challenge = f'Digest realm="a realm", nonce="abc", opaque="xyz", algorithm={name}'
    if qop:
        challenge += f', qop="{qop}"'
    answer = digest_field([challenge], "GET", "/path?q", "Mufasa", "Circle of Life")
    fields = fields_of(answer)
    secret = hashed(algorithm, "Mufasa:a realm:Circle of Life")
    if session:
        assert qop is None or fields["cnonce"]
    if not session or qop:
        if session:
            secret = hashed(algorithm, f"{secret}:abc:{fields['cnonce']}")
        action = hashed(algorithm, "GET:/path?q")
        middle = f"abc:00000001:{fields['cnonce']}:auth" if qop else "abc"
        assert fields["response"] == hashed(algorithm, f"{secret}:{middle}:{action}")
    assert (fields["uri"], fields["opaque"], fields["username"]) == ("/path?q", "xyz", "Mufasa")


def test_the_strongest_of_several_challenges_is_answered():
    weak = 'Digest realm="r", nonce="n", qop="auth", algorithm=MD5'
    strong = 'Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256'
    for challenges in ([weak, strong], [strong, weak], [f"{weak}, {strong}"]):
        assert fields_of(digest_field(challenges, "GET", "/", "u", "p"))["algorithm"] == "SHA-256"


@pytest.mark.parametrize(
    "challenge",
    [
        "Basic realm=x",
        'Digest realm="no nonce"',
        'Digest nonce="n", algorithm=ROT13',
        'Digest nonce="n", qop="auth-int"',
        "",
    ],
)
def test_a_challenge_that_cannot_be_answered_is_left(challenge):
    assert digest_field([challenge], "GET", "/", "u", "p") is None


@given(st.text(max_size=200))
def test_no_challenge_breaks_the_parser(text):
    digest_field(["Digest " + text, text], "GET", "/", "u", "p")


def test_quotes_in_names_do_not_end_them():
    answer = digest_field(['Digest realm="r", nonce="n"'], "GET", "/", 'u", x="', "p")
    assert r'username="u\", x=\""' in answer


NAMES = {
    "Jäsøn Doe": "username*=UTF-8''J%C3%A4s%C3%B8n%20Doe",  # the example of RFC 7616 section 3.9.2
    "żółw": "username*=UTF-8''%C5%BC%C3%B3%C5%82w",
    "a\u0308": "username*=UTF-8''%C3%A4",  # in its composed form
    "Jäsøn".encode(): "username*=UTF-8''J%C3%A4s%C3%B8n",
    b"J\xe4s": 'username="J\xe4s"',
    b"plain": 'username="plain"',
    "line\nend": "username*=UTF-8''line%0Aend",
    "quote'\"": 'username="quote\'\\""',
}


@pytest.mark.parametrize("name", list(NAMES))
def test_a_user_is_named_and_hashed_in_the_same_octets(name):
    answer = digest_field(['Digest realm="r", nonce="n", algorithm=SHA-256'], "GET", "/", name, "ü")
    assert answer.startswith(f"Digest {NAMES[name]}, realm=")
    sent = NAMES[name].partition("=")[2]
    if sent.startswith("UTF-8''"):
        octets = unquote_to_bytes(sent.removeprefix("UTF-8''"))
    else:
        octets = sent[1:-1].replace('\\"', '"').encode("latin-1")
    secret = hashlib.sha256(octets + b":r:" + "ü".encode()).hexdigest()
    action = hashed("SHA-256", "GET:/")
    assert fields_of(answer)["response"] == hashed("SHA-256", f"{secret}:n:{action}")


async def test_a_realm_and_a_user_outside_of_ascii_reach_the_server_as_they_were_hashed(
    make, serve
):
    realm = "Zürich".encode()

    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        raw = request.raw.partition(b"Authorization: ")[2]
        octets = hashlib.sha256("Jäsøn:".encode() + realm + b":secret").hexdigest()
        expected = hashed("SHA-256", f"{octets}:n:{hashed('SHA-256', 'GET:/')}")
        if (
            b"username*=UTF-8''J%C3%A4s%C3%B8n, " in raw
            and b'realm="' + realm + b'"' in raw
            and f'response="{expected}"'.encode() in raw
        ):
            writer.write(serve.reply(b"welcome"))
        else:
            challenge = b'WWW-Authenticate: Digest realm="%b", nonce="n", algorithm=SHA-256' % realm
            writer.write(b"HTTP/1.1 401 Who\r\nContent-Length: 0\r\n%b\r\n\r\n" % challenge)

    peer = await serve(answer)
    client = make(max_clients=1)
    for name in ("Jäsøn", "Jäsøn".encode()):
        response = await client.fetch(
            peer.url(), auth_mode="digest", auth_username=name, auth_password="secret"
        )
        assert response.body == b"welcome"


async def test_a_proxy_gets_a_user_outside_of_ascii(make, serve):
    peer = await serve(serve.reply())
    response = await make.fetch(
        "http://a.example/",
        proxy_host="127.0.0.1",
        proxy_port=peer.port,
        proxy_username="żółw",
        proxy_password="ü",
    )
    assert response.body == b"hello"
    assert peer.requests[0].fields["proxy-authorization"] == basic_field("żółw", "ü")


def test_basic_joins_user_and_password_as_utf8():
    assert basic_field("żółw", "a:b") == "Basic xbzDs8WCdzphOmI="


async def test_a_challenge_after_a_redirect_is_answered_again(make, serve):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        sent = fields_of(request.fields.get("authorization", "Digest "))
        if sent.get("uri") != request.target:
            challenge = 'Digest realm="here", nonce="n0", qop="auth"'
            writer.write(serve.reply(b"", "401 Who", WWW_Authenticate=challenge))
        elif request.target == "/":
            writer.write(serve.reply(b"", "302 Found", Location="/in"))
        else:
            writer.write(serve.reply(b"welcome"))

    peer = await serve(answer)
    response = await make.fetch(
        peer.url(), auth_mode="digest", auth_username="me", auth_password="secret"
    )
    assert response.body == b"welcome"
    assert [request.target for request in peer.requests] == ["/", "/", "/in", "/in"]


async def test_a_digest_server_gets_its_answer(make, serve):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        if "authorization" in request.fields:
            sent = fields_of(request.fields["authorization"])
            secret = hashed("SHA-256", "me:here:secret")
            action = hashed("SHA-256", f"{request.method}:{request.target}")
            expected = hashed("SHA-256", f"{secret}:n0:00000001:{sent['cnonce']}:auth:{action}")
            if sent["response"] == expected:
                writer.write(serve.reply(b"welcome"))
                return
        challenge = 'Digest realm="here", nonce="n0", qop="auth", algorithm=SHA-256'
        writer.write(serve.reply(b"", "401 Who", WWW_Authenticate=challenge))

    peer = await serve(answer)
    options = {"auth_mode": "digest", "auth_username": "me", "method": "POST", "body": b"x"}
    response = await make.fetch(peer.url("/in?a"), auth_password="secret", **options)
    assert response.body == b"welcome"
    assert [request.body for request in peer.requests] == [b"x", b"x"]
    with pytest.raises(HTTPClientError, match="401"):
        await make.fetch(peer.url("/in?a"), auth_password="wrong", **options)
    assert len(peer.requests) == 4
