"""The examples of the README run."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Serve = Callable[..., Any]

README = Path(__file__).parent.parent / "README.md"


@pytest.fixture(scope="module")
def examples() -> dict[str, Any]:
    """What the examples define, run one after the other in one module."""
    names: dict[str, Any] = {"__name__": "readme"}
    for block in re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL):
        exec(block, names)
    return names


def test_the_first_server_answers(serve: Serve, examples: dict[str, Any]) -> None:
    server = serve(examples["answer"])
    data = server.exchange(b"GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert data.endswith(b"You requested /a\n")


def test_a_long_response_is_sent_in_pieces(serve: Serve, examples: dict[str, Any]) -> None:
    data = serve(examples["stream"]).exchange(b"GET / HTTP/1.0\r\n\r\n")
    assert data.partition(b"\r\n\r\n")[2].splitlines() == [b"line %d" % n for n in range(1000)]


def test_limits_are_chosen_by_path(serve: Serve, examples: dict[str, Any]) -> None:
    server = serve(examples["answer"], max_body_size=2, limits=examples["limits"])
    for path, status in ((b"/", b"413"), (b"/upload/a", b"200")):
        head = b"POST %b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" % path
        data = server.exchange(head + b"Content-Length: 3\r\n\r\nabc")
        assert data.split(b" ")[1] == status


def test_a_server_drains_when_it_is_told(examples: dict[str, Any]) -> None:
    async def scene() -> int:
        stopped = asyncio.Event()
        stopped.set()
        late: int = await examples["serve_until"](stopped)
        return late

    assert asyncio.run(scene()) == 0
