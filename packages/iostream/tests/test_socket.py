import asyncio
import socket
import threading
import time

import pytest

from tornado.iostream import IOStream, StreamClosedError


def test_connect_gives_the_stream_itself(bed):
    async def main():
        with socket.create_server(("127.0.0.1", 0)) as listener:
            a = bed.keep(IOStream(socket.socket()))
            connected = a.connect(listener.getsockname())
            early = a.write(b"before the connection stands")
            assert await connected is a
            await early
            with listener.accept()[0] as peer:
                assert peer.recv(100) == b"before the connection stands"

    bed.run(main())


def test_reads_may_be_asked_for_while_connecting(bed):
    async def main():
        with socket.create_server(("127.0.0.1", 0)) as listener:
            a = bed.keep(IOStream(socket.socket()))
            connected = a.connect(listener.getsockname())
            read = a.read_until(b"\n")
            peer = listener.accept()[0]
            peer.sendall(b"welcome\n")
            assert await read == b"welcome\n"
            await connected
            peer.close()

    bed.run(main())


def test_a_protocol_may_be_attached_while_connecting(bed):
    async def main():
        with socket.create_server(("127.0.0.1", 0)) as listener:
            a = bed.keep(IOStream(socket.socket()))
            connected = a.connect(listener.getsockname())
            recorder = bed.Recorder(a)
            a.write_nowait(b"hello")
            peer = listener.accept()[0]
            peer.sendall(b"welcome")
            await connected
            await recorder.until(7)
            assert peer.recv(5) == b"hello"
            peer.close()
            await recorder.lost.wait()

    bed.run(main())


def test_a_refused_connection_is_the_real_error(bed, caplog, unused_port):
    async def main():
        a = bed.keep(IOStream(socket.socket()))
        lost = asyncio.Event()
        a.set_close_callback(lost.set)
        with pytest.raises(StreamClosedError) as caught:
            await a.connect(("127.0.0.1", unused_port()))
        assert isinstance(caught.value.real_error, ConnectionRefusedError)
        assert isinstance(a.error, ConnectionRefusedError)
        assert a.closed()
        await lost.wait()
        assert not caplog.records

    bed.run(main())


def test_writes_fail_with_the_connection(bed, unused_port):
    async def main():
        a = bed.keep(IOStream(socket.socket()))
        connected = a.connect(("127.0.0.1", unused_port()))
        written = a.write(b"x")
        with pytest.raises(StreamClosedError):
            await written
        with pytest.raises(StreamClosedError):
            await connected

    bed.run(main())


def test_an_address_that_makes_no_sense_fails_at_once(bed):
    async def main():
        a = bed.keep(IOStream(socket.socket()))
        with pytest.raises(StreamClosedError) as caught:
            await a.connect(("127.0.0.1.1.1.1", 80))
        assert isinstance(caught.value.real_error, socket.gaierror)
        with pytest.raises(StreamClosedError):
            a.connect(("127.0.0.1", 80))

    bed.run(main())


def test_a_cancelled_connect_leaves_a_stream_that_can_be_closed(bed):
    async def main():
        with socket.create_server(("127.0.0.1", 0)) as listener:
            a = bed.keep(IOStream(socket.socket()))
            connected = a.connect(listener.getsockname())
            connected.cancel()
            await bed.soon()
            assert not a.closed()
            await a.write(b"x")
            a.close()

    bed.run(main())


@pytest.mark.parametrize("data", [b"all", b""])
@pytest.mark.parametrize("ending", ["close_when_written", "write_eof"])
def test_the_end_of_writing_may_be_asked_for_while_connecting(bed, ending, data):
    async def main():
        with socket.create_server(("127.0.0.1", 0)) as listener:
            a = bed.keep(IOStream(socket.socket()))
            a.connect(listener.getsockname())
            a.write_nowait(data)
            getattr(a, ending)()
            assert not a.closed()
            with listener.accept()[0] as peer:
                await bed.soon()
                got = await asyncio.to_thread(peer.recv, 100, socket.MSG_WAITALL)
                assert got == data
            assert a.closed() == (ending == "close_when_written")

    bed.run(main())


def test_nodelay_is_switched_on_tcp_and_ignored_elsewhere(bed):
    async def main():
        a, _ = await bed.pair()
        for value in (True, False):
            a.set_nodelay(value)
            assert bool(a.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)) == value
        left, right = socket.socketpair()
        b = bed.keep(IOStream(left))
        b.set_nodelay(True)
        right.close()
        a.close()
        a.set_nodelay(True)

    bed.run(main())


def test_the_pending_error_of_a_socket_can_be_asked_for(bed, unused_port):
    async def main():
        a, _ = await bed.pair()
        assert a.get_fd_error() is None
        sock = socket.socket()
        sock.setblocking(False)
        b = bed.keep(IOStream(sock))
        with pytest.raises(BlockingIOError):
            sock.connect(("127.0.0.1", unused_port()))
        await bed.soon()
        assert isinstance(b.get_fd_error(), ConnectionRefusedError)

    bed.run(main())


def test_options_reach_the_stream(bed):
    async def main():
        left, right = socket.socketpair()
        a = bed.keep(IOStream(left, 1000, 100, 10))
        assert (a.max_buffer_size, a.read_chunk_size, a.max_write_buffer_size) == (1000, 100, 10)
        b = bed.keep(IOStream(right, max_buffer_size=1000))
        assert b.read_chunk_size == 500

    bed.run(main())


@pytest.mark.slow
def test_a_slow_network_changes_nothing(bed):
    """Send through a relay that passes a few bytes at a time with pauses."""

    def relay(source, target):
        while data := source.recv(7):
            time.sleep(0.001)
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)

    async def main():
        a, near = await connected_pair(bed)
        b, far = await connected_pair(bed)
        thread = threading.Thread(target=relay, args=(near, far))
        thread.start()
        lines = [b"%d\r\n" % n for n in range(200)]
        a.writelines_nowait(lines)
        a.write_eof()
        for line in lines:
            assert await b.read_until(b"\r\n") == line
        assert await b.read_until_close() == b""
        await asyncio.to_thread(thread.join)
        near.close()
        far.close()

    bed.run(main())


async def connected_pair(bed):
    """Return a stream and the blocking socket at its other end."""
    left, right = bed.sockets()
    return bed.keep(IOStream(left)), right


def test_nodelay_is_switched_on_and_off(bed):
    async def main():
        with socket.create_server(("127.0.0.1", 0)) as listener:
            stream = bed.keep(IOStream(socket.socket()))
            await stream.connect(listener.getsockname())
            for wanted in (True, False):
                stream.set_nodelay(wanted)
                option = stream.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                assert bool(option) is wanted
            stream.close()
            stream.set_nodelay(True)  # nobody is left to tell

    bed.run(main())


def test_a_stream_has_the_descriptor_of_its_socket_and_closes_it(bed):
    async def main():
        ours, theirs = socket.socketpair()
        with theirs:
            stream = IOStream(ours)
            stream.set_nodelay(True)  # which a socket without a network ignores
            assert stream.fileno() == ours.fileno()
            assert stream.get_fd_error() is None
            stream.close_fd()
            assert (stream.socket, ours.fileno()) == (None, -1)
            assert theirs.recv(1) == b""

    bed.run(main())


def test_the_error_of_a_closed_stream_has_the_reason():
    reason = ConnectionResetError("reset by peer")
    assert StreamClosedError(real_error=reason).real_error is reason
    assert StreamClosedError().real_error is None
