"""Which files belong to the program, and which of them have changed."""

from __future__ import annotations

import os
import sys
from importlib.util import source_from_cache
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Where the program was started; relative names are meant from there, wherever it has gone since.
start_directory = os.getcwd()

_Stamp = tuple[int, int] | None


def module_files() -> set[str]:
    """Give the files of all modules that are imported now."""
    found = set()
    for module in list(sys.modules.values()):
        # Not by getattr: modules may import others when they are asked for something. And some
        # programs put there what is no module at all.
        name = vars(module).get("__file__") if type(module) is ModuleType else None
        if isinstance(name, str):
            found.add(os.path.join(start_directory, _source_of(name)))
    return found


def _source_of(name: str) -> str:
    if not name.endswith(".pyc"):
        return name
    try:
        return source_from_cache(name)
    except ValueError:
        return name[:-1]  # a .pyc beside its source, or without one


class Files:
    """Watch the program's files: notice when one differs from what it was at first sight."""

    def __init__(self) -> None:
        self.named: set[str] = set()
        self._stamps: dict[str, _Stamp] = {}
        self._broken: set[str] = set()

    def name(self, filename: str) -> None:
        """Watch a further file; it need not exist yet."""
        path = os.path.join(start_directory, filename)
        self.named.add(path)
        self._stamps.setdefault(path, _stamp(path))

    def take_in(self) -> None:
        """Take in the files of new modules as they are now, and leave changes to be found."""
        for path in module_files() - self._stamps.keys():
            self._stamps[path] = _stamp(path)

    def look(self) -> list[str]:
        """Look at all files, those of new modules too.

        A file that is gone has not changed: it may be on its way back, and the program could not
        start without it.

        :return: the ones that have changed since the last look.
        """
        changed = []
        for path in module_files() | self.named:
            stamp = _stamp(path)
            if stamp != self._stamps.setdefault(path, stamp) and stamp is not None:
                self._stamps[path] = stamp
                changed.append(path)
        return sorted(changed)

    def broken(self, changed: Iterable[str]) -> dict[str, str]:
        """Find the Python files that do not compile, those that did not before too.

        :return: what is wrong with each of them.
        """
        found = _broken(self._broken.union(changed))
        self._broken = set(found)
        return found

    def directories(self) -> set[str]:
        """Give the directories that the files are in."""
        return {
            directory
            for directory in map(os.path.dirname, module_files() | self.named)
            if os.path.isdir(directory)
        }


def _stamp(path: str) -> _Stamp:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size


def _broken(paths: Iterable[str]) -> dict[str, str]:
    found = {}
    for path in paths:
        if not path.endswith((".py", ".pyw")):
            continue
        try:
            with open(path, "rb") as file:
                compile(file.read(), path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            found[path] = str(error)
        except OSError:
            continue  # removed: importing it is an error that the new process will show
    return found
