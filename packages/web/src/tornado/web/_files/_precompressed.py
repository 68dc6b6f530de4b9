"""Compressed files beside the files that they replace: ``app.js.br`` for ``app.js``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._errors import HTTPError
from ._static_paths import FoundFile, find

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Content codings with the extensions of compressed files, in our order.
_EXTENSIONS = {"br": ".br", "zstd": ".zst", "gzip": ".gz"}


def find_precompressed(
    root: str, found: FoundFile, path: str, allowed: Iterable[str]
) -> dict[str, FoundFile]:
    """Find the compressed files that may be sent instead of a file, by their codings.

    :param path: the path for messages.
    :param allowed: further directories that links may lead to.
    :returns: those that are not older than the file.
    """
    files = {}
    for coding, extension in _EXTENSIONS.items():
        try:
            file = find(root, found.path + extension, path, allowed)
        except HTTPError:
            continue  # there is none, or it is a link that leads out
        if file.is_regular and file.stat.st_mtime_ns >= found.stat.st_mtime_ns:
            files[coding] = file
    return files
