"""What importing the pieces loads."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "statement", ["import tornado.websocket", "import tornado.websocket.protocol"]
)
def test_the_protocol_needs_no_loop_and_no_server(statement):
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    command = [sys.executable, "-c", program]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    heavy = {"asyncio", "ssl", "socket", "tornado.web", "tornado.iostream", "tornado.httputil"}
    assert not heavy.intersection(loaded)


def test_every_public_name_is_there_and_says_the_public_module():
    import tornado.websocket
    import tornado.websocket.protocol

    for module in (tornado.websocket, tornado.websocket.protocol):
        assert list(module.__all__) == sorted(module.__all__)
        for name in module.__all__:
            thing = getattr(module, name)
            origin = getattr(thing, "__module__", module.__name__)
            assert origin in (
                "tornado.websocket",
                "tornado.websocket.protocol",
                "tornado.speedups",  # `mask`, where it is installed
                "typing",
                "builtins",
                "types",
            ), name
