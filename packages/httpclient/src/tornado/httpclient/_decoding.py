"""Content codings, taken off piece by piece and within limits (RFC 9110 section 8.4.1)."""

from __future__ import annotations

import zlib
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

from tornado.util import GzipDecompressor

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How much is decompressed at once.
_PIECE = 65536

#: A body may grow to this size whatever its ratio is,
_FREE = 1048576

#: and from there on be at most so many times as long as what came over the wire. A megabyte of
#: one repeated byte is a thousand times smaller in gzip; text and JSON stay below fifty.
MAX_RATIO = 200


class DecodingError(Exception):
    """The body is not what its Content-Encoding says, or grows beyond what is sane."""


class _Codec(Protocol):
    """A decompressor in the manner of `tornado.util.GzipDecompressor`."""

    @property
    def unconsumed_tail(self) -> bytes: ...

    def decompress(self, value: bytes, max_length: int) -> bytes: ...

    def flush(self) -> object: ...


class Decoder:
    """Take one content coding off a body.

    :param coding: its name, for messages.
    """

    def __init__(self, coding: str, codec: _Codec) -> None:
        self._coding = coding
        self._codec = codec
        self._taken = 0
        self._given = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Give what the bytes contain, in pieces of at most 64 KiB.

        :raises DecodingError: the bytes are damaged, or become too many.
        """
        self._taken += len(data)
        while data:
            piece = self._decompress(data)
            if piece:
                self._given += len(piece)
                if self._given > _FREE and self._given > MAX_RATIO * self._taken:
                    raise DecodingError(
                        f"decompressed body too large: {self._coding} body grows to more than {MAX_RATIO} times its size"
                    )
                yield piece
            data = self._codec.unconsumed_tail

    def finish(self) -> None:
        """Take note that the body has ended.

        :raises DecodingError: its compressed data have not.
        """
        if not self._taken:
            return  # a response to HEAD, or an empty one, is often labelled all the same
        try:
            self._codec.flush()
        except Exception as error:
            raise DecodingError(f"invalid {self._coding} data: truncated body: {error}") from error

    def _decompress(self, data: bytes) -> bytes:
        try:
            return self._codec.decompress(data, _PIECE)
        except Exception as error:  # every library has its own
            raise DecodingError(f"invalid {self._coding} data: damaged body: {error}") from error


class _Deflate:
    """The ``deflate`` coding: zlib by the standard, raw deflate by some servers."""

    def __init__(self) -> None:
        self._stream: Any = None
        self.unconsumed_tail = b""

    def decompress(self, value: bytes, max_length: int) -> bytes:
        if self._stream is None:
            is_zlib = value[0] & 15 == 8 and (
                len(value) < 2 or (value[0] * 256 + value[1]) % 31 == 0
            )
            self._stream = zlib.decompressobj(zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)
        if self._stream.eof:
            raise zlib.error("bytes behind its end")
        piece: bytes = self._stream.decompress(value, max_length)
        if self._stream.unused_data:
            raise zlib.error("bytes behind its end")
        self.unconsumed_tail = self._stream.unconsumed_tail
        return piece

    def flush(self) -> None:
        if not self._stream.eof:
            raise zlib.error("it ends inside")


class _Brotli:
    """The ``br`` coding (RFC 7932), with the library brotli from 1.2 on, which bounds its output."""

    def __init__(self) -> None:
        self._stream: Any = import_module("brotli").Decompressor()
        self.unconsumed_tail = b""

    def decompress(self, value: bytes, max_length: int) -> bytes:
        if self._stream.is_finished():
            raise ValueError("bytes behind its end")
        # What does not fit stays inside; empty calls fetch it, until one brings nothing.
        data = b"" if value is _MORE else value
        piece: bytes = self._stream.process(data, output_buffer_limit=max_length)
        self.unconsumed_tail = _MORE if piece and not self._stream.is_finished() else b""
        return piece

    def flush(self) -> None:
        if not self._stream.is_finished():
            raise ValueError("it ends inside")


class _Zstandard:
    """The ``zstd`` coding (RFC 8878), with the module of Python 3.14 or its backport."""

    def __init__(self) -> None:
        self._module = _zstd_module()
        self._stream: Any = None
        self.unconsumed_tail = b""

    def decompress(self, value: bytes, max_length: int) -> bytes:
        if self._stream is None:
            # RFC 9659: a client need not keep more than 8 MiB of window.
            options = {self._module.DecompressionParameter.window_log_max: 23}
            self._stream = self._module.ZstdDecompressor(options=options)
        piece: bytes = self._stream.decompress(b"" if value is _MORE else value, max_length)
        if self._stream.eof:
            self.unconsumed_tail = self._stream.unused_data
            self._stream = None
        else:
            self.unconsumed_tail = b"" if self._stream.needs_input else _MORE
        return piece

    def flush(self) -> None:
        if self._stream is not None:
            raise ValueError("it ends inside")


#: Stands for input that a library has taken already and not finished with.
_MORE = bytes(bytearray(b"more"))


def _zstd_module() -> Any:
    return import_module("compression.zstd" if _is_there("compression.zstd") else "backports.zstd")


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _has_bounded_brotli() -> bool:
    if not _is_there("brotli"):
        return False
    return hasattr(import_module("brotli").Decompressor, "can_accept_more_data")


def _codings() -> dict[str, Any]:
    codings: dict[str, Any] = {"gzip": GzipDecompressor, "deflate": _Deflate}
    if _has_bounded_brotli():
        codings["br"] = _Brotli
    if _is_there("compression.zstd") or _is_there("backports.zstd"):
        codings["zstd"] = _Zstandard
    return codings


class Codings:
    """The codings that this installation can take off; found out on first use."""

    _known: dict[str, Any] | None = None
    _field = ""

    @classmethod
    def accept_field(cls) -> str:
        """Return the value of the Accept-Encoding field."""
        return cls._field or ", ".join(cls._find())

    @classmethod
    def decoder(cls, coding: str) -> Decoder | None:
        """Return a decoder for the value of a Content-Encoding field, None if it is not known."""
        name = coding.strip(" \t").lower()
        codec = cls._find().get("gzip" if name == "x-gzip" else name)
        return None if codec is None else Decoder(name, codec())

    @classmethod
    def _find(cls) -> dict[str, Any]:
        if cls._known is None:
            cls._known = _codings()
            cls._field = ", ".join(cls._known)
        return cls._known
