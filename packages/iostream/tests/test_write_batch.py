"""Small writes that leave together at the end of a turn of the loop."""

import asyncio
import contextvars
import math
import os
import select
import socket
import subprocess
import sys
from contextlib import suppress

import pytest

from tornado.iostream import IOStream, StreamClosedError
from tornado.iostream._unsent import _write_batch

PATIENCE = 20


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Let no turn be too long, however busy the machine is."""
    monkeypatch.setattr(_write_batch, "_LONG", math.inf)


async def opened(bed, count=5, **options):
    """Return pairs of streams on a loop whose batch is open; the options go to the first of each."""
    pairs = [await bed.pair(**options) for _ in range(count)]
    await open_batch()
    return pairs


async def open_batch():
    """Write as many small things in one turn as it takes."""
    left, right = socket.socketpair()
    stream = IOStream(left)
    right.setblocking(False)
    for _ in range(_write_batch._SAMPLE + _write_batch._MANY):
        stream.write_soon(b"x")
        assert right.recv(100) == b"x"  # it was sent at once: the batch is closed
    await asyncio.sleep(0)
    stream.write_soon(b"x")
    assert not has_input(right), "the batch is not open"
    await asyncio.sleep(0)
    assert right.recv(100) == b"x"
    stream.close()
    right.close()


def has_input(sock):
    return bool(select.select([sock], [], [], 0)[0])


def test_writes_of_one_turn_are_sent_at_its_end(any_bed):
    async def main():
        pairs = await opened(any_bed)
        for number, (a, _) in enumerate(pairs):
            assert a.write_soon(b"answer %d" % number) == 0
        assert not any(has_input(b.socket) for _, b in pairs)
        for number, (_, b) in enumerate(pairs):
            assert await b.read_bytes(8) == b"answer %d" % number

    any_bed.run(main())


def test_a_program_with_one_connection_waits_for_nothing(bed):
    async def main():
        a, b = await bed.pair()
        for _ in range(_write_batch._SAMPLE * 2):
            a.write_soon(b"x")
            assert a._kept is None
            assert await b.read_bytes(1) == b"x"

    bed.run(main())


def test_a_batch_closes_after_turns_with_few_writes(bed):
    async def main():
        ((a, b),) = await opened(bed, 1)
        for _ in range(_write_batch._MISSES):
            a.write_soon(b"x")
            await b.read_bytes(1)
        a.write_soon(b"y")
        await asyncio.wait_for(asyncio.to_thread(select.select, [b.socket], [], []), PATIENCE)
        assert b.socket.recv(10) == b"y"

    bed.run(main())


def test_a_batch_closes_after_a_turn_that_took_long(bed, monkeypatch):
    async def main():
        pairs = await opened(bed)
        monkeypatch.setattr(_write_batch, "_LONG", 0)
        for a, _ in pairs:
            a.write_soon(b"x")
        await asyncio.sleep(0)
        a, b = pairs[0]
        await b.read_bytes(1)
        a.write_soon(b"y")
        assert a._kept is None
        assert await b.read_bytes(1) == b"y"

    bed.run(main())


def test_many_writes_do_not_wait_for_the_end_of_the_turn(bed):
    async def main():
        ((a, b),) = await opened(bed, 1)
        for _ in range(_write_batch._MOST):
            a.write_soon(b"x")
        assert a._kept is None
        assert await b.read_bytes(_write_batch._MOST) == b"x" * _write_batch._MOST

    bed.run(main())


@pytest.mark.parametrize("size", [_write_batch.LARGEST, _write_batch.LARGEST + 1])
def test_a_large_write_is_sent_at_once(bed, size):
    async def main():
        ((a, b),) = await opened(bed, 1)
        a.write_soon(b"x" * size)
        assert (a._kept is None) == (size > _write_batch.LARGEST)
        assert len(await b.read_bytes(size)) == size

    bed.run(main())


def test_small_writes_of_one_stream_are_joined_and_stay_bounded(any_bed):
    async def main():
        ((a, b),) = await opened(any_bed, 1)
        piece = b"0123456789abcdef" * 64
        for number in range(20):
            a.write_soon(b"%02d" % number + piece)
            assert len(a._kept or b"") <= _write_batch.LARGEST
        for number in range(20):
            assert await b.read_bytes(2 + len(piece)) == b"%02d" % number + piece

    any_bed.run(main())


def test_nothing_is_kept_where_the_buffer_is_limited(bed):
    async def main():
        ((a, b),) = await opened(bed, 1, max_write_buffer_size=100)
        a.write_soon(b"x")
        assert a._kept is None
        assert await b.read_bytes(1) == b"x"

    bed.run(main())


@pytest.mark.parametrize(
    "then",
    [
        lambda a: a.write_nowait(b"then"),
        lambda a: a.writelines_nowait([b"th", b"en"]),
        lambda a: a.write(b"then"),
        lambda a: a.write(bytearray(b"then")),
        lambda a: a._write_buffer is not None and a.write_nowait(b"then"),
    ],
)
def test_other_writes_come_after_what_is_kept(any_bed, then):
    async def main():
        ((a, b),) = await opened(any_bed, 1)
        a.write_soon(b"first")
        then(a)
        assert a.write_buffer_size == 0
        assert await b.read_bytes(9) == b"firstthen"

    any_bed.run(main())


def test_a_file_comes_after_what_is_kept(any_bed, tmp_path):
    async def main():
        ((a, b),) = await opened(any_bed, 1)
        path = tmp_path / "file"
        path.write_bytes(b"of a file")
        with path.open("rb") as file:
            a.write_soon(b"bytes ")
            await a.sendfile(file, 0, 9)
        assert await b.read_bytes(15) == b"bytes of a file"

    any_bed.run(main())


@pytest.mark.parametrize(
    "end",
    [
        lambda a: a.close(),
        lambda a: a.abort(),
        lambda a: a.close(exc_info=ValueError("x")),
        lambda a: a.close_when_written(),
    ],
)
def test_what_is_kept_is_sent_before_the_stream_closes(any_bed, end):
    async def main():
        ((a, b),) = await opened(any_bed, 1)
        a.write_soon(b"the last words")
        end(a)
        assert a.closed()
        assert await b.read_bytes(14) == b"the last words"
        with pytest.raises(StreamClosedError):
            a.write_soon(b"more")

    any_bed.run(main())


def test_what_is_kept_is_sent_before_the_write_side_closes(bed):
    async def main():
        ((a, b),) = await opened(bed, 1)
        a.write_soon(b"the last words")
        a.write_eof()
        assert await b.read_until_close() == b"the last words"

    bed.run(main())


def test_what_is_kept_is_sent_before_tls_begins(bed, authority):
    async def main():
        ((a, b),) = await opened(bed, 1)
        a.write_soon(b"ready\n")
        client = b.read_until(b"\n")
        server = a.start_tls(True, authority.server)
        assert await client == b"ready\n"
        streams = await asyncio.gather(
            server, b.start_tls(False, authority.client, server_hostname="localhost")
        )
        for stream in streams:
            bed.keep(stream)

    bed.run(main())


@pytest.mark.parametrize(
    "look", [lambda a: a.writing(), lambda a: a.write_buffer_size, lambda a: a.bytes_drained]
)
def test_nobody_sees_bytes_that_are_kept(any_bed, look):
    async def main():
        ((a, b),) = await opened(any_bed, 1)
        drained = a.bytes_drained
        a.write_soon(b"x")
        assert look(a) in (False, 0, drained, drained + 1)
        assert a._kept is None
        assert await b.read_bytes(1) == b"x"

    any_bed.run(main())


def test_a_peer_that_is_gone_ends_its_own_stream_only(any_bed):
    async def main():
        pairs = await opened(any_bed)
        gone, peer = pairs[0]
        recorder = any_bed.Recorder(gone)
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        peer.close()
        gone._ignore_input()  # the write is to find it, not the loop
        for a, _ in pairs:
            a.write_soon(b"x")
            a.write_soon(b"y")
        for _, b in pairs[1:]:
            assert await b.read_bytes(2) == b"xy"
        with suppress(StreamClosedError):
            gone.write_soon(b"z")  # a closed socket takes one write before the system says so
        await asyncio.wait_for(recorder.lost.wait(), PATIENCE)
        assert gone.closed()

    any_bed.run(main())


@pytest.mark.parametrize("end", ["close", "detach"])
def test_a_socket_that_the_program_closes_itself_ends_its_own_stream_only(any_bed, end):
    async def main():
        pairs = await opened(any_bed)
        closed = pairs[0][0]
        recorder = any_bed.Recorder(closed)
        await asyncio.sleep(0.01)  # uvloop has to know the descriptor before it disappears
        sock = closed.socket
        for a, _ in pairs:
            a.write_soon(b"x")
        fd = sock.fileno()
        getattr(sock, end)()
        for _, b in pairs[1:]:
            assert await asyncio.wait_for(b.read_bytes(1), PATIENCE) == b"x"
        if end == "detach":
            socket.socket(fileno=fd).close()
        if end == "close" or any_bed.kind != "tls":  # TLS goes on with a descriptor it knows
            await asyncio.wait_for(recorder.lost.wait(), PATIENCE)

    any_bed.run(main())


class Failing:
    """A socket of a program, whose `send` has a fault."""

    def __init__(self, sock, error):
        self.sock = sock
        self.error = error

    def __getattr__(self, name):
        return getattr(self.sock, name)

    def send(self, data):
        raise self.error


@pytest.mark.expected_errors("Uncaught exception, closing connection: sending on a stream")
@pytest.mark.parametrize("count", [1, _write_batch._MOST], ids=["end of the turn", "many"])
def test_an_exception_ends_its_own_stream_only(bed, count):
    async def main():
        pairs = await opened(bed)
        failing = pairs[0][0]
        recorder = bed.Recorder(failing)
        failing.socket = Failing(failing.socket, LookupError("a fault"))
        failing.write_soon(b"x")
        for _ in range(count):
            for a, _ in pairs[1:]:
                a.write_soon(b"x")
        for _, b in pairs[1:]:
            assert await asyncio.wait_for(b.read_bytes(count), PATIENCE) == b"x" * count
        await asyncio.wait_for(recorder.lost.wait(), PATIENCE)
        assert isinstance(failing.error, LookupError)

    bed.run(main())


def test_an_interrupt_leaves_the_others_for_the_next_turn(bed):
    async def main():
        pairs = await opened(bed, 3)
        failing = pairs[0][0]
        failing.socket = Failing(failing.socket, KeyboardInterrupt())
        for a, _ in pairs:
            a.write_soon(b"x")
        with pytest.raises(KeyboardInterrupt):
            failing._batch._send()
        for _, b in pairs[1:]:
            assert await asyncio.wait_for(b.read_bytes(1), PATIENCE) == b"x"

    bed.run(main())


def test_a_text_is_refused_where_it_is_written(any_bed):
    async def main():
        ((a, b),) = await opened(any_bed, 1)
        for _ in range(2):
            a.write_soon(b"x")
            with pytest.raises(TypeError, match="a stream carries bytes, not str"):
                a.write_soon("text")
        assert await b.read_bytes(2) == b"xx"

    any_bed.run(main())


@pytest.mark.parametrize("kind", [bytearray, lambda data: memoryview(bytearray(data))])
def test_a_buffer_that_may_change_is_sent_at_once(any_bed, kind):
    async def main():
        ((a, b),) = await opened(any_bed, 1)
        for first in (b"", b"x"):  # alone, and after what is kept already
            if first:
                a.write_soon(first)
            data = kind(b"before")
            assert a.write_soon(data) == 0
            data[:] = b"after!"
            assert await b.read_bytes(len(first) + 6) == first + b"before"

    any_bed.run(main())


@pytest.mark.parametrize(
    "use",
    [
        lambda a: a.socket.send(b"y"),
        lambda a: os.write(a.fileno(), b"y"),
        lambda a: (a.send_now(), a._socket.send(b"y")),
    ],
    ids=["socket", "fileno", "send_now"],
)
def test_what_is_kept_is_sent_before_the_socket_is_given_out(bed, use):
    async def main():
        ((a, b),) = await opened(bed, 1)
        a.write_soon(b"x")
        use(a)
        assert await b.read_bytes(2) == b"xy"

    bed.run(main())


def fill(stream):
    """Fill the buffers of the system; return how many bytes that took."""
    sent = 0
    for size in (65536, 1):
        try:
            while True:
                sent += stream.socket.send(bytes(size))
        except BlockingIOError:
            pass
    return sent


def test_what_a_slow_peer_does_not_take_follows_later(bed):
    bed.kind = "unix"  # whose buffers stay full until the peer reads

    async def main():
        pairs = await opened(bed)
        a, b = pairs[0]
        sent = fill(a)
        assert sent
        for each, _ in pairs:
            each.write_soon(b"x" * 1000)
        await asyncio.sleep(0)
        assert a.write_buffer_size == 1000
        assert pairs[1][0].write_buffer_size == 0
        a.write_soon(b"y")  # in order, though the batch is open
        written = a.write(b"z")
        assert not written.done()
        received = await b.read_bytes(sent + 1002)
        assert received[sent:] == b"x" * 1000 + b"yz"
        await asyncio.wait_for(written, PATIENCE)

    bed.run(main())


def test_a_slow_peer_is_watched_in_the_context_of_its_own_write(bed):
    bed.kind = "unix"

    async def main():
        name = contextvars.ContextVar("name", default="nobody's")
        seen = []
        enough = asyncio.Event()

        def resume():
            seen.append(name.get())
            if len(seen) == len(pairs):
                enough.set()

        pairs = await opened(bed)
        for number, (a, _) in enumerate(pairs):
            context = contextvars.copy_context()
            context.run(name.set, number)
            recorder = bed.Recorder(a)
            recorder.resume_writing = resume
            sent = fill(a)
            context.run(a.write_soon, b"x")
        await asyncio.sleep(0)
        for a, b in pairs:
            a.write_nowait(bytes(500_000))
            await b.read_bytes(sent + 500_001)
        await asyncio.wait_for(enough.wait(), PATIENCE)
        assert sorted(seen) == list(range(len(pairs)))

    bed.run(main())


PROGRAM = """
import asyncio, math, socket, sys
from tornado.iostream import IOStream
from tornado.iostream._unsent import _write_batch

_write_batch._LONG = math.inf
stream = IOStream(socket.socket(fileno=int(sys.argv[1])))

def many():
    for number in range(_write_batch._SAMPLE + 10):
        stream.write_soon(b".")
    loop.call_soon(last)

def last():
    stream.write_soon(b"the last words")
    if stream._kept is None:
        sys.exit("the batch is not open")
    loop.stop()

loop = asyncio.new_event_loop()
loop.call_soon(many)
loop.run_forever()
if stream._kept is None:
    sys.exit("sent before the end")
"""


def test_what_is_kept_is_sent_when_the_program_ends():
    left, right = socket.socketpair()
    with left, right:
        subprocess.run(
            [sys.executable, "-c", PROGRAM, str(left.fileno())],
            pass_fds=[left.fileno()],
            check=True,
            timeout=60,
        )
        left.close()
        right.settimeout(PATIENCE)
        assert right.makefile("rb").read() == b"." * (_write_batch._SAMPLE + 10) + b"the last words"


FORK = PROGRAM.replace(
    "loop.run_forever()\n",
    """
loop.run_forever()
child = os.fork()
if not child:
    if sys.argv[2] == "close":
        stream.close()
        os._exit(0)
    assert stream._kept is None, "the words of the parent"
    words, (own, other) = stream, socket.socketpair()
    stream = IOStream(own)  # the other socket would be full
    def last():
        global stream
        stream = words
        stream.write_soon(b" and the child")
        loop.stop()
    loop.call_soon(many)
    loop.run_forever()
else:
    if os.waitpid(child, 0)[1]:
        sys.exit("the child has failed")
""",
).replace("import asyncio,", "import os, asyncio,")


@pytest.mark.parametrize("use", ["close", "write"])
def test_a_forked_process_does_not_send_what_its_parent_keeps(use):
    left, right = socket.socketpair()
    with left, right:
        subprocess.run(
            [sys.executable, "-c", FORK, str(left.fileno()), use],
            pass_fds=[left.fileno()],
            check=True,
            timeout=60,
        )
        left.close()
        right.settimeout(PATIENCE)
        dots = b"." * (_write_batch._SAMPLE + 10)
        of_child = b" and the child" if use == "write" else b""
        assert right.makefile("rb").read() == dots + of_child + b"the last words"


def test_a_stream_without_a_socket_writes_at_once(bed):
    from tornado.iostream import MemoryIOStream

    async def main():
        a, b = MemoryIOStream.pair()
        assert a.write_soon(b"x") == 0
        assert await b.read_bytes(1) == b"x"
        a.close()
        b.close()

    bed.run(main())


def test_a_subclass_that_overrides_how_it_writes_is_asked(bed):
    class Loud(IOStream):
        written = b""

        def write_to_fd(self, data):
            self.written += bytes(data)
            return super().write_to_fd(data)

    async def main():
        left, right = bed.sockets()
        a, b = bed.keep(Loud(left)), bed.keep(IOStream(right))
        await open_batch()
        a.write_soon(b"x")
        assert await b.read_bytes(1) == b"x"
        assert a.written == b"x"

    bed.run(main())
