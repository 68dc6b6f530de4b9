"""The setting ``debug``, and what it turns on."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tornado.web import Application, GZipContentEncoding

PROGRAM = """
import asyncio
import tornado.web

class Handler(tornado.web.RequestHandler):
    def get(self):
        raise ValueError("shown in debug mode")

application = tornado.web.Application([("/", Handler)], debug=True)

async def main():
    server = application.listen(0, "127.0.0.1")
    port = next(iter(server._sockets.values())).getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n")
    page = (await reader.read()).decode()
    print("VERSION", "shown in debug mode" in page, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def test_debug_stands_for_four_settings() -> None:
    application = Application(debug=True, autoreload=False)
    assert application.settings == {
        "debug": True,
        "autoreload": False,
        "compiled_template_cache": False,
        "static_hash_cache": False,
        "serve_traceback": True,
    }
    kept = Application(debug=True, autoreload=False, serve_traceback=False)
    assert kept.settings["serve_traceback"] is False
    assert Application().settings == {}


def test_s22_nothing_of_it_is_on_without_it() -> None:
    code = "import sys, tornado.web; tornado.web.Application(); print('tornado.autoreload' in sys.modules)"
    printed = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=30
    ).stdout
    assert printed == "False\n"


def test_a_program_in_debug_mode_starts_again_when_it_is_changed(tmp_path: Path) -> None:
    program, output = tmp_path / "program.py", tmp_path / "output.txt"
    program.write_text(PROGRAM.replace("VERSION", "one"))
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, str(program)], stdout=file, stderr=subprocess.DEVNULL
        )
        try:
            deadline = time.monotonic() + 30
            for version in ("one", "two"):
                while f"{version} True" not in output.read_text():
                    assert time.monotonic() < deadline, output.read_text()
                    time.sleep(0.02)
                program.write_text(PROGRAM.replace("VERSION", "two"))
        finally:
            process.kill()
            process.wait()


def test_transforms_that_are_given_replace_the_settings() -> None:
    assert Application(compress_response=True).transforms == [GZipContentEncoding]
    assert Application([], None, [], compress_response=True).transforms == []


@pytest.mark.slow  # where it would be skipped, everything runs under -O
def test_the_tests_of_files_hold_under_python_o() -> None:
    here = Path(__file__).parent
    names = [
        "output/test_framing.py",
        "files/test_static_paths.py",
        "files/test_static_files.py",
        "files/test_file_sending.py",
        "output/test_compression.py",
        "output/test_slashes.py",
        "output/test_redirects.py",
    ]
    files = [str(here / name) for name in names]
    options = ["-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestConfigWarning"]
    command = [
        sys.executable,
        "-O",
        "-m",
        "pytest",
        *options,
        "-k",
        "s10 or s14 or s15 or s16 or s17",
    ]
    result = subprocess.run(
        [*command, *files], capture_output=True, text=True, check=False, timeout=60
    )
    assert result.returncode == 0, result.stdout
    passed = re.search(r"(\d+) passed", result.stdout)
    assert passed is not None
    assert int(passed[1]) > 80
