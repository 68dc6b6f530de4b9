"""Files as bodies: sent in one write, by the kernel, or in chunks."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Any

from tornado.httputil import format_timestamp
from tornado.iostream import StreamClosedError

from .._errors import HTTPError
from .._input._http_dates import parse_date
from .._running._tasks import COMPLETED
from ._byte_ranges import UNMODIFIED, Plan, Slice, plan_part
from ._media_types import media_type
from ._static_paths import find_below, open_regular

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Iterable

    from .._output._output import Output

#: Bodies up to this size, in bytes, are sent in one write with the head.
SENT_AT_ONCE = 1 << 16

_CHUNK = 1 << 16


async def send_file(
    handler: Output,
    path: str | os.PathLike[str],
    name: str | None = None,
    *,
    content_type: str | None = None,
    inline: bool = False,
    root: str | os.PathLike[str] | None = None,
) -> None:
    """Answer with a file: :meth:`Output.send_file`."""
    path = os.fspath(path)
    name = os.path.basename(path) if name is None else name
    if root is not None:
        path = find_below(root, path).path
    descriptor = open_regular(path)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        status = os.fstat(descriptor)
        modified = utc_second(int(status.st_mtime))
        etag = f'"{status.st_mtime_ns:x}-{status.st_size:x}-{status.st_ino:x}"'
        handler.set_header("Content-Type", content_type or media_type(name))
        handler.set_header(
            "Content-Disposition", disposition("inline" if inline else "attachment", name)
        )
        handler.set_header("X-Content-Type-Options", "nosniff")
        set_validators(handler, etag, modified)
        plan = UNMODIFIED
        if not is_unmodified(handler, modified):
            fields = handler.request.headers
            plan = plan_part(handler.request.method, fields, status.st_size, etag, modified)
        announce(handler, plan)
        if plan.part is not None:
            await send_slice(handler, file, plan.part)


def set_validators(handler: Output, etag: str | None, modified: datetime | None) -> None:
    """Set the fields with which later requests can be conditional."""
    fields = handler._headers
    fields["Accept-Ranges"] = "bytes"
    if etag is not None:
        fields["Etag"] = etag
    if modified is not None:
        fields["Last-Modified"] = _http_date(modified)


def is_unmodified(handler: Output, modified: datetime | None) -> bool:
    """Tell whether the client already has this version of a file (RFC 9110 section 13.2.2).

    ``If-Modified-Since`` is ignored unless it is one date (section 13.1.3).
    """
    if handler.request.method not in ("GET", "HEAD"):
        return False
    fields = handler.request.headers
    if "If-None-Match" in fields:
        return handler.check_etag_header()
    since = fields.get("If-Modified-Since")
    if since is None or modified is None:
        return False
    date = parse_date(since)
    return date is not None and modified <= date


def announce(handler: Output, plan: Plan) -> None:
    """Set the status and the fields that tell which part of a file is sent."""
    if plan.status == 200:
        return
    handler.set_status(plan.status)
    content_range = plan.content_range
    if content_range is not None:
        handler.set_header("Content-Range", content_range)
    if plan.status == 416:
        handler.set_header("Content-Type", "text/plain")


def send_slice(handler: Output, file: IO[bytes], part: Slice) -> Awaitable[None]:
    """Send a part of an open file, which may be closed when the awaitable is done."""
    count = part.end - part.start
    if handler.request.method == "HEAD":
        handler.set_header("Content-Length", count)
        return COMPLETED
    if count <= SENT_AT_ONCE:
        handler.write(read_slice(file.fileno(), part))
        return COMPLETED
    return _send_large(handler, file, part)


def _send_large(handler: Output, file: IO[bytes], part: Slice) -> Awaitable[None]:
    handler.set_header("Content-Length", part.end - part.start)
    connection: Any = handler.request.connection
    write_file = getattr(connection, "write_file", None)
    chunks = iter(_chunks(file.fileno(), part))
    if write_file is None:
        return send_chunks(handler, chunks)
    at = part.start
    if handler._transforms:  # the first chunk shows whether they change the body
        first = next(chunks, b"")
        handler.write(first)
        at += len(first)
    handler.flush()
    if any(getattr(each, "is_active", True) for each in handler._transforms):
        return send_chunks(handler, chunks)
    sent: asyncio.Future[None] = write_file(file, at, part.end - at)
    if sent.done():  # all of it fits into the socket's buffer, or the client is gone
        sent.exception()
        return COMPLETED
    return _wait_for_client(sent)


async def send_chunks(handler: Output, chunks: Iterable[bytes]) -> None:
    """Send a body in chunks, at the client's speed."""
    try:
        for chunk in chunks:
            handler.write(chunk)
            await handler.flush()
    except StreamClosedError:
        return  # the client is gone


async def _wait_for_client(sent: asyncio.Future[None]) -> None:
    try:
        await sent
    except StreamClosedError:
        return  # the client is gone


@lru_cache(1000)
def utc_second(second: int) -> datetime:
    """Return a Unix time as a :class:`datetime.datetime` in UTC."""
    return datetime.fromtimestamp(second, UTC)


@lru_cache(1000)
def _http_date(moment: datetime) -> str:
    return format_timestamp(moment)


def read_slice(descriptor: int, part: Slice) -> bytes:
    """Read a part of a file.

    :raises HTTPError: 500 if the file has become shorter.
    """
    content = b"".join(_chunks(descriptor, part))
    if len(content) != part.end - part.start:
        raise HTTPError(500, "the file became shorter while it was read")
    return content


def _chunks(descriptor: int, part: Slice) -> Iterable[bytes]:
    at = part.start
    os.lseek(descriptor, at, os.SEEK_SET)
    while at < part.end:
        chunk = os.read(descriptor, min(_CHUNK, part.end - at))
        if not chunk:
            return
        at += len(chunk)
        yield chunk


def disposition(kind: str, name: str) -> str:
    """Write a ``Content-Disposition`` field (RFC 6266, RFC 8187).

    :param kind: ``attachment`` or ``inline``.
    """
    from urllib.parse import quote

    name = "".join([" " if ord(char) < 32 or ord(char) == 127 else char for char in name])
    plain = name.encode("ascii", "replace").decode().replace("\\", "_").replace('"', "'")
    field = f'{kind}; filename="{plain.replace("%", "_").replace("/", "_")}"'
    if plain == name and "%" not in name:
        return field
    return f"{field}; filename*=UTF-8''{quote(name, safe='')}"
