"""How a static file is sent: from the content of a subclass, or from the file itself."""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING

from .._running._tasks import COMPLETED
from ._byte_ranges import Plan, Slice
from ._file_cache import CachedFile
from ._file_sending import SENT_AT_ONCE, read_slice, send_chunks, send_slice, utc_second
from ._static_paths import FoundFile, open_regular

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from ._static_file_handler import StaticFileHandler


async def send_own_content(handler: StaticFileHandler, plan: Plan, part: Slice) -> None:
    """Send what the ``get_content`` of a subclass returns."""
    bounds = (None, None) if plan.status == 200 else part
    content = handler.get_content(handler.absolute_path or "", *bounds)
    handler.set_header("Content-Length", part.end - part.start)
    if isinstance(content, bytes):
        handler.write(content)
    else:
        await send_chunks(handler, content)


def send_found(handler: StaticFileHandler, found: FoundFile, part: Slice) -> Awaitable[None]:
    """Send a part of a file. A small file is sent in one write, and cached."""
    if found.size > SENT_AT_ONCE:
        return _send_opened(handler, found, part)
    content = _read(found)
    if handler._may_cache(found):
        file = CachedFile(
            content,
            handler.compute_etag(),
            utc_second(int(found.stat.st_mtime)),
            handler.get_content_type(),
        )
        handler._small_files.put(found, file)
    handler.write(content[part.start : part.end])
    return COMPLETED


def _read(found: FoundFile) -> bytes:
    descriptor = open_regular(found.path)
    try:
        return read_slice(descriptor, Slice(0, found.size))
    finally:
        os.close(descriptor)


def _send_opened(handler: StaticFileHandler, found: FoundFile, part: Slice) -> Awaitable[None]:
    file = os.fdopen(open_regular(found.path), "rb", buffering=0)
    waiting: Awaitable[None] = COMPLETED
    try:
        waiting = send_slice(handler, file, part)
    finally:
        if waiting is COMPLETED:
            file.close()
    return COMPLETED if waiting is COMPLETED else _close_after(waiting, file)


async def _close_after(waiting: Awaitable[None], file: IO[bytes]) -> None:
    with file:
        await waiting
