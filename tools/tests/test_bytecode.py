from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path

import pytest
from bytecode import BytecodeStore

MODULE = 'value = 1\n\n\ndef fail():\n    raise ValueError("here")\n'

#: Prints the value of a module and the file that its function says it is from.
PROGRAM = "import low; print(low.value, low.fail.__code__.co_filename)"


def run(library: Path, *options: str) -> str:
    """Import the module of a library in another process, and return what that prints."""
    surroundings = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    command = [sys.executable, *options, "-c", PROGRAM]
    surroundings["PYTHONPATH"] = str(library)
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=50, check=True, env=surroundings
    )
    return result.stdout.strip()


def library(folder: Path, text: str = MODULE, *, changed_at: float = 1e9) -> Path:
    """Write a library of one module."""
    folder.mkdir()
    (folder / "low.py").write_text(text)
    os.utime(folder / "low.py", (changed_at, changed_at))
    return folder


def compiled(folder: Path, optimization: str = "") -> Path:
    """Return where the bytecode of the module is."""
    return Path(cache_from_source(folder / "low.py", optimization=optimization))


@pytest.mark.parametrize(("options", "optimization"), [((), ""), (("-O",), "1")])
def test_the_next_environment_does_not_compile_again(
    tmp_path: Path, options: tuple[str, ...], optimization: str
) -> None:
    store = BytecodeStore(tmp_path / "store")
    first = library(tmp_path / "first")
    run(first, *options)
    store.keep(first)
    second = library(tmp_path / "second", changed_at=1.5e9)

    store.restore(second)

    restored = compiled(second, optimization).read_bytes()
    assert run(second, *options) == f"1 {second / 'low.py'}"
    assert compiled(second, optimization).read_bytes() == restored, "it was compiled again"
    assert restored[16:] == compiled(first, optimization).read_bytes()[16:]


def test_a_module_that_has_changed_is_compiled(tmp_path: Path) -> None:
    store = BytecodeStore(tmp_path / "store")
    first = library(tmp_path / "first")
    run(first)
    store.keep(first)
    second = library(tmp_path / "second", MODULE.replace("1", "2"))  # of the same size and time

    store.restore(second)

    assert not compiled(second).exists()
    assert run(second).startswith("2 ")


def test_bytecode_of_another_source_is_not_kept(tmp_path: Path) -> None:
    store = BytecodeStore(tmp_path / "store")
    first = library(tmp_path / "first")
    run(first)
    (first / "low.py").write_text(MODULE.replace("1", "2"))

    store.keep(first)
    store.restore(first)

    assert list(store.folder.iterdir()) == []
    assert run(first).startswith("2 ")


def test_a_folder_that_is_named_like_a_module_is_passed_over(tmp_path: Path) -> None:
    store = BytecodeStore(tmp_path / "store")
    first = library(tmp_path / "first")
    (first / "folder.py").mkdir()
    run(first)

    store.keep(first)
    store.restore(first)

    assert len(list(store.folder.iterdir())) == 1


def test_nothing_is_restored_from_an_empty_store(tmp_path: Path) -> None:
    first = library(tmp_path / "first")

    BytecodeStore(tmp_path / "store").restore(first)

    assert os.listdir(first) == ["low.py"]
