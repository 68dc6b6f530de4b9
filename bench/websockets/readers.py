"""What the others notice of one reader in a thousand that stops reading."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

from bench.harness.process.memory import resident
from bench.harness.programs import serving
from bench.harness.statistics import Summary, deviation, median, percentile, summarize
from bench.websockets import load
from bench.websockets.contestants import BROADCASTS, SERVERS
from bench.websockets.limits import raise_limit

if TYPE_CHECKING:
    from bench.harness.process.cores import Cores
    from bench.harness.process.environment import Environments

SIZE = 1024
#: Messages of one round; the next one goes out when the last one has come to all.
_MESSAGES = 12


class Readers(NamedTuple):
    """What was measured: p99 of the times in milliseconds, by round, and memory in MB."""

    without: list[float]
    beside: list[float]
    growth: float

    @property
    def moved(self) -> Summary:
        """By how much the slow reader moves the p99, as a share, round by round."""
        pairs = zip(self.beside, self.without, strict=True)
        return summarize([one / other - 1 for one, other in pairs])

    @property
    def spread(self) -> float:
        """The median absolute deviation of the rounds without it, as a share."""
        return deviation(self.without) / median(self.without)


def measure_readers(
    environments: Environments, cores: Cores, *, rounds: int, readers: int, most_seconds: float
) -> Readers:
    """Broadcast to many readers, with one that reads nothing and without, in turns."""
    raise_limit(readers + 100)
    program = BROADCASTS[0]
    python = environments.get(program.environment).python
    end = time.monotonic() + most_seconds
    result = Readers([], [], 0.0)
    with ExitStack() as stack:
        server = stack.enter_context(
            serving(SERVERS, python, program.arguments, cores.server, variables=program.variables)
        )
        crowd = load.Broadcast(server.port, size=SIZE, connections=readers - 1, deflate=False)
        for _ in range(4):
            crowd.times()
        before = highest = resident(server.pid) or 0
        for turn in range(rounds):
            if turn >= 3 and time.monotonic() > end:
                break
            for is_slow in (turn % 2 == 0, turn % 2 != 0):
                path, buffer = ("/slow", 4096) if is_slow else ("/", None)
                with load.connect(server.port, path=path, buffer=buffer) as last:
                    if not is_slow:
                        crowd.add(last)
                    time.sleep(0.1)
                    times = [each for _ in range(_MESSAGES) for each in crowd.times()]
                    if not is_slow:
                        crowd.remove(last)
                    highest = max(highest, resident(server.pid) or 0)
                (result.beside if is_slow else result.without).append(percentile(times, 0.99))
                time.sleep(0.1)  # the server notices that it is gone
    return result._replace(growth=(highest - before) / 2**20)
