"""Several addresses of one host, tried one after the other (RFC 8305, "Happy Eyeballs")."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

from tornado.iostream import StreamClosedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tornado.iostream import IOStream

    Address = tuple[int, Any]

#: Seconds until the next address is tried in parallel (RFC 8305 section 5).
ATTEMPT_DELAY = 0.25


def interleave(addresses: Iterable[Address]) -> list[Address]:
    """Order addresses so that the families take turns (RFC 8305 section 4).

    The first address, which the system recommends, stays the first.
    """
    by_family: dict[int, list[Address]] = {}
    for address in addresses:
        by_family.setdefault(address[0], []).append(address)
    ordered: list[Address] = []
    queues = list(by_family.values())
    for place in range(max(map(len, queues), default=0)):
        ordered.extend(queue[place] for queue in queues if place < len(queue))
    return ordered


async def connect_first(
    addresses: Sequence[Address],
    attempt: Callable[[int, Any], tuple[IOStream, asyncio.Future[IOStream]]],
    delay: float = ATTEMPT_DELAY,
) -> tuple[IOStream, Any]:
    """Connect to the address that answers first.

    A new attempt begins when the last one has failed, or after ``delay`` seconds without an answer;
    the earlier ones continue. All streams except the one that is returned are closed in the end.

    :param addresses: at least one.
    :param attempt: starts to connect, and returns the stream and its future.
    :returns: the connected stream and its address.
    :raises StreamClosedError: if no address answers: the first failure, with notes about all.
    """
    waiting = list(reversed(addresses))
    pending: dict[asyncio.Future[IOStream], tuple[IOStream, Any]] = {}
    failures: list[tuple[Any, BaseException]] = []
    try:
        while waiting or pending:
            if waiting:
                family, address = waiting.pop()
                try:
                    stream, future = attempt(family, address)
                except OSError as error:
                    failures.append((address, error))
                    continue
                pending[future] = stream, address
            done, _ = await asyncio.wait(
                pending,
                timeout=delay if waiting else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for future in done:
                stream, address = pending.pop(future)
                failure = future.exception()
                if failure is None:
                    return stream, address
                failures.append((address, failure))
    finally:
        for stream, _ in pending.values():
            stream.close()
    raise _explain(failures)


def _explain(failures: list[tuple[Any, BaseException]]) -> BaseException:
    """Return the first failure, with notes about all if there are several."""
    first = failures[0][1]
    if len(failures) > 1:
        for address, error in failures:
            reason = error.real_error if isinstance(error, StreamClosedError) else error
            first.add_note(f"{format_address(address)}: {reason}")
    return first


def format_address(address: Any) -> str:
    """Return a socket address in the usual notation."""
    if not isinstance(address, tuple):
        return str(address)
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def of_family(addresses: Iterable[Address], family: int) -> list[Address]:
    """Return the addresses of one family; all for ``AF_UNSPEC``."""
    return [item for item in addresses if family in {socket.AF_UNSPEC, item[0]}]
