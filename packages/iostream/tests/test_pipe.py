import asyncio
import os

import pytest

from tornado.iostream import PipeIOStream, StreamClosedError


def pipe(bed):
    reading, writing = os.pipe()
    return bed.keep(PipeIOStream(reading)), bed.keep(PipeIOStream(writing))


def test_a_pipe_carries_bytes_one_way(bed):
    async def main():
        reader, writer = pipe(bed)
        written = writer.write(b"line\n" + bytes(1_000_000))
        assert await reader.read_until(b"\n") == b"line\n"
        assert len(await reader.read_bytes(1_000_000)) == 1_000_000
        await written
        buffer = bytearray(3)
        writer.write_nowait(b"abc")
        assert await reader.read_into(buffer) == 3
        assert buffer == b"abc"
        writer.close()
        assert await reader.read_until_close() == b""
        assert reader.closed()

    bed.run(main())


def test_several_buffers_go_through_a_pipe(bed):
    async def main():
        reader, writer = pipe(bed)
        writer.writelines_nowait([b"a" * 5000, b"b" * 5000, b"c"])
        assert await reader.read_bytes(10_001) == b"a" * 5000 + b"b" * 5000 + b"c"

    bed.run(main())


def test_a_file_goes_through_a_pipe(bed, tmp_path):
    async def main():
        path = tmp_path / "file"
        path.write_bytes(bytes(range(256)) * 2000)
        reader, writer = pipe(bed)
        with path.open("rb") as file:
            sent = writer.sendfile(file, 256, 400_000)
            assert await reader.read_bytes(400_000) == path.read_bytes()[256:400_256]
            await sent

    bed.run(main())


def test_a_pipe_pushes_to_a_protocol(bed):
    async def main():
        reader, writer = pipe(bed)
        recorder = bed.Recorder(reader)
        await writer.write(b"hello")
        await recorder.until(5)
        writer.close()
        await recorder.lost.wait()
        assert recorder.events == ["data", "eof", "lost"]

    bed.run(main())


def test_writing_to_a_pipe_without_a_reader_fails(bed, caplog):
    async def main():
        reader, writer = pipe(bed)
        reader.close()
        with pytest.raises(StreamClosedError) as caught:
            await writer.write(b"x")
        assert isinstance(caught.value.real_error, BrokenPipeError)
        assert not caplog.records

    bed.run(main())


def test_the_write_end_notices_that_the_reader_has_left(bed):
    async def main():
        reader, writer = pipe(bed)
        written = writer.write(bytes(1_000_000))
        await asyncio.sleep(0)
        reader.close()
        with pytest.raises(StreamClosedError):
            await written
        assert writer.closed()

    bed.run(main())


def test_a_pipe_has_no_half_to_close(bed):
    async def main():
        _, writer = pipe(bed)
        with pytest.raises(OSError, match="no separate write side"):
            writer.write_eof()

    bed.run(main())


def test_the_end_of_a_terminal_is_an_end(bed):
    async def main():
        master, slave = os.openpty()
        stream = bed.keep(PipeIOStream(master))
        os.write(slave, b"text")
        os.close(slave)
        assert await stream.read_until_close() == b"text"
        assert stream.error is None

    bed.run(main())


def test_the_hooks_of_a_pipe_move_bytes_and_close_the_descriptor(bed):
    async def main():
        read_end, write_end = os.pipe()
        reader, writer = PipeIOStream(read_end), PipeIOStream(write_end)
        assert (reader.fileno(), writer.fileno()) == (read_end, write_end)
        writer.set_nodelay(True)  # a pipe has no such thing
        buffer = bytearray(8)
        assert reader.read_from_fd(buffer) is None
        assert writer.write_to_fd(memoryview(b"some")) == 4
        assert reader.read_from_fd(buffer) == 4
        assert buffer == b"some\0\0\0\0"
        writer.close_fd()
        assert reader.read_from_fd(buffer) == 0
        reader.close_fd()
        for descriptor in (read_end, write_end):
            with pytest.raises(OSError, match="Bad file descriptor"):
                os.fstat(descriptor)

    bed.run(main())
