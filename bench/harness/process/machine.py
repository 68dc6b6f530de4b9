"""Describe the machine that the figures come from."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.harness.process.cores import Cores

_ROOT = Path(__file__).resolve().parents[3]


def _ask(*command: str) -> str:
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=_ROOT)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return answer.stdout.strip()


def parse_model(text: str) -> str:
    """Return the processor's name from the text of /proc/cpuinfo, "" without one."""
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return ""


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        model = parse_model(cpuinfo.read_text())
    else:
        model = _ask("sysctl", "-n", "machdep.cpu.brand_string")
    return model or platform.processor() or "unknown"


def _revision() -> str:
    revision = _ask("git", "rev-parse", "--short", "HEAD")
    changed = revision and _ask("git", "status", "--porcelain", "--", "packages")
    return f"{revision} with uncommitted changes" if changed else revision


def describe(cores: Cores) -> dict[str, str]:
    """Return what a reader needs to judge the figures, by name."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "kernel": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {sys.version.split()[0]}",
        "pinning": cores.description,
        "load average": ", ".join(f"{value:.2f}" for value in os.getloadavg()),
        "revision": _revision(),
    }
