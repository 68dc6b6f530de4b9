"""The load of `wrk`, which sleeps until an answer comes, as most clients do.

A server wakes it up by `send`. How often depends on how the server's answers leave: one by one,
or together at the end of a turn of its loop. So the wake-ups are counted.
"""

from __future__ import annotations

import json
import math
import resource
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.harness.errors import LoadError, SetupError
from bench.harness.exchange.endpoint import HOST

if TYPE_CHECKING:
    from bench.harness.exchange.endpoint import Endpoint
    from bench.harness.exchange.request import Request

#: What wrk runs: a request that never changes, and a report at the end.
_SCRIPT = """
wrk.method = {method}
wrk.body = {body}
{fields}
done = function(summary, latency, requests)
  local errors = summary.errors
  io.stdout:write(string.format(
    '\\n{{"operations": %d, "elapsed": %d, "errors": %d, "p50": %d, "p90": %d, "p99": %d}}\\n',
    summary.requests, summary.duration,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50), latency:percentile(90), latency:percentile(99)))
end
"""
#: How many seconds it may take longer than it was told to.
_MORE = 30


@dataclass(frozen=True)
class SleepingLap:
    """The result of one run."""

    operations: int
    #: Seconds on the wall.
    elapsed: float
    #: Percentiles of the times from request to answer, in seconds.
    latencies: dict[int, float]
    #: How often the load slept until an answer came.
    wakes: int


def run_wrk(
    endpoint: Endpoint, request: Request, *, connections: int, seconds: float
) -> SleepingLap:
    """Load a server from this process's cores by one thread of wrk.

    :param seconds: is rounded up to whole ones.
    :raises SetupError: wrk is not installed.
    :raises LoadError: the request is not for wrk, or an answer was an error.
    """
    if not shutil.which("wrk"):
        raise SetupError("wrk is not installed (Debian's package wrk)")
    target, script = write_script(request)
    scheme = "https" if endpoint.tls else "http"
    whole = max(1, math.ceil(seconds))
    with tempfile.TemporaryDirectory(prefix="bench-wrk-") as folder:
        path = Path(folder) / "request.lua"
        path.write_bytes(script)
        command = ["wrk", "--threads", "1", "--connections", str(connections)]
        command += ["--duration", f"{whole}s", "--script", str(path)]
        slept = _sleeps_of_children()
        try:
            answer = subprocess.run(
                [*command, f"{scheme}://{HOST}:{endpoint.port}{target}"],
                capture_output=True,
                text=True,
                check=False,
                timeout=whole + _MORE,
            )
        except subprocess.TimeoutExpired as error:
            raise LoadError(f"wrk did not end within {whole + _MORE} seconds") from error
        slept = _sleeps_of_children() - slept
    return parse_report(answer.stdout, answer.stderr, slept)


def write_script(request: Request) -> tuple[str, bytes]:
    """Return the target of a request, and the script that lets wrk send it.

    :raises LoadError: its body is too large to be held.
    """
    if request.repeat:
        raise LoadError("wrk holds the whole body of a request: this one is too large")
    head, _, body = request.start.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    fields = []
    for line in lines:
        name, _, value = line.partition(": ")
        if name != "Content-Length":  # wrk adds it
            fields.append(f"wrk.headers[{quoted(name.encode())}] = {quoted(value.encode())}")
    text = _SCRIPT.format(
        method=quoted(method.encode()),
        body=quoted(body) if body else "nil",
        fields="\n".join(fields),
    )
    return target, text.encode()


def quoted(data: bytes) -> str:
    """Return a string of Lua."""
    return '"' + "".join(f"\\{byte:03d}" for byte in data) + '"'


def parse_report(output: str, errors: str, slept: int) -> SleepingLap:
    """Return what the script has written at the end.

    :raises LoadError: there is nothing, or an answer was an error.
    """
    lines = [line for line in output.splitlines() if line.startswith("{")]
    if not lines:
        raise LoadError(f"wrk failed: {(errors or output).strip()[-300:]}")
    report = json.loads(lines[-1])
    if report["errors"] or not report["operations"]:
        raise LoadError(f"{report['errors']} errors and {report['operations']} answers of wrk")
    latencies = {share: report[f"p{share}"] / 1e6 for share in (50, 90, 99)}
    return SleepingLap(report["operations"], report["elapsed"] / 1e6, latencies, slept)


def _sleeps_of_children() -> int:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_nvcsw
