"""What an idle websocket takes of its server's memory: `python bench/websockets/idle.py`.

    python bench/websockets/idle.py --connections 10000

For each contestant a fresh server gets so many connections, each of which sends a message and gets it
back, and then stays. A tenth of them comes first and is not counted: it pays for what a server makes
once. Our websocket is built on the bare stream. The connections are held by another process,
since both need a descriptor for each.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.harness.errors import LoadError
from bench.harness.process.environment import Environments
from bench.harness.process.memory import held
from bench.harness.programs import FAULTS, Program, serving
from bench.harness.table import markdown, number
from bench.websockets import load
from bench.websockets.contestants import IN_PYTHON, SERVERS
from bench.websockets.limits import raise_limit

if TYPE_CHECKING:
    from collections.abc import Sequence

STREAM = Program("bare IOStream", "workspace", ("stream",))
CONTESTANTS = [
    STREAM,
    Program("ours", "workspace", ("tornado",), IN_PYTHON),
    Program("ours, deflate", "workspace", ("tornado", "deflate"), IN_PYTHON),
    Program("upstream 6.6.1", "upstream", ("tornado",)),
    Program("aiohttp", "aiohttp", ("aiohttp",)),
    Program("websockets", "websockets", ("websockets",)),
    Program("websockets, deflate", "websockets", ("websockets", "deflate")),
    Program("picows", "picows", ("picows",)),
]
#: Seconds that a server gets to come to rest, and the bytes of the message of each connection.
_REST, _SIZE = 1.0, 1024

#: The loopback network has many addresses, each with ports of its own.
_GROUP = 50


def hold(port: int, deflate: bool, counts: Sequence[int]) -> None:
    """Open connections in steps, say so after each, and keep them until the input ends."""
    raise_limit(sum(counts) + 100)
    message = load.frame(load.payload_of(_SIZE), deflate=deflate)
    with ExitStack() as stack:
        for count in counts:
            for _ in range(count):
                sock = stack.enter_context(load.connect(port, deflate=deflate))
                load.answer_length(sock, message)
            print(count, flush=True)
            sys.stdin.readline()


def measure(environments: Environments, program: Program, connections: int) -> float:
    """Return the kilobytes that one connection takes."""
    python = environments.get(program.environment).python
    deflate = "deflate" in program.arguments
    counts = [max(_GROUP, connections // 10), connections]
    with serving(SERVERS, python, program.arguments, None, variables=program.variables) as server:
        command = [sys.executable, __file__, "--hold", str(server.port), *map(str, counts)]
        with subprocess.Popen(
            [*command, *(["--deflate"] if deflate else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as crowd:
            try:
                before = _after_step(crowd, server.pid)
                after = _after_step(crowd, server.pid)
            finally:
                crowd.kill()
    return (after - before) / connections / 1024


def _after_step(crowd: subprocess.Popen[str], pid: int) -> int:
    """Wait until connections are open, and return what the server holds then."""
    line = crowd.stdout.readline() if crowd.stdout is not None else ""
    if not line.strip() or crowd.stdin is None:
        raise LoadError("the connections could not be opened")
    time.sleep(_REST)
    size = held(pid)
    crowd.stdin.write("\n")
    crowd.stdin.flush()
    return size


def main() -> int:
    """Measure all contestants and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--contestants", default="", help="parts of names, separated by commas")
    parser.add_argument("--hold", nargs="+", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--deflate", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.hold:
        hold(options.hold[0], options.deflate, options.hold[1:])
        return 0
    # The server inherits the limit.
    allowed = raise_limit(options.connections * 11 // 10 + 200)
    connections = min(options.connections, (allowed - 200) * 10 // 11)
    if connections < options.connections:
        print(f"only {connections} connections: the system allows {allowed} descriptors")
    environments = Environments(SERVERS.parents[1])
    wanted = options.contestants.split(",")
    rows: list[list[str]] = []
    bare: float | None = None
    for program in CONTESTANTS:
        if not any(part in program.title for part in wanted):
            continue
        try:
            size = measure(environments, program, connections)
        except FAULTS as error:
            print(f"left out: {program.title}: {error}", file=sys.stderr)
            continue
        bare = size if program is STREAM else bare
        more = "" if bare is None else number(size - bare)
        rows.append([program.title, number(size), more])
        print(f"{program.title}: {number(size)} KB", file=sys.stderr, flush=True)
    print(f"{connections} idle connections\n")
    print(markdown(["contestant", "KB per connection", "above the bare stream"], rows))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
