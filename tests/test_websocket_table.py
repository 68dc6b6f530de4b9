"""The table of who speaks with whom says what the tests of the peers test."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest
import test_websocket_peers as peers

PAGE = Path(__file__).parents[1] / "docs" / "websocket.md"

#: Each row without its remarks, by the name of the peer.
ROWS = {
    name: (told_version, [cell.strip() for cell in cells.split("|")])
    for name, told_version, cells in re.findall(
        r"^\| (\w+) ([\d.]+) \|((?:[^|]*\|){3}[^|]*)\|[^|]*\|$",
        PAGE.read_text("utf-8"),
        re.MULTILINE,
    )
}


def name_of(function: object) -> str:
    """Return the peer that a client or a server of the tests is."""
    return function.__name__.removeprefix("with_").removesuffix("_server")


CLIENTS, SERVERS = set(map(name_of, peers.CLIENTS)), set(map(name_of, peers.CLOSE_CODES))
COMPRESSING = set(map(name_of, peers.COMPRESSING_CLIENTS))


def as_numbers(text: str) -> list[int]:
    return list(map(int, re.findall(r"\d+", text)))


def test_the_table_has_every_peer() -> None:
    assert ROWS.keys() == {*CLIENTS, *SERVERS, "Chromium"}


@pytest.mark.parametrize("name", sorted({*CLIENTS, *SERVERS}))
def test_a_row_says_what_is_tested(name: str) -> None:
    told = ROWS[name][1]
    tested = [name in CLIENTS, name in SERVERS, name in COMPRESSING, True]
    assert told == [{True: "yes", False: "no"}[each] for each in tested]


def test_servers_compress_where_clients_do() -> None:
    assert set(map(name_of, peers.COMPRESSING_SERVERS)) == COMPRESSING


@pytest.mark.parametrize("name", sorted({*CLIENTS, *SERVERS}))
def test_a_version_of_the_table_is_not_newer_than_the_one_that_is_tested(name: str) -> None:
    assert as_numbers(ROWS[name][0]) <= as_numbers(version(name))


def test_so_is_that_of_chromium() -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no Chromium")
    command = [browser, "--version"]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert as_numbers(ROWS["Chromium"][0]) <= as_numbers(printed.stdout)
