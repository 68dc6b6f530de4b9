import asyncio
import ssl

import pytest

from tornado.iostream import SSLIOStream, StreamClosedError


def test_both_sides_go_on_over_tls(bed, authority):
    async def main():
        a, b = await bed.pair(max_buffer_size=5000, max_write_buffer_size=4000)
        await a.write(b"STARTTLS\n")
        await b.read_until(b"\n")
        await b.write(b"OK\n")
        await a.read_until(b"\n")
        server = b.start_tls(True, authority.server)
        client = a.start_tls(False, authority.client, "localhost")
        secure_a, secure_b = [bed.keep(stream) for stream in await asyncio.gather(client, server)]
        assert isinstance(secure_a, SSLIOStream)
        assert secure_a.max_buffer_size == 5000
        assert secure_a.max_write_buffer_size == 4000
        await secure_a.write(b"secret")
        assert await secure_b.read_bytes(6) == b"secret"
        assert a.closed()
        assert a.socket is None
        with pytest.raises(StreamClosedError):
            a.write(b"x")

    bed.run(main())


def test_bytes_that_came_before_tls_are_refused(bed, authority):
    async def main():
        a, b = await bed.pair()
        await b.write(b"OK\ninjected")
        await a.read_until(b"\n")
        with pytest.raises(ValueError, match="8 bytes came before TLS began"):
            a.start_tls(False, authority.client, "localhost")
        assert await a.read_bytes(8) == b"injected"

    bed.run(main())


def test_the_peers_first_message_may_come_before_start_tls(bed, authority):
    async def main():
        a, b = await bed.pair()
        client = a.start_tls(False, authority.client, "localhost")
        await bed.soon()
        server = b.start_tls(True, authority.server)
        for stream in await asyncio.gather(client, server):
            bed.keep(stream)

    bed.run(main())


@pytest.mark.parametrize("what", ["read", "write", "protocol"])
def test_a_busy_stream_is_refused(bed, authority, what):
    async def main():
        a, _ = await bed.pair()
        if what == "read":
            a.read_bytes(1)
        elif what == "write":
            a.write(bytes(2_000_000))
        else:
            bed.Recorder(a)
        with pytest.raises(ValueError, match="is not idle; cannot convert to SSL"):
            a.start_tls(False, authority.client, "localhost")
        assert not a.closed()

    bed.run(main())


def test_a_server_that_cannot_be_verified_is_an_error(bed, authority, caplog):
    async def main():
        a, b = await bed.pair()
        client = a.start_tls(False, None, "localhost")
        server = b.start_tls(True, authority.server)
        with pytest.raises(ssl.SSLCertVerificationError):
            await client
        with pytest.raises(ssl.SSLError):
            await server

    bed.run(main())


def test_settings_that_do_not_fit_close_the_connection(bed, authority):
    async def main():
        a, b = await bed.pair()
        with pytest.raises(ValueError, match="server_hostname"):
            a.start_tls(False, authority.client)
        assert await b.read_until_close() == b""

    bed.run(main())


def test_cancelling_closes_the_connection(bed, authority):
    async def main():
        a, b = await bed.pair()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(a.start_tls(False, authority.client, "localhost"), 0.05)
        await b.read_until_close()

    bed.run(main())


def test_the_close_callback_moves_along(bed, authority):
    async def main():
        a, b = await bed.pair()
        closed = asyncio.Event()
        a.set_close_callback(closed.set)
        client = a.start_tls(False, authority.client, "localhost")
        server = b.start_tls(True, authority.server)
        secure_a, secure_b = await asyncio.gather(client, server)
        assert not closed.is_set()
        secure_b.close()
        await closed.wait()
        assert secure_a.closed()

    bed.run(main())
