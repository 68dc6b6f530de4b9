import asyncio
import contextvars

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.iostream import MemoryIOStream, StreamClosedError


def test_each_end_reads_what_the_other_one_writes(bed):
    async def main():
        one, other = MemoryIOStream.pair()
        one.write_nowait(b"ping\nmore")
        assert await other.read_until(b"\n") == b"ping\n"
        other.writelines_nowait([b"po", b"ng"])
        assert await one.read_bytes(4) == b"pong"
        assert await other.read_bytes(4) == b"more"
        assert (one.fileno(), one.socket) == (-1, None)

    bed.run(main())


def test_a_writer_that_is_ahead_waits_for_its_reader(bed):
    async def main():
        one, other = MemoryIOStream.pair(capacity=1000)
        written = one.write(bytes(10_000))
        await bed.soon()
        assert not written.done()
        assert one.write_buffer_size == 9_000
        assert await other.read_bytes(4_000) == bytes(4_000)
        await bed.soon()
        assert not written.done()
        assert len(await other.read_bytes(6_000)) == 6_000
        await written

    bed.run(main())


def test_what_is_under_way_at_the_end_is_still_read(bed):
    async def main():
        one, other = MemoryIOStream.pair()
        one.write_nowait(b"last words")
        one.close()
        assert await other.read_until_close() == b"last words"
        assert other.closed()

    bed.run(main())


def test_one_end_may_go_on_after_the_other_has_written_its_last(bed):
    async def main():
        one, other = MemoryIOStream.pair()
        seen = bed.Recorder(other, keep_open=True)
        one.write_nowait(b"question")
        one.write_eof()
        await seen.eof.wait()
        assert bytes(seen.data) == b"question"
        other.write_nowait(b"answer")
        assert await one.read_bytes(6) == b"answer"
        with pytest.raises(StreamClosedError):
            one.write_nowait(b"more")

    bed.run(main())


def test_a_write_to_an_end_that_is_closed_closes_this_one_as_well(bed):
    async def main():
        one, other = MemoryIOStream.pair()
        closed = asyncio.Event()
        one.set_close_callback(closed.set)
        other.close()
        await closed.wait()
        with pytest.raises(StreamClosedError):
            await one.write(b"too late")

    bed.run(main())


def test_a_write_that_waits_fails_when_the_other_end_closes(bed):
    async def main():
        one, other = MemoryIOStream.pair(capacity=10)
        written = one.write(bytes(100))
        await bed.soon()
        other.close()
        with pytest.raises(StreamClosedError) as caught:
            await written
        assert isinstance(caught.value.real_error, BrokenPipeError)

    bed.run(main())


def test_a_reader_that_pauses_slows_the_writer_down(bed):
    async def main():
        one, other = MemoryIOStream.pair(capacity=100)
        seen = bed.Recorder(other)
        other.pause_reading()
        written = one.write(bytes(1_000))
        await bed.soon()
        assert not seen.data
        assert not written.done()
        other.resume_reading()
        await written
        await bed.soon()
        assert len(seen.data) == 1_000

    bed.run(main())


def test_a_file_goes_through_memory(bed, tmp_path):
    async def main():
        path = tmp_path / "file"
        path.write_bytes(bytes(range(256)) * 1000)
        one, other = MemoryIOStream.pair()
        with path.open("rb") as file:
            sent = one.sendfile(file, 256, 200_000)
            assert await other.read_bytes(200_000) == path.read_bytes()[256:200_256]
            await sent

    bed.run(main())


def test_the_context_of_a_writer_does_not_reach_the_reader(bed):
    name = contextvars.ContextVar("name", default="nobody")

    class Asks(bed.Recorder):
        def data_received(self, data):
            super().data_received(data)
            self.name = name.get()

    async def main():
        one, other = MemoryIOStream.pair()
        seen = Asks(other)
        name.set("the writer")
        one.write_nowait(b"x")
        await seen.more.wait()
        assert seen.name == "nobody"

    bed.run(main())


def test_a_stream_outlives_its_loop_quietly():
    streams = []

    async def main():
        streams.extend(MemoryIOStream.pair())
        streams[0].write_nowait(b"x")
        streams[1].set_close_callback(lambda: None)
        await asyncio.sleep(0)

    asyncio.run(main())
    for stream in streams:
        stream.close()
        assert stream.closed()


def test_a_capacity_of_nothing_is_refused():
    with pytest.raises(ValueError, match="not 0"):
        MemoryIOStream.pair(capacity=0)


@given(st.lists(st.binary(max_size=300)), st.integers(1, 50), st.integers(1, 50))
def test_any_pieces_come_out_as_they_went_in(pieces, capacity, chunk):
    async def main():
        one, other = MemoryIOStream.pair(capacity=capacity, read_chunk_size=chunk)
        reading = other.read_until_close()
        for piece in pieces:
            one.write_nowait(piece)
        one.close_when_written()
        assert await reading == b"".join(pieces)

    asyncio.run(main())
