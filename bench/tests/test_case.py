from __future__ import annotations

from pathlib import Path

import pytest
from bench.harness.case import Case, case_names, load_case, parse_case
from bench.harness.command import BENCH, adjust, main, parse_arguments
from bench.harness.contestant import choose, load_contestants, parse_contestants
from bench.harness.errors import CaseError
from bench.harness.exchange.request import compose
from bench.harness.process.environment import parse_pins

CASES = BENCH / "cases"
MINIMAL = 'title = "t"\ncontestants = ["floor"]\nreference = "floor"\n'


@pytest.mark.parametrize("name", case_names(CASES))
def test_every_case_names_contestants_with_programs_and_pinned_environments(name: str) -> None:
    case = load_case(CASES, name)
    contestants = choose(load_contestants(BENCH / "contestants.toml"), case.contestants)
    environments = [item.environment for item in contestants]
    environments += [item.environment for item in case.imports]
    assert environments
    for contestant in contestants:
        assert (BENCH / "servers" / contestant.program).is_file()
    for environment in environments:
        pinned = BENCH / "requirements" / f"{environment}.txt"
        assert parse_pins(pinned.read_text())
    everybody = (*case.contestants, *(item.name for item in case.imports))
    assert case.reference in everybody
    assert not case.floor or case.floor in everybody


def test_a_case_needs_little_and_the_rest_has_a_default() -> None:
    case = parse_case("hello", MINIMAL)
    assert (case.kind, case.server, case.connections) == ("load", "hello", Case.connections)
    assert case.variants[0].request == compose("GET", "/", [("Host", "127.0.0.1")])
    assert case.expectation.status == 200


@pytest.mark.parametrize(
    ("option", "value"),
    [("rounds", "0"), ("seconds", "-1"), ("seconds", "nan"), ("connections", "0")],
)
def test_sizes_that_measure_nothing_are_refused(
    capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    assert main([f"--{option}", value, "hello"]) == 1
    assert f"bench: hello: {option} must be " in capsys.readouterr().err


def test_a_reference_that_does_not_take_part_is_refused() -> None:
    options = parse_arguments(["--contestants", "floor", "--reference", "upstream"])

    with pytest.raises(CaseError, match="'upstream' does not take part"):
        adjust(load_case(CASES, "hello"), options)


def test_the_reference_of_the_case_may_be_left_out() -> None:
    options = parse_arguments(["--contestants", "floor", "--rounds", "3"])

    case = adjust(load_case(CASES, "hello"), options)

    assert (case.contestants, case.rounds) == (("floor",), 3)


def test_variants_change_the_request_and_the_servers_options() -> None:
    text = MINIMAL + (
        '[request]\nmethod = "POST"\nbody = "x"\n'
        '[[variants]]\nname = "one"\ntarget = "/1"\noptions = { routes = 7 }\n'
        '[[variants]]\nname = "two"\ntarget = "/2"\nbody = "yy"\n'
    )
    one, two = parse_case("c", text).variants
    assert one.options == {"routes": "7"}
    assert one.request.start.startswith(b"POST /1 HTTP/1.1\r\n")
    assert one.request.start.endswith(b"Content-Length: 1\r\n\r\nx")
    assert two.request.start.startswith(b"POST /2 HTTP/1.1\r\n")
    assert two.request.start.endswith(b"Content-Length: 2\r\n\r\nyy")
    assert parse_case("c", text).subject("floor", two) == "floor, two"


def test_a_body_too_large_to_hold_is_described_by_its_piece() -> None:
    text = MINIMAL + '[request]\nmethod = "POST"\npayload = "text-1m"\nrepeat = 1024\n'
    request = parse_case("c", text).variants[0].request
    assert request.size == len(request.start) + 1024**3
    assert b"Content-Length: 1073741824\r\n" in request.start


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title =", "c: "),
        ('contestants = []\nreference = ""', "title is missing"),
        (MINIMAL + "rounds = 'x'", "rounds must be a int"),
        (MINIMAL + "speed = 1", r"unknown keys \['speed'\]"),
        (MINIMAL + 'kind = "x"', "kind must be one of"),
        (MINIMAL + '[request]\npayload = "x"', "no payload 'x', there are: form-1m"),
        (MINIMAL + "[request]\ncolour = 1", r"unknown keys \['colour'\]"),
        (MINIMAL + "[response]\nstate = 1", r"unknown keys \['state'\]"),
    ],
)
def test_a_wrong_table_is_an_error_that_says_where(text: str, message: str) -> None:
    with pytest.raises(CaseError, match=message):
        parse_case("c", text)


def test_an_unknown_case_is_an_error_that_names_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(MINIMAL)
    with pytest.raises(CaseError, match="no case 'b', there are: a"):
        load_case(tmp_path, "b")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[a", "contestants: "),
        ('[a]\ntitle = "t"', "environment, program missing"),
        ('[a]\ntitle = "t"\ncolour = 1', "unknown keys"),
    ],
)
def test_a_wrong_contestant_is_an_error(text: str, message: str) -> None:
    with pytest.raises(CaseError, match=message):
        parse_contestants(text)


def test_an_unknown_contestant_is_an_error_that_names_the_others() -> None:
    contestants = parse_contestants('[a]\ntitle="t"\nenvironment="e"\nprogram="p"\n')
    with pytest.raises(CaseError, match="no contestants b, there are: a"):
        choose(contestants, ("a", "b"))


def test_the_readme_shows_a_case_that_can_be_read_and_names_every_case() -> None:
    text = (BENCH / "README.md").read_text()
    example = text.partition("```toml\n")[2].partition("```")[0]
    case = parse_case("json", example)
    shipped = load_case(CASES, "json")
    assert case.variants == shipped.variants
    assert case.expectation == shipped.expectation
    table = [line for line in text.splitlines() if line.startswith("| ")]
    named = {name.strip() for line in table for name in line.split("|")[1].split(",")}
    assert set(case_names(CASES)) <= named
