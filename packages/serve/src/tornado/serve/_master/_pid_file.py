"""The file that tells other programs the number of the master process."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from .._errors import ServeError

#: Longer numbers are not those of processes.
_MOST_DIGITS = 10


class PidFile:
    """A file with the number of this process.

    :param path: None for no file.
    :raises ServeError: the file cannot be written, or is that of a server that runs.
    """

    def __init__(self, path: str | None) -> None:
        # Absolute, because an application may change the directory, if not that of this process.
        self._path = None if path is None else Path(path).absolute()
        self._content = f"{os.getpid()}\n"
        if self._path is not None:
            _check_owner(self._path)
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


def _check_owner(path: Path) -> None:
    """Check that a file is not that of a server that runs.

    :raises ServeError: it is.
    """
    try:
        text = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return
    if not (text.isdigit() and len(text) < _MOST_DIGITS) or int(text) == os.getpid():
        return
    if _is_server(int(text)):
        raise ServeError(
            f"the --pid-file '{path}' is that of a server that runs (pid {text}): stop it, or choose"
            " another file"
        )


def _is_server(pid: int) -> bool:
    """Return whether a process exists and, as far as the system tells, is a server of ours.

    After a crash, another program may have the number.
    """
    try:
        os.kill(pid, 0)
    except PermissionError:
        pass
    except OSError:
        return False
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return not Path("/proc/self/cmdline").exists()
    return b"tornado-serve" in command or re.search(rb"tornado[./]serve", command) is not None
