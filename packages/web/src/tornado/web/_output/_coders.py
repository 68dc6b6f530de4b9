"""Content codings: compressors for the chunks of a body.

gzip is always available, Brotli (RFC 7932) and Zstandard (RFC 8878) if their packages are
installed: ``pip install tornado-web[compression]``. Zstandard is in the standard library from
Python 3.14 on; before that, a package has the same module.
"""

from __future__ import annotations

import zlib
from functools import cache
from importlib import import_module
from typing import Any, Protocol


class Coder(Protocol):
    """The encoder of one body."""

    def encode(self, data: bytes, finishing: bool) -> bytes:
        """Encode a chunk so that the receiver can decode all of it at once."""


class _Gzip:
    def __init__(self, level: int) -> None:
        self._compressor = zlib.compressobj(level, zlib.DEFLATED, 16 + zlib.MAX_WBITS)

    def encode(self, data: bytes, finishing: bool) -> bytes:
        mode = zlib.Z_FINISH if finishing else zlib.Z_SYNC_FLUSH
        return self._compressor.compress(data) + self._compressor.flush(mode)


class _Brotli:
    def __init__(self, module: Any) -> None:
        # 4 is about as quick as gzip and smaller; the default of 11 is for files that are
        # compressed once.
        self._compressor = module.Compressor(quality=4)

    def encode(self, data: bytes, finishing: bool) -> bytes:
        compressor = self._compressor
        coded: bytes = compressor.process(data)
        coded += compressor.finish() if finishing else compressor.flush()
        return coded


class _Zstandard:
    def __init__(self, module: Any) -> None:
        self._compressor = module.ZstdCompressor()

    def encode(self, data: bytes, finishing: bool) -> bytes:
        compressor = self._compressor
        mode = compressor.FLUSH_FRAME if finishing else compressor.FLUSH_BLOCK
        coded: bytes = compressor.compress(data, mode)
        return coded


#: The packages for each coding, the preferred one first.
_PACKAGES: dict[str, tuple[tuple[str, Any], ...]] = {
    "br": (("brotli", _Brotli), ("brotlicffi", _Brotli)),
    "zstd": (("compression.zstd", _Zstandard), ("backports.zstd", _Zstandard)),
}


@cache
def _implementation(coding: str) -> tuple[Any, Any] | None:
    for name, coder in _PACKAGES.get(coding, ()):
        try:
            return coder, import_module(name)
        except ImportError:
            continue
    return None


def is_available(coding: str) -> bool:
    """Tell whether a coder for a content coding is installed."""
    return coding == "gzip" or _implementation(coding) is not None


def make_coder(coding: str, gzip_level: int) -> Coder:
    """Make a coder for one body.

    :raises LookupError: there is no package for this coding.
    """
    if coding == "gzip":
        return _Gzip(gzip_level)
    found = _implementation(coding)
    if found is None:
        raise LookupError(f"no package for the content coding {coding!r} is installed")
    coder, module = found
    result: Coder = coder(module)
    return result
