"""The tables on the page of ASGI are those of the tests, and of the pinned versions."""

from __future__ import annotations

import re
import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

import pytest
from pages import ROOT

_spec: Any = spec_from_file_location(
    "servers_table", ROOT / "packages/asgi/tests/other_servers/servers_table.py"
)
table = module_from_spec(_spec)
_spec.loader.exec_module(table)
SERVERS = table.SERVERS

PAGE = (ROOT / "docs" / "asgi.md").read_text("utf-8")


def rows() -> dict[str, list[str]]:
    """Return the cells of the rows of impossible tests, by their reasons."""
    made = PAGE.partition("<!-- impossible -->")[2].partition("<!-- end -->")[0]
    lines = [line for line in made.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]
    return {row[0]: row[1:] for row in cells}


@pytest.mark.parametrize("row", table.read_rows(), ids=lambda row: row["reason"][:40])
def test_what_is_impossible_is_on_the_page(row: dict) -> None:
    counts = rows()[row["reason"]]
    marked = {server for server, count in zip(SERVERS, counts, strict=True) if count}
    assert marked == set(row["servers"])


def test_the_page_has_no_other_rows_and_right_sums() -> None:
    found = rows()
    assert len(found) == len(table.read_rows()) + 2
    *_, impossible, passing = found.values()
    total = int(re.search(r"pass, of ([0-9]+)", list(found)[-1])[1])
    columns = zip(*list(found.values())[:-2], strict=True)
    assert impossible == [str(sum(int(count or 0) for count in column)) for column in columns]
    assert passing == [str(total - int(count)) for count in impossible]


def test_the_versions_are_those_that_are_pinned() -> None:
    document = tomllib.loads((ROOT / "packages/asgi/pyproject.toml").read_text("utf-8"))
    pins = dict(line.split("==") for line in document["dependency-groups"]["test"] if "==" in line)
    for server in SERVERS:
        assert f"{server} {pins[server]}" in PAGE
