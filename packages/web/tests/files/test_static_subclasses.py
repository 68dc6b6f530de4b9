"""What subclasses of the static file handler may override."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tornado.web import StaticFileHandler

MakeSite = Callable[..., Any]
MODIFIED = "Sun, 09 Sep 2001 01:46:40 GMT"


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "sub").mkdir()
    for path, content in ((tmp_path / "a.txt", b"hello"), (tmp_path / "sub" / "index.html", b"in")):
        path.write_bytes(content)
        os.utime(path, (1e9, 1e9))
    StaticFileHandler.reset()
    yield tmp_path
    StaticFileHandler.reset()


def test_versions_are_kept_for_ten_years_by_default(site: MakeSite, root: Path) -> None:
    assert StaticFileHandler.CACHE_MAX_AGE == 10 * 365 * 24 * 60 * 60
    answer = site([], static_path=str(root)).fetch("/static/a.txt?v=1")
    assert answer.headers["Cache-Control"] == f"max-age={StaticFileHandler.CACHE_MAX_AGE}"


@pytest.mark.parametrize("url", ["/a.txt?v=1", "/a.txt?v=1&x=2"])
def test_a_subclass_decides_how_long_versions_are_kept(
    site: MakeSite, root: Path, url: str
) -> None:
    class Minute(StaticFileHandler):
        CACHE_MAX_AGE = 60

    class Never(StaticFileHandler):
        CACHE_MAX_AGE = 0

    arguments = {"path": str(root)}
    running = site([("/minute/(.*)", Minute, arguments), ("/never/(.*)", Never, arguments)])
    for _ in range(2):  # from the disk, and from memory
        headers = running.fetch(f"/minute{url}").headers
        assert headers["Cache-Control"] == "max-age=60"
        expires, date = (
            datetime.datetime.strptime(headers[name], "%a, %d %b %Y %H:%M:%S GMT")
            for name in ("Expires", "Date")
        )
        assert 58 <= (expires - date).total_seconds() <= 61
        headers = running.fetch(f"/never{url}").headers
        assert (headers["Cache-Control"], headers["Expires"]) == (None, None)
    assert "Cache-Control" not in running.fetch("/minute/a.txt").headers


def test_a_subclass_computes_the_validator(site: MakeSite, root: Path) -> None:
    class Sized(StaticFileHandler):
        def compute_etag(self) -> str:
            return f'W/"{Path(self.absolute_path or "").stat().st_size}"'

    running = site([("/(.*)", Sized, {"path": str(root)})])
    for _ in range(2):
        assert running.fetch("/a.txt").headers["Etag"] == 'W/"5"'
    assert running.fetch("/a.txt", "HEAD").headers["Etag"] == 'W/"5"'
    for wanted in ('"5"', 'W/"5"', "*"):
        assert running.fetch("/a.txt", headers={"If-None-Match": wanted}).status == 304
    (root / "a.txt").write_bytes(b"hello!")
    assert running.fetch("/a.txt", headers={"If-None-Match": '"5"'}).body == b"hello!"


def test_a_subclass_may_change_the_validator_of_its_base(site: MakeSite, root: Path) -> None:
    class Branded(StaticFileHandler):
        def compute_etag(self) -> str | None:
            etag = super().compute_etag()
            return None if etag is None else f'"brand-{etag[1:]}'

    arguments = {"path": str(root)}
    running = site([("/plain/(.*)", StaticFileHandler, arguments), ("/(.*)", Branded, arguments)])
    for _ in range(2):
        plain = running.fetch("/plain/a.txt").headers["Etag"]
        branded = running.fetch("/a.txt").headers["Etag"]
        assert (plain[0], branded) == ('"', f'"brand-{plain[1:]}')
    assert running.fetch("/a.txt", headers={"If-None-Match": branded}).status == 304
    assert running.fetch("/a.txt", headers={"If-None-Match": plain}).status == 200


def test_without_a_validator_the_date_decides(site: MakeSite, root: Path) -> None:
    class Undated(StaticFileHandler):
        def compute_etag(self) -> None:
            return None

    running = site([("/(.*)", Undated, {"path": str(root)})])
    for _ in range(2):
        answer = running.fetch("/a.txt")
        assert (answer.headers["Etag"], answer.headers["Last-Modified"]) == (None, MODIFIED)
    assert running.fetch("/a.txt", headers={"If-None-Match": "*"}).status == 200
    assert running.fetch("/a.txt", headers={"If-Modified-Since": MODIFIED}).status == 304


def test_the_validator_is_computed_once_for_each_answer(site: MakeSite, root: Path) -> None:
    computed: list[str] = []

    class Counting(StaticFileHandler):
        def compute_etag(self) -> str:
            computed.append(self.path)
            return f'"{len(computed)}"'

    running = site([("/(.*)", Counting, {"path": str(root)})])
    etags = [running.fetch("/a.txt", method).headers["Etag"] for method in ("GET", "HEAD", "GET")]
    assert etags == ['"1"', '"2"', '"3"']


def test_the_last_word_about_the_header_fields_is_with_a_subclass(
    site: MakeSite, root: Path
) -> None:
    class Cleared(StaticFileHandler):
        def set_extra_headers(self, path: str) -> None:
            self.clear_header("Etag")

    class Own(StaticFileHandler):
        def set_headers(self) -> None:
            self.set_header("X-Own", "1")

    class Always(StaticFileHandler):
        def should_return_304(self) -> bool:
            return False

    arguments = {"path": str(root)}
    routes = [("/cleared/(.*)", Cleared), ("/own/(.*)", Own), ("/always/(.*)", Always)]
    running = site([(*route, arguments) for route in routes])
    for _ in range(2):
        for name in ("cleared", "own", "always"):
            answer = running.fetch(f"/{name}/a.txt", headers={"If-None-Match": "*"})
            assert (answer.status, answer.body) == (200, b"hello")
            assert (answer.headers["Etag"] is None) == (name != "always")
    assert running.fetch("/own/a.txt").headers["X-Own"] == "1"


def test_a_subclass_takes_other_arguments_of_the_route(site: MakeSite, root: Path) -> None:
    class Below(StaticFileHandler):
        def initialize(self, base: str, folder: str, note: str = "") -> None:
            super().initialize(os.path.join(base, folder), default_filename="index.html")
            self.note = note

        def set_extra_headers(self, path: str) -> None:
            self.set_header("X-Note", f"{self.note} {os.path.basename(self.root)}")

    class Fixed(StaticFileHandler):
        def initialize(self) -> None:
            super().initialize(path=str(root))

    arguments = {"base": str(root), "folder": "sub", "note": "about"}
    running = site([("/below/(.*)", Below, arguments), ("/fixed/(.*)", Fixed)])
    answer = running.fetch("/below/")
    assert (answer.body, answer.headers["X-Note"]) == (b"in", "about sub")
    assert running.fetch("/fixed/a.txt").body == b"hello"
    assert running.fetch("/fixed/sub/").status == 403  # it has no default file


def test_links_of_a_route_lead_where_its_arguments_allow(site: MakeSite, tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "a.txt").write_bytes(b"linked")
    (inside / "a.txt").symlink_to(outside / "a.txt")
    arguments = {"path": str(inside)}
    allowed = {**arguments, "allowed_symlink_directory": str(outside)}
    routes = [("/strict/(.*)", arguments), ("/allowed/(.*)", allowed)]
    running = site([(pattern, StaticFileHandler, given) for pattern, given in routes])
    assert running.fetch("/strict/a.txt").status == 403
    assert running.fetch("/allowed/a.txt").body == b"linked"


def test_a_route_without_its_directory_is_an_error(
    site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    assert site([("/(.*)", StaticFileHandler)]).fetch("/a.txt").status == 500
    assert "required positional argument: 'path'" in caplog.text


def test_a_subclass_may_answer_head_and_allow_links(site: MakeSite, tmp_path: Path) -> None:
    class Files(StaticFileHandler):
        allowed_symlink_directory = str(tmp_path / "outside")

        def head(self, path: str) -> Any:
            self.set_header("X-Head", "yes")
            return super().head(path)

    for name in ("root", "outside"):
        (tmp_path / name).mkdir()
    (tmp_path / "outside" / "file.txt").write_text("some")
    (tmp_path / "root" / "link.txt").symlink_to(tmp_path / "outside" / "file.txt")
    running = site([("/(.*)", Files, {"path": str(tmp_path / "root")})])
    answer = running.fetch("/link.txt", "HEAD")
    assert (answer.status, answer.body, answer.headers["X-Head"]) == (200, b"", "yes")
    assert running.fetch("/link.txt").body == b"some"
