"""The files of the program, and which of them have changed."""

from __future__ import annotations

import os
import sys
from importlib.util import source_from_cache
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The directory where the program was started, to which relative names refer.
start_directory = os.getcwd()

_Stamp = tuple[int, int] | None


def module_files() -> set[str]:
    """Return the files of all modules that are imported now."""
    found = set()
    for module in list(sys.modules.values()):
        # Not with getattr, because modules may import others when an attribute is read. And some
        # programs put other objects than modules there.
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
    """The files of the program, and how each was when it was last seen."""

    def __init__(self) -> None:
        self.added: set[str] = set()
        self._stamps: dict[str, _Stamp] = {}
        self._broken: set[str] = set()

    def add(self, filename: str) -> None:
        """Watch another file, which need not exist yet."""
        path = os.path.join(start_directory, filename)
        self.added.add(path)
        self._stamps.setdefault(path, _stamp(path))

    def add_modules(self) -> None:
        """Add the files of new modules as they are now. Changes of other files are still to be found."""
        for path in module_files() - self._stamps.keys():
            self._stamps[path] = _stamp(path)

    def find_changed(self) -> list[str]:
        """Return the files that have changed since the last call; the files of new modules are added.

        A file that is missing has not changed: it may come back, and the program could not start
        without it.
        """
        changed = []
        for path in module_files() | self.added:
            stamp = _stamp(path)
            if stamp != self._stamps.setdefault(path, stamp) and stamp is not None:
                self._stamps[path] = stamp
                changed.append(path)
        return sorted(changed)

    def find_broken(self, changed: Iterable[str]) -> dict[str, str]:
        """Find the Python files that do not compile, among those that did not before and the changed.

        :returns: the error of each of them.
        """
        found = _broken(self._broken.union(changed))
        self._broken = set(found)
        return found

    def directories(self) -> set[str]:
        """Return the directories of the files."""
        return {
            directory
            for directory in map(os.path.dirname, module_files() | self.added)
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
            continue  # removed: the new process prints the error of importing it
    return found
