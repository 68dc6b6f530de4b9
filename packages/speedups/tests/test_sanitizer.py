"""The C function under AddressSanitizer and UndefinedBehaviorSanitizer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import tornado.util

PACKAGE = Path(__file__).parent.parent
COMPILER = shutil.which("gcc")


def test_s23_random_input_under_the_sanitizers(tmp_path):
    include = Path(sysconfig.get_paths()["include"])
    if COMPILER is None or not (include / "Python.h").exists():
        if os.environ.get("CI") == "true":
            pytest.fail("gcc and the headers of Python are needed")
        pytest.skip("gcc or the headers of Python are missing")
    source = PACKAGE / "src" / "tornado" / "speedups"
    target = tmp_path / "tornado" / "speedups"
    target.mkdir(parents=True)
    shutil.copy(source / "__init__.py", target)
    subprocess.run(
        [
            COMPILER,
            *("-shared", "-fPIC", "-g", "-O1", "-Wall", "-Wextra", "-Werror"),
            *("-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
            "-DPy_LIMITED_API=0x030B0000",
            f"-I{include}",
            str(source / "_speedups.c"),
            *("-o", str(target / "_speedups.abi3.so")),
        ],
        check=True,
    )
    library = subprocess.run(
        [COMPILER, "-print-file-name=libasan.so"], capture_output=True, text=True, check=True
    ).stdout.strip()
    others = str(Path(tornado.util.__file__).parents[2])
    run = subprocess.run(
        [sys.executable, str(PACKAGE / "fuzz" / "masks.py"), "1", "7"],
        env={
            **os.environ,
            "LD_PRELOAD": library,
            "ASAN_OPTIONS": "detect_leaks=0",  # Python keeps what it needs until the end
            "PYTHONMALLOC": "malloc",
            "PYTHONPATH": os.pathsep.join([str(tmp_path), others]),
        },
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "no difference" in run.stdout
