"""The place in a program where an option is defined."""

from __future__ import annotations

import os
import sys


class Place:
    """A line in a module of the program."""

    __slots__ = ("file", "line", "module")

    def __init__(self, file: str, line: int, module: str) -> None:
        self.file = file
        self.line = line
        self.module = module

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"

    def describe(self) -> str:
        """Return the name of the module for the help, that of the file for the main program."""
        if self.module == "__main__":
            return os.path.basename(self.file)
        return self.module.partition("._")[0]


def find_definition() -> Place:
    """Return the place of the call that defines an option, outside of this package."""
    package = __name__.rpartition(".")[0]
    frame = sys._getframe(1)
    while frame.f_back is not None and _is_inside(frame.f_globals.get("__name__", ""), package):
        frame = frame.f_back
    module = str(frame.f_globals.get("__name__", ""))
    return Place(frame.f_code.co_filename, frame.f_lineno, module)


def _is_inside(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")
