"""Uploads and disks that are full."""

from __future__ import annotations

import asyncio
import gc
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tornado.httputil import FormReceiver

END = b"--frontier--\r\n"
HEAD = b'--frontier\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n'
CONTENT = os.urandom(300_000)
IN_MEMORY, ON_DISK = 1_000_000, 1


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 128 KiB."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only the superuser mounts file systems")
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody mount a tmpfs")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


async def received(content: bytes, spool_size: int, directory: Path) -> FormReceiver:
    receiver = FormReceiver("frontier", spool_size=spool_size, directory=directory)
    body = HEAD + content + b"\r\n" + END
    for at in range(0, len(body), 1000):  # less than the buffer of a file
        await receiver.receive(body[at : at + 1000])
    return receiver


@pytest.mark.parametrize("spool_size", [IN_MEMORY, ON_DISK])
@pytest.mark.parametrize("is_there", [True, False])
def test_saving_on_a_full_disk_leaves_the_file_that_was_there(
    disk: Path, tmp_path: Path, spool_size: int, is_there: bool
) -> None:
    if is_there:
        (disk / "photo").write_bytes(b"old")

    async def main() -> None:
        receiver = await received(CONTENT, spool_size, tmp_path)
        with await receiver.finish() as form:
            (upload,) = form.files["a"]
            with pytest.raises(OSError, match="No space left"):
                await upload.save(disk / "photo")
            await upload.save(tmp_path / "elsewhere")  # nothing is lost

    asyncio.run(main())
    assert os.listdir(disk) == ["photo"] * is_there
    assert not is_there or (disk / "photo").read_bytes() == b"old"
    assert (tmp_path / "elsewhere").read_bytes() == CONTENT


def test_a_temporary_file_that_does_not_fit_leaves_nothing(disk: Path) -> None:
    async def main() -> None:
        with pytest.raises(OSError, match="No space left"):
            await received(CONTENT, ON_DISK, disk)

    asyncio.run(main())
    gc.collect()
    assert os.listdir(disk) == []


@pytest.mark.skipif(os.name == "nt", reason="modes of Unix")
@pytest.mark.parametrize("spool_size", [IN_MEMORY, ON_DISK])
def test_a_saved_file_has_the_mode_of_other_files(tmp_path: Path, spool_size: int) -> None:
    (tmp_path / "plain").write_bytes(b"")

    async def main() -> None:
        receiver = await received(CONTENT, spool_size, tmp_path)
        with await receiver.finish() as form:
            await form.files["a"][0].save(tmp_path / "saved")

    asyncio.run(main())
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "saved")}
    assert len(modes) == 1
