"""Clients in turns against one server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from bench.harness.errors import LoadError
from bench.harness.process.clock import cpu_seconds
from bench.harness.process.cores import Cores, pin
from bench.harness.programs import FAULTS, Program, rotated, serving
from bench.websockets.contestants import ECHOES, PICOWS, SERVERS, SPEEDUPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.harness.process.environment import Environments

CLIENTS = Path(__file__).resolve().parent / "clients.py"


class Client:
    """A process that sends messages back and forth when it is told to."""

    def __init__(self, process: subprocess.Popen[str], core: int | None) -> None:
        self._process = process
        pin(process.pid, core)
        self._number()

    def _number(self) -> int:
        line = self._process.stdout.readline() if self._process.stdout is not None else ""
        if not line.strip().isdigit():
            raise LoadError(f"a client ended, with {line!r}")
        return int(line)

    def cost(self, seconds: float) -> float:
        """Return the CPU microseconds of one message and its answer."""
        if self._process.stdin is None:
            raise LoadError("a client has no input")
        before = cpu_seconds(self._process.pid)
        self._process.stdin.write(f"{seconds}\n")
        self._process.stdin.flush()
        done = self._number()
        return (cpu_seconds(self._process.pid) - before) / done * 1e6


def measure_clients(
    environments: Environments,
    programs: Sequence[Program],
    cores: Cores,
    *,
    rounds: int,
    seconds: float,
    most_seconds: float,
) -> dict[str, list[float]]:
    """Return CPU microseconds per message of each client, a sample for each round."""
    end = time.monotonic() + most_seconds
    samples: dict[str, list[float]] = {}
    with ExitStack() as stack:
        port = _serve(stack, environments, cores)
        clients: dict[str, Client] = {}
        for program in programs:
            try:
                python = environments.get(program.environment).python
                process = stack.enter_context(
                    subprocess.Popen(
                        [str(python), str(CLIENTS), *program.arguments, str(port)],
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        text=True,
                        env={**os.environ, **program.variables},
                    )
                )
                stack.callback(process.kill)
                clients[program.title] = Client(process, cores.server)
                clients[program.title].cost(0.1)
            except FAULTS as error:
                clients.pop(program.title, None)
                print(f"left out: {program.title}: {error}", file=sys.stderr)
        for turn in range(rounds):
            if turn >= 3 and time.monotonic() > end:
                break
            for title in rotated(list(clients), turn):
                samples.setdefault(title, []).append(clients[title].cost(seconds))
    return {title: samples[title] for title in clients}


def _serve(stack: ExitStack, environments: Environments, cores: Cores) -> int:
    """Start the server of all clients, that of picows, or ours where that fails."""
    by_title = {program.title: program for program in ECHOES}
    for title in (PICOWS, SPEEDUPS):
        program = by_title[title]
        try:
            python = environments.get(program.environment).python
            return stack.enter_context(
                serving(SERVERS, python, program.arguments, cores.load, variables=program.variables)
            ).port
        except FAULTS as error:
            print(f"no server of {title}: {error}", file=sys.stderr)
    raise LoadError("there is no server for the clients")
