"""Read who takes part from `contestants.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.harness.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_KEYS = {"title", "environment", "program", "options", "needs"}


@dataclass(frozen=True)
class Contestant:
    """A server that cases can be put to."""

    name: str
    title: str
    #: The virtual environment it runs in: a file under `requirements/`.
    environment: str
    #: Its file under `servers/`.
    program: str
    #: Further command line options of the file, without their dashes.
    options: Mapping[str, str]
    #: A program that must be on the PATH, "" for none.
    needs: str


def parse_contestants(text: str) -> dict[str, Contestant]:
    """Read all contestants, by their names and in the order of the file.

    :raises CaseError: if the text is not TOML, or a table lacks something or says something unknown.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CaseError(f"contestants: {error}") from error
    found = {}
    for name, table in tables.items():
        if unknown := set(table) - _KEYS:
            raise CaseError(f"contestant {name!r}: unknown keys {sorted(unknown)}")
        if missing := {"title", "environment", "program"} - set(table):
            raise CaseError(f"contestant {name!r}: {', '.join(sorted(missing))} missing")
        found[name] = Contestant(
            name,
            table["title"],
            table["environment"],
            table["program"],
            {key: str(value) for key, value in table.get("options", {}).items()},
            table.get("needs", ""),
        )
    return found


def load_contestants(path: Path) -> dict[str, Contestant]:
    """Read all contestants from their file."""
    return parse_contestants(path.read_text(encoding="utf-8"))


def choose(contestants: Mapping[str, Contestant], names: tuple[str, ...]) -> list[Contestant]:
    """Return the named contestants, in that order.

    :raises CaseError: for a name that nobody has.
    """
    unknown = [name for name in names if name not in contestants]
    if unknown:
        raise CaseError(
            f"no contestants {', '.join(unknown)}, there are: {', '.join(sorted(contestants))}"
        )
    return [contestants[name] for name in names]
