"""Content codings, decoded while the body arrives, and within limits (RFC 9110 section 8.4.1)."""

from __future__ import annotations

import zlib
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

from tornado.util import GzipDecompressor

from .._errors import DecodingError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How many bytes are decompressed at once.
_CHUNK_SIZE = 65536

#: A body may grow to this size, in bytes, whatever its ratio is. From there on it may be at most so
#: many times as long as what came over the wire. A megabyte of one repeated byte is a thousand times
#: smaller in gzip; for text and JSON, the ratio is below fifty.
_UNCHECKED_SIZE = 1048576
MAX_RATIO = 200


class _Codec(Protocol):
    """A decompressor with the interface of `tornado.util.GzipDecompressor`."""

    @property
    def unconsumed_tail(self) -> bytes: ...

    def decompress(self, value: bytes, max_length: int) -> bytes: ...

    def flush(self) -> object: ...


class Decoder:
    """The decoder of one body, for one content coding.

    :param coding: the name of the coding, for messages.
    """

    def __init__(self, coding: str, codec: _Codec) -> None:
        self._coding = coding
        self._codec = codec
        self._received = 0
        self._decoded = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decode bytes, and yield what they contain in chunks of at most 64 KiB.

        :raises DecodingError: the bytes are damaged, or decode to too many.
        """
        self._received += len(data)
        while data:
            chunk = self._decompress(data)
            if chunk:
                self._decoded += len(chunk)
                if self._decoded > _UNCHECKED_SIZE and self._decoded > MAX_RATIO * self._received:
                    raise DecodingError(
                        f"decompressed body too large: {self._coding} body grows to more than"
                        f" {MAX_RATIO} times its size"
                    )
                yield chunk
            data = self._codec.unconsumed_tail

    def finish(self) -> None:
        """Check that the compressed data end with the body.

        :raises DecodingError: they do not.
        """
        if not self._received:
            return  # an empty body often has the field all the same
        try:
            self._codec.flush()
        except Exception as error:
            raise DecodingError(f"invalid {self._coding} data: truncated body: {error}") from error

    def _decompress(self, data: bytes) -> bytes:
        try:
            return self._codec.decompress(data, _CHUNK_SIZE)
        except Exception as error:  # every library has its own exceptions
            raise DecodingError(f"invalid {self._coding} data: damaged body: {error}") from error


class _Deflate:
    """The ``deflate`` coding: zlib according to the standard, raw deflate from some servers."""

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
            raise zlib.error("bytes after its end")
        chunk: bytes = self._stream.decompress(value, max_length)
        if self._stream.unused_data:
            raise zlib.error("bytes after its end")
        self.unconsumed_tail = self._stream.unconsumed_tail
        return chunk

    def flush(self) -> None:
        if not self._stream.eof:
            raise zlib.error("it ends inside")


class _Brotli:
    """The ``br`` coding (RFC 7932), with the library brotli 1.2 or later, which bounds its output."""

    def __init__(self) -> None:
        self._stream: Any = import_module("brotli").Decompressor()
        self.unconsumed_tail = b""

    def decompress(self, value: bytes, max_length: int) -> bytes:
        if self._stream.is_finished():
            raise ValueError("bytes after its end")
        # What does not fit stays in the library; calls without input return it.
        data = b"" if value is _MORE else value
        chunk: bytes = self._stream.process(data, output_buffer_limit=max_length)
        self.unconsumed_tail = _MORE if chunk and not self._stream.is_finished() else b""
        return chunk

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
        chunk: bytes = self._stream.decompress(b"" if value is _MORE else value, max_length)
        if self._stream.eof:
            self.unconsumed_tail = self._stream.unused_data
            self._stream = None
        else:
            self.unconsumed_tail = b"" if self._stream.needs_input else _MORE
        return chunk

    def flush(self) -> None:
        if self._stream is not None:
            raise ValueError("it ends inside")


#: Instead of input, while a library still has some that it has not decoded.
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
    """The codings that this installation can decode, found on first use."""

    _available: dict[str, Any] | None = None
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
        if cls._available is None:
            cls._available = _codings()
            cls._field = ", ".join(cls._available)
        return cls._available
