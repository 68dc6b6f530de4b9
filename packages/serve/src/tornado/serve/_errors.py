"""Errors that end the command with one line."""

from __future__ import annotations


class ServeError(Exception):
    """A start that cannot succeed, with what is wrong and what to do.

    :param message: what is printed.
    :param status: the exit status of the command.
    """

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status
