import asyncio
import logging
import re
import shutil
import socket
import ssl
import struct
import subprocess

import pytest

from tornado.iostream import IOStream, SSLIOStream, StreamClosedError
from tornado.netutil import bind_sockets, ssl_wrap_socket
from tornado.tcpserver import TCPServer


class Server(TCPServer):
    """Echo over TLS, and note how each connection ended."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.streams = []
        self.ended = asyncio.Event()
        [sock] = bind_sockets(0, "127.0.0.1")
        self.address = sock.getsockname()
        self.add_socket(sock)

    async def handle_stream(self, stream, address):
        self.streams.append(stream)
        try:
            while True:
                await stream.write(await stream.read_bytes(65536, partial=True))
        except StreamClosedError as error:
            self.error = error.real_error
            self.ended.set()

    def close(self):
        self.stop()
        for stream in self.streams:
            stream.close()


@pytest.fixture
def tls_bed(bed, authority):
    def serve(**options):
        return bed.keep(Server(ssl_options=authority.server, **options))

    bed.serve = serve
    return bed


async def connect(bed, server, *, options, name="localhost"):
    stream = bed.keep(SSLIOStream(socket.socket(), ssl_options=options))
    await stream.connect(server.address, server_hostname=name)
    return stream


def test_connect_includes_the_handshake(tls_bed, authority):
    async def main():
        server = tls_bed.serve()
        stream = await connect(tls_bed, server, options=authority.client)
        assert stream.socket.version().startswith("TLSv1")
        assert stream.socket.getpeercert()["subjectAltName"]
        assert await stream.wait_for_handshake() is stream
        await stream.write(b"hello")
        assert await stream.read_bytes(5) == b"hello"

    tls_bed.run(main())


def test_writes_and_reads_may_be_asked_for_before_the_handshake(tls_bed, authority):
    async def main():
        server = tls_bed.serve()
        stream = tls_bed.keep(SSLIOStream(socket.socket(), ssl_options=authority.client))
        connected = stream.connect(server.address, "localhost")
        written = stream.write(b"early")
        read = stream.read_bytes(5)
        assert stream.reading()
        assert stream.writing()
        assert await read == b"early"
        await asyncio.gather(connected, written)

    tls_bed.run(main())


def test_a_protocol_may_be_attached_before_the_handshake(tls_bed, authority):
    async def main():
        server = tls_bed.serve()
        stream = tls_bed.keep(SSLIOStream(socket.socket(), ssl_options=authority.client))
        stream.connect(server.address, "localhost")
        recorder = tls_bed.Recorder(stream)
        stream.write_nowait(b"early")
        await recorder.until(5)
        server.close()
        await recorder.lost.wait()
        assert recorder.events[-2:] == ["eof", "lost"]

    tls_bed.run(main())


@pytest.mark.parametrize(
    ("name", "own", "message"),
    [
        ("localhost", False, "certificate verify failed"),
        ("example.com", True, "Hostname mismatch"),
    ],
)
def test_a_bad_certificate_fails_on_both_sides(tls_bed, authority, caplog, name, own, message):
    async def main():
        server = tls_bed.serve()
        options = authority.client if own else {}
        with pytest.raises(ssl.SSLCertVerificationError, match=message):
            await connect(tls_bed, server, options=options, name=name)
        stream = tls_bed.closables[-1]
        assert stream.closed()
        assert isinstance(stream.error, ssl.SSLCertVerificationError)
        await server.ended.wait()
        assert isinstance(server.error, ssl.SSLError)
        assert re.search(r"SSL Error on \d+ \('127\.0\.0\.1', \d+\): ", caplog.text)

    tls_bed.run(main())


def test_a_client_that_verifies_names_needs_one(tls_bed, authority, caplog):
    async def main():
        server = tls_bed.serve()
        with pytest.raises(ValueError, match="check_hostname requires server_hostname"):
            await connect(tls_bed, server, options=authority.client, name=None)
        await server.ended.wait()

    tls_bed.run(main())


def test_a_handshake_waiter_hears_why_it_failed(tls_bed, authority, caplog):
    async def main():
        left, right = tls_bed.sockets()
        wrapped = ssl_wrap_socket(
            left, authority.server, server_side=True, do_handshake_on_connect=False
        )
        stream = tls_bed.keep(SSLIOStream(wrapped))
        waiting = stream.wait_for_handshake()
        with pytest.raises(RuntimeError, match="Already waiting"):
            stream.wait_for_handshake()
        right.sendall(b"GET / HTTP/1.0\r\n\r\n")
        with pytest.raises(ssl.SSLError):
            await waiting
        with pytest.raises(StreamClosedError):
            stream.wait_for_handshake()
        right.close()

    tls_bed.run(main())


def test_a_peer_that_leaves_in_the_handshake_makes_no_log_line(tls_bed, caplog):
    async def main():
        server = tls_bed.serve()
        plain = tls_bed.keep(IOStream(socket.socket()))
        await plain.connect(server.address)
        plain.close()
        await server.ended.wait()
        assert not caplog.records

    tls_bed.run(main())


def test_a_handler_sees_its_stream_before_the_handshake_can_fail(tls_bed, authority, caplog):
    class Look(Server):
        async def handle_stream(self, stream, address):
            self.streams.append(stream)
            self.was_closed = stream.closed()
            await super().handle_stream(stream, address)

    async def main():
        server = tls_bed.keep(Look(ssl_options=authority.server))
        plain = socket.create_connection(server.address)
        plain.sendall(b"no TLS")
        plain.close()
        await server.ended.wait()
        assert server.was_closed is False

    tls_bed.run(main())


async def write_for_ever(stream):
    while True:
        await stream.write(bytes(100_000))


@pytest.mark.parametrize("is_reset", [False, True], ids=["closes", "resets"])
@pytest.mark.parametrize("is_read", [False, True], ids=["unread", "read"])
def test_a_peer_that_leaves_without_close_notify_makes_no_log_line(
    tls_bed, authority, caplog, is_reset, is_read
):
    async def main():
        server = tls_bed.serve()
        client = await connect(tls_bed, server, options=authority.client)
        await client.write(b"x")
        while not server.streams:  # noqa: ASYNC110 - its handler runs beside this
            await asyncio.sleep(0.001)
        stream = server.streams[0]
        if is_read:
            await client.read_bytes(1)
        client.io_loop.remove_handler(client.fileno())
        raw = socket.socket(fileno=client.socket.detach())
        if is_reset:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raw.close()
        with pytest.raises(StreamClosedError):
            await write_for_ever(stream)
        await server.ended.wait()
        assert caplog.records == []

    tls_bed.run(main())


def test_a_refused_connection_is_the_real_error(tls_bed):
    async def main():
        server = tls_bed.serve()
        server.stop()
        with pytest.raises(StreamClosedError) as caught:
            await connect(tls_bed, server, options={})
        assert isinstance(caught.value.real_error, ConnectionRefusedError)

    tls_bed.run(main())


def test_a_handshake_that_takes_too_long_is_ended(tls_bed):
    async def main():
        server = tls_bed.serve(handshake_timeout=0.05)
        plain = tls_bed.keep(IOStream(socket.socket()))
        await plain.connect(server.address)
        assert await plain.read_until_close() == b""
        await server.ended.wait()
        assert isinstance(server.error, TimeoutError)
        assert "0.05 seconds" in str(server.error)

    tls_bed.run(main())


def test_a_finished_handshake_stops_its_timer(tls_bed, authority):
    async def main():
        server = tls_bed.serve(handshake_timeout=0.2)
        stream = await connect(tls_bed, server, options=authority.client)
        await asyncio.sleep(0.3)
        await stream.write(b"x")
        assert await stream.read_bytes(1) == b"x"

    tls_bed.run(main())


def test_both_sides_send_close_notify(tls_bed, authority):
    async def main():
        server = tls_bed.serve()
        sock = authority.client.wrap_socket(
            socket.socket(), server_hostname="localhost", suppress_ragged_eofs=False
        )
        await asyncio.to_thread(sock.connect, server.address)
        while not server.streams:
            await tls_bed.soon()
        await server.streams[0].wait_for_handshake()
        server.streams[0].close()
        # Without close_notify this would be an SSLEOFError.
        assert await asyncio.to_thread(sock.recv, 1) == b""
        sock.close()

    tls_bed.run(main())


def test_records_of_every_size_and_boundary_arrive(tls_bed, authority):
    async def main():
        server = tls_bed.serve()
        stream = await connect(tls_bed, server, options=authority.client)
        for size in (1, 16383, 16384, 16385, 65535, 65536, 65537, 262145, 1_000_000):
            data = bytes([size % 251]) * size
            stream.write_nowait(data)
            assert await stream.read_bytes(size) == data

    tls_bed.run(main())


@pytest.mark.parametrize("chunk", [1, 100, 20_000])
def test_nothing_is_left_in_the_decrypted_record(tls_bed, authority, chunk):
    async def main():
        server = tls_bed.serve()
        stream = tls_bed.keep(
            SSLIOStream(socket.socket(), ssl_options=authority.client, read_chunk_size=chunk)
        )
        await stream.connect(server.address, "localhost")
        data = bytes(range(200)) * 60
        stream.write_nowait(data)
        for start in range(0, len(data), 1000):
            assert await stream.read_bytes(1000) == data[start : start + 1000]
        recorder = tls_bed.Recorder(stream)
        stream.write_nowait(data)
        await recorder.until(len(data))
        assert recorder.data == data

    tls_bed.run(main())


def test_data_before_the_close_is_not_lost(tls_bed, authority):
    async def main():
        left, right = tls_bed.sockets()
        a = tls_bed.keep(
            SSLIOStream(
                authority.server.wrap_socket(left, server_side=True, do_handshake_on_connect=False)
            )
        )
        peer_socket = authority.client.wrap_socket(
            right, server_hostname="localhost", do_handshake_on_connect=False
        )
        b = tls_bed.keep(SSLIOStream(peer_socket))
        await asyncio.gather(a.wait_for_handshake(), b.wait_for_handshake())
        await b.write(bytes(16384))
        await b.write(b"last")
        b.close()
        assert await a.read_until_close() == bytes(16384) + b"last"

    tls_bed.run(main())


def test_tls_has_no_half_to_close(tls_bed, authority):
    async def main():
        server = tls_bed.serve()
        stream = await connect(tls_bed, server, options=authority.client)
        with pytest.raises(OSError, match="no separate write side"):
            stream.write_eof()

    tls_bed.run(main())


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl program")
def test_renegotiation_is_refused(tls_bed, authority, caplog):
    async def main():
        server = tls_bed.serve()
        caplog.set_level(logging.CRITICAL)
        command = ["openssl", "s_client", "-connect", "127.0.0.1:%d" % server.address[1], "-tls1_2"]
        client = await asyncio.create_subprocess_exec(
            *command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        while not server.streams:
            await tls_bed.soon()
        await server.streams[0].wait_for_handshake()
        client.stdin.write(b"R\n")  # asks for a new handshake
        output, _ = await asyncio.wait_for(client.communicate(), 20)
        _, found, answer = output.partition(b"RENEGOTIATING")
        assert found
        # OpenSSL's queue of errors; those of an unknown certificate have another form.
        assert b"no renegotiation" in answer.lower() or b":error:" in answer.lower()

    tls_bed.run(main())
