"""Telling systemd what the server does (sd_notify(3))."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress


def notify(**fields: object) -> None:
    """Tell the service manager, if there is one that listens.

    :param fields: such as ``READY=1`` and ``STATUS="..."``.
    """
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path.startswith(("/", "@")):
        return
    data = "\n".join(f"{name}={value}" for name, value in fields.items())
    address = "\0" + path[1:] if path.startswith("@") else path
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.connect(address)
        sock.sendall(data.encode())


def notify_reloading() -> None:
    """Tell that the application is reloaded; ``READY=1`` follows."""
    notify(RELOADING=1, MONOTONIC_USEC=time.monotonic_ns() // 1000)
