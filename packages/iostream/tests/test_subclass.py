"""Streams of other kinds, as applications make them: by overriding what touches the descriptor."""

import os
import socket

import pytest

from tornado.iostream import BaseIOStream, IOStream, SSLIOStream, StreamClosedError


class DescriptorStream(BaseIOStream):
    """A stream over any descriptor, written as the documentation asks for."""

    def __init__(self, fd, *args, **kwargs):
        os.set_blocking(fd, False)
        self.fd = fd
        super().__init__(*args, **kwargs)

    def fileno(self):
        return self.fd

    def close_fd(self):
        os.close(self.fd)

    def read_from_fd(self, buf):
        try:
            return os.readv(self.fd, [buf])
        except BlockingIOError:
            return None

    def write_to_fd(self, data):
        return os.write(self.fd, data)


class CountingStream(IOStream):
    """An IOStream that counts, and calls its base class."""

    received = sent = 0

    def read_from_fd(self, buf):
        count = super().read_from_fd(buf)
        self.received += count or 0
        return count

    def write_to_fd(self, data):
        count = super().write_to_fd(data)
        self.sent += count
        return count


def make(kind):
    left, right = socket.socketpair()
    if kind is DescriptorStream:
        return kind(left.detach()), kind(right.detach())
    return kind(left), kind(right)


@pytest.mark.parametrize("kind", [DescriptorStream, CountingStream])
def test_a_stream_of_another_kind_pulls_and_pushes(bed, kind):
    async def main():
        a, b = map(bed.keep, make(kind))
        sent = a.write(b"line\n" + bytes(1_000_000))
        assert await b.read_until(b"\n") == b"line\n"
        target = bytearray(500_000)
        assert await b.read_into(target) == 500_000
        assert await b.read_bytes(500_000) == bytes(500_000)
        await sent
        recorder = bed.Recorder(b)
        a.write_nowait(b"pushed ")
        a.writelines_nowait([b"in ", b"pieces"])
        await recorder.until(16)
        assert recorder.data == b"pushed in pieces"
        a.close()
        await recorder.lost.wait()

    bed.run(main())


def test_every_byte_passes_through_the_overridden_methods(bed):
    async def main():
        a, b = map(bed.keep, make(CountingStream))
        await a.write(b"x")
        a.write_nowait(b"yy")
        a.writelines_nowait([b"zzz", b"."])
        await b.read_bytes(4)
        await b.read_into(bytearray(3))
        assert (a.sent, b.received) == (7, 7)

    bed.run(main())


def test_every_byte_passes_through_the_overridden_methods_over_tls(bed, authority):
    class Secure(SSLIOStream):
        received = sent = 0

        def read_from_fd(self, buf):
            count = super().read_from_fd(buf)
            self.received += count or 0
            return count

        def write_to_fd(self, data):
            count = super().write_to_fd(data)
            self.sent += count
            return count

    async def main():
        left, right = bed.sockets()
        server = authority.server.wrap_socket(left, server_side=True, do_handshake_on_connect=False)
        client = authority.client.wrap_socket(
            right, server_hostname="localhost", do_handshake_on_connect=False
        )
        a, b = bed.keep(Secure(server)), bed.keep(Secure(client))
        written = a.write(bytes(3_000_000))
        assert len(await b.read_bytes(1_000_000)) == 1_000_000
        target = bytearray(2_000_000)
        assert await b.read_into(target) == 2_000_000
        await written
        assert (a.sent, b.received) == (3_000_000, 3_000_000)
        recorder = bed.Recorder(b)
        a.writelines_nowait([b"pushed ", b"pieces"])
        await recorder.until(13)
        assert recorder.data == b"pushed pieces"

    bed.run(main())


def test_a_method_that_fails_closes_the_stream(bed, caplog):
    class Broken(CountingStream):
        def read_from_fd(self, buf):
            raise OSError(5, "broken device")

    async def main():
        a, b = map(bed.keep, make(Broken))
        a.write_nowait(b"x")
        with pytest.raises(StreamClosedError, match="broken device"):
            await b.read_bytes(1)
        assert "error on read" in caplog.text

    bed.run(main())


def test_the_base_class_says_what_is_missing():
    stream = BaseIOStream()
    for call in (
        stream.fileno,
        stream.close_fd,
        lambda: stream.read_from_fd(bytearray(1)),
        lambda: stream.write_to_fd(memoryview(b"x")),
    ):
        with pytest.raises(NotImplementedError):
            call()
    assert stream.get_fd_error() is None
