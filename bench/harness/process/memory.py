"""Read how much memory a process holds, in bytes."""

from __future__ import annotations

import subprocess
from pathlib import Path

from bench.harness.process.clock import family


def parse_kilobytes(text: str, field: str) -> int | None:
    """Return the bytes of one `Field:  123 kB` line of a /proc file, or None without such a line."""
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    return None


def _of_family(pid: int, file: str, field: str) -> int | None:
    total = 0
    for member in family(pid):
        try:
            value = parse_kilobytes(Path(f"/proc/{member}/{file}").read_text(), field)
        except OSError:
            return None
        if value is None:
            return None
        total += value
    return total


def held(pid: int) -> int:
    """Return the proportional set size of a process and its descendants, in bytes.

    A page that several processes share counts for each by its share. Where the system does not
    tell (macOS), the resident set size of the process alone is returned.
    """
    size = _of_family(pid, "smaps_rollup", "Pss")
    if size is not None:
        return size
    answer = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True
    )
    return int(answer.stdout) * 1024


def resident(pid: int) -> int | None:
    """Return the resident set size now, in bytes; None if the system does not tell."""
    return _of_family(pid, "status", "VmRSS")


def forget_peak(pid: int) -> None:
    """Let the peak of a process start again from what it holds now, where Linux allows it."""
    try:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    except OSError:
        return  # peak() then covers the whole life of the process, which is an upper bound


def peak(pid: int) -> int | None:
    """Return the greatest resident set size so far, in bytes; None if the system does not tell."""
    return _of_family(pid, "status", "VmHWM")
