"""Static files over a socket."""

from __future__ import annotations

import datetime
import gzip
import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tornado.web import HTTPError, OutputTransform, RequestHandler, StaticFileHandler

MakeSite = Callable[..., Any]
LARGE = bytes(range(256)) * 8192


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    # The modification times of these files are set here, but the change times cannot be.
    monkeypatch.setattr("tornado.web._files._file_cache._SETTLED", -1)
    root = tmp_path / "static"
    (root / "sub").mkdir(parents=True)
    write(root / "a.txt", b"hello")
    write(root / "app.js", b"let x = 1;" * 300)
    write(root / "empty.css", b"")
    write(root / "large.bin", LARGE)
    write(root / "robots.txt", b"User-agent: *")
    write(root / "favicon.ico", b"icon")
    write(root / "sub" / "index.html", b"<p>index")
    StaticFileHandler.reset()
    yield root
    StaticFileHandler.reset()


def write(path: Path, content: bytes, age: float = 100) -> None:
    path.write_bytes(content)
    then = time.time() - age
    os.utime(path, (then, then))


def test_a_file_is_sent_with_all_that_describes_it(site: MakeSite, root: Path) -> None:
    running = site([], static_path=str(root))
    answer = running.fetch("/static/a.txt")
    assert (answer.status, answer.body) == (200, b"hello")
    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Length"] == "5"
    modified = datetime.datetime.fromtimestamp((root / "a.txt").stat().st_mtime, datetime.UTC)
    assert answer.headers["Last-Modified"] == f"{modified:%a, %d %b %Y %H:%M:%S} GMT"
    assert answer.headers["Etag"].startswith('"')
    assert "Cache-Control" not in answer.headers
    assert running.fetch("/static/empty.css").body == b""
    assert running.fetch("/static/nothing.txt").status == 404
    assert running.fetch("/static/a.txt", "POST", b"").status == 405


@pytest.mark.parametrize("relative", [False, True])
def test_directories_may_be_path_objects(
    site: MakeSite, root: Path, monkeypatch: pytest.MonkeyPatch, relative: bool
) -> None:
    class Url(RequestHandler):
        def get(self) -> None:
            self.write(self.static_url("a.txt"))

    monkeypatch.chdir(root.parent)
    path = Path(root.name) if relative else root
    (root / "link").symlink_to(root.parent / "beyond")
    (root.parent / "beyond").write_text("allowed")
    arguments = {
        "path": path,
        "default_filename": "index.html",
        "allowed_symlink_directory": root.parent,
    }
    routes = [("/url", Url), ("/files/(.*)", StaticFileHandler, arguments)]
    running = site(routes, static_path=path, static_precompressed=True)
    assert running.fetch(running.fetch("/url").text).body == b"hello"
    assert running.fetch("/files/sub/").body == b"<p>index"
    assert running.fetch("/files/link").body == b"allowed"
    assert running.fetch("/static/link").status == 403


def test_robots_and_favicon_are_served_at_the_root(site: MakeSite, root: Path) -> None:
    running = site([], static_path=str(root), static_url_prefix="/s/")
    assert running.fetch("/robots.txt").body == b"User-agent: *"
    assert running.fetch("/favicon.ico").body == b"icon"
    assert running.fetch("/s/a.txt").body == b"hello"
    assert running.fetch("/static/a.txt").status == 404


@pytest.mark.parametrize(("size", "vary"), [(5000, "Accept-Encoding"), (10, None)])
def test_a_head_request_says_what_the_answer_depends_on(
    site: MakeSite, root: Path, size: int, vary: str | None
) -> None:
    (root / "app.js").write_bytes(b"x" * size)
    running = site([], static_path=str(root), compress_response=True)
    for method in ("GET", "HEAD"):
        answer = running.fetch("/static/app.js", method, headers={"Accept-Encoding": "br"})
        assert answer.headers.get("Vary") == vary
    assert answer.headers["Content-Length"] == str(size)
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("name", ["a.txt", "large.bin"])
def test_a_head_request_gets_the_size_and_no_body(site: MakeSite, root: Path, name: str) -> None:
    answer = site([], static_path=str(root)).fetch(f"/static/{name}", "HEAD")
    assert answer.headers["Content-Length"] == str((root / name).stat().st_size)
    assert answer.body == b""


def test_large_files_arrive_whole_and_in_parts(site: MakeSite, root: Path) -> None:
    running = site([], static_path=str(root))
    assert running.fetch("/static/large.bin").body == LARGE
    part = running.fetch("/static/large.bin", headers={"Range": "bytes=1000-1999999"})
    assert (part.status, part.body) == (206, LARGE[1000:2000000])
    assert part.headers["Content-Range"] == f"bytes 1000-1999999/{len(LARGE)}"


def test_a_changed_file_is_noticed_at_once(site: MakeSite, root: Path) -> None:
    running = site([], static_path=str(root))
    first = running.fetch("/static/a.txt")
    for content in (b"other", b"third"):
        write(root / "a.txt", content, age=50)
        answer = running.fetch("/static/a.txt", headers={"If-None-Match": first.headers["Etag"]})
        assert (answer.status, answer.body) == (200, content)
    (root / "a.txt").unlink()
    assert running.fetch("/static/a.txt").status == 404


def test_a_file_that_was_just_written_is_not_cached(
    site: MakeSite, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tornado.web._files._file_cache._SETTLED", 2)
    running = site([], static_path=str(root))
    stamp = time.time()
    for content in (b"one", b"two"):  # of the same size, at the same time, in the same file
        (root / "a.txt").write_bytes(content)
        os.utime(root / "a.txt", (stamp, stamp))
        assert running.fetch("/static/a.txt").body == content


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("If-None-Match", "{etag}"),
        ("If-None-Match", "W/{etag}"),
        ("If-None-Match", '"x", {etag}'),
        ("If-None-Match", "*"),
        ("If-Modified-Since", "{modified}"),
        ("If-Modified-Since", "Fri, 01 Jan 2038 00:00:00 GMT"),
    ],
)
def test_what_a_client_has_is_not_sent_again(
    site: MakeSite, root: Path, field: str, value: str
) -> None:
    running = site([], static_path=str(root))
    for name in ("a.txt", "large.bin"):
        fields = running.fetch(f"/static/{name}").headers
        value = value.format(etag=fields["Etag"], modified=fields["Last-Modified"])
        for method in ("GET", "HEAD"):
            answer = running.fetch(f"/static/{name}", method, headers={field: value})
            assert (answer.status, answer.body) == (304, b"")
            assert "Content-Length" not in answer.headers
        value = value.replace(fields["Etag"], "{etag}")
        value = value.replace(fields["Last-Modified"], "{modified}")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("If-None-Match", '"x"'),
        ("If-Modified-Since", "Fri, 01 Jan 1999 00:00:00 GMT"),
        ("If-Modified-Since", "yesterday"),
        ("If-Modified-Since", ""),
        ("If-Modified-Since", "Fri, 01 Jan 2038 00:00:00 GMT, Fri, 01 Jan 2038 00:00:00 GMT"),
        ("If-Modified-Since", "Fri, 01 Jan 2038 00:00:00 GMT; length=5"),
        ("If-Modified-Since", "Fri, 01 Jan 2038 00:00:00"),
        ("If-Modified-Since", "2038-01-01T00:00:00Z"),
    ],
)
def test_everything_else_is_sent(site: MakeSite, root: Path, field: str, value: str) -> None:
    answer = site([], static_path=str(root)).fetch("/static/a.txt", headers={field: value})
    assert (answer.status, answer.body) == (200, b"hello")


@pytest.mark.parametrize(
    ("range_field", "status", "body", "range_"),
    [
        ("bytes=0-", 200, b"hello", None),
        ("bytes=0-99", 200, b"hello", None),
        ("bytes=-99", 200, b"hello", None),
        ("bytes=1-2", 206, b"el", "bytes 1-2/5"),
        ("bytes=-2", 206, b"lo", "bytes 3-4/5"),
        ("bytes=4-9", 206, b"o", "bytes 4-4/5"),
        ("bytes=-0", 416, b"", "bytes */5"),
        ("bytes=5-", 416, b"", "bytes */5"),
        ("bytes=3-1", 416, b"", "bytes */5"),
        ("bytes=0-0,4-4", 200, b"hello", None),
        ("BYTES=1-2", 206, b"el", "bytes 1-2/5"),
        ("lines=1-2", 200, b"hello", None),
        ("bytes=a-b", 200, b"hello", None),
    ],
)
def test_ranges(
    site: MakeSite, root: Path, range_field: str, status: int, body: bytes, range_: str | None
) -> None:
    answer = site([], static_path=str(root)).fetch("/static/a.txt", headers={"Range": range_field})
    assert (answer.status, answer.body) == (status, body)
    assert answer.headers["Content-Range"] == range_
    assert answer.headers["Content-Length"] == str(len(body))


def test_two_dates_in_two_fields_are_ignored(site: MakeSite, root: Path) -> None:
    running = site([], static_path=str(root))
    later = b"If-Modified-Since: Fri, 01 Jan 2038 00:00:00 GMT\r\n"
    request = b"GET /static/a.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    for count, status in ((1, b"304"), (2, b"200")):
        with socket.create_connection(("127.0.0.1", running.port), timeout=10) as client:
            client.sendall(request + later * count + b"\r\n")
            assert client.recv(12) == b"HTTP/1.1 " + status


def test_if_range_sends_a_part_of_the_same_file_only(site: MakeSite, root: Path) -> None:
    running = site([], static_path=str(root))
    fields = running.fetch("/static/a.txt").headers
    for validator, status in (
        (fields["Etag"], 206),
        (fields["Last-Modified"], 206),
        ('"x"', 200),
        ("W/" + fields["Etag"], 200),
        ("Fri, 01 Jan 2038 00:00:00 GMT", 200),
        (f"{fields['Last-Modified']}, {fields['Last-Modified']}", 200),
        ("nonsense", 200),
    ):
        headers = {"Range": "bytes=1-2", "If-Range": validator}
        assert running.fetch("/static/a.txt", headers=headers).status == status, validator


def test_s16_ranges_cost_linear_time(site: MakeSite, root: Path) -> None:
    running = site([], static_path=str(root))
    many = "bytes=" + ",".join(f"{at}-{at}" for at in range(5000))
    for range_field in (many, "bytes=" + "9" * 20000 + "-", "bytes=" + " " * 30000 + "x"):
        began = time.perf_counter()
        answer = running.fetch("/static/a.txt", headers={"Range": range_field})
        assert answer.status in (200, 416)
        assert len(answer.body) in (0, 5)
        assert time.perf_counter() - began < 5  # a quadratic one takes longer


def test_a_url_with_a_version_may_be_kept(site: MakeSite, root: Path) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            self.write(self.static_url("a.txt", include_host=self.get_argument("h", "") == "1"))

    running = site([("/", Handler)], static_path=str(root))
    url = running.fetch("/").text
    path, _, version = url.partition("?v=")
    assert path == "/static/a.txt"
    assert running.fetch("/?h=1").text == f"http://127.0.0.1:{running.port}{url}"
    answer = running.fetch(url)
    assert answer.headers["Etag"] == f'"{version}"'
    assert answer.headers["Cache-Control"] == "max-age=315360000"
    assert "Expires" in answer.headers
    write(root / "a.txt", b"changed", age=50)
    assert running.fetch("/").text not in (url, path)


@pytest.mark.expected_errors("Could not open static file")
def test_static_urls_of_nothing_have_no_version(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = {"static_path": str(root), "static_url_prefix": "/s/"}
    assert StaticFileHandler.make_static_url(settings, "no/ne.txt") == "/s/no/ne.txt"
    assert "so its URL has no version" in caplog.text
    assert StaticFileHandler.make_static_url(settings, "a.txt", include_version=False) == "/s/a.txt"
    assert StaticFileHandler.get_version(settings, "sub") is None


def test_static_url_needs_its_setting(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            with pytest.raises(Exception, match="set the 'static_path' setting"):
                self.static_url("a.txt")
            self.write("ok")

    assert site([("/", Handler)]).fetch("/").body == b"ok"


def test_without_the_hash_cache_versions_are_made_anew(root: Path) -> None:
    hashed_paths: list[str] = []

    class Counting(StaticFileHandler):
        @classmethod
        def get_content(cls, abspath: str, start: int | None = None, end: int | None = None) -> Any:
            hashed_paths.append(abspath)
            return super().get_content(abspath, start, end)

    settings: dict[str, Any] = {"static_path": str(root)}
    for _ in range(3):
        Counting.get_version(settings, "a.txt")
    assert len(hashed_paths) == 1
    settings["static_hash_cache"] = False
    for _ in range(3):
        Counting.get_version(settings, "a.txt")
    assert len(hashed_paths) == 4


@pytest.mark.expected_errors("Could not open static file")
def test_s17_versions_are_for_files_of_bounded_size(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StaticFileHandler, "MAX_VERSION_CONTENT_SIZE", 1000)
    settings = {"static_path": str(root)}
    assert StaticFileHandler.get_version(settings, "large.bin") is None
    assert StaticFileHandler.get_version(settings, "a.txt") is not None
    os.mkfifo(root / "fifo")
    assert StaticFileHandler.get_version(settings, "fifo") is None
    (root / "device").symlink_to("/dev/zero")
    with pytest.raises(HTTPError, match="403"):
        StaticFileHandler.get_version(settings, "device")
    for outside in ("../static2/a", "/etc/passwd", "../../etc/passwd"):
        with pytest.raises(HTTPError, match="403"):
            StaticFileHandler.make_static_url(settings, outside)


def test_s17_the_version_cache_is_bounded(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tornado.web._files._file_versions import VERSIONS

    monkeypatch.setattr(StaticFileHandler, "MAX_CACHED_VERSIONS", 5)
    for number in range(20):
        write(root / f"{number}.txt", b"x")
        StaticFileHandler.get_version({"static_path": str(root)}, f"{number}.txt")
    assert len(VERSIONS) <= 5


def test_the_hash_of_a_large_file_is_made_off_the_loop(site: MakeSite, root: Path) -> None:
    import threading

    threads: list[str] = []

    class Handler(RequestHandler):
        def get(self) -> None:
            self.write(str(threading.get_ident()))

    running = site([("/", Handler)], static_path=str(root))
    loop_thread = running.fetch("/").text
    from tornado.web._files import _static_content

    def hashed(content: Any) -> str:
        threads.append(str(threading.get_ident()))
        return original_hash(content)

    original_hash = _static_content.content_hash
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_static_content, "content_hash", hashed)
        assert running.fetch("/static/large.bin").headers["Etag"]
        assert running.fetch("/static/a.txt").headers["Etag"]
    assert threads[0] != loop_thread
    assert threads[1] == loop_thread


def test_a_directory_is_its_default_file(site: MakeSite, root: Path) -> None:
    arguments = {"path": str(root), "default_filename": "index.html"}
    running = site([("/d/(.*)", StaticFileHandler, arguments)])
    moved = running.fetch("/d/sub?x=1")
    assert (moved.status, moved.headers["Location"]) == (301, "/d/sub/")
    answer = running.fetch("/d/sub/")
    assert (answer.body, answer.headers["Content-Type"]) == (b"<p>index", "text/html")
    assert running.fetch("/d/").status == 404
    assert site([], static_path=str(root)).fetch("/static/sub/").status == 403


def test_settings_choose_the_handler_and_its_arguments(site: MakeSite, root: Path) -> None:
    class Handler(StaticFileHandler):
        def set_extra_headers(self, path: str) -> None:
            self.set_header("X-Path", path)

        def get_cache_time(self, path: str, modified: Any, mime_type: str) -> int:
            return 60

    running = site(
        [],
        static_path=str(root),
        static_handler_class=Handler,
        static_handler_args={"default_filename": "index.html"},
    )
    answer = running.fetch("/static/sub/")
    assert answer.body == b"<p>index"
    assert answer.headers["X-Path"] == "sub/"
    assert answer.headers["Cache-Control"] == "max-age=60"


def test_more_hooks_of_static_files_are_called(site: MakeSite, root: Path) -> None:
    class Handler(StaticFileHandler):
        def parse_url_path(self, url_path: str) -> str:
            return url_path.removesuffix(".html") + ".txt"

        def should_return_304(self) -> bool:
            return self.get_argument("304", "") == "1"

        def set_headers(self) -> None:
            super().set_headers()
            self.set_header("Cache-Control", "no-cache")

    running = site([("/(.*)", Handler, {"path": str(root)})])
    for _ in range(2):  # the second time, the file is cached
        answer = running.fetch("/a.html")
        assert (answer.body, answer.headers["Cache-Control"]) == (b"hello", "no-cache")
        assert running.fetch("/a.html?304=1").status == 304


def test_a_subclass_may_serve_what_is_not_a_file(site: MakeSite) -> None:
    class Handler(StaticFileHandler):
        @classmethod
        def get_absolute_path(cls, root: str, path: str) -> str:
            return f"{root}:{path}"

        def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
            if absolute_path == "db:none":
                raise HTTPError(404)
            return absolute_path

        @classmethod
        def get_content(cls, abspath: str, start: int | None = None, end: int | None = None) -> Any:
            content = f"<{abspath}>".encode()[start:end]
            return content if "whole" in abspath else iter([content[:3], content[3:]])

        def get_content_size(self) -> int:
            return len(f"<{self.absolute_path}>")

        def get_modified_time(self) -> datetime.datetime | None:
            return datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)

        def get_content_type(self) -> str:
            return "text/x-db"

    running = site([("/db/(.*)", Handler, {"path": "db"})])
    for name in ("whole", "pieces"):
        answer = running.fetch(f"/db/{name}")
        assert answer.text == f"<db:{name}>"
        assert answer.headers["Content-Type"] == "text/x-db"
        assert answer.headers["Last-Modified"] == "Wed, 01 Jan 2020 00:00:00 GMT"
        again = running.fetch(f"/db/{name}", headers={"If-None-Match": answer.headers["Etag"]})
        assert again.status == 304
        part = running.fetch(f"/db/{name}", headers={"Range": "bytes=1-2"})
        assert (part.status, part.body) == (206, b"db")
    assert running.fetch("/db/none").status == 404


def test_a_subclass_may_be_a_coroutine(site: MakeSite, root: Path) -> None:
    class Handler(StaticFileHandler):
        async def get(self, path: str, include_body: bool = True) -> None:  # type: ignore[override]  # as programs do it
            await super().get(path + ".txt", include_body)
            self.set_header("X-Late", "yes")

    answer = site([("/(.*)", Handler, {"path": str(root)})]).fetch("/a")
    assert (answer.body, answer.headers["X-Late"]) == (b"hello", "yes")


@pytest.mark.expected_errors("Could not open static file")
def test_the_known_private_name_gives_versions(root: Path) -> None:
    version = StaticFileHandler._get_cached_version(str(root / "a.txt"))
    assert version == StaticFileHandler.get_content_version(str(root / "a.txt"))
    assert StaticFileHandler._get_cached_version(str(root / "none")) is None


def test_compressed_files_are_sent_to_clients_that_accept_them(site: MakeSite, root: Path) -> None:
    plain = (root / "app.js").read_bytes()
    write(root / "app.js.gz", gzip.compress(plain), age=90)
    write(root / "app.js.br", b"brotli", age=90)
    write(root / "app.js.zst", b"older", age=200)
    running = site([], static_path=str(root), static_precompressed=True)
    seen = set()
    for accepted, coding, body in (
        ("gzip", "gzip", gzip.compress(plain)),
        ("gzip, br", "br", b"brotli"),
        ("gzip;q=1, br;q=0.5", "gzip", gzip.compress(plain)),
        ("zstd", None, plain),
        ("", None, plain),
        ("gzip;q=0, br;q=0", None, plain),
    ):
        answer = running.fetch("/static/app.js", headers={"Accept-Encoding": accepted})
        assert answer.headers["Content-Encoding"] == coding
        assert len(answer.body) == len(body)
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["Content-Type"] in ("text/javascript", "application/javascript")
        seen.add((coding, answer.headers["Etag"]))
    assert len({etag for _, etag in seen}) == 3
    assert running.fetch("/static/a.txt").headers["Vary"] is None


def test_compressed_files_are_ignored_without_the_setting(site: MakeSite, root: Path) -> None:
    write(root / "app.js.gz", b"compressed", age=90)
    answer = site([], static_path=str(root)).fetch(
        "/static/app.js", headers={"Accept-Encoding": "gzip"}
    )
    assert answer.headers["Content-Encoding"] is None
    assert answer.headers["Vary"] is None


def test_large_files_go_through_transforms(site: MakeSite, root: Path) -> None:
    write(root / "large.txt", b"text " * 50000)
    running = site([], static_path=str(root), compress_response=True)
    answer = running.fetch("/static/large.txt", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(answer.body) == b"text " * 50000
    assert answer.headers["Etag"].startswith("W/")
    assert running.fetch("/static/large.txt").body == b"text " * 50000
    binary = running.fetch("/static/large.bin", headers={"Accept-Encoding": "gzip"})
    assert (binary.body, binary.headers["Content-Encoding"]) == (LARGE, None)


@pytest.mark.parametrize("stays_active", [False, True])
def test_a_transform_sees_the_first_chunk_of_a_large_file(
    site: MakeSite, root: Path, stays_active: bool
) -> None:
    class Inject(OutputTransform):
        def transform_first_chunk(
            self, status_code: int, headers: Any, chunk: bytes, finishing: bool
        ) -> Any:
            self.is_active = stays_active
            headers["Content-Length"] = str(int(headers["Content-Length"]) + 3)
            return status_code, headers, chunk.replace(b"</head>", b"new</head>")

    write(root / "large.html", b"<head></head>" + LARGE)
    running = site([], static_path=str(root), transforms=[Inject])
    assert running.fetch("/static/large.html").body == b"<head>new</head>" + LARGE


def test_a_client_that_leaves_during_a_large_file_leaks_nothing(site: MakeSite, root: Path) -> None:
    import socket

    write(root / "huge.bin", LARGE * 8)
    running = site([], static_path=str(root))
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        client = socket.create_connection(("127.0.0.1", running.port))
        client.sendall(b"GET /static/huge.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        client.recv(1000)
        client.close()
    deadline = time.monotonic() + 5
    while len(os.listdir("/proc/self/fd")) > before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(os.listdir("/proc/self/fd")) <= before
    assert running.fetch("/static/a.txt").body == b"hello"
