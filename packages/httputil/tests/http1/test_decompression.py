"""Bodies with Content-Encoding: gzip, in requests (S11)."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import pytest

LIMITS = {"decompress": True, "max_body_size": 10_000_000}


def post(body: bytes, encoding: bytes = b"gzip", framing: bytes | None = None) -> bytes:
    framing = framing or b"Content-Length: %d" % len(body)
    return (
        b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Encoding: %b\r\n%b\r\n\r\n%b"
        % (encoding, framing, body)
    )


def chunked(body: bytes, size: int) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


async def answered(client, data: bytes) -> tuple[int, bytes]:
    await client.send(data)
    head, _, body = (await client.read_all()).partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), body


TEXT = b"a line of text, repeated to be compressed\n" * 2000

GOOD = {
    "one member": (post(gzip.compress(TEXT)), TEXT),
    "two members": (post(gzip.compress(TEXT) + gzip.compress(b"more")), TEXT + b"more"),
    "in chunks": (
        post(chunked(gzip.compress(TEXT), 7), framing=b"Transfer-Encoding: chunked"),
        TEXT,
    ),
    "in capitals": (post(gzip.compress(TEXT), b"GZIP"), TEXT),
    "nothing at all": (post(b""), b""),
    "another coding": (post(b"raw", b"br"), b"raw"),
    "zeros after the last member": (post(gzip.compress(TEXT) + b"\0" * 512), TEXT),
    "a stack of codings": (post(b"raw", b"gzip, gzip"), b"raw"),
}

BAD = {
    "trailing garbage": (post(gzip.compress(TEXT) + b"garbage"), 400),
    "garbage after zeros": (post(gzip.compress(TEXT) + b"\0" * 512 + b"x"), 400),
    "truncated": (post(gzip.compress(TEXT)[:-4]), 400),
    "a cut second member": (post(gzip.compress(TEXT) + gzip.compress(TEXT)[:30]), 400),
    "no gzip": (post(b"plain text"), 400),
    "a wrong checksum": (post(gzip.compress(TEXT)[:-8] + b"\0" * 8), 400),
    "above the limit": (
        post(gzip.compress(b"".join(b"%d " % n for n in range(2_000_000)), 1)),
        413,
    ),
    "a bomb": (post(gzip.compress(b"\0" * 9_000_000)), 413),
    "a bomb in members": (post(gzip.compress(b"\0" * 90_000) * 100), 413),
}


@pytest.mark.parametrize("name", GOOD)
def test_s11_a_body_is_decompressed(run, wire, application, name):
    data, expected = GOOD[name]

    async def scene():
        async with wire(application(), **LIMITS) as client:
            assert await answered(client, data) == (200, b"<" + expected + b">")

    run(scene())


@pytest.mark.parametrize("name", BAD)
def test_s11_a_bad_compressed_body_is_refused_and_the_message_ends_once(
    run, wire, application, name
):
    data, status = BAD[name]
    app = application()

    async def scene():
        async with wire(app, **LIMITS) as client:
            assert (await answered(client, data))[0] == status

    run(scene())
    assert app.calls == [("head", "POST", "/"), "lost", "closed"]


def test_the_fields_say_what_was_taken_off(run, wire, application):
    app = application()

    async def scene():
        async with wire(app, **LIMITS) as client:
            await answered(client, post(gzip.compress(b"a")))

    run(scene())
    headers = app.messages[0].headers
    assert headers["X-Consumed-Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in headers


def test_a_compressed_body_is_left_alone_unless_asked(run, wire, application):
    body = gzip.compress(TEXT)

    async def scene():
        async with wire(application()) as client:
            assert await answered(client, post(body)) == (200, b"<" + body + b">")

    run(scene())


def test_pieces_are_not_longer_than_the_chunk_size_and_wait_for_the_delegate(
    run, wire, application, message
):
    class Slow(message):
        under_way = 0

        async def data_received(self, chunk):
            self.under_way += 1
            assert self.under_way == 1
            self.note("piece", len(chunk))
            await asyncio.sleep(0.001)
            self.under_way -= 1
            self.body += chunk

    app = application(Slow)

    async def scene():
        async with wire(app, chunk_size=10_000, **LIMITS) as client:
            assert await answered(client, post(gzip.compress(TEXT))) == (200, b"<" + TEXT + b">")

    run(scene())
    sizes = [call[1] for call in app.calls if call[0] == "piece"]
    assert max(sizes) <= 10_000
    assert len(sizes) >= len(TEXT) // 10_000


def test_a_delegate_may_raise_the_limit_for_its_request(run, wire, application, message):
    class Large(message):
        def headers_received(self, start_line, headers):
            self.connection.set_max_body_size(len(TEXT))

    async def scene():
        async with wire(application(Large), decompress=True, max_body_size=10) as client:
            assert (await answered(client, post(gzip.compress(TEXT))))[0] == 200
        async with wire(application(), decompress=True, max_body_size=1000) as client:
            assert (await answered(client, post(gzip.compress(TEXT))))[0] == 413

    run(scene())


def test_the_fixtures_are_what_they_say():
    with pytest.raises(zlib.error):
        zlib.decompress(b"plain text", 31)
