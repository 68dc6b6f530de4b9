"""The process, which has other connections and threads than the one from which it was forked."""

from __future__ import annotations

import os


class Process:
    """A count of the forks of this process and its ancestors; to ask for the process id costs more."""

    forks = 0

    def note_fork(self) -> None:
        """Take notice, in the child."""
        self.forks += 1


process = Process()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=process.note_fork)
