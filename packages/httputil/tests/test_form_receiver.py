from __future__ import annotations

import asyncio
import gc
import os
import tempfile
import threading

import pytest

from tornado.httputil import FormReceiver, MultipartError, MultipartLimits

END = b"--frontier--\r\n"
BIG = os.urandom(300_000)


def part(disposition: str, content: bytes) -> bytes:
    head = f"--frontier\r\nContent-Disposition: form-data; {disposition}\r\n\r\n"
    return head.encode() + content + b"\r\n"


FORM = (
    part('name="title"', b"hello")
    + part('name="small"; filename="s.txt"', b"little")
    + part('name="big"; filename="../b.bin"', BIG)
    + part('name="title"', b"again")
    + END
)


async def receive(receiver: FormReceiver, body: bytes, size: int = 10_000) -> None:
    for at in range(0, len(body), size):
        await receiver.receive(body[at : at + size])


async def received(tmp_path, **options):
    receiver = FormReceiver("frontier", spool_size=50_000, directory=tmp_path, **options)
    await receive(receiver, FORM)
    return await receiver.finish()


def directory_and_size(path):
    return os.path.dirname(path), os.path.getsize(path)


def test_fields_and_small_files_stay_in_memory_and_big_files_go_to_disk(tmp_path):
    async def main():
        with await received(tmp_path) as form:
            assert form.arguments == {"title": [b"hello", b"again"]}
            (small,), (big,) = form.files["small"], form.files["big"]
            assert (small.filename, small.content_type) == ("s.txt", "application/unknown")
            assert small.path is None
            assert (big.filename, big.size) == ("b.bin", len(BIG))
            assert directory_and_size(big.path) == (str(tmp_path), len(BIG))
            assert await small.read() == b"little"
            assert await big.read() == BIG
            assert b"".join([piece async for piece in big.chunks(70_000)]) == BIG
            assert [piece async for piece in small.chunks(4)] == [b"litt", b"le"]
        assert os.listdir(tmp_path) == []

    asyncio.run(main())


@pytest.mark.skipif(os.name == "nt", reason="the mode of a file says nothing on Windows")
def test_nobody_else_may_read_a_temporary_file(tmp_path):
    async def main():
        with await received(tmp_path) as form:
            assert os.stat(form.files["big"][0].path).st_mode & 0o777 == 0o600

    asyncio.run(main())


def test_saving_makes_the_upload_a_file_of_its_own(tmp_path):
    async def main():
        spools = tmp_path / "spools"
        spools.mkdir()
        with await received(spools) as form:
            (big,), (small,) = form.files["big"], form.files["small"]
            await big.save(tmp_path / "big")
            await small.save(tmp_path / "small")
            assert big.path is None
            for again in (big.save(tmp_path / "again"), big.read(), anext(big.chunks())):
                with pytest.raises(ValueError, match="moved or closed"):
                    await again
        assert os.listdir(spools) == []

    asyncio.run(main())
    assert (tmp_path / "big").read_bytes() == BIG
    assert (tmp_path / "small").read_bytes() == b"little"


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="needs a second file system")
def test_saving_works_across_file_systems(tmp_path):
    async def main():
        with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
            receiver = FormReceiver("frontier", spool_size=1, directory=memory)
            await receive(receiver, FORM)
            with await receiver.finish() as form:
                await form.files["big"][0].save(tmp_path / "big")
                assert os.listdir(memory) == [os.path.basename(form.files["small"][0].path)]

    asyncio.run(main())
    assert (tmp_path / "big").read_bytes() == BIG


def test_an_upload_shows_its_names_and_its_size(tmp_path):
    async def main():
        with await received(tmp_path) as form:
            return repr(form.files["small"][0])

    assert asyncio.run(main()) == "UploadedFile(name='small', filename='s.txt', size=6)"


def test_writing_happens_in_other_threads(tmp_path, monkeypatch):
    writers = set()
    opened = os.open

    def recording_open(path, *args, **kwargs):
        if "tornado-upload" in str(path):
            writers.add(threading.get_ident())
        return opened(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", recording_open)

    async def main():
        (await received(tmp_path)).close()

    asyncio.run(main())
    assert writers
    assert threading.get_ident() not in writers


def test_the_loop_runs_on_while_a_file_is_written(tmp_path):
    async def main():
        turns = 0

        async def count():
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        counter = asyncio.create_task(count())
        (await received(tmp_path)).close()
        counter.cancel()
        return turns

    assert asyncio.run(main()) > 2


def test_progress_is_observable(tmp_path):
    seen = []

    async def main():
        receiver = FormReceiver("frontier", directory=tmp_path, on_progress=seen.append)
        await receive(receiver, FORM, 40_000)
        assert receiver.progress == seen[-1]
        (await receiver.finish()).close()

    asyncio.run(main())
    assert [each.bytes_received for each in seen[:2]] == [40_000, 80_000]
    middle = seen[2]
    assert (middle.name, middle.filename, middle.parts_seen) == ("big", "b.bin", 3)
    assert 0 < middle.part_bytes < 120_000
    assert (seen[-1].bytes_received, seen[-1].name) == (len(FORM), None)


@pytest.mark.parametrize("cut", [20, 200, 100_000, len(FORM) - 30])
def test_a_body_that_ends_early_leaves_nothing_behind(tmp_path, cut):
    async def main():
        receiver = FormReceiver("frontier", spool_size=1, directory=tmp_path)
        await receive(receiver, FORM[:cut])
        with pytest.raises(MultipartError, match="no final boundary found"):
            await receiver.finish()

    asyncio.run(main())
    assert os.listdir(tmp_path) == []


def test_an_error_leaves_nothing_behind(tmp_path):
    async def main():
        limits = MultipartLimits(max_file_size=200_000)
        receiver = FormReceiver("frontier", limits, spool_size=1, directory=tmp_path)
        with pytest.raises(MultipartError, match="more than 200000 bytes"):
            await receive(receiver, FORM)

    asyncio.run(main())
    assert os.listdir(tmp_path) == []


def test_what_is_closed_is_not_used_again(tmp_path):
    async def main():
        form = await received(tmp_path)
        form.close()
        for files in form.files.values():
            with pytest.raises(ValueError, match="closed already"):
                await files[0].read()
        receiver = FormReceiver("frontier", directory=tmp_path)
        await receive(receiver, FORM)
        await receiver.finish()
        receiver.close()
        with pytest.raises(ValueError, match="finished, closed or failed"):
            await receiver.receive(b"")
        with pytest.raises(ValueError, match="finished, closed or failed"):
            await receiver.finish()

    asyncio.run(main())


def test_closing_early_leaves_nothing_behind(tmp_path):
    async def main():
        receiver = FormReceiver("frontier", spool_size=1, directory=tmp_path)
        await receive(receiver, FORM[:100_000])
        assert os.listdir(tmp_path)
        receiver.close()
        receiver.close()

    asyncio.run(main())
    assert os.listdir(tmp_path) == []


def test_cancelling_while_a_file_is_written_leaves_nothing_behind(tmp_path):
    async def main():
        receiver = FormReceiver("frontier", spool_size=1, directory=tmp_path)
        task = asyncio.create_task(receiver.receive(FORM[:200_000]))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    gc.collect()
    assert os.listdir(tmp_path) == []


def test_a_form_that_is_forgotten_takes_its_files_along(tmp_path):
    async def main():
        form = await received(tmp_path)
        assert os.listdir(tmp_path)
        del form
        gc.collect()

    asyncio.run(main())
    assert os.listdir(tmp_path) == []


def test_a_directory_that_is_not_there_is_an_os_error(tmp_path):
    async def main():
        receiver = FormReceiver("frontier", spool_size=1, directory=tmp_path / "missing")
        with pytest.raises(FileNotFoundError):
            await receive(receiver, FORM)

    asyncio.run(main())


def test_a_receiver_is_made_from_a_content_type(tmp_path):
    async def main():
        receiver = FormReceiver.from_content_type(
            "multipart/form-data; boundary=frontier", directory=tmp_path
        )
        await receiver.receive(part('name="a"', b"v") + END)
        return (await receiver.finish()).arguments

    assert asyncio.run(main()) == {"a": [b"v"]}


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_the_way_a_form_is_cut_changes_nothing(tmp_path, size):
    body = part('name="a"', b"1\r\n--front") + part('name="f"; filename="x"', b"\r\r\n" * 50) + END

    async def main():
        receiver = FormReceiver("frontier", spool_size=10, directory=tmp_path)
        await receive(receiver, body, size)
        with await receiver.finish() as form:
            return form.arguments, await form.files["f"][0].read()

    assert asyncio.run(main()) == ({"a": [b"1\r\n--front"]}, b"\r\r\n" * 50)
