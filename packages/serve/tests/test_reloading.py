"""New code in a server that runs: by SIGHUP, and when the source changes."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Serve = Callable[..., Any]

#: An application whose only page says a word.
PAGE = """\
from tornado.web import Application, RequestHandler


class Page(RequestHandler):
    def get(self):
        self.write("{word}")


app = Application([("/", Page)])
"""


def replace(path: Path, text: str) -> None:
    """Write a file in one step, with another time than before."""
    new = path.with_name("new")
    new.write_text(text)
    later = path.stat().st_mtime + 10
    os.utime(new, (later, later))
    new.replace(path)


def test_a_hangup_signal_loads_new_code_and_loses_no_request(
    serve: Serve, write: Any, until: Any
) -> None:
    path = write("page.py", PAGE.format(word="old"))
    server = serve("page:app", "--port", "0", "--processes", "2")
    answers: list[tuple[int, str]] = []
    errors: list[Exception] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                answers.append(server.get())
            except Exception as error:
                errors.append(error)

    clients = [threading.Thread(target=ask) for _ in range(3)]
    for client in clients:
        client.start()
    try:
        until(lambda: (200, "old") in answers)
        replace(path, PAGE.format(word="new"))
        server.send_signal(signal.SIGHUP)
        until(lambda: (200, "new") in answers or errors)
        server.wait_for_line("the new workers have taken over")
        seen = len(answers)
        until(lambda: len(answers) > seen + 50 or errors)
    finally:
        stop.set()
        for client in clients:
            client.join()

    assert errors == []
    assert set(answers) == {(200, "old"), (200, "new")}
    assert answers[-1] == (200, "new")
    assert server.end() == 0


@pytest.mark.slow
def test_a_reload_that_fails_leaves_the_workers(serve: Serve, write: Any, until: Any) -> None:
    path = write("page.py", PAGE.format(word="old"))
    server = serve("page:app", "--port", "0", "--processes", "2")
    replace(path, "raise RuntimeError('broken')")

    server.send_signal(signal.SIGHUP)

    server.wait_for_line("the application was not reloaded, the workers from before go on")
    assert "page:app cannot be imported: RuntimeError: broken" in server.log
    assert server.get() == (200, "old")
    replace(path, PAGE.format(word="mended"))
    server.send_signal(signal.SIGHUP)
    until(lambda: server.get() == (200, "mended"))


def test_a_change_of_the_source_is_loaded(serve: Serve, write: Any, until: Any) -> None:
    path = write("page.py", PAGE.format(word="old"))
    server = serve("page:app", "--port", "0", "--reload")
    assert server.get() == (200, "old")

    replace(path, PAGE.format(word="new"))

    until(lambda: server.get() == (200, "new"))
    assert server.end() == 0


@pytest.mark.slow
def test_source_that_is_broken_at_the_start_is_waited_for(serve: Serve, write: Any) -> None:
    path = write("page.py", "import no_such_module_anywhere")
    server = serve("page:app", "--port", "0", "--reload", ready=False)
    server.wait_for_line("waiting for a change")
    assert re.search("cannot be imported: ModuleNotFoundError: No module named", server.log)

    replace(path, PAGE.format(word="mended"))

    assert server.wait_until_ready().get() == (200, "mended")


@pytest.mark.slow
@pytest.mark.parametrize("count", ["1", "2"])
def test_an_application_in_debug_mode_is_reloaded_in_all_workers(
    serve: Serve, write: Any, until: Any, count: str
) -> None:
    text = PAGE.replace("Page)]", "Page)], debug=True")
    path = write("page.py", text.format(word="old"))
    server = serve("page:app", "--port", "0", "--processes", count)
    assert server.get() == (200, "old")

    replace(path, text.format(word="new"))

    server.wait_for_line("the new workers have taken over")
    until(lambda: {server.get() for _ in range(20)} == {(200, "new")})
    assert server.end() == 0
    assert ("each worker imports it" in server.log) == (count == "2")
    assert "is started again" not in server.log
    assert "Traceback" not in server.log


@pytest.mark.slow
def test_an_application_with_threads_is_imported_by_each_worker(serve: Serve, write: Any) -> None:
    text = PAGE.format(word="threaded")
    write(
        "page.py",
        text + "import threading, time\nthreading.Thread(target=time.sleep, args=[1]).start()",
    )
    server = serve("page:app", "--port", "0", "--processes", "2")

    assert server.get() == (200, "threaded")
    assert "each worker imports it" in server.log
    assert server.end() == 0
