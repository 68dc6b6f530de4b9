"""The file that tells other programs the number of the master process."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from .._errors import ServeError


class PidFile:
    """A file with the number of this process.

    :param path: None for no file.
    :raises ServeError: the file cannot be written.
    """

    def __init__(self, path: str | None) -> None:
        # Absolute, because an application may change the directory, if not that of this process.
        self._path = None if path is None else Path(path).absolute()
        self._content = f"{os.getpid()}\n"
        if self._path is not None:
            try:
                self._path.write_text(self._content, encoding="ascii")
            except OSError as error:
                raise ServeError(
                    f"cannot write the --pid-file {path!r}: {error.strerror}"
                ) from error

    def remove(self) -> None:
        """Remove the file, unless another process has written its number meanwhile."""
        if self._path is not None:
            with suppress(OSError):
                if self._path.read_text(encoding="ascii") == self._content:
                    self._path.unlink()
