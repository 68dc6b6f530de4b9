"""The faces: what the public modules export."""

from __future__ import annotations

import types
from pathlib import Path
from typing import Any, ClassVar

import pytest

import tornado.routing
import tornado.web


@pytest.mark.parametrize("face", [tornado.web, tornado.routing])
def test_all_is_exactly_the_public_names_in_order(face: Any) -> None:
    public = {
        name
        for name, thing in vars(face).items()
        if not name.startswith("_") and not isinstance(thing, types.ModuleType)
    }
    assert face.__all__ == sorted(face.__all__)
    assert set(face.__all__) == public - {"annotations", "publish"}


def test_names_that_published_programs_use_are_there(tmp_path: Path) -> None:
    class FileFindHandler(tornado.web.StaticFileHandler):  # as Jupyter has it
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

    class LiveFiles(tornado.web.StaticFileHandler):  # as livereload has it
        @classmethod
        def _get_cached_version(cls, abspath: str) -> str | None:
            with cls._lock:
                return str(cls._static_hashes.setdefault(abspath, "known"))

    settings = {"static_path": str(tmp_path)}
    assert LiveFiles.make_static_url(settings, "y") == "/static/y?v=known"

    @tornado.web.stream_request_body
    class Upload(tornado.web.RequestHandler):
        pass

    assert tornado.web._has_stream_request_body(Upload)  # as Elastic's agent asks
    assert not tornado.web._has_stream_request_body(tornado.web.RequestHandler)


def test_public_objects_say_the_public_module() -> None:
    assert tornado.web.RequestHandler.__module__ == "tornado.web"
    assert tornado.web.HTTPError.__module__ == "tornado.web"
    assert tornado.routing.Rule.__module__ == "tornado.routing"
