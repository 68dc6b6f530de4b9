"""The line about what a server serves."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._command._settings import Settings
    from ._listeners import Listeners


def describe(settings: Settings, listeners: Listeners) -> str:
    """Return the one line about what is served where; call it in the master."""
    addresses = ", ".join(listeners.addresses("https" if settings.tls.certfile else "http"))
    count = settings.processes.processes
    workers = "1 worker" if count == 1 else f"{count} workers"
    probes = ", ".join(listeners.probe_addresses())
    more = f", probes on {probes}" if probes else ""
    target = settings.application.target
    return f"serving {target} on {addresses} with {workers}{more} (master pid {os.getpid()})"
