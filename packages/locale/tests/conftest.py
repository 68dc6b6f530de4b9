from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tornado.locale._state import state


@pytest.fixture(autouse=True)
def _nothing_loaded() -> Iterator[None]:
    """Start every test with nothing loaded, and restore the state afterwards."""
    before = state.current
    state.reset()
    yield
    state.reset()
    state.current = before


@pytest.fixture
def without_babel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `import babel` fail, as if the extra were not installed."""
    monkeypatch.setitem(sys.modules, "babel", None)


@pytest.fixture
def write_csv(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes CSV files, code=text or code=bytes, and returns their folder."""

    def write(**files: str | bytes) -> Path:
        for code, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (tmp_path / f"{code}.csv").write_bytes(data)
        return tmp_path

    return write


def _compile(messages: dict[str, str], *, order: str = "<", encoding: str = "utf-8") -> bytes:
    pairs = sorted((key.encode(encoding), text.encode(encoding)) for key, text in messages.items())
    count = len(pairs)
    tables, strings = b"", b""
    start = 28 + 16 * count
    for column in (0, 1):
        for pair in pairs:
            tables += struct.pack(f"{order}2I", len(pair[column]), start + len(strings))
            strings += pair[column] + b"\0"
    head = struct.pack(f"{order}7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0)
    return head + tables + strings


@pytest.fixture(scope="session")
def compile_mo() -> Callable[..., bytes]:
    """Return a function that compiles a catalogue as msgfmt does; null characters join plural forms."""
    return _compile


@pytest.fixture
def write_mo(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes catalogues of the domain "shop", code=messages or code=bytes."""

    def write(**files: dict[str, str] | bytes) -> Path:
        for code, content in files.items():
            data = _compile(content) if isinstance(content, dict) else content
            folder = tmp_path / code / "LC_MESSAGES"
            folder.mkdir(parents=True)
            (folder / "shop.mo").write_bytes(data)
        return tmp_path

    return write
