"""Content types by the names of files."""

from __future__ import annotations

import mimetypes
from functools import lru_cache


def media_type(name: str) -> str:
    """Return the content type that the name of a file suggests.

    A compressed file has the type of its compression: the content is sent and saved as it is.
    """
    return _by_extension(".".join(name.rsplit(".", 2)[1:]))


@lru_cache(1000)
def _by_extension(extension: str) -> str:
    guessed, encoding = mimetypes.guess_type(f"file.{extension}")
    if encoding == "gzip":
        return "application/gzip"
    if encoding is not None or guessed is None:
        return "application/octet-stream"
    return guessed


def reset_media_types() -> None:
    """Ask :mod:`mimetypes` again, for tests and after its tables were changed."""
    _by_extension.cache_clear()
