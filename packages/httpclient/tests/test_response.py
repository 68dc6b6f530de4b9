"""The body of a response, as text and as JSON."""

from __future__ import annotations

import encodings

import pytest

TEXTS = {
    "text/plain": ("zażółć".encode(), "zażółć"),
    "text/plain; charset=utf-8": ("zażółć".encode(), "zażółć"),
    'text/plain; charset="ISO-8859-2"': ("zażółć".encode("iso-8859-2"), "zażółć"),
    "text/plain; CHARSET=latin1": (b"\xe4", "ä"),
    "text/plain; charset=windows-1251": (b"\xef", "п"),
    "text/plain; charset=koi8-u": (b"\xa4", "є"),
    "text/plain; charset=utf-16": ("ä".encode("utf-16"), "ä"),
    "text/plain; charset=gb2312": ("中文".encode("gb2312"), "中文"),
    "text/plain; charset=nonsense": ("ä".encode(), "ä"),
    "text/plain; charset=\\": (b"a", "a"),
    "text/plain; charset=": (b"a", "a"),
    "text/plain; charset=hex": (b"a1", "a1"),
    "text/plain; charset=zlib": (b"a1", "a1"),
    "text/plain; charset=utf-7": (b"+AGE-", "+AGE-"),
    "text/plain; charset=idna": (b"xn--a", "xn--a"),
    "text/plain; charset=unicode_escape": (b"\\x41", "\\x41"),
    "nonsense": (b"a\xff", "a\ufffd"),
    "text/plain; charset=ascii": (b"a\xff", "a\ufffd"),
    "application/json": (b"\xef\xbb\xbf{}", "{}"),
    "text/plain;charset=utf-8\r\nContent-Type: text/html": ("ä".encode(), "ä"),
    "text/plain;charset=utf-8\r\nContent-Type: text/html; charset=latin1": (b"\xe4", "ä"),
}


@pytest.mark.parametrize("content_type", list(TEXTS))
async def test_the_body_is_text_in_the_charset_that_the_server_names(make, serve, content_type):
    body, text = TEXTS[content_type]
    peer = await serve(serve.reply(body, Content_Type=content_type))
    response = await make.fetch(peer.url())
    assert response.text == text
    assert response.body == body


async def test_no_body_is_an_empty_text(make, serve):
    peer = await serve(serve.reply(b"", "204 No Content"))
    response = await make.fetch(peer.url())
    assert response.text == ""
    with pytest.raises(ValueError, match="Expecting value"):
        response.json()


async def test_charsets_that_servers_make_up_are_not_remembered(make, serve):
    peer = await serve(serve.reply(b"a", Content_Type="text/plain; charset=made-up-by-a-server"))
    assert (await make.fetch(peer.url())).text == "a"
    assert not [name for name in encodings._cache if "made" in name]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
async def test_json_is_read_whatever_its_type_is_said_to_be(make, serve, encoding):
    peer = await serve(serve.reply('{"a": ["ż"]}'.encode(encoding), Content_Type="text/html"))
    response = await make.fetch(peer.url())
    assert response.json() == {"a": ["ż"]}


async def test_what_is_not_json_is_a_value_error(make, serve):
    peer = await serve(serve.reply(b"<html>", Content_Type="application/json"))
    response = await make.fetch(peer.url())
    with pytest.raises(ValueError, match="Expecting value"):
        response.json()
