"""``send_file``: files that a handler chooses."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tornado.web import RequestHandler
from tornado.web._files._file_sending import disposition

MakeSite = Callable[..., Any]
LARGE = bytes(range(256)) * 4096


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "small.txt").write_bytes(b"hello")
    (tmp_path / "large.bin").write_bytes(LARGE)
    then = time.time() - 100
    for path in tmp_path.iterdir():
        os.utime(path, (then, then))
    return tmp_path


@pytest.fixture
def running(site: MakeSite, files: Path) -> Any:
    class Download(RequestHandler):
        async def get(self, name: str) -> None:
            inline = self.get_argument("inline", "") == "1"
            shown = self.get_argument("as", "") or None
            await self.send_file(files / name, shown, inline=inline)

        head = get
        post = get

    return site([("/(.*)", Download)])


@pytest.mark.parametrize(("name", "content"), [("small.txt", b"hello"), ("large.bin", LARGE)])
def test_a_file_is_sent_under_its_name(running: Any, name: str, content: bytes) -> None:
    answer = running.fetch(f"/{name}")
    assert answer.body == content
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert running.fetch(f"/{name}", "HEAD").headers["Content-Length"] == str(len(content))
    part = running.fetch(f"/{name}", headers={"Range": "bytes=1-3"})
    assert (part.status, part.body) == (206, content[1:4])
    again = running.fetch(f"/{name}", headers={"If-None-Match": answer.headers["Etag"]})
    assert (again.status, again.body) == (304, b"")
    since = {"If-Modified-Since": answer.headers["Last-Modified"]}
    assert running.fetch(f"/{name}", headers=since).status == 304
    for conditions in (since, {"If-None-Match": "*"}):  # they apply to GET and HEAD only
        assert running.fetch(f"/{name}", "POST", b"", conditions).body == content


def test_a_download_continues_where_it_was_interrupted(running: Any, files: Path) -> None:
    etag = running.fetch("/large.bin", "HEAD").headers["Etag"]
    resume = {"Range": "bytes=500000-", "If-Range": etag}
    assert running.fetch("/large.bin", headers=resume).body == LARGE[500000:]
    (files / "large.bin").write_bytes(LARGE[::-1])
    assert running.fetch("/large.bin", headers=resume).body == LARGE[::-1]


def test_a_file_may_have_another_name_and_be_shown(running: Any) -> None:
    answer = running.fetch("/small.txt?as=Rechnung.pdf&inline=1")
    assert answer.headers["Content-Disposition"] == 'inline; filename="Rechnung.pdf"'
    assert answer.headers["Content-Type"] == "application/pdf"
    unsatisfiable = running.fetch("/small.txt", headers={"Range": "bytes=9-"})
    assert unsatisfiable.status == 416
    assert unsatisfiable.headers["Content-Range"] == "bytes */5"


def test_what_is_not_a_file_is_not_sent(running: Any, files: Path) -> None:
    (files / "directory").mkdir()
    os.mkfifo(files / "fifo")
    assert running.fetch("/nothing").status == 404
    assert running.fetch("/directory").status == 403
    assert running.fetch("/fifo").status == 403


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("plain name.txt", 'attachment; filename="plain name.txt"'),
        ("Rücken.pdf", "attachment; filename=\"R?cken.pdf\"; filename*=UTF-8''R%C3%BCcken.pdf"),
        ('a"b.txt', "attachment; filename=\"a'b.txt\"; filename*=UTF-8''a%22b.txt"),
        ("a\\b.txt", "attachment; filename=\"a_b.txt\"; filename*=UTF-8''a%5Cb.txt"),
        ("100%.txt", "attachment; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt"),
        ("a\r\nb: c", 'attachment; filename="a  b: c"'),
        (
            "€ 文件.txt",
            "attachment; filename=\"? ??.txt\"; filename*=UTF-8''%E2%82%AC%20%E6%96%87%E4%BB%B6.txt",
        ),
    ],
)
def test_s14_names_are_written_so_that_every_client_reads_them(name: str, field: str) -> None:
    assert disposition("attachment", name) == field
