"""Whole measurements, with servers of the standard library only."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from bench.harness.arena import Arena
from bench.harness.case import parse_case
from bench.harness.command import BENCH, KINDS, main
from bench.harness.contestant import load_contestants
from bench.harness.counts.calls import Calls
from bench.harness.counts.counting import Bench, count, describe_system, render_counts, with_fields
from bench.harness.counts.functions import list_functions
from bench.harness.counts.syscalls import can_trace, count_syscalls, parse_summary
from bench.harness.errors import LoadError, SetupError
from bench.harness.exchange.payload import write_files
from bench.harness.process.cores import Cores
from bench.harness.process.environment import Environment, Environments
from bench.harness.result import Line, Result, Skipped, write_result
from bench.harness.rounds import interleave
from bench.harness.server import program_path
from bench.harness.table import number, render

EVERYBODY = load_contestants(BENCH / "contestants.toml")
FLOOR = EVERYBODY["floor"]
WRONG = replace(FLOOR, name="wrong", options={"case": "large"})
BROKEN = replace(FLOOR, name="broken", options={"case": "unheard-of"})
TEXT = """
title = "t"
server = "hello"
contestants = []
reference = "floor"
floor = "floor"
rounds = 2
seconds = 0.05
connections = 60
"""


class Here(Environments):
    """The interpreter of the tests as the only environment."""

    def get(self, name: str) -> Environment:
        if name != "floor":
            raise SetupError(f"no environment {name}")
        return Environment(name, Path(sys.executable), ())


def run(kind: str, tmp_path: Path, more: str = "") -> Result:
    write_files(tmp_path)
    text = f'{TEXT}kind = "{kind}"\n{more}\n[response]\nbody = "Hello, world"\n'
    measure, _ = KINDS[kind]
    contestants = [FLOOR, WRONG, BROKEN, EVERYBODY["upstream"]]
    arena = Arena(contestants, Here(BENCH), Cores(None, None), tmp_path)
    return measure(parse_case("t", text), arena)


@pytest.mark.parametrize(
    ("kind", "measure"), [("load", "cpu us/op"), ("idle", "server MB"), ("startup", "cpu ms")]
)
def test_one_measurement_leaves_out_only_those_that_do_other_work(
    kind: str, measure: str, tmp_path: Path
) -> None:
    result = run(kind, tmp_path)
    assert [line.name for line in result.lines] == ["floor"]
    assert all(len(samples) == 2 for samples in result.lines[0].samples.values())
    assert result.lines[0].summary(measure).low > 0
    reasons = {item.name: item.reason for item in result.skipped}
    assert set(reasons) == {"wrong", "broken", "upstream"}
    assert "another body" in reasons["wrong"]
    assert "KeyError: 'unheard-of'" in reasons["broken"]
    assert reasons["upstream"] == "no environment upstream"


def test_a_result_shows_its_ratios_and_is_written_with_every_sample(tmp_path: Path) -> None:
    result = run("load", tmp_path)
    _, columns = KINDS["load"]
    text = render(result, columns(parse_case("t", TEXT), result))
    assert "| floor: raw protocol, asyncio |" in text
    assert "1.00 x" in text
    assert "left out: broken: ended with status 1 before it listened ... KeyError" in text
    machine = {"date": "2026-01-02 03:04 UTC"}
    path = write_result(result, machine, {"floor": "x==1"}, tmp_path / "results")
    assert path.name == "2026-01-02-03-04-t.json"
    content = json.loads(path.read_text())
    assert content["machine"] == machine
    assert len(content["lines"][0]["samples"]["cpu us/op"]) == 2
    assert content["summaries"]["floor"]["cpu us/op"]["samples"] == 2


def test_imports_are_measured_in_fresh_processes(tmp_path: Path) -> None:
    piece = '[[imports]]\nname = "{0}"\nenvironment = "floor"\nstatement = "import {0}"\n'
    more = piece.format("json") + piece.format("tkinter_is_not_here")
    result = run("imports", tmp_path, more)
    assert [line.name for line in result.lines] == ["json"]
    assert result.lines[0].summary("cpu ms of the process").low > 0
    assert "ModuleNotFoundError" in result.skipped[0].reason


def test_rounds_rotate_and_rehearsals_are_thrown_away() -> None:
    order: list[str] = []

    def take(name: str) -> dict[str, float]:
        order.append(name)
        return {"m": float(len(order))}

    lines, skipped = interleave("t", [Line("a", ""), Line("b", "")], take, rounds=2, rehearsals=1)
    assert order == ["b", "a", "a", "b", "b", "a"]
    assert [line.samples for line in lines] == [{"m": [3.0, 6.0]}, {"m": [4.0, 5.0]}]
    assert skipped == []


def test_a_line_that_fails_is_left_out_from_then_on() -> None:
    calls: list[str] = []

    def take(name: str) -> dict[str, float]:
        calls.append(name)
        if name == "b":
            raise LoadError("broken")
        return {"m": 1.0}

    lines, skipped = interleave("t", [Line("a", ""), Line("b", "")], take, rounds=3)
    assert [line.name for line in lines] == ["a"]
    assert skipped == [Skipped("b", "broken")]
    assert calls.count("b") == 1


def test_calls_are_counted_without_noise(tmp_path: Path) -> None:
    write_files(tmp_path)
    found = count(FLOOR, Bench(Here(BENCH), tmp_path))
    assert 5 <= found.plain.python <= 15
    assert 5 <= found.plain.builtin <= 20
    assert found.browser == found.plain  # the floor looks at no field
    assert found.per_field == Calls(0, 0)
    assert f"{found.plain.python:.1f} + {found.plain.builtin:.1f}" in render_counts([found])


@pytest.mark.skipif(not can_trace(), reason="strace is not installed")
def test_system_calls_are_counted(tmp_path: Path) -> None:
    write_files(tmp_path)
    found = count_syscalls(
        [sys.executable, str(program_path(FLOOR)), "--files", str(tmp_path)], with_fields(0)
    )
    # Python's allocator may ask for memory and give it back within each request, if it is unlucky.
    memory = {"brk", "madvise", "mmap", "mremap", "munmap"}
    found = {name: calls for name, calls in found.items() if name not in memory}
    assert {name: round(calls) for name, calls in found.items() if "poll" not in name} == {
        "recvfrom": 1,
        "sendto": 1,
    }
    assert describe_system(found).endswith(", 1 recvfrom, 1 sendto")


def test_the_functions_that_are_called_are_listed(tmp_path: Path) -> None:
    write_files(tmp_path)
    options = ["--files", str(tmp_path)]
    functions = list_functions(Path(sys.executable), "raw.py", options, with_fields(0))
    assert [round(calls) for name, calls in functions.items() if "Canned.data_" in name] == [1]
    assert round(functions["[C] socket.send"]) == 1


def test_system_calls_are_read_from_the_table_of_strace() -> None:
    text = """\
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 60.00    0.000060           0      1000           sendto
 40.00    0.000040           0      1010        10 recvfrom
------ ----------- ----------- --------- --------- ----------------
100.00    0.000100           0      2010        10 total
"""
    assert parse_summary(text) == {"sendto": 1000, "recvfrom": 1010}


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.123, "0.12"), (9.876, "9.88"), (45.67, "45.7"), (1234.5, "1,234")],
)
def test_numbers_show_three_digits_that_count(value: float, text: str) -> None:
    assert number(value) == text


def test_the_command_lists_the_cases_and_refuses_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert "hello\n" in capsys.readouterr().out
    assert main(["unheard-of"]) == 1
    assert "no case 'unheard-of', there are: connection, hello" in capsys.readouterr().err
