"""Files in forms."""

from __future__ import annotations

import io
import re
import urllib.parse
from pathlib import Path
from typing import Any

import pytest

from tornado.httpclient import FormFile, HTTPRequest


def parts(files: Any, **options: Any) -> list[tuple[str, str, str, bytes]]:
    """Return name, filename, type and content of the files of a request."""
    request = HTTPRequest("http://a.example/", "POST", files=files, **options)
    boundary = request.headers["Content-Type"].partition("boundary=")[2]
    assert request.body is not None
    found = []
    for part in request.body.split(b"--" + boundary.encode())[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        names = re.search(r'name="(.*?)"; filename="(.*?)"\r\nContent-Type: (.*)', head.decode())
        assert names is not None
        found.append((names[1], names[2], names[3], content.removesuffix(b"\r\n")))
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "żółw.png"
    path.write_bytes(b"\x89PNG")
    return path


FROM_PATH = ("a", "żółw.png", "image/png", b"\x89PNG")
PLAIN = "application/octet-stream"


def test_a_path_is_read_and_gives_its_name(path):
    assert parts({"a": path}) == [FROM_PATH]


def test_an_open_file_is_read_from_where_it_is(path):
    with path.open("rb") as file:
        assert parts({"a": file}) == [FROM_PATH]
        file.seek(1)
        assert parts({"a": file})[0][3] == b"PNG"
    assert parts({"a": io.BytesIO(b"abc")}) == [("a", "a", PLAIN, b"abc")]


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_are_a_file_with_the_name_of_the_field(kind):
    assert parts({"a": kind(b"abc")}) == [("a", "a", PLAIN, b"abc")]


def test_a_field_takes_a_list_of_files(path):
    files = {"a": [path, b"abc", FormFile("c.txt", b"c", "text/plain")], "b": b"d", "c": []}
    assert parts(files) == [
        FROM_PATH,
        ("a", "a", PLAIN, b"abc"),
        ("a", "c.txt", "text/plain", b"c"),
        ("b", "b", PLAIN, b"d"),
    ]
    assert len(parts({"a": (path, b"abc"), "b": ()})) == 2


def test_a_file_with_a_name_takes_its_content_from_anywhere(path):
    for content in (path, b"\x89PNG", io.BytesIO(b"\x89PNG")):
        for value in (FormFile("x.bin", content), ("x.bin", content)):
            if isinstance(content, io.BytesIO):
                content.seek(0)
            assert parts({"a": value}) == [("a", "x.bin", PLAIN, b"\x89PNG")]
    assert parts({"a": ("x.bin", b"abc", "a/b")}) == [("a", "x.bin", "a/b", b"abc")]


@pytest.mark.parametrize("value", ["a/path.txt", 5, None, [None], {"a": 1}, FormFile("a", 5)])
def test_anything_else_is_refused_with_what_to_give(value):
    with pytest.raises(TypeError, match=r"the file 'a' is bytes, an open file, a pathlib\.Path"):
        parts({"a": value})


def test_a_file_that_gives_text_is_refused_with_what_to_do(path):
    path.write_text("text")
    with path.open() as file, pytest.raises(TypeError, match='open it with "rb"'):
        parts({"a": file})


def test_a_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"missing\.txt"):
        parts({"a": tmp_path / "missing.txt"})


async def test_files_reach_the_server(make, serve, path):
    peer = await serve(serve.reply())
    await make.fetch(peer.url(), method="POST", files={"a": [path, path]}, form={"b": "c"})
    assert peer.requests[0].body.count(b"\x89PNG") == 2
    assert b'name="b"\r\n\r\nc\r\n' in peer.requests[0].body


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (5, ["5"]),
        (1.5, ["1.5"]),
        (None, ["None"]),
        ("a", ["a"]),
        (b"a", ["a"]),
        ("ż", ["ż"]),
        (["a", 5], ["a", "5"]),
        (("a", b"b"), ["a", "b"]),
        ({"a": 1}, ["a"]),
        ([], []),
    ],
)
@pytest.mark.parametrize("name", ["b", b"b", 7])
def test_a_form_has_the_same_values_with_files_and_without(name, value, sent):
    form: Any = {name: value}
    key = "7" if name == 7 else "b"
    plain = HTTPRequest("http://a.example/", "POST", form=form)
    assert plain.body is not None
    pairs = urllib.parse.parse_qsl(plain.body.decode(), keep_blank_values=True)
    assert pairs == [(key, each) for each in sent]
    multipart = HTTPRequest("http://a.example/", "POST", form=form, files={"f": b"x"})
    assert multipart.body is not None
    fields = re.findall(r'name="(.*?)"\r\n\r\n(.*?)\r\n', multipart.body.decode())
    assert fields == pairs
