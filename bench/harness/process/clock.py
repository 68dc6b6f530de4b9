"""Read how much CPU time another process has used.

Linux gives every process a clock with nanoseconds (`clock_getcpuclockid(3)`): its id is made of
the process id, and any process of the same user may read it. Elsewhere `ps` is asked, which
knows hundredths of a second.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

#: The low bits of a CPU clock's id that ask for user and system time of a whole process.
_WHOLE_PROCESS = 2


def clock_id(pid: int) -> int:
    """Return the id of the CPU clock of a process, as Linux composes it."""
    return (~pid << 3) | _WHOLE_PROCESS


def parse_duration(text: str) -> float:
    """Return the seconds of a time as `ps -o time` writes it: `[[days-]hours:]minutes:seconds`.

    :raises ValueError: for anything else.
    """
    days, _, rest = text.strip().rpartition("-")
    seconds = 0.0
    for part in rest.split(":"):
        seconds = seconds * 60 + float(part)
    return seconds + (int(days) * 86_400 if days else 0)


def family(pid: int) -> list[int]:
    """Return the process and all its living descendants; only the process if the system does not tell."""
    found = [pid]
    for parent in found:
        for listing in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found.extend(int(child) for child in listing.read_text().split())
            except OSError:
                continue  # the thread or the process ended while it was looked at
    return found


def cpu_seconds(pid: int) -> float:
    """Return the user and system time, in seconds, of a process and its living descendants.

    :raises ProcessLookupError: if there is no such process.
    """
    if sys.platform != "linux":
        return _ask_ps(pid)
    try:
        return sum(time.clock_gettime(clock_id(member)) for member in family(pid))
    except OSError as error:
        raise ProcessLookupError(f"no process {pid}") from error


def _ask_ps(pid: int) -> float:
    answer = subprocess.run(
        ["ps", "-o", "time=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    if answer.returncode or not answer.stdout.strip():
        raise ProcessLookupError(f"no process {pid}")
    return parse_duration(answer.stdout)
