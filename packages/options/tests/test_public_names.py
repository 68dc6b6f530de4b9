from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import tornado.escape
import tornado.log
import tornado.options
import tornado.util
from tornado.options import OptionParser, options

DEFINE = (
    "name, default=None, type=None, help=None, metavar=None, multiple=False, group=None,"
    " callback=None, *, choices=None, minimum=None, maximum=None"
)
#: The documented signatures, of the modern and of the classic release, and what is new.
SIGNATURES = {
    "OptionParser": "()",
    "OptionParser.add_parse_callback": "(self, callback)",
    "OptionParser.as_dict": "(self)",
    "OptionParser.define": f"(self, {DEFINE})",
    "OptionParser.group_dict": "(self, group)",
    "OptionParser.groups": "(self)",
    "OptionParser.items": "(self)",
    "OptionParser.mockable": "(self)",
    "OptionParser.parse_command_line": "(self, args=None, final=True)",
    "OptionParser.parse_config_file": "(self, path, final=True)",
    "OptionParser.parse_environment": "(self, prefix, environ=None, final=True)",
    "OptionParser.print_help": "(self, file=None)",
    "OptionParser.run_parse_callbacks": "(self)",
    "OptionParser.source_of": "(self, name)",
    "add_parse_callback": "(callback)",
    "define": f"({DEFINE})",
    "parse_command_line": "(args=None, final=True)",
    "parse_config_file": "(path, final=True)",
    "parse_environment": "(prefix, environ=None, final=True)",
    "print_help": "(file=None)",
}
OTHERS = {
    *("Error", "InvalidValue", "Source", "define_logging_options", "enable_pretty_logging"),
    *("exec_in", "native_str", "options", "parse_sources"),
}


def run(code: str, *args: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *args]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=30, check=False
    )


@pytest.mark.parametrize("path", SIGNATURES)
def test_the_signatures_are_the_documented_ones(path: str) -> None:
    thing: Any = tornado.options
    for name in path.split("."):
        thing = getattr(thing, name)
    plain = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in inspect.signature(thing).parameters.values()
    ]
    assert str(inspect.Signature(plain)) == SIGNATURES[path]


def test_the_functions_take_what_the_methods_take() -> None:
    for name in ("define", "parse_sources", "parse_environment"):
        function = inspect.signature(getattr(tornado.options, name)).parameters
        method = inspect.signature(getattr(OptionParser(), name)).parameters
        assert [str(p).partition(":")[0] for p in function.values()] == [
            str(p).partition(":")[0] for p in method.values()
        ]


def test_all_lists_exactly_the_public_names() -> None:
    assert tornado.options.__all__ == sorted(tornado.options.__all__)
    expected = {path.partition(".")[0] for path in SIGNATURES} | OTHERS
    assert set(tornado.options.__all__) == expected
    for name in expected:
        getattr(tornado.options, name)
    public = {
        name
        for name, thing in vars(tornado.options).items()
        if not name.startswith("_") and not inspect.ismodule(thing)
    }
    assert public - {"annotations", "publish", "TYPE_CHECKING"} == expected


def test_names_of_other_modules_are_those_of_other_modules() -> None:
    assert tornado.options.native_str is tornado.escape.native_str
    assert tornado.options.exec_in is tornado.util.exec_in
    assert tornado.options.define_logging_options is tornado.log.define_logging_options
    assert tornado.options.enable_pretty_logging is tornado.log.enable_pretty_logging
    assert tornado.options.OptionParser.__module__ == "tornado.options"
    assert tornado.options.Error.__module__ == "tornado.options"


def test_the_shared_options_have_those_of_logging() -> None:
    assert isinstance(options, OptionParser)
    for name in ("help", "logging", "log_to_stderr", "log_file_prefix", "log_rotate_mode"):
        assert name in options
    assert options.logging == "info"


def test_a_program_is_configured_by_the_functions_of_the_module(tmp_path: Path) -> None:
    result = run(
        """
import logging
from tornado.options import *
define("port", default=8888, help="run on the given port")
add_parse_callback(lambda: print("parsed", options.port))
print(parse_command_line(), logging.getLogger().level)
parse_environment("APP_", {"APP_PORT": "82"})
print(parse_sources(["x", "--port=83"]))
with open("x.conf", "w") as file:
    file.write("port = 84")
parse_config_file("x.conf")
print_help(__import__("sys").stdout)
""",
        "--port=81",
        "--logging=warning",
        "file",
        folder=tmp_path,
    )
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert lines[:5] == ["parsed 81", "['file'] 30", "parsed 82", "parsed 83", "[]"]
    assert lines[5:7] == ["parsed 84", "Usage: -c [OPTIONS]"]
    assert "now 84 (x.conf)" in result.stdout


def test_importing_loads_little() -> None:
    result = run(
        "import sys; before = set(sys.modules); import tornado.options;"
        "print(*sorted(set(sys.modules) - before))"
    )
    loaded = result.stdout.split()
    foreign = {name.partition(".")[0] for name in loaded if not name.startswith("tornado")}
    heavy = {"asyncio", "ssl", "socket", "http", "logging", "re", "typing", "tomllib", "textwrap"}
    assert "tornado.options" in loaded
    assert not foreign & heavy
    assert len(loaded) < 40
