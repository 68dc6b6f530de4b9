"""TLS clients that fail before a server has spoken with them."""

import asyncio
import logging
import socket
import struct

import pytest

from tornado.iostream import StreamClosedError
from tornado.netutil import bind_sockets
from tornado.tcpserver import TCPServer, _handshakes

HELLO = b"\x16\x03\x01"


class Silent(TCPServer):
    async def handle_stream(self, stream, address):
        await stream.read_bytes(1)


class Waiting(TCPServer):
    async def handle_stream(self, stream, address):
        await stream.wait_for_handshake()


def reset(client):
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def failures(caplog):
    """The lines of the log about handshakes; nothing else may be there."""
    assert all(record.levelno == logging.WARNING for record in caplog.records), caplog.text
    assert all(record.exc_info is None for record in caplog.records)
    return [record.getMessage() for record in caplog.records]


async def until(condition):
    while not condition():  # noqa: ASYNC110 - a log has no event to wait for
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("sent", [b"", HELLO], ids=["nothing", "some bytes"])
@pytest.mark.parametrize("kind", [Silent, Waiting])
@pytest.mark.parametrize("is_early", [True, False], ids=["in the queue", "when accepted"])
def test_a_client_that_resets_before_the_handshake_is_one_line(
    bed, authority, caplog, sent, kind, is_early
):
    async def main():
        server = kind(ssl_options=authority.server, max_connections=1)
        [listener] = bind_sockets(0, "127.0.0.1")
        client = socket.create_connection(listener.getsockname())
        port = client.getsockname()[1]
        if not is_early:
            server.add_socket(listener)
            await bed.soon()
        client.sendall(sent)
        reset(client)
        if is_early:
            server.add_socket(listener)
        await until(lambda: caplog.records)
        await bed.soon()
        server.stop()
        (line,) = failures(caplog)
        assert line.startswith(f"SSL Error on ('127.0.0.1', {port}): the handshake failed: ")
        assert server._limits.open == 0

    bed.run(main())


def test_a_flood_of_failures_is_summed_up(bed, authority, caplog, monkeypatch):
    monkeypatch.setattr(_handshakes, "PERIOD", 0.1)

    async def main():
        server = Silent(ssl_options=authority.server)
        [listener] = bind_sockets(0, "127.0.0.1")
        for number in range(40):
            client = socket.create_connection(listener.getsockname())
            if number % 2:
                client.sendall(b"GET / HTTP/1.1\r\n\r\n")
                client.close()
            else:
                reset(client)
        server.add_socket(listener)
        await until(lambda: "more handshakes failed" in caplog.text)
        server.stop()

    bed.run(main())
    lines = failures(caplog)
    single = [line for line in lines if line.startswith("SSL Error on (")]
    sums = [line for line in lines if line not in single]
    assert len(single) <= 2 * _handshakes.LINES  # the machine may take two periods for them
    assert len(single) + sum(int(line.split()[2]) for line in sums) == 40


def test_a_server_that_stops_says_what_it_has_counted(bed, authority, caplog):
    async def main():
        server = Silent(ssl_options=authority.server)
        [listener] = bind_sockets(0, "127.0.0.1")
        for _ in range(8):
            reset(socket.create_connection(listener.getsockname()))
        server.add_socket(listener)
        await until(lambda: len(caplog.records) >= _handshakes.LINES)
        server.stop()

    bed.run(main())
    assert failures(caplog)[-1] == "SSL Error: 3 more handshakes failed within 60 seconds"


def test_a_reset_before_an_upgrade_closes_the_stream(bed, authority):
    async def main():
        left, right = bed.sockets()
        stream = bed.keep(bed_stream(right))
        reset(left)
        with pytest.raises(StreamClosedError) as caught:
            await stream.start_tls(True, authority.server)
        assert isinstance(caught.value.real_error, OSError)

    def bed_stream(sock):
        from tornado.iostream import IOStream

        return IOStream(sock)

    bed.run(main())


def test_settings_that_cannot_be_read_leave_the_stream_as_it_is(bed):
    async def main():
        a, b = await bed.pair()
        with pytest.raises(FileNotFoundError, match=r"'/no/such\.pem'"):
            a.start_tls(True, {"certfile": "/no/such.pem"})
        await a.write(b"plain")
        assert await b.read_bytes(5) == b"plain"

    bed.run(main())
