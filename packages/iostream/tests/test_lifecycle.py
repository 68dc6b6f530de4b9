import asyncio
import gc
import weakref

import pytest

from tornado.ioloop import IOLoop
from tornado.iostream import IOStream, StreamClosedError


def test_the_close_callback_hears_that_the_peer_has_closed(any_bed):
    async def main():
        a, b = await any_bed.pair()
        closed = asyncio.Event()
        a.set_close_callback(closed.set)
        b.close()
        await closed.wait()
        assert a.closed()
        assert a.error is None

    any_bed.run(main())


def test_the_close_callback_comes_after_the_buffered_bytes_are_read(any_bed):
    async def main():
        a, b = await any_bed.pair()
        closed = asyncio.Event()
        a.set_close_callback(closed.set)
        await b.write(b"zz")
        await any_bed.soon()
        b.close()
        await any_bed.soon()
        assert not closed.is_set()
        assert await a.read_bytes(2) == b"zz"
        await closed.wait()

    any_bed.run(main())


def test_the_close_callback_is_called_once_and_later(bed):
    async def main():
        a, _ = await bed.pair()
        calls = []
        a.set_close_callback(lambda: calls.append("first"))
        a.set_close_callback(lambda: calls.append("second"))
        a.close()
        a.close()
        assert calls == []
        await bed.soon()
        assert calls == ["second"]
        a.set_close_callback(lambda: calls.append("late"))
        await bed.soon()
        assert calls == ["second"]

    bed.run(main())


def test_a_removed_close_callback_is_not_called(bed):
    async def main():
        a, _ = await bed.pair()
        calls = []
        a.set_close_callback(lambda: calls.append("removed"))
        a.set_close_callback(None)
        a.close()
        await bed.soon()
        assert calls == []

    bed.run(main())


def raise_and_close(stream):
    try:
        raise LookupError("boo")
    except LookupError:
        stream.close(exc_info=True)


@pytest.mark.parametrize(
    "close",
    [
        lambda stream: stream.close(LookupError("boo")),
        lambda stream: stream.close(exc_info=(LookupError, LookupError("boo"), None)),
        raise_and_close,
    ],
)
def test_close_records_its_reason(bed, close):
    async def main():
        a, _ = await bed.pair()
        read = a.read_bytes(1)
        close(a)
        assert isinstance(a.error, LookupError)
        with pytest.raises(StreamClosedError, match="boo") as caught:
            await read
        assert caught.value.real_error is a.error

    bed.run(main())


def test_close_without_a_reason_leaves_no_error(bed):
    async def main():
        a, _ = await bed.pair()
        assert not a.closed()
        a.close(exc_info=(None, None, None))
        assert a.closed()
        assert a.error is None
        assert a.socket is None

    bed.run(main())


def test_a_stream_may_be_closed_in_every_callback_of_its_own(any_bed):
    async def main():
        a, b = await any_bed.pair()
        a.read_bytes(1).add_done_callback(lambda future: a.close())
        b.write_nowait(b"x")
        assert await b.read_until_close() == b""
        c, d = await any_bed.pair()
        written = c.write(bytes(1_000_000))
        written.add_done_callback(lambda future: c.close())
        assert len(await d.read_until_close()) == 1_000_000
        assert c.closed()

    any_bed.run(main())


def test_streams_that_are_closed_are_freed_without_the_collector(bed):
    async def main():
        gc.disable()
        try:
            references = []
            for _ in range(3):
                a, b = await bed.pair()
                bed.closables.clear()
                references += [weakref.ref(a), weakref.ref(b)]
                read = a.read_bytes(2)
                recorder = bed.Recorder(b)
                a.write_nowait(b"x")
                b.write_nowait(b"yz")
                await read
                a.close()
                await recorder.lost.wait()
                del a, b, read, recorder
            await bed.soon()
            assert [reference() for reference in references] == [None] * 6
        finally:
            gc.enable()

    bed.run(main())


def test_a_stream_can_be_made_and_used_before_its_loop_runs(authority):
    import socket

    left, right = socket.socketpair()
    loop = IOLoop(make_current=True)
    try:
        a, b = IOStream(left), IOStream(right)
        read = b.read_bytes(5)
        a.write_nowait(b"early")
        assert a.io_loop is loop

        async def main():
            assert await read == b"early"
            a.close()
            b.close()

        loop.run_sync(main)
    finally:
        loop.close()
        IOLoop.clear_current()


def test_a_stream_outlives_its_loop_without_complaint():
    import socket

    left, right = socket.socketpair()

    async def main():
        a = IOStream(left)
        a.set_close_callback(lambda: None)
        return a, a.read_bytes(1)

    a, read = asyncio.run(main())
    a.close()
    assert a.closed()
    assert not read.done()
    right.close()


def test_a_stream_shows_what_it_is(bed):
    async def main():
        a, _ = await bed.pair()
        assert repr(a) == f"<IOStream fd={a.fileno()}>"
        a.close()
        assert repr(a) == "<IOStream closed>"

    bed.run(main())


def test_a_socket_that_is_closed_under_the_stream_does_no_harm(bed):
    async def main():
        a, _ = await bed.pair()
        read = a.read_bytes(1)
        a.socket.close()
        a.close()
        with pytest.raises(StreamClosedError):
            await read

    bed.run(main())
