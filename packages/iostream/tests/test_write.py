import array
import asyncio
import os
import select
import socket
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tornado.iostream import IOStream, StreamBufferFullError, StreamClosedError

TWENTY_MEGABYTES = 20_000_000


def test_a_write_is_done_when_all_is_sent(any_bed):
    async def main():
        a, b = await any_bed.pair()
        written = a.write(bytes(1_000_000))
        assert a.writing()
        assert not written.done()
        assert len(await b.read_bytes(1_000_000)) == 1_000_000
        assert await written is None
        assert not a.writing()
        assert a.write_buffer_size == 0

    any_bed.run(main())


def test_a_small_write_is_done_at_once(bed):
    async def main():
        a, _ = await bed.pair()
        written = a.write(b"x")
        assert written.done()
        assert await written is None
        assert await a.write(b"") is None

    bed.run(main())


@pytest.mark.parametrize("gone", [False, True])
def test_what_could_not_be_written_can_be_resized_again(any_bed, gone):
    async def main():
        a, b = await any_bed.pair()
        if gone:
            b.close()
        data = bytearray(1_000_000)
        written = a.write(data)
        if not gone:
            a.close()
        with pytest.raises(StreamClosedError):
            await written
        data.clear()

    any_bed.run(main())


@pytest.mark.slow
def test_twenty_megabytes_arrive_whole_at_a_slow_reader(any_bed):
    async def main():
        a, b = await any_bed.pair()
        data = memoryview(bytes(range(250)) * (TWENTY_MEGABYTES // 250))
        written = a.write(data)
        target = bytearray(TWENTY_MEGABYTES)
        await b.read_into(memoryview(target)[: TWENTY_MEGABYTES // 2])
        await asyncio.sleep(0.05)
        await b.read_into(memoryview(target)[TWENTY_MEGABYTES // 2 :])
        await written
        assert target == data

    any_bed.run(main())


@pytest.mark.parametrize("size", [1, 3000])
def test_many_writes_to_a_slow_reader_arrive_in_order(any_bed, size):
    async def main():
        a, b = await any_bed.pair()
        a.write(bytes(800_000))
        pieces = [bytes([n % 256]) * size for n in range(1000)]
        futures = [a.write(piece) for piece in pieces]
        # Small writes are joined with each other, large ones stay as they are.
        assert len(a._write_buffer) == (2 if size == 1 else 1001)
        await b.read_bytes(800_000)
        assert await b.read_bytes(1000 * size) == b"".join(pieces)
        await asyncio.gather(*futures)

    any_bed.run(main())


@pytest.mark.parametrize(
    "data",
    [
        b"bytes",
        bytearray(b"bytearray"),
        memoryview(b"memoryview"),
        memoryview(b"a-b-c-d-e-")[::2],
        array.array("I", [1, 2, 3, 4]),
        memoryview(array.array("d", [0.5, 2.5])),
    ],
)
def test_every_kind_of_buffer_can_be_written(any_bed, data):
    async def main():
        a, b = await any_bed.pair()
        await a.write(data)
        expected = bytes(data) if not isinstance(data, array.array) else data.tobytes()
        assert await b.read_bytes(len(expected)) == expected
        a.write(bytes(800_000))
        a.write(data)
        await b.read_bytes(800_000)
        assert await b.read_bytes(len(expected)) == expected

    any_bed.run(main())


def test_text_is_refused_with_advice(bed):
    async def main():
        a, _ = await bed.pair()
        with pytest.raises(TypeError, match="encode it first"):
            a.write("text")

    bed.run(main())


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=3000),
            st.lists(st.binary(max_size=100), max_size=100),
            st.integers(0, 300_000),
        ),
        max_size=12,
    )
)
def test_any_mixture_of_writes_arrives_in_order(tmp_path, steps):
    path = tmp_path / "file"
    path.write_bytes(bytes(range(256)) * 1200)
    content = path.read_bytes()

    async def main():
        left, right = socket.socketpair()
        a, b = IOStream(left), IOStream(right)
        expected = b""
        with path.open("rb") as file:
            for step in steps:
                if isinstance(step, int):
                    a.sendfile_nowait(file, step // 2, step // 3)
                    expected += content[step // 2 : step // 2 + step // 3]
                elif isinstance(step, list):
                    a.writelines_nowait(step)
                    expected += b"".join(step)
                else:
                    a.write_nowait(step)
                    expected += step
            assert await b.read_bytes(len(expected)) == expected
            await a.write(b"")
        a.close()
        b.close()

    asyncio.run(main())


def test_write_nowait_says_how_much_waits(any_bed):
    async def main():
        a, b = await any_bed.pair()
        assert a.write_nowait(b"x") == 0
        waiting = a.write_nowait(bytes(2_000_000))
        assert 0 < waiting < 2_000_000
        assert a.write_buffer_size == waiting
        assert a.write_nowait(b"yy") == waiting + 2
        await b.read_bytes(2_000_003)
        assert a.write_buffer_size == 0

    any_bed.run(main())


def test_what_leaves_the_buffer_is_counted(any_bed):
    async def main():
        a, b = await any_bed.pair()
        waiting = a.write_nowait(bytes(2_000_000))
        before = a.bytes_drained
        await b.read_bytes(2_000_000)
        assert a.bytes_drained - before == waiting

    any_bed.run(main())


@pytest.mark.parametrize("kind", [bytes, bytearray])
def test_several_large_buffers_arrive_whole(any_bed, kind):
    async def main():
        a, b = await any_bed.pair()
        pieces = [kind(bytes([n]) * (n * 8_000)) for n in range(20)]
        waiting = a.writelines_nowait(pieces)
        assert waiting == a.write_buffer_size > 0
        expected = b"".join(pieces)
        assert await b.read_bytes(len(expected)) == expected
        a.close()
        with pytest.raises(StreamClosedError):
            a.writelines_nowait([b"x"])

    any_bed.run(main())


def test_several_buffers_go_out_together(any_bed):
    async def main():
        a, b = await any_bed.pair()
        assert a.writelines_nowait([b"head", bytearray(b" "), memoryview(b"body")]) == 0
        assert await b.read_bytes(9) == b"head body"
        pieces = [b"%d," % n for n in range(1000)]
        a.writelines_nowait(pieces)
        assert await b.read_until(b"999,") == b"".join(pieces)

    any_bed.run(main())


def test_more_than_may_wait_is_refused_and_changes_nothing(any_bed):
    async def main():
        a, b = await any_bed.pair(max_write_buffer_size=100)
        with pytest.raises(StreamBufferFullError, match="101 more exceed 100"):
            a.write(bytes(101))
        await a.write(bytes(100))
        await b.read_bytes(100)
        taken = 0
        while not a.write_buffer_size:
            a.write_nowait(b"%100d" % taken)
            taken += 1
        with pytest.raises(StreamBufferFullError):
            a.write_nowait(b"refused".ljust(100))
        assert not a.closed()
        expected = b"".join(b"%100d" % number for number in range(taken))
        assert await b.read_bytes(len(expected)) == expected
        a.close()
        assert await b.read_until_close() == b""

    any_bed.run(main())


def test_close_drops_what_waits_and_says_so(any_bed):
    async def main():
        a, b = await any_bed.pair()
        written = a.write(bytes(2_000_000))
        a.close()
        with pytest.raises(StreamClosedError):
            await written
        assert len(await b.read_until_close()) < 2_000_000
        with pytest.raises(StreamClosedError):
            a.write(b"more")
        with pytest.raises(StreamClosedError):
            a.write_nowait(b"more")

    any_bed.run(main())


def test_close_when_written_sends_everything_first(any_bed):
    async def main():
        a, b = await any_bed.pair()
        a.write_nowait(bytes(2_000_000))
        a.close_when_written()
        assert not a.closed()
        with pytest.raises(StreamClosedError, match="write side is closed"):
            a.write(b"more")
        assert len(await b.read_until_close()) == 2_000_000
        await any_bed.soon()
        assert a.closed()
        c, _ = await any_bed.pair()
        c.close_when_written()
        assert c.closed()
        c.close_when_written()

    any_bed.run(main())


def test_write_eof_closes_one_direction_after_the_data(bed):
    async def main():
        a, b = await bed.pair()
        a.write_nowait(bytes(1_000_000))
        a.write_eof()
        b_protocol = bed.Recorder(b, keep_open=True)
        await b_protocol.eof.wait()
        assert len(b_protocol.data) == 1_000_000
        b.write_nowait(b"answer")
        assert await a.read_bytes(6) == b"answer"
        assert not a.closed()

    bed.run(main())


def test_nothing_may_be_written_after_the_end_and_the_answer_is_read(bed):
    async def main():
        a, b = await bed.pair()
        a.write_eof()
        for write in (a.write, a.write_nowait):
            with pytest.raises(StreamClosedError, match="write side is closed"):
                write(b"more")
        assert await b.read_until_close() == b""
        assert not a.closed()

    bed.run(main())


def test_the_end_of_a_closed_stream_changes_nothing(bed, caplog):
    async def main():
        a, _ = await bed.pair()
        a.close()
        a.write_eof()
        a.close_when_written()
        assert a.error is None

    bed.run(main())

    assert caplog.messages == []


def test_more_may_be_written_when_the_protocol_is_resumed_and_then_the_end(bed):
    async def main():
        a, b = await bed.pair()

        class Refill(bed.Recorder):
            is_refilled = False

            def resume_writing(self):
                if not self.is_refilled:  # it is called again when the rest is written
                    self.is_refilled = True
                    a.write_nowait(bytes(1_000_000))
                    a.write_eof()

        Refill(a)
        a.write_nowait(bytes(1_000_000))
        assert len(await b.read_bytes(2_000_000)) == 2_000_000
        assert await b.read_until_close() == b""

    bed.run(main())


def test_a_cancelled_write_is_still_sent(bed):
    async def main():
        a, b = await bed.pair()
        first = a.write(bytes(2_000_000))
        second = a.write(b"end")
        first.cancel()
        await b.read_bytes(2_000_000)
        assert await b.read_bytes(3) == b"end"
        await second

    bed.run(main())


def test_what_the_peer_said_before_it_closed_can_be_read_after_a_failed_write(bed):
    async def main():
        a, b = await bed.pair()
        sent = a.write(bytes(2_000_000))
        await b.read_bytes(1000)
        await b.write(b"413 too large\n")
        b.close()
        with pytest.raises(StreamClosedError):
            await sent
        assert await a.read_until(b"\n") == b"413 too large\n"

    bed.run(main())


def test_a_protocol_hears_what_the_peer_said_before_it_closed(bed):
    async def main():
        a, b = await bed.pair()
        recorder = bed.Recorder(a)
        a.pause_reading()
        a.write_nowait(bytes(2_000_000))
        await b.read_bytes(1000)
        await b.write(b"413 too large\n")
        b.close()
        await recorder.lost.wait()
        assert recorder.data == b"413 too large\n"
        assert recorder.events.count("lost") == 1

    bed.run(main())


def test_applications_may_fill_the_queue_themselves(any_bed):
    async def main():
        a, b = await any_bed.pair()
        frames = [memoryview(bytes([n]) * 5000) for n in range(50)]
        for frame in frames:
            a._write_buffer.append(frame)
            a._total_write_index += frame.nbytes
        written = a.write(b"")
        expected = b"".join(frames)
        assert await b.read_bytes(len(expected)) == expected
        await written

    any_bed.run(main())


def watched_events(fd):
    """Return what the epoll objects of this process watch a descriptor for, or None."""
    for epoll in os.listdir("/proc/self/fdinfo"):
        with suppress(OSError), open(f"/proc/self/fdinfo/{epoll}") as lines:
            for line in lines:
                words = line.split()
                if words[0] == "tfd:" and int(words[1]) == fd:
                    return int(words[3], 16)
    return None


@pytest.mark.skipif(not os.path.exists("/proc/self/fdinfo"), reason="needs Linux")
def test_the_loop_watches_for_room_only_while_bytes_wait(any_bed):
    async def main():
        a, b = await any_bed.pair()
        reading = a.read_bytes(1)  # so that the descriptor stays registered
        for _ in range(2):
            await any_bed.soon()
            assert watched_events(a.fileno()) & select.EPOLLOUT == 0
            a.write_nowait(bytes(2_000_000))
            await any_bed.soon()
            assert watched_events(a.fileno()) & select.EPOLLOUT
            await b.read_bytes(2_000_000)
            await any_bed.soon()
            assert not a.writing()
            # Otherwise the loop would wake all the time, since there is room.
            assert watched_events(a.fileno()) & select.EPOLLOUT == 0
        b.write_nowait(b"x")
        await reading

    any_bed.run(main())


@pytest.mark.skipif(not os.path.exists("/proc/self/fdinfo"), reason="needs Linux")
def test_the_loop_does_not_watch_for_room_after_it_has_connected(bed):
    async def main():
        with socket.create_server(("127.0.0.1", 0)) as listener:
            stream = bed.keep(IOStream(socket.socket()))
            await stream.connect(listener.getsockname())
            reading = stream.read_bytes(1)
            await bed.soon()
            assert watched_events(stream.fileno()) & select.EPOLLOUT == 0
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"x")
                await reading

    bed.run(main())


def test_the_queue_of_a_closed_stream_is_none(any_bed):
    async def main():
        a, _ = await any_bed.pair()
        a.close()
        assert a._write_buffer is None

    any_bed.run(main())


def test_a_plain_protocol_is_paused_and_resumed_by_the_marks(any_bed):
    async def main():
        a, b = await any_bed.pair()
        recorder = any_bed.Recorder(a)
        a.write_nowait(bytes(1_000_000))
        assert recorder.events == ["pause"]
        a.write_nowait(b"x")
        assert recorder.events == ["pause"]
        await b.read_bytes(1_000_001)
        assert recorder.events == ["pause", "resume"]

    any_bed.run(main())
