import asyncio
import io
import os

import pytest

from tornado.iostream import IOStream, StreamClosedError


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(bytes(range(256)) * 8000)
    with path.open("rb") as file:
        yield file


def test_a_part_of_a_file_goes_between_other_writes(any_bed, file):
    async def main():
        a, b = await any_bed.pair()
        content = bytes(range(256)) * 8000
        a.write_nowait(b"head")
        sent = a.sendfile(file, 100, 2_000_000)
        a.write_nowait(b"tail")
        expected = b"head" + content[100:2_000_100] + b"tail"
        assert await b.read_bytes(len(expected)) == expected
        await sent
        assert file.tell() == 0

    any_bed.run(main())


def test_a_file_after_waiting_writes_keeps_its_place(any_bed, file):
    async def main():
        a, b = await any_bed.pair()
        a.write_nowait(bytes(5_000_000))
        assert a.sendfile_nowait(file, 256, 256) == a.write_buffer_size
        a.write_nowait(b"end")
        await b.read_bytes(5_000_000)
        assert await b.read_bytes(256) == bytes(range(256))
        assert await b.read_bytes(3) == b"end"

    any_bed.run(main())


def test_nothing_of_a_file_is_nothing(bed, file):
    async def main():
        a, _ = await bed.pair()
        assert await a.sendfile(file, 0, 0) is None
        assert a.sendfile_nowait(file, 0, 0) == 0

    bed.run(main())


@pytest.mark.parametrize(("offset", "count"), [(-1, 1), (0, -1)])
def test_negative_places_are_refused(bed, file, offset, count):
    async def main():
        a, _ = await bed.pair()
        with pytest.raises(ValueError, match="must not be negative"):
            a.sendfile(file, offset, count)

    bed.run(main())


@pytest.mark.parametrize("end", [IOStream.close, IOStream.write_eof, IOStream.close_when_written])
def test_nothing_of_a_file_follows_the_end(bed, file, end):
    async def main():
        a, b = await bed.pair()
        waiting = a.write_nowait(bytes(5_000_000))
        end(a)
        with pytest.raises(StreamClosedError):
            a.sendfile_nowait(file, 0, 100)
        assert a.write_buffer_size == (0 if a.closed() else waiting)
        b.close()

    bed.run(main())


def test_a_file_without_a_descriptor_is_refused(bed):
    async def main():
        a, _ = await bed.pair()
        with pytest.raises(io.UnsupportedOperation):
            a.sendfile(io.BytesIO(b"abc"), 0, 3)

    bed.run(main())


def test_a_file_that_is_shorter_than_promised_closes_the_stream(any_bed, file, caplog):
    async def main():
        a, b = await any_bed.pair()
        sent = a.sendfile(file, 2_047_900, 1000)
        assert await b.read_until_close() == (bytes(range(256)) * 8000)[2_047_900:]
        with pytest.raises(StreamClosedError) as caught:
            await sent
        assert isinstance(caught.value.real_error, EOFError)
        assert "900 bytes before the end" in caplog.text

    any_bed.run(main())


def test_a_device_that_the_kernel_does_not_send_is_read_instead(bed):
    async def main():
        a, b = await bed.pair()
        sent = a.sendfile(status, 0, 20)
        assert (await b.read_bytes(20)).startswith(b"Name:")
        await sent

    with open("/proc/self/status", "rb") as status:
        bed.run(main())


def test_a_slow_reader_does_not_hold_the_loop(any_bed, tmp_path):
    async def main():
        path = tmp_path / "large"
        with path.open("wb") as large:
            large.truncate(5_000_000)
        a, b = await any_bed.pair()
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                await asyncio.sleep(0)
                ticks += 1

        ticking = asyncio.ensure_future(tick())
        with path.open("rb") as large:
            sent = a.sendfile(large, 0, 5_000_000)
            left = 5_000_000
            while left:
                left -= len(await b.read_bytes(65536, partial=True))
            await sent
        ticking.cancel()
        assert ticks > 50
        await asyncio.wait([ticking])

    any_bed.run(main())


def test_closing_releases_the_file(bed, file):
    async def main():
        a, _ = await bed.pair()
        other = os.dup(file.fileno())
        with os.fdopen(other, "rb") as copy:
            for _ in range(20):
                sent = a.sendfile(copy, 0, 2_000_000)
            a.close()
            assert a.write_buffer_size == 0
        with pytest.raises(StreamClosedError):
            await sent

    bed.run(main())
