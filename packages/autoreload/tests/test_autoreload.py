"""Programs that start again, as processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest


class Program:
    """A running program, and what it has printed."""

    def __init__(self, arguments: list[str], directory: Path, environment: dict[str, str]) -> None:
        self.output = directory / "output.txt"
        self._file = self.output.open("wb")
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=directory,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
            stdout=self._file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def wait_for(self, text: str, times: int = 1) -> str:
        """Wait until a text was printed so many times."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            printed = self.output.read_text()
            if printed.count(text) >= times:
                return printed
            time.sleep(0.02)
        raise AssertionError(f"{text!r} was not printed {times} times:\n{printed}")

    def change_until(self, file: Path, content: str, text: str) -> str:
        """Write a file again and again until a text was printed."""
        for _ in range(20):
            file.write_text(content)
            end = time.monotonic() + 1
            while time.monotonic() < end:
                printed = self.output.read_text()
                if text in printed:
                    return printed
                time.sleep(0.02)
        return self.wait_for(text)

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)  # with which coverage saves what it has
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
        self._file.close()


Run = Callable[..., Program]


@pytest.fixture(scope="session")
def bytecode(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Compile once what all programs import; environments for tests keep no bytecode."""
    folder = str(tmp_path_factory.mktemp("bytecode"))
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    modules = "asyncio, logging, runpy, subprocess, tornado.autoreload, tornado.ioloop"
    if find_spec("watchfiles"):
        modules += ", watchfiles"
    subprocess.run([sys.executable, "-c", f"import {modules}"], env=environment, check=True)
    return folder


@pytest.fixture(scope="session")
def polling(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a folder for PYTHONPATH with which programs look for changes themselves, and often."""
    folder = tmp_path_factory.mktemp("polling")
    (folder / "sitecustomize.py").write_text(POLLING)
    return str(folder)


@pytest.fixture
def run(tmp_path: Path, bytecode: str, polling: str) -> Iterator[Run]:
    """Run Python with arguments in a directory: ``run("script.py", "argument")``.

    ``by_system=True`` leaves it to the package ``watchfiles`` to notice changes.
    """
    running: list[Program] = []

    def start(*arguments: str, by_system: bool = False, **environment: str) -> Program:
        environment["PYTHONPYCACHEPREFIX"] = bytecode
        if not by_system:
            path = [polling, environment.get("PYTHONPATH"), os.environ.get("PYTHONPATH")]
            environment["PYTHONPATH"] = os.pathsep.join(filter(None, path))
        running.append(Program(list(arguments), tmp_path, environment))
        return running[-1]

    yield start
    for each in running:
        each.close()


#: Makes programs look for changes themselves, where ``watchfiles`` is installed too.
POLLING = """
import tornado.autoreload._notifier, tornado.autoreload._watching
tornado.autoreload._notifier.is_available = lambda: False
tornado.autoreload._watching._WAIT = 0.02
"""

#: Makes the command print that it waits.
LOUD = "import logging; logging.basicConfig(level=logging.INFO)\n"

SERVING = """
import asyncio, os, sys
import tornado.autoreload
import part
{prelude}
async def main():
    tornado.autoreload.start(check_time=20)
    tornado.autoreload.watch("named.txt")
    print(f"serving {{part.word}} pid={{os.getpid()}} argv={{sys.argv[1:]}}", *sys._xoptions, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


@pytest.mark.parametrize("by_system", [True, False], ids=["watchfiles", "polling"])
def test_a_program_starts_again_when_a_module_changes(
    run: Run, tmp_path: Path, by_system: bool
) -> None:
    (tmp_path / "part.py").write_text("word = 'one'")
    (tmp_path / "program.py").write_text(SERVING.format(prelude=""))
    program = run("-X", "utf8", "program.py", "--port=1", "a b", by_system=by_system)
    program.wait_for("serving one")
    time.sleep(0.1)
    (tmp_path / "part.py").write_text("word = 'second'")
    printed = program.wait_for("serving second")
    lines = [line for line in printed.splitlines() if line.startswith("serving")]
    assert [line.partition("pid=")[2] for line in lines] == [
        f"{program.process.pid} argv=['--port=1', 'a b'] utf8"
    ] * 2


def test_named_files_are_watched_too(run: Run, tmp_path: Path) -> None:
    (tmp_path / "part.py").write_text("word = 'one'")
    (tmp_path / "program.py").write_text(SERVING.format(prelude=""))
    program = run("program.py")
    program.wait_for("serving one")
    (tmp_path / "named.txt").write_text("new")
    program.wait_for("serving one", 2)


def test_a_syntax_error_does_not_stop_the_program(run: Run, tmp_path: Path) -> None:
    (tmp_path / "part.py").write_text("word = 'one'")
    (tmp_path / "program.py").write_text(SERVING.format(prelude=""))
    program = run("program.py")
    program.wait_for("serving one")
    (tmp_path / "part.py").write_text("word = (")
    program.wait_for("part.py has changed, but does not compile: '(' was never closed")
    assert program.process.poll() is None
    (tmp_path / "part.py").write_text("word = 'mended'")
    program.wait_for("serving mended")


def test_the_program_goes_on_until_all_of_it_compiles(run: Run, tmp_path: Path) -> None:
    (tmp_path / "part.py").write_text("word = 'one'")
    (tmp_path / "other.py").write_text("")
    (tmp_path / "program.py").write_text(SERVING.format(prelude="import other"))
    program = run("program.py")
    program.wait_for("serving one")
    (tmp_path / "part.py").write_text("word = (")
    program.wait_for("does not compile")
    (tmp_path / "other.py").write_text("# harmless")
    program.wait_for("does not compile", 2)
    assert program.process.poll() is None
    (tmp_path / "part.py").write_text("word = 'mended'")
    program.wait_for("serving mended")


def test_a_file_that_is_gone_has_not_changed_until_it_is_back(run: Run, tmp_path: Path) -> None:
    (tmp_path / "part.py").write_text("word = 'one'")
    (tmp_path / "program.py").write_text(SERVING.format(prelude=""))
    program = run("program.py")
    program.wait_for("serving one")
    (tmp_path / "part.py").unlink()
    time.sleep(0.1)
    assert program.process.poll() is None
    assert program.output.read_text().count("serving") == 1
    (tmp_path / "part.py").write_text("word = 'second'")
    program.wait_for("serving second")


@pytest.mark.parametrize("by_system", [True, False], ids=["watchfiles", "polling"])
def test_a_change_between_watching_and_starting_is_not_missed(
    run: Run, tmp_path: Path, by_system: bool
) -> None:
    (tmp_path / "part.py").write_text("word = 'one'")
    (tmp_path / "settings.txt").write_text("")
    change = """
tornado.autoreload.watch("settings.txt")
with open("settings.txt", "r+") as settings:
    if not settings.read():
        settings.write("changed")
"""
    (tmp_path / "program.py").write_text(SERVING.format(prelude=change))
    run("program.py", by_system=by_system).wait_for("serving one", 2)


@pytest.mark.parametrize("way", ["-m", "-c"])
def test_the_command_line_is_kept(run: Run, tmp_path: Path, way: str) -> None:
    (tmp_path / "part.py").write_text("word = 'one'")
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "server.py").write_text(SERVING.format(prelude=""))
    if way == "-m":
        program = run("-m", "package.server", "argument")
    else:
        program = run("-c", "import package.server", "argument")
    program.wait_for("argv=['argument']")
    (tmp_path / "part.py").write_text("word = 'second'")
    assert "argv=['argument']" in program.wait_for("serving second").splitlines()[-1]


def test_an_editable_install_is_watched_where_it_is(run: Run, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "part.py").write_text("word = 'one'")
    (tmp_path / "program.py").write_text(SERVING.format(prelude=""))
    program = run("program.py", PYTHONPATH=str(elsewhere))
    program.wait_for("serving one")
    (elsewhere / "part.py").write_text("word = 'second'")
    program.wait_for("serving second")


def test_the_directory_of_the_start_is_kept(run: Run, tmp_path: Path) -> None:
    (tmp_path / "part.py").write_text("word = 'one'")
    (tmp_path / "program.py").write_text(SERVING.format(prelude="os.chdir('/')"))
    program = run("program.py")
    program.wait_for("serving one")
    (tmp_path / "part.py").write_text("word = 'second'")
    program.wait_for("serving second")


def test_hooks_are_called_and_children_ended_before_it_starts_again(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "part.py").write_text("word = 'one'")
    prelude = """
import subprocess
tornado.autoreload.add_reload_hook(lambda: 1 / 0)
tornado.autoreload.add_reload_hook(lambda: print("hook called", flush=True))
if part.word == "one":
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    kept = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True
    )
    print(f"child={{child.pid}} kept={{kept.pid}} .", flush=True)
"""
    (tmp_path / "program.py").write_text(
        SERVING.replace("{prelude}", prelude.replace("{{", "{").replace("}}", "}"))
        .replace("{{", "{")
        .replace("}}", "}")
    )
    program = run("program.py")
    program.wait_for("serving one")
    (tmp_path / "part.py").write_text("word = 'second'")
    printed = program.wait_for("serving second")
    assert "hook called" in printed
    assert "ZeroDivisionError" in printed
    child = int(printed.partition("child=")[2].split()[0])
    kept = int(printed.partition("kept=")[2].split()[0])
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    os.kill(kept, signal.SIGKILL)


COUNTING = """
import pathlib, sys
count = pathlib.Path("count.txt")
number = int(count.read_text()) + 1 if count.exists() else 1
count.write_text(str(number))
print(f"run {number} as {__name__} with {sys.argv}", flush=True)
"""


def test_the_command_runs_a_script_again_and_again(run: Run, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(LOUD + COUNTING)
    program = run("-m", "tornado.autoreload", "script.py", "-x", "--until-success")
    program.wait_for("run 1 as __main__ with ['script.py', '-x', '--until-success']")
    program.wait_for("script.py has ended with status 0, waiting for a change")
    assert program.process.poll() is None
    script.write_text(COUNTING + "\n")
    program.wait_for("run 2 as __main__ with ['script.py', '-x', '--until-success']")


@pytest.mark.parametrize("by_system", [True, False], ids=["watchfiles", "polling"])
def test_the_command_runs_modules(run: Run, tmp_path: Path, by_system: bool) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text(LOUD + COUNTING)
    program = run("-m", "tornado.autoreload", "-m", "package", "argument", by_system=by_system)
    printed = program.wait_for("run 1 as __main__")
    assert f"['{package / '__main__.py'}', 'argument']" in printed
    program.wait_for("waiting for a change")
    if by_system:
        time.sleep(0.2)  # a change before the system watches is noticed two seconds later
    (package / "__main__.py").write_text(COUNTING + "\n")
    program.wait_for("run 2 as __main__")


@pytest.mark.parametrize(
    ("broken", "printed"),
    [
        ("word = (", "SyntaxError"),
        ("import no_such_module_anywhere", "ModuleNotFoundError"),
        ("raise ValueError('from within')", "ValueError: from within"),
        ("import sys; sys.exit('gone wrong')", "gone wrong"),
    ],
)
def test_until_success_survives_errors_and_ends_with_success(
    run: Run, tmp_path: Path, broken: str, printed: str
) -> None:
    (tmp_path / "part.py").write_text(broken)
    (tmp_path / "script.py").write_text(LOUD + "import part\nprint('did it', part.word)")
    program = run("-m", "tornado.autoreload", "--until-success", "script.py")
    program.wait_for(printed)
    program.wait_for("script.py has ended with status 1, waiting for a change")
    assert program.process.poll() is None
    (tmp_path / "part.py").write_text("word = 'at last'")
    program.wait_for("did it at last")
    assert program.process.wait(10) == 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "a script or -m and a module are missing"),
        (["-m"], "a script or -m and a module are missing"),
        (["--unknown", "x"], "unknown option --unknown"),
    ],
)
def test_a_command_line_without_sense_is_refused(
    run: Run, arguments: list[str], complaint: str
) -> None:
    program = run("-m", "tornado.autoreload", *arguments)
    assert program.process.wait(10) == 2
    printed = program.output.read_text()
    assert complaint in printed
    assert "usage: python -m tornado.autoreload" in printed


def test_the_command_explains_itself(run: Run) -> None:
    program = run("-m", "tornado.autoreload", "--help")
    assert program.process.wait(10) == 0
    assert program.output.read_text().startswith("usage: python -m tornado.autoreload")


def test_ctrl_c_ends_the_waiting_without_a_traceback(run: Run, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(LOUD + "print('did it', flush=True)")
    program = run("-m", "tornado.autoreload", "script.py")
    printed = program.wait_for("waiting for a change\n")
    time.sleep(0.05)  # it says so just before it waits
    program.process.send_signal(signal.SIGINT)
    assert program.process.wait(10) == 130
    assert printed.startswith("did it\n")
    assert program.output.read_text() == printed


def test_starting_twice_on_a_loop_is_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(
        """
import tornado.autoreload
from tornado.ioloop import IOLoop
from tornado.autoreload import _watching
loop = IOLoop.current()
tornado.autoreload.start(loop, 200)
tornado.autoreload.start(check_time=300)
tornado.autoreload.start(None, 300)
print(len(_watching._watchers), [each.callback_time for each in _watching._watchers.values()])
"""
    )
    program = run("program.py")
    program.process.wait(10)
    assert program.output.read_text() == "1 [200]\n"


def test_all_public_names_are_exported() -> None:
    import tornado.autoreload

    assert tornado.autoreload.__all__ == ["add_reload_hook", "main", "start", "wait", "watch"]
    for name in tornado.autoreload.__all__:
        assert getattr(tornado.autoreload, name).__module__ == "tornado.autoreload"


def test_a_change_while_the_program_runs_is_not_missed(run: Run, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        COUNTING + "import os, time\nwhile os.path.exists('wait'): time.sleep(0.01)\n"
    )
    (tmp_path / "wait").touch()
    program = run("-m", "tornado.autoreload", "script.py")
    program.wait_for("run 1 as __main__")
    script.write_text(COUNTING)
    (tmp_path / "wait").unlink()
    program.wait_for("run 2 as __main__")


WAITING = """
import tornado.autoreload
import part

tornado.autoreload.add_reload_hook(lambda: print("hook", flush=True))
print("started", part.word, flush=True)
tornado.autoreload.wait()
"""

STARTING = """
from tornado.autoreload import main

main()
"""


def test_a_program_that_waits_starts_again_after_its_hooks(run: Run, tmp_path: Path) -> None:
    (tmp_path / "part.py").write_text("word = 'one'")
    (tmp_path / "program.py").write_text(WAITING)
    program = run("program.py")
    program.wait_for("started one")
    # It prints before it begins to watch, so a single change may come too early.
    printed = program.change_until(tmp_path / "part.py", "word = 'second'", "started second")
    assert printed.split() == ["started", "one", "hook", "started", "second"]


def test_the_command_can_be_called_from_a_program(run: Run, tmp_path: Path) -> None:
    (tmp_path / "start.py").write_text(STARTING)
    (tmp_path / "program.py").write_text("import sys; print('arguments', sys.argv[1:], flush=True)")
    program = run("start.py", "--until-success", "program.py", "--port=1")
    assert program.process.wait(20) == 0
    program.wait_for("arguments ['--port=1']")


def test_a_program_restarts_itself_by_the_undocumented_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(
        "import os, sys, tornado.autoreload\n"
        "print('started', sys.argv[1], flush=True)\n"
        "if os.environ.pop('FIRST', None):\n"
        "    tornado.autoreload._reload()\n"
    )
    program = run("program.py", "argument", FIRST="yes")

    program.wait_for("started argument", times=2)
    assert program.process.wait(20) == 0


def test_a_script_imports_from_its_own_and_from_the_current_directory(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "beside.py").write_text("name = 'beside the script'\n")
    (tmp_path / "both.py").write_text("name = 'the current directory'\n")
    (tmp_path / "app" / "both.py").write_text("name = 'the one of the script'\n")
    (tmp_path / "here.py").write_text("name = 'in the current directory'\n")
    (tmp_path / "app" / "main.py").write_text(
        "import beside, both, here\nprint(beside.name, both.name, here.name, sep='|')\n"
    )
    program = run("-m", "tornado.autoreload", "--until-success", "app/main.py")

    program.wait_for("beside the script|the one of the script|in the current directory")
    assert program.process.wait(20) == 0


def test_a_loop_is_watched_on_in_the_order_of_4_x(run: Run, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        """
import tornado.autoreload
from tornado.ioloop import IOLoop
closed = IOLoop(make_current=False)
closed.close()
try:
    tornado.autoreload.start(closed)
except RuntimeError as error:
    print(error)
IOLoop()
loop = IOLoop(make_current=False)
tornado.autoreload.start(loop, 50)
loop.add_callback(print, "running", flush=True)
loop.start()
"""
    )
    started = run("program.py")
    started.wait_for("running")
    assert "io_loop is closed" in started.output.read_text()
    program.write_text("print('changed', flush=True)")
    started.wait_for("changed")
