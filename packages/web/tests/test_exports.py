"""The public names of ``tornado.web`` and ``tornado.routing``."""

from __future__ import annotations

import subprocess
import sys
import types
from pathlib import Path
from typing import Any, ClassVar

import pytest

import tornado.routing
import tornado.web


@pytest.mark.parametrize("module", [tornado.web, tornado.routing])
def test_all_is_exactly_the_public_names_in_order(module: Any) -> None:
    public = {
        name
        for name in dir(module)
        if not name.startswith("_") and not isinstance(getattr(module, name), types.ModuleType)
    }
    assert module.__all__ == sorted(module.__all__)
    assert set(module.__all__) == public - {"TYPE_CHECKING", "annotations", "publish"}


def test_names_that_published_programs_use_are_there(tmp_path: Path) -> None:
    class FileFindHandler(tornado.web.StaticFileHandler):  # as Jupyter does it
        paths: ClassVar[dict[str, str]] = {}

        @classmethod
        def get_absolute_path(cls, roots: Any, path: str) -> str:
            with cls._lock:
                return cls.paths.setdefault(path, f"{roots[0]}/{path}")

    assert FileFindHandler.get_absolute_path(["/x"], "y") == "/x/y"
    (tmp_path / "y").write_text("some")
    FileFindHandler.paths.clear()
    several = {"static_path": [str(tmp_path)]}
    assert FileFindHandler.make_static_url(several, "y").startswith("/static/y?v=")

    class LiveFiles(tornado.web.StaticFileHandler):  # as livereload does it
        @classmethod
        def _get_cached_version(cls, abspath: str) -> str | None:
            with cls._lock:
                return str(cls._static_hashes.setdefault(abspath, "known"))

    settings = {"static_path": str(tmp_path)}
    assert LiveFiles.make_static_url(settings, "y") == "/static/y?v=known"

    @tornado.web.stream_request_body
    class Upload(tornado.web.RequestHandler):
        pass

    assert tornado.web._has_stream_request_body(Upload)  # as Elastic's agent calls it
    assert not tornado.web._has_stream_request_body(tornado.web.RequestHandler)


def test_public_objects_say_the_public_module() -> None:
    assert tornado.web.RequestHandler.__module__ == "tornado.web"
    assert tornado.web.HTTPError.__module__ == "tornado.web"
    assert tornado.routing.Rule.__module__ == "tornado.routing"


def _printed_by(program: str) -> str:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout


def test_importing_does_not_load_what_only_some_programs_need() -> None:
    slow = {
        *("datetime", "hmac", "ipaddress", "json", "mimetypes", "numbers", "random", "secrets"),
        *("urllib.parse", "zlib", "tornado.gen", "tornado.stack_context", "tornado.template"),
        *(
            "tornado.web._files._static_file_handler",
            "tornado.web._identity._signed_values",
            "tornado.iostream._ssl",
        ),
    }
    program = f"import sys; before = {{*sys.modules}}; import tornado.web\nprint(*{slow} & {{*sys.modules}} - before)"
    assert _printed_by(program).split() == []


_FIRST_REQUEST = """
import asyncio, sys
import tornado.web

class Hello(tornado.web.RequestHandler):
    async def get(self, name):
        self.write(f"Hello, {name}, {self.get_argument('mood', '')}")

async def main():
    server = tornado.web.Application([("/(.*)", Hello)]).listen(0, "127.0.0.1")
    port = next(iter(server._sockets.values())).getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    before = {*sys.modules}
    writer.write(b"GET /you?mood=fine HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n")
    assert (await reader.read()).endswith(b"Hello, you, fine")
    print(*{*sys.modules} - before)

asyncio.run(main())
"""


def test_the_first_request_waits_for_no_import() -> None:
    assert _printed_by(_FIRST_REQUEST).split() == []
