"""The suite of pytest-tornasync, from its sdist, with our plugin instead of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

SDIST = "pytest-tornasync==0.6.0.post2"

#: What the suite imports and takes from files that its sdist does not have.
MISSING = {
    "test/__init__.py": 'MESSAGE = "a message"\nPAUSE_TIME = 0.05\n',
    "test/conftest.py": """
import pytest
import tornado.web

from .test_plugin import MainHandler


@pytest.fixture
def app():
    return tornado.web.Application([(r"/", MainHandler)])
""",
}


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fetch and unpack the sdist; nothing of it stays."""
    folder = tmp_path_factory.mktemp("tornasync")
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
        *("--disable-pip-version-check", "--retries", "1", "--timeout", "10"),
        *("--no-binary", ":all:", "--dest", str(folder), SDIST),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    if done.returncode != 0:
        reason = f"{SDIST} cannot be had from the package index: {done.stderr.strip()[-300:]}"
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(reason)
        pytest.skip(reason)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    return next(each for each in folder.iterdir() if each.is_dir())


@pytest.mark.slow
def test_the_suite_of_pytest_tornasync_passes(suite: Any, sdist: Path) -> None:
    for name, text in MISSING.items():
        (sdist / name).write_text(text)
    suite.folder = sdist

    run = suite.run_alone("test")

    assert run.code == 0, run.output
    outcomes = run.outcomes()
    assert set(outcomes) == {"passed", "xfail"}, run.output
    assert (len(outcomes["passed"]), len(outcomes["xfail"])) == (5, 5), run.output
