"""Numeric addresses."""

from __future__ import annotations

import socket


def is_valid_ip(ip: str) -> bool:
    """Return true if the text is a numeric IPv4 or IPv6 address.

    A zone (``fe80::1%eth0``) counts only if this machine has the interface. Short forms that the
    operating system accepts, such as ``127.1``, are valid too.
    """
    if not ip or "\0" in ip:
        return False
    try:
        found = socket.getaddrinfo(
            ip, 0, socket.AF_UNSPEC, socket.SOCK_STREAM, 0, socket.AI_NUMERICHOST
        )
    except socket.gaierror as error:
        if error.errno == socket.EAI_NONAME:
            return False
        raise
    except UnicodeError:
        return False  # longer than any address, or not ASCII
    return bool(found)
