import asyncio
import io
import os
import re
import subprocess
import sys
import textwrap
import unittest
import warnings
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import NamedTuple

import pytest

import tornado.pytest_plugin
from tornado.ioloop import IOLoop


@pytest.fixture(params=["asyncio", "uvloop"])
def loop(request):
    """A loop of each implementation that is installed, closed after the test."""
    if request.param == "uvloop":
        pytest.importorskip("uvloop")
    made = IOLoop(make_current=False, uvloop=request.param == "uvloop")
    asyncio.set_event_loop(made.asyncio_loop)
    yield made
    if not made.asyncio_loop.is_closed():
        tasks = asyncio.all_tasks(made.asyncio_loop)
        for task in tasks:
            task.cancel()
        made.run_sync(lambda: asyncio.gather(*tasks, return_exceptions=True))
        made.close(all_fds=True)
    asyncio.set_event_loop(None)


@dataclass
class Run:
    """A run of pytest, and how each test ended."""

    code: int
    output: str

    def outcomes(self):
        """Return the tests by how they ended, without the names of their files."""
        found = {}
        for line in self.output.splitlines():
            match = re.match(r"(PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS) \S*?::(\S+)", line)
            if match:
                found.setdefault(match[1].lower(), []).append(match[2])
        return found


#: The names of other plugins, and what they are imported by.
OTHERS = {
    "asyncio": "pytest_asyncio.plugin",
    "aiohttp": "pytest_aiohttp.plugin",
    "anyio": "anyio.pytest_plugin",
    "timeout": "timeout",
}


#: The beginning of most test files.
APP = """
    import asyncio
    import ssl

    import pytest
    import tornado.gen
    import tornado.httpclient
    import tornado.ioloop
    import tornado.web


    class MainHandler(tornado.web.RequestHandler):
        def get(self):
            self.write(f"Hello, {self.request.protocol}")


    application = tornado.web.Application([(r"/", MainHandler)])


    @pytest.fixture
    def app():
        return application
"""


class Suites:
    """Write test files, and run pytest over them."""

    APP = APP

    def __init__(self, folder, monkeypatch):
        self.folder = folder
        self._monkeypatch = monkeypatch

    def write(self, **files):
        """Write files: ``test_it=...`` is ``test_it.py``."""
        for name, text in files.items():
            (self.folder / f"{name}.py").write_text(textwrap.dedent(text))

    def run(self, *arguments, **environment):
        """Run pytest with our plugin and no others, within this process."""
        output, modules, path = io.StringIO(), set(sys.modules), list(sys.path)
        with self._monkeypatch.context() as patch:
            patch.chdir(self.folder)
            patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
            for name in _OF_THE_OUTER_RUN:
                patch.delenv(name, raising=False)
            for name, value in environment.items():
                patch.setenv(name, value)
            with redirect_stdout(output), redirect_stderr(output):
                code = pytest.main(
                    [*_OPTIONS, "-p", "no:faulthandler", *arguments],
                    plugins=[tornado.pytest_plugin],
                )
        sys.path[:] = path
        for name in set(sys.modules) - modules:
            if str(self.folder) in (getattr(sys.modules[name], "__file__", None) or ""):
                del sys.modules[name]
        return Run(int(code), output.getvalue())

    def run_alone(self, *arguments, plugins=("tornado.pytest_plugin",), others=(), **environment):
        """Run pytest with some plugins and no others, in a process of its own.

        :param others: names of plugins in `OTHERS`.
        """
        names = [*plugins, *[OTHERS[name] for name in others]]
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", *_OPTIONS),
                *[part for name in names for part in ("-p", name)],
                *arguments,
            ],
            cwd=self.folder,
            env={
                **{k: v for k, v in os.environ.items() if k not in _OF_THE_OUTER_RUN},
                "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )
        return Run(done.returncode, done.stdout + done.stderr)


#: With CI, pytest repeats whole messages in its summary. Without bytecode, each process compiles
#: everything that it imports.
_OF_THE_OUTER_RUN = ("CI", "PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST", "PYTHONDONTWRITEBYTECODE")
_OPTIONS = (
    "-rA",
    *("-p", "no:cacheprovider"),
    # Under -O; the asserts of the tests that are written here are rewritten, and hold all the same.
    *("-W", "ignore:assertions not in test modules:pytest.PytestConfigWarning"),
)


@pytest.fixture
def suite(tmp_path, monkeypatch):
    """A folder for test files, with a configuration that makes warnings errors."""
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    return Suites(tmp_path, monkeypatch)


class Ran(NamedTuple):
    """What came of one run of a test case."""

    errors: list[str]
    failures: list[str]
    skipped: list[str]
    warnings: list[warnings.WarningMessage]

    @property
    def is_success(self):
        return not self.errors and not self.failures

    @property
    def warned(self):
        return [str(each.message) for each in self.warnings]


@pytest.fixture
def run():
    """Return a function that runs one test of a test case, and does not care for filters."""

    def run_one(case, name="test"):
        result = unittest.TestResult()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            case(name).run(result)
        # Python 3.12.1 does not count those that are skipped (gh-106584).
        assert result.testsRun == 1 or result.skipped
        return Ran(
            [text for _, text in result.errors],
            [text for _, text in result.failures],
            [text for _, text in result.skipped],
            caught,
        )

    return run_one


@pytest.fixture(autouse=True)
def no_choice(monkeypatch):
    """Keep what the developer has chosen out of the tests."""
    for name in ("ASYNC_TEST_TIMEOUT", "TORNADO_TEST_LEFTOVERS", "TORNADO_TEST_BLOCKING"):
        monkeypatch.delenv(name, raising=False)
