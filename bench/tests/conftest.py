"""Make the harness importable, and run the floor's server for the tests that need one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.harness.exchange.endpoint import Endpoint, write_certificate
from bench.harness.exchange.payload import write_files
from bench.harness.server import free_port, spawn, wait_until_listening

_BENCH = Path(__file__).resolve().parents[1]

#: Starts the floor's server for the case of that name and returns its endpoint.
Serve = Callable[..., Endpoint]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start servers of the standard library only, in processes of their own."""
    write_files(tmp_path)
    with ExitStack() as stack:

        def start(case: str, *, tls: bool = False) -> Endpoint:
            port = free_port()
            command = [sys.executable, str(_BENCH / "servers" / "raw.py"), "--port", str(port)]
            command += ["--case", case, "--files", str(tmp_path)]
            if tls:
                write_certificate(tmp_path)
                command += ["--tls", "yes"]
            process = stack.enter_context(spawn(command, None))
            wait_until_listening(process, port, 0.02)
            return Endpoint(port, tls)

        yield start
