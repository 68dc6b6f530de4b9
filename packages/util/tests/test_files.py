"""Files that are complete or not there at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tornado.util import move_file, replace_file

resource = pytest.importorskip("resource", reason="file sizes are limited on Unix only")

LIMIT = 100_000
posix = pytest.mark.skipif(os.name == "nt", reason="modes and links of Unix")


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Make writing fail as on a full disk: what fits is written, and then there is an error."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def write(path: Path | str, content: bytes) -> None:
    replace_file(path, [content[:7], content[7:]])


def move(path: Path | str, content: bytes) -> None:
    with tempfile.TemporaryDirectory(dir=Path(path).parent.parent) as folder:
        source = Path(folder, "source")
        source.write_bytes(content)
        source.chmod(0o600)
        move_file(source, path)
        assert os.listdir(folder) == []


def move_from_another_file_system(path: Path | str, content: bytes) -> None:
    if not os.path.isdir("/dev/shm"):
        pytest.skip("needs a second file system")
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        source = Path(folder, "source")
        source.write_bytes(content)
        source.chmod(0o600)
        move_file(source, path)
        assert os.listdir(folder) == []


Put = Callable[[Path | str, bytes], None]
every_way = pytest.mark.parametrize("put", [write, move, move_from_another_file_system])


@every_way
@pytest.mark.parametrize("is_there", [True, False])
def test_a_file_gets_its_content(put: Put, tmp_path: Path, is_there: bool) -> None:
    if is_there:
        (tmp_path / "a").write_bytes(b"old" * 100)
    put(tmp_path / "a", b"the content")
    assert (tmp_path / "a").read_bytes() == b"the content"
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("put", [write, move_from_another_file_system])
@pytest.mark.parametrize("is_there", [True, False])
def test_an_error_leaves_the_old_file(put: Put, tmp_path: Path, is_there: bool) -> None:
    if is_there:
        (tmp_path / "a").write_bytes(b"old")
    if put is write:
        with files_of_at_most(LIMIT), pytest.raises(OSError, match="File too large"):
            put(tmp_path / "a", bytes(2 * LIMIT))
    else:
        source = Path(tempfile.mkdtemp(dir="/dev/shm"), "source")
        source.write_bytes(bytes(2 * LIMIT))
        try:
            with files_of_at_most(LIMIT), pytest.raises(OSError, match="File too large"):
                move_file(source, tmp_path / "a")
            assert source.stat().st_size == 2 * LIMIT
        finally:
            source.unlink()
            source.parent.rmdir()
    assert os.listdir(tmp_path) == ["a"] * is_there
    assert not is_there or (tmp_path / "a").read_bytes() == b"old"


def test_an_error_of_the_pieces_leaves_the_old_file(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"new"
        raise KeyboardInterrupt

    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        replace_file(tmp_path / "a", pieces())
    assert (tmp_path / "a").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_readers_see_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "a"
    whole = {bytes([number]) * 200_000 for number in range(40)}
    path.write_bytes(min(whole))
    done = threading.Event()

    def write_all() -> None:
        for content in whole:
            replace_file(path, [content])
        done.set()

    writer = threading.Thread(target=write_all)
    writer.start()
    while not done.is_set():
        assert path.read_bytes() in whole
    writer.join()


@posix
@every_way
def test_a_new_file_has_the_mode_that_the_process_gives_to_files(put: Put, tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    put(tmp_path / "a", b"content")
    assert mode_of(tmp_path / "a") == mode_of(tmp_path / "plain")


@posix
@every_way
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o755])
def test_a_replaced_file_keeps_its_mode(put: Put, tmp_path: Path, mode: int) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "a").chmod(mode)
    put(tmp_path / "a", b"new")
    assert mode_of(tmp_path / "a") == mode


@posix
@every_way
@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only the superuser gives files")
def test_a_replaced_file_keeps_its_owner(put: Put, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    os.chown(tmp_path / "a", 1234, 4321)
    put(tmp_path / "a", b"new")
    status = (tmp_path / "a").stat()
    assert (status.st_uid, status.st_gid) == (1234, 4321)


@posix
@every_way
def test_a_link_stays_and_its_file_is_replaced(put: Put, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_bytes(b"old")
    (tmp_path / "link").symlink_to("folder/file")
    put(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "folder" / "file").read_bytes() == b"new"
    assert os.listdir(tmp_path / "folder") == ["file"]


@posix
@every_way
def test_what_is_not_an_ordinary_file_is_written_to_and_stays(put: Put, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append((tmp_path / "fifo").read_bytes()))
    reader.start()
    put(tmp_path / "fifo", b"content")
    reader.join(10)
    assert received == [b"content"]
    assert stat.S_ISFIFO((tmp_path / "fifo").stat().st_mode)


@every_way
def test_a_folder_is_not_replaced(put: Put, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError, match=r"'.*/a'$"):
        put(tmp_path / "a", b"content")
    assert (tmp_path / "a").is_dir()


def test_a_file_that_cannot_be_moved_is_still_there(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"content")
    (tmp_path / "a").mkdir()
    for target in (tmp_path / "a", tmp_path / "none" / "a"):
        with pytest.raises(OSError, match=r"'.*/a'$"):
            move_file(tmp_path / "source", target)
    assert (tmp_path / "source").read_bytes() == b"content"
    assert sorted(os.listdir(tmp_path)) == ["a", "source"]


@every_way
def test_a_folder_that_is_not_there_is_an_error(put: Put, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"/none/a'$"):
        put(tmp_path / "none" / "a", b"content")
    assert os.listdir(tmp_path) == []


@every_way
@pytest.mark.parametrize("name", ["new/", "new/.", "old/", "."])
def test_a_path_of_a_folder_names_no_file(put: Put, tmp_path: Path, name: str) -> None:
    (tmp_path / "old").write_bytes(b"old")
    with pytest.raises(IsADirectoryError):
        put(f"{tmp_path}/{name}", b"content")  # a Path drops the slash
    assert (tmp_path / "old").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["old"]


@every_way
def test_names_may_be_as_long_as_the_system_takes(put: Put, tmp_path: Path) -> None:
    put(tmp_path / ("x" * 255), b"content")
    assert os.listdir(tmp_path) == ["x" * 255]


def test_the_device_for_a_full_disk_is_an_error_and_stays() -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("needs /dev/full")
    with pytest.raises(OSError, match="No space left"):
        replace_file("/dev/full", [b"content"])
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


def test_importing_the_package_does_not_load_the_module() -> None:
    code = "import sys, tornado.util; print('tornado.util._files' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.strip() == b"False"
