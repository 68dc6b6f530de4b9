"""The named bodies that cases send and expect, made the same way in every run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bench.harness.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: The boundary of the multipart form, as a browser would choose one.
BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"


def _order() -> dict[str, object]:
    line = {"sku": "A-1000", "name": "Kettle, 1.7 l", "price": 39.5, "count": 2, "tags": ["new"]}
    return {
        "id": 4711,
        "customer": {"name": "Zoë Müller", "mail": "zoe@example.org", "vip": False},
        "lines": [{**line, "sku": f"A-{number}"} for number in range(1000, 1010)],
        "note": "leave it at the door",
    }


def order() -> bytes:
    """Return an order of about one kilobyte as JSON."""
    return json.dumps(_order(), separators=(",", ":")).encode()


def receipt() -> bytes:
    """Return the JSON that answers the order: the order again, with its number of lines."""
    return json.dumps({"accepted": 10, "order": _order()}, separators=(",", ":")).encode()


def text(size: int) -> bytes:
    """Return `size` bytes of printable text."""
    line = b"The quick brown fox jumps over the lazy dog, again and again. \n"
    return (line * (size // len(line) + 1))[:size]


def form() -> bytes:
    """Return a multipart form with one text field and one file of a megabyte."""
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="note"\r\n\r\nholiday\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="beach.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    picture = bytes(range(256)) * 4096
    return head.encode() + picture + f"\r\n--{BOUNDARY}--\r\n".encode()


_PAYLOADS: dict[str, Callable[[], bytes]] = {
    "order": order,
    "receipt": receipt,
    "text-4k": lambda: text(4 * 1024),
    "text-64k": lambda: text(64 * 1024),
    "text-1m": lambda: text(1024 * 1024),
    "form-1m": form,
}

#: The payloads that servers find as files in the folder that they are started with.
FILES = ("text-4k", "text-64k", "text-1m")


def payload(name: str) -> bytes:
    """Return the bytes of a named payload.

    :raises CaseError: for a name that is not in the table.
    """
    try:
        make = _PAYLOADS[name]
    except KeyError:
        raise CaseError(f"no payload {name!r}, there are: {', '.join(sorted(_PAYLOADS))}") from None
    return make()


def write_files(folder: Path) -> None:
    """Write the payloads that servers read, as `<name>.txt`, into an existing folder."""
    for name in FILES:
        (folder / f"{name}.txt").write_bytes(payload(name))
