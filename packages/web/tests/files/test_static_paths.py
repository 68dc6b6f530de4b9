"""From URLs to files below a root, and to no others (S15 and S17)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tornado.web import HTTPError, RequestHandler, StaticFileHandler
from tornado.web._files._static_paths import (
    find,
    find_below,
    is_below,
    is_strange_to_windows,
    join,
    open_regular,
)

MakeSite = Callable[..., Any]
Serve = Callable[[Path], Any]


class Download(RequestHandler):
    """Send the file that a client names, below a root."""

    def initialize(self, path: str) -> None:
        self.root = path

    async def get(self, name: str) -> None:
        await self.send_file(name, root=self.root)


@pytest.fixture(params=[StaticFileHandler, Download], ids=["static", "send_file"])
def serve(request: pytest.FixtureRequest, site: MakeSite) -> Serve:
    """Serve the files below a root at ``/static/``, in both possible ways."""
    return lambda root: site([(r"/static/(.*)", request.param, {"path": str(root)})])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for directory in ("static", "static2", "allowed"):
        (tmp_path / directory).mkdir()
        (tmp_path / directory / "a.txt").write_text(f"in {directory}")
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "static" / "sub").mkdir()
    (tmp_path / "static" / "sub" / "b.txt").write_text("below")
    return tmp_path / "static"


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "%2e%2e/secret.txt",
        "%2e%2e%2fsecret.txt",
        "sub/../../secret.txt",
        "sub/%2e./%2e%2e/secret.txt",
        "../static2/a.txt",
        "..%2fstatic2%2fa.txt",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "//etc/passwd",
        "..",
        "../",
    ],
)
def test_s17_nothing_outside_of_the_root_is_served(serve: Serve, root: Path, path: str) -> None:
    answer = serve(root).fetch(f"/static/{path}")
    assert answer.status == 403
    assert b"secret" not in answer.body


@pytest.mark.parametrize(
    "path",
    [
        "a.txt%00",
        "%00",
        "a%00/../../secret.txt",
        "a.txt/b",
        "x" * 5000,
        "..\\secret.txt",
        "%5c%5chost%5cshare",
        "a.txt::$DATA",
        "a.txt:stream",
        "c:/secret.txt",
        "%ff%fe",
        "....//secret.txt",
        "a.txt.",
    ],
)
def test_s17_a_path_that_names_nothing_is_not_an_error_of_the_server(
    serve: Serve, root: Path, path: str
) -> None:
    answer = serve(root).fetch(f"/static/{path}")
    assert answer.status in (400, 403, 404)


def test_s17_a_sibling_with_the_same_prefix_is_outside(root: Path) -> None:
    assert is_below("/var/static", "/var/static")
    assert is_below("/var/static", "/var/static/a")
    assert not is_below("/var/static", "/var/static2/a")
    assert is_below("/", "/etc")
    with pytest.raises(HTTPError, match="403"):
        join(str(root), "../static2/a.txt")
    with pytest.raises(HTTPError, match="403"):
        find(str(root), str(root) + "2/a.txt", "shown")


@pytest.mark.parametrize(
    "name",
    [
        "nul",
        "NUL",
        "con.txt",
        "sub/COM1.txt",
        "AUX/index.html",
        "lpt9.tar.gz",
        "COM\u00b9",
        "conin$",
        "nul .txt",
        "a.txt::$DATA",
        "a.txt:evil",
        "c:\\windows\\win.ini",
        "c:win.ini",
        "//host/share",
        "\\\\host\\share",
        "a.txt.",
        "a.txt ",
        "sub./a.txt",
        "sub /a.txt",
    ],
)
def test_s17_names_that_mean_something_else_to_windows_are_known(name: str) -> None:
    assert is_strange_to_windows(name)


@pytest.mark.parametrize(
    "name",
    ["a.txt", "console.log", "sub/null.js", "com10.txt", "../x", "./a", "auxiliary", "", "a..b/c"],
)
def test_s17_names_that_are_what_they_say_pass(name: str) -> None:
    assert not is_strange_to_windows(name)


def test_s17_windows_refuses_them(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tornado.web._files._static_paths.os.name", "nt")
    with pytest.raises(HTTPError, match="403"):
        StaticFileHandler.get_absolute_path(str(root), "a.txt::$DATA")


def test_s17_links_are_followed_within_the_root_only(serve: Serve, root: Path) -> None:
    (root / "inside").symlink_to(root / "a.txt")
    (root / "outside").symlink_to(root.parent / "secret.txt")
    (root / "sibling").symlink_to(root.parent / "static2")
    (root / "directory").symlink_to(root / "sub")
    (root / "loop").symlink_to(root / "loop")
    (root / "nowhere").symlink_to(root / "none")
    (root / "nothing").symlink_to(root.parent / "no such file")
    running = serve(root)
    assert running.fetch("/static/inside").body == b"in static"
    assert running.fetch("/static/directory/b.txt").body == b"below"
    assert running.fetch("/static/outside").status == 403
    assert running.fetch("/static/sibling/a.txt").status == 403
    assert running.fetch("/static/loop").status == 404
    assert running.fetch("/static/nowhere").status == 404
    # The same as for existing files, so that nobody learns which files the machine has.
    assert running.fetch("/static/nothing").status == 403


@pytest.mark.parametrize("as_list", [True, False])
def test_s17_links_may_lead_where_it_is_allowed(site: MakeSite, root: Path, as_list: bool) -> None:
    (root / "good").symlink_to(root.parent / "allowed")
    (root / "bad").symlink_to(root.parent / "static2")
    allowed = str(root.parent / "allowed")
    arguments = {
        "path": str(root),
        "default_filename": "a.txt",
        "allowed_symlink_directory": [allowed] if as_list else allowed,
    }
    running = site([(r"/(.*)", StaticFileHandler, arguments)])
    assert running.fetch("/good/a.txt").body == b"in allowed"
    assert running.fetch("/good/").body == b"in allowed"
    assert running.fetch("/bad/a.txt").status == 403


def test_s17_the_root_itself_may_be_a_link(serve: Serve, root: Path) -> None:
    current = root.parent / "current"
    current.symlink_to(root)
    running = serve(current)
    assert running.fetch("/static/a.txt").body == b"in static"
    current.unlink()
    current.symlink_to(root.parent / "static2")
    assert running.fetch("/static/a.txt").body == b"in static2"


def test_s17_a_compressed_file_is_not_a_way_out(site: MakeSite, root: Path) -> None:
    (root / "a.txt.gz").symlink_to(root.parent / "secret.txt")
    os.mkfifo(root / "a.txt.br")
    running = site([], static_path=str(root), static_precompressed=True)
    answer = running.fetch("/static/a.txt", headers={"Accept-Encoding": "gzip, br"})
    assert answer.body == b"in static"
    assert answer.headers["Content-Encoding"] is None


def test_s17_devices_and_fifos_are_not_files(site: MakeSite, root: Path) -> None:
    os.mkfifo(root / "fifo")
    (root / "zero").symlink_to("/dev/zero")
    arguments = {"path": str(root), "allowed_symlink_directory": "/dev"}
    running = site([(r"/(.*)", StaticFileHandler, arguments)])
    for name in ("fifo", "zero", "sub"):
        assert running.fetch(f"/{name}").status == 403, name
    with pytest.raises(HTTPError, match="403"):
        open_regular(str(root / "fifo"))
    with pytest.raises(HTTPError, match="404"):
        open_regular(str(root / "none"))


def test_s17_a_fifo_or_a_directory_is_not_sent(serve: Serve, root: Path) -> None:
    os.mkfifo(root / "fifo")
    running = serve(root)
    for path in ("fifo", "sub", "sub/", ""):
        assert running.fetch(f"/static/{path}").status == 403, path


@pytest.mark.parametrize("end", ["/", "//", "/.", "%2F", "/./"])
def test_a_file_with_a_slash_after_its_name_is_404(serve: Serve, root: Path, end: str) -> None:
    running = serve(root)
    assert running.fetch(f"/static/a.txt{end}").status == 404
    assert running.fetch(f"/static/sub/b.txt{end}").status == 404
    assert running.fetch("/static/a.txt").status == 200


def test_a_subclass_may_serve_a_file_for_a_path_that_ends_with_a_slash(
    site: MakeSite, root: Path
) -> None:
    class Index(StaticFileHandler):
        @classmethod
        def get_absolute_path(cls, root: str, path: str) -> str:
            return os.path.join(root, path, "b.txt" if path.endswith("/") else "")

    running = site([(r"/(.*)", Index, {"path": str(root)})])
    assert running.fetch("/sub/").body == b"below"


def test_s17_send_file_takes_a_path_below_its_root_in_any_form(site: MakeSite, root: Path) -> None:
    paths = [root / "a.txt", Path("sub/../a.txt"), str(root / "a.txt")]
    outside = [root.parent / "secret.txt", Path("../secret.txt"), "/etc/passwd"]

    class Chosen(RequestHandler):
        async def get(self, kind: str, index: str) -> None:
            chosen = paths if kind == "inside" else outside
            await self.send_file(chosen[int(index)], root=root)

    running = site([("/(inside|outside)/([0-2])", Chosen)])
    for index in range(3):
        answer = running.fetch(f"/inside/{index}")
        assert answer.body == b"in static"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="a.txt"'
        assert running.fetch(f"/outside/{index}").status == 403


def test_s17_windows_names_are_refused_by_send_file_too(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tornado.web._files._static_paths.os.name", "nt")
    with pytest.raises(HTTPError, match="403"):
        find_below(root, "a.txt::$DATA")


@pytest.mark.parametrize("path", ["//evil.example", "/%5cevil.example", "//evil.example/%2e%2e"])
def test_s15_a_default_file_never_leads_to_another_site(
    site: MakeSite, root: Path, path: str
) -> None:
    class Anything(StaticFileHandler):
        @classmethod
        def get_absolute_path(cls, root: str, path: str) -> str:
            return os.path.join(root, "sub")

    arguments = {"path": str(root), "default_filename": "b.txt"}
    running = site([(r"(.*)", Anything, arguments)])
    answer = running.fetch(path)
    location = answer.headers["Location"]
    assert answer.status == 403 or (location.startswith("/") and location[1] not in "/\\")


def test_s17_the_root_may_be_that_of_the_file_system() -> None:
    assert join("/", "etc/hostname") == "/etc/hostname"
    assert join("/", "../etc") == "/etc"


def test_relative_roots_are_meant_from_the_working_directory(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root.parent)
    assert join("static", "a.txt") == str(root / "a.txt")
    monkeypatch.chdir(root)
    assert join(".", "a.txt") == str(root / "a.txt")
