"""What a thousand tests of handlers cost under pytest: `python bench/memory_tests.py`.

    python bench/memory_tests.py                        # this interpreter, with what is installed for it
    python bench/memory_tests.py --python other/bin/python --tests 200

Each round runs two files of tests, each in a folder of its own and in a process of its own: tests
that fetch from an application with the fixture `memory_client`, and empty tests with two fixtures,
which show what pytest itself takes. Rounds are interleaved, and the smallest CPU time counts: it is
the one with the least noise. All bytecode is there from the second round on. `--profile` shows the functions that the first file spends its time in.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HANDLERS = """
import pytest
import tornado.web


class NumberHandler(tornado.web.RequestHandler):
    def get(self, number):
        self.write({"number": int(number)})


class MainHandler(tornado.web.RequestHandler):
    def get(self):
        self.write("Hello")


@pytest.fixture(scope="module")
def app():
    return tornado.web.Application([("/", MainHandler), (r"/numbers/([0-9]+)", NumberHandler)])
"""
HANDLER_TEST = """

async def test_{number}(memory_client):
    response = await memory_client.get("/numbers/{number}")
    assert response.json() == {{"number": {number}}}
"""
EMPTY = """
import pytest


@pytest.fixture
def first():
    yield 1


@pytest.fixture
def second(first):
    yield first + 1
"""
EMPTY_TEST = """

def test_{number}(second):
    assert second == 2
"""
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
FILES = {"handlers": (HANDLERS, HANDLER_TEST), "empty": (EMPTY, EMPTY_TEST)}


def write(folder, head, test, count):
    folder.mkdir()
    text = head + "".join(test.format(number=number) for number in range(count))
    (folder / "test_it.py").write_text(text)


def run(python, folder, count, *options):
    """Run the tests of a folder, and return the seconds of CPU and the seconds of the clock."""
    command = [python, *options, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    elapsed = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if f"{count} passed" not in done.stdout:
        raise SystemExit(done.stdout + done.stderr)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, elapsed


def profile(python, folder, count):
    output = folder / "profile"
    run(python, folder, count)
    command = [python, "-m", "cProfile", "-o", str(output), "-m", "pytest", "-q"]
    subprocess.run(command, cwd=folder, env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)
    show = f"import pstats; pstats.Stats({str(output)!r}).sort_stats('tottime').print_stats(40)"
    subprocess.run([python, "-c", show], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default=sys.executable, help="the interpreter to run pytest by")
    parser.add_argument("--tests", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folders = {key: Path(name, key) for key in FILES}
        for key, (head, test) in FILES.items():
            write(folders[key], head, test, options.tests)
        if options.profile:
            profile(options.python, folders["handlers"], options.tests)
            return
        best = dict.fromkeys(FILES, (float("inf"), float("inf")))
        for _ in range(options.rounds):
            for key, folder in folders.items():
                best[key] = tuple(map(min, best[key], run(options.python, folder, options.tests)))
    print(f"| {options.tests} tests | CPU s | s |\n|---|--:|--:|")
    for key, (cpu, elapsed) in best.items():
        print(f"| {key} | {cpu:.2f} | {elapsed:.2f} |")
    print(f"| more than empty ones | {best['handlers'][0] - best['empty'][0]:.2f} | |")


if __name__ == "__main__":
    main()
