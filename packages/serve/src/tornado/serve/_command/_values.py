"""How the text of an option becomes a value."""

from __future__ import annotations

import os
import re
from argparse import ArgumentTypeError

_LONGEST_BACKLOG = 2**31 - 1
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def port(text: str) -> int:
    """Return the number of a port."""
    number = _whole_number(text)
    if number > 65535:
        raise ArgumentTypeError(f"{text!r} is not a port: choose a number from 0 to 65535")
    return number


def processes(text: str) -> int:
    """Return a number of processes; ``auto`` is one for each processor."""
    if text == "auto":
        from tornado.process import cpu_count

        return cpu_count()
    try:
        number = _whole_number(text)
    except ArgumentTypeError:
        number = 0
    if number == 0:
        raise ArgumentTypeError(f"{text!r} is neither a number from 1 on nor 'auto'")
    return number


def count(text: str) -> int:
    """Return a number of things."""
    return _whole_number(text)


def backlog(text: str) -> int:
    """Return the length of a queue of connections, which is an ``int`` of C."""
    number = _whole_number(text)
    if number > _LONGEST_BACKLOG:
        raise ArgumentTypeError(f"{text!r} is too many: choose {_LONGEST_BACKLOG} at most")
    return number


def size(text: str) -> int:
    """Return a number of bytes; K, M and G stand for powers of 1024."""
    match = re.fullmatch(r"([0-9]{1,15})([kmg]?)(?:i?b)?", text.strip().lower())
    if match is None:
        raise ArgumentTypeError(f"{text!r} is not a size: write bytes, or 500K, 10M, 1G")
    return int(match[1]) * _UNITS[match[2]]


def seconds(text: str) -> float:
    """Return a duration."""
    if not re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", text):
        raise ArgumentTypeError(f"{text!r} is not a number of seconds: write 30 or 0.5")
    return float(text)


def mode(text: str) -> int:
    """Return the bits of a file's mode, written in octal as for ``chmod``."""
    if not re.fullmatch("(?:0o?)?[0-7]{3}", text):
        raise ArgumentTypeError(f"{text!r} is not a mode: write three octal digits, such as 660")
    return int(text[-3:], 8)


def descriptor(text: str) -> int:
    """Return the number of an open file descriptor."""
    number = _whole_number(text)
    try:
        os.fstat(number)
    except (OSError, OverflowError):
        raise ArgumentTypeError(
            f"{text} is not open here: the program that starts this one has to pass it on"
        ) from None
    return number


def _whole_number(text: str) -> int:
    if not re.fullmatch("[0-9]{1,15}", text):
        raise ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)
