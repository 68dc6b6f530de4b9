"""Callbacks that hold the loop of a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tornado.ioloop import IOLoop


class BlockingCheck:
    """A check that no callback holds a loop for too long."""

    def __init__(self) -> None:
        self._loop: IOLoop | None = None
        #: What has blocked the loop, one line for each case.
        self.reports: list[str] = []

    def start(self, loop: IOLoop, seconds: float | None) -> None:
        """Begin to check a loop.

        :param seconds: how long a callback may take; None for no check.
        """
        self.reports = []
        if seconds is not None:
            self._loop = loop
            loop.set_blocking_log_threshold(seconds, report=self.reports.append)

    def stop(self) -> None:
        """End the check; :attr:`reports` stay."""
        if self._loop is not None:
            self._loop.set_blocking_log_threshold(None)
            self._loop = None

    def raise_failure(self, failure: type[BaseException]) -> None:
        """Raise an exception of a class if anything has held the loop."""
        if self.reports:
            raise failure("\n".join(self.reports))
