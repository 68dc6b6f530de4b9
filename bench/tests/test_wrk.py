"""The load that sleeps, by wrk where it is installed."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from bench.harness.arena import Arena
from bench.harness.case import Case, parse_case
from bench.harness.command import BENCH
from bench.harness.contestant import load_contestants
from bench.harness.errors import CaseError, LoadError, SetupError
from bench.harness.exchange.payload import payload, write_files
from bench.harness.exchange.request import compose
from bench.harness.load import WAKES, measure_load
from bench.harness.process.cores import Cores
from bench.harness.process.environment import Environments
from bench.harness.wrk import parse_report, quoted, run_wrk, write_script
from bench.tests.test_measurement import FLOOR, Here

if TYPE_CHECKING:
    from bench.tests.conftest import Serve

needs_wrk = pytest.mark.skipif(
    not shutil.which("wrk") and not os.environ.get("CI"), reason="wrk is not installed"
)
CASE = """
title = "t"
contestants = []
reference = "floor"
server = "{server}"
rounds = 1
seconds = 0.2
connections = 8
load = "{load}"
{request}
"""
ORDER = """
[request]
method = "POST"
target = "/orders"
payload = "order"
[response]
payload = "receipt"
json = true
"""
HELLO = '[response]\nbody = "Hello, world"\n'
REPORT = {"operations": 10, "elapsed": 2_000_000, "errors": 0, "p50": 100, "p90": 200, "p99": 300}


def case(load: str, server: str = "hello", request: str = HELLO) -> Case:
    return parse_case("t", CASE.format(load=load, server=server, request=request))


def measure(chosen: Case, tmp_path: Path) -> dict[str, list[float]]:
    write_files(tmp_path)
    result = measure_load(chosen, Arena([FLOOR], Here(BENCH), Cores(None, None), tmp_path))
    assert not result.skipped
    return result.lines[0].samples


@needs_wrk
@pytest.mark.parametrize(("server", "request_table"), [("hello", HELLO), ("json", ORDER)])
def test_wrk_asks_what_the_case_says_and_sleeps(
    server: str, request_table: str, tmp_path: Path
) -> None:
    samples = measure(case("wrk", server, request_table), tmp_path)
    assert samples["requests/s"][0] > 10
    assert samples[WAKES][0] > 0
    assert 0 < samples["p50 us"][0] <= samples["p99 us"][0]


def test_a_load_asleep_is_woken_up(tmp_path: Path) -> None:
    assert measure(case("asleep"), tmp_path)[WAKES][0] > 0


@needs_wrk
def test_an_answer_that_is_an_error_ends_the_run(serve: Serve) -> None:
    # The floor's server for JSON fails at a request without a body, and closes.
    request = compose("GET", "/", [("Host", "127.0.0.1")])
    with pytest.raises(LoadError, match="errors and"):
        run_wrk(serve("json"), request, connections=1, seconds=0.1)


def test_without_wrk_a_contestant_is_left_out(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SetupError, match="wrk is not installed"):
        run_wrk(serve("hello"), compose("GET", "/", []), connections=1, seconds=0.1)


def test_the_script_holds_the_request() -> None:
    body = b'say "x"\n\xff'
    request = compose("POST", "/a?b=c", [("Host", "h"), ("X-A", "b: c")], body=body)
    target, script = write_script(request)
    assert target == "/a?b=c"
    lines = script.decode().splitlines()
    assert f"wrk.method = {quoted(b'POST')}" in lines
    assert f"wrk.body = {quoted(body)}" in lines
    assert f"wrk.headers[{quoted(b'X-A')}] = {quoted(b'b: c')}" in lines
    assert quoted(b"Content-Length") not in script.decode()
    assert quoted(b'a"\n') == '"\\097\\034\\010"'


def test_a_body_that_cannot_be_held_is_refused() -> None:
    request = compose("POST", "/", [], body=payload("text-1m"), repeat=2)
    with pytest.raises(LoadError, match="too large"):
        write_script(request)


def test_a_report_is_read_and_its_errors_are_told() -> None:
    lap = parse_report(f"words\n{json.dumps(REPORT)}\nmore", "", 5)
    assert (lap.operations, lap.elapsed, lap.wakes) == (10, 2.0, 5)
    assert lap.latencies == {50: 1e-4, 90: 2e-4, 99: 3e-4}
    with pytest.raises(LoadError, match="wrk failed: no route"):
        parse_report("", "no route", 0)
    with pytest.raises(LoadError, match="3 errors and 10 answers"):
        parse_report(json.dumps({**REPORT, "errors": 3}), "", 0)
    with pytest.raises(LoadError, match="0 errors and 0 answers"):
        parse_report(json.dumps({**REPORT, "operations": 0}), "", 0)


def test_an_unknown_load_is_refused() -> None:
    with pytest.raises(CaseError, match="load must be one of awake, asleep, wrk"):
        case("sleepy")


def test_another_checkout_is_compared_only_where_it_is_named() -> None:
    before = load_contestants(BENCH / "contestants.toml")["before"]
    assert replace(before, environment="workspace").program == "tornado_app.py"
    with pytest.raises(SetupError, match="name one by --against"):
        Environments(BENCH).get(before.environment)
