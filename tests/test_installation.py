"""What is there after installing one wheel, some of them, or the meta-package."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from programs import curl, running, unused_port, write_program
from wheels import WheelShelf
from workspace import ROOT, Piece, Workspace

WORKSPACE = Workspace()
SHELF = WheelShelf(ROOT / ".tox" / "wheels")

#: Lists the public modules that can be found without importing any.
FIND_MODULES = """\
import importlib, importlib.util, sys
def is_there(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False
print(*(name for name in sys.argv[1:] if is_there(name)))
"""


def run(python: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [python, *arguments], capture_output=True, text=True, timeout=55, check=False, env=clean
    )


def install(folder: Path, *folders: str) -> Path:
    """Make an environment with the wheels of some packages and what they need; return its Python."""
    uv = [sys.executable, "-m", "uv", "--quiet"]
    subprocess.run([*uv, "venv", "--python", sys.executable, str(folder)], check=True, timeout=55)
    python = folder / "bin" / "python"
    pieces = WORKSPACE.closure(map(WORKSPACE.by_folder, folders))
    wheels = [str(wheel) for wheel in SHELF.wheels(pieces)]
    command = [*uv, "pip", "install", "--python", str(python), *wheels]
    subprocess.run(command, check=True, timeout=55)
    return python


def modules(pieces: list[Piece]) -> set[str]:
    return {module for piece in pieces for module in piece.modules()} - {"tornado"}


EVERY_MODULE = modules(list(WORKSPACE))
ALONE = [piece.folder.name for piece in WORKSPACE if piece.folder.name != "tornado"]


@pytest.mark.parametrize("folder", ALONE)
def test_one_wheel_brings_its_modules_and_those_it_depends_on_and_no_other(
    tmp_path: Path, folder: str
) -> None:
    python = install(tmp_path / "environment", folder)
    script = write_program(tmp_path, FIND_MODULES)

    found = run(python, str(script), *sorted(EVERY_MODULE)).stdout.split()

    closure = WORKSPACE.closure([WORKSPACE.by_folder(folder)])
    assert set(found) == modules(closure)


def test_the_escape_wheel_gives_escape_and_nothing_that_serves(tmp_path: Path) -> None:
    python = install(tmp_path / "environment", "escape")

    escaped = run(
        python, "-W", "error", "-c", "import tornado.escape as e; print(e.xhtml_escape('<'))"
    )
    missing = run(python, "-c", "import tornado.ioloop")

    assert escaped.stdout == "&lt;\n", escaped.stderr
    assert "No module named 'tornado.ioloop'" in missing.stderr


def test_the_httpserver_wheel_serves_without_the_framework(tmp_path: Path) -> None:
    python = install(tmp_path / "environment", "httpserver")
    port = unused_port()
    script = write_program(
        tmp_path,
        """\
        import asyncio, sys
        import tornado.httpserver
        from tornado import httputil

        def answer(request):
            line = httputil.ResponseStartLine("HTTP/1.1", 200, "OK")
            headers = httputil.HTTPHeaders({"Content-Length": "5"})
            request.connection.write_headers(line, headers, b"hello")
            request.connection.finish()

        async def main():
            tornado.httpserver.HTTPServer(answer).listen(int(sys.argv[1]))
            await asyncio.Event().wait()

        asyncio.run(main())
        """,
    )

    with running(script, port, str(port), python=str(python)):
        answer = curl(f"http://127.0.0.1:{port}/")
    framework = run(python, "-c", "import tornado.web")

    assert answer.stdout == "hello"
    assert "No module named 'tornado.web'" in framework.stderr


def test_a_module_can_be_imported_from_the_name_without_the_meta_package(tmp_path: Path) -> None:
    python = install(tmp_path / "environment", "web")

    result = run(
        python, "-c", "from tornado import web; import tornado; print(hasattr(tornado, 'version'))"
    )

    assert result.stdout == "False\n", result.stderr


def test_the_meta_package_gives_the_version_and_every_module(tmp_path: Path) -> None:
    python = install(tmp_path / "environment", "tornado")
    program = "import tornado; print(tornado.web.RequestHandler, tornado.version)"

    result = run(python, "-W", "error", "-c", program)
    also = run(python, "-W", "error", "-c", "from tornado import web; print(web.Application)")

    version = WORKSPACE.pieces["tornado"].version
    assert result.stdout == f"<class 'tornado.web.RequestHandler'> {version}\n", result.stderr
    assert also.stdout == "<class 'tornado.web.Application'>\n", also.stderr


def test_removing_a_piece_leaves_the_others_whole(tmp_path: Path) -> None:
    python = install(tmp_path / "environment", "template", "httpserver")
    uv = [sys.executable, "-m", "uv", "--quiet", "pip"]
    remove = [*uv, "uninstall", "--python", str(python), "tornado-template"]
    subprocess.run(remove, check=True, timeout=55)

    result = run(python, "-c", "import tornado.httpserver, tornado.escape; print('whole')")

    assert result.stdout == "whole\n", result.stderr


@pytest.mark.timeout(180)
def test_type_checkers_follow_the_installed_pieces_and_the_meta_package(tmp_path: Path) -> None:
    script = write_program(
        tmp_path,
        """\
        import tornado
        from tornado import escape
        from tornado.web import RequestHandler

        class Hello(RequestHandler):
            def initialize(self, greeting: str) -> None:
                self.greeting = greeting

            async def prepare(self) -> None:
                self.set_header("X-Greeting", self.greeting)

            def get(self, name: str) -> None:
                self.write(escape.xhtml_escape(name))

        reveal_type(tornado.web.Application)
        reveal_type(tornado.version_info)
        wrong: int = escape.xhtml_escape("<")
        """,
    )
    mypy = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--config-file="]

    result = subprocess.run(
        [*mypy, str(script)], capture_output=True, text=True, timeout=170, check=False, cwd=tmp_path
    )
    lines = [line.partition(": ")[2] for line in result.stdout.splitlines()]

    assert len(lines) == 4, result.stdout
    assert "tornado.web" in lines[0]
    assert "Application" in lines[0]
    assert "tuple[int, int, int, int]" in lines[1].replace("builtins.", "").lower()
    assert 'expression has type "str", variable has type "int"' in lines[2]
