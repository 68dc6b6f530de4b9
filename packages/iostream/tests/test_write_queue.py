"""The queue of what waits to be sent, without a stream."""

from __future__ import annotations

import array
import gc
import os
import socket
from collections import deque

import pytest

from tornado.iostream._unsent._write_queue import (
    JOINED,
    VECTOR,
    FileSlice,
    as_bytes,
    drop_sent,
    leading_buffers,
    load_slice,
)

CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def file(path):
    with path.open("rb") as file:
        yield file


def rest(item):
    return (item.offset, item.count)


def test_a_slice_is_read_from_the_front(file):
    piece = FileSlice(file, 100, 50)
    assert piece.read(20) == CONTENT[100:120]
    assert rest(piece) == (120, 30)
    assert piece.read(1000) == CONTENT[120:150]
    assert rest(piece) == (150, 0)
    assert file.tell() == 0


def test_a_slice_keeps_its_file_open(path):
    piece = FileSlice(path.open("rb"), 0, 10)
    gc.collect()
    assert piece.read(10) == CONTENT[:10]
    piece.file.close()


def test_a_slice_is_announced_to_the_kernel(file, monkeypatch):
    calls = []
    monkeypatch.setattr(os, "posix_fadvise", lambda *args: calls.append(args), raising=False)
    monkeypatch.setattr(os, "POSIX_FADV_WILLNEED", 3, raising=False)
    FileSlice(file, 100, 50)
    assert calls == [(file.fileno(), 100, 50, 3)]


def test_the_kernel_need_not_take_advice(file, monkeypatch):
    def refuse(*args):
        raise OSError

    monkeypatch.setattr(os, "posix_fadvise", refuse, raising=False)
    assert FileSlice(file, 0, 5).read(5) == CONTENT[:5]
    monkeypatch.delattr(os, "posix_fadvise")
    assert FileSlice(file, 0, 5).read(5) == CONTENT[:5]


def test_the_kernel_copies_a_slice_to_a_socket(file):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        piece = FileSlice(file, 100, 50)
        assert piece.send(ours.fileno()) == 50
        assert rest(piece) == (150, 0)
        assert theirs.recv(100) == CONTENT[100:150]


@pytest.mark.parametrize(("size", "asked"), [(5 << 20, 1 << 20), (1000, 1000)])
def test_the_kernel_is_asked_for_a_mebibyte_at_most(file, monkeypatch, size, asked):
    calls = []
    monkeypatch.setattr(os, "sendfile", lambda *args: calls.append(args) or 10)
    piece = FileSlice(file, 100, size)
    assert piece.send(77) == 10
    assert calls == [(77, file.fileno(), 100, asked)]
    assert rest(piece) == (110, size - 10)


def test_a_file_that_ends_early_is_an_error(file):
    piece = FileSlice(file, len(CONTENT) - 1, 5)
    assert piece.read(5) == CONTENT[-1:]
    with pytest.raises(EOFError, match=r"ended at byte 256000, 4 bytes before"):
        piece.read(5)


def test_the_head_of_a_slice_is_put_before_the_rest(file):
    piece = FileSlice(file, 0, JOINED + 10)
    queue = deque([piece, b"next"])
    load_slice(queue)
    assert list(queue) == [CONTENT[:JOINED], piece, b"next"]
    assert rest(piece) == (JOINED, 10)
    assert queue.popleft() == CONTENT[:JOINED]
    load_slice(queue)
    assert list(queue) == [CONTENT[JOINED : JOINED + 10], b"next"]


@pytest.mark.parametrize(
    ("sent", "left"),
    [
        (0, [b"abc", b"de", b"f"]),
        (1, [b"bc", b"de", b"f"]),
        (3, [b"de", b"f"]),
        (4, [b"e", b"f"]),
        (5, [b"f"]),
        (6, []),
    ],
)
def test_what_is_sent_is_dropped(sent, left):
    queue = deque([b"abc", b"de", b"f"])
    drop_sent(queue, sent)
    assert [bytes(item) for item in queue] == left


def test_a_system_call_takes_buffers_up_to_a_file(file):
    piece = FileSlice(file, 0, 5)
    assert leading_buffers(deque([b"a", memoryview(b"b"), piece, b"c"])) == [b"a", b"b"]
    assert leading_buffers(deque([piece, b"c"])) == []
    assert leading_buffers(deque()) == []
    assert VECTOR == 64
    assert leading_buffers(deque([b"x"] * (VECTOR + 1))) == [b"x"] * VECTOR


@pytest.mark.parametrize(
    ("data", "size", "kind"),
    [
        (b"abc", 3, bytes),
        (bytearray(b"abc"), 3, memoryview),
        (memoryview(b"abc"), 3, memoryview),
        (array.array("i", [1, 2]), 2 * array.array("i").itemsize, memoryview),
        (memoryview(b"abcdef").cast("B", (2, 3)), 6, memoryview),
        (memoryview(b"abcdef")[::2], 3, bytes),
    ],
)
def test_the_length_of_a_buffer_is_its_number_of_bytes(data, size, kind):
    made = as_bytes(data)
    assert len(made) == size
    assert type(made) is kind
    assert bytes(made) == memoryview(data).tobytes()


def test_bytes_are_not_wrapped():
    data = b"abc"
    assert as_bytes(data) is data
    view = memoryview(data)
    assert as_bytes(view).obj is data


def test_a_text_is_refused_with_its_beginning():
    with pytest.raises(TypeError, match=r"not str: encode it first: 'x{40}'$"):
        as_bytes("x" * 41)
    with pytest.raises(TypeError):
        as_bytes(5)
