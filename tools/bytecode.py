"""Compile each module of the libraries once, and not once for each environment.

The environments of a run are made anew, so what is installed in them has no bytecode, and each one
would compile pytest, Hypothesis and the others again. This keeps what one environment has compiled
and gives it to the next one.

A file of bytecode is found by the digest of its source, never by a name or a time: a module that has
changed by one byte has none. The installed files themselves belong to one environment each.
"""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import contextmanager
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from sysconfig import get_paths
from typing import TYPE_CHECKING

from workspace import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The optimizations that an environment runs with: none, and ``python -O``.
OPTIMIZATIONS = ("", "1")


class BytecodeStore:
    """Bytecode of one version of Python, by the digests of its sources."""

    def __init__(self, folder: Path) -> None:
        tag = f"{sys.implementation.cache_tag}-{MAGIC_NUMBER.hex()}"
        self.folder = folder / tag

    def restore(self, library: Path) -> None:
        """Put bytecode beside the modules of a library whose sources have been compiled before."""
        for source, compiled, stored in self._places(library):
            if stored.exists() and not compiled.exists():
                compiled.parent.mkdir(exist_ok=True)
                code = stored.read_bytes()
                compiled.write_bytes(_head(source) + code)

    def keep(self, library: Path) -> None:
        """Store the bytecode that stands beside the modules of a library."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for source, compiled, stored in self._places(library):
            if compiled.exists() and not stored.exists():
                head = _head(source)
                code = compiled.read_bytes()
                if code.startswith(head):
                    # Environments run in parallel; none must read half of a file.
                    partial = stored.with_suffix(f".{os.getpid()}")
                    partial.write_bytes(code[len(head) :])
                    partial.replace(stored)

    def _places(self, library: Path) -> Iterator[tuple[Path, Path, Path]]:
        """Yield a source, its bytecode and the bytecode in the store, for each optimization."""
        for source in filter(Path.is_file, library.rglob("*.py")):
            digest = hashlib.sha256(source.read_bytes()).hexdigest()
            for optimization in OPTIMIZATIONS:
                compiled = Path(cache_from_source(source, optimization=optimization))
                yield (
                    source,
                    compiled,
                    self.folder / f"{digest}{optimization and '.opt-'}{optimization}",
                )


def _head(source: Path) -> bytes:
    """Return what bytecode of a source begins with: version, flags, time and size (PEP 552)."""
    status = source.stat()
    numbers = (0, int(status.st_mtime), status.st_size)
    return MAGIC_NUMBER + b"".join(
        (number & 0xFFFFFFFF).to_bytes(4, "little") for number in numbers
    )


@contextmanager
def shared_bytecode(folder: Path = ROOT / ".tox" / "bytecode") -> Iterator[None]:
    """Give this environment the bytecode of earlier ones, and keep what it compiles meanwhile."""
    store, library = BytecodeStore(folder), Path(get_paths()["purelib"])
    store.restore(library)
    try:
        yield
    finally:
        store.keep(library)
