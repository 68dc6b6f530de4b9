"""Read what is measured from the tables under `cases/`.

A case is one TOML file. Its keys are the attributes of :class:`Case`; `[request]`, `[response]`,
`[[variants]]` and `[[imports]]` are tables of it. README.md explains them with an example.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from bench.harness.errors import CaseError
from bench.harness.exchange.payload import payload
from bench.harness.exchange.request import Request, compose

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Kind = Literal["load", "idle", "startup", "imports"]

#: A load that never sleeps, the same asleep until an answer comes, and `wrk`, which sleeps.
Load = Literal["awake", "asleep", "wrk"]

LOADS: tuple[Load, ...] = ("awake", "asleep", "wrk")
_KINDS: tuple[Kind, ...] = ("load", "idle", "startup", "imports")


@dataclass(frozen=True)
class Expectation:
    """What every contestant has to answer."""

    status: int
    body: bytes
    #: Compare the bodies as JSON values, not byte by byte.
    as_json: bool
    #: Names of fields, in lower case, that must be there.
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Variant:
    """One way to ask, with the options that the server is started with for it."""

    name: str
    request: Request
    options: Mapping[str, str]


@dataclass(frozen=True)
class Import:
    """A piece whose import is timed: a statement, run in the environment of that name."""

    name: str
    environment: str
    statement: str


@dataclass(frozen=True)
class Case:
    """Everything that one table says."""

    name: str
    title: str
    kind: Kind
    #: The name of the application that the contestants start.
    server: str
    #: Names of contestants, in the order of the table.
    contestants: tuple[str, ...]
    #: The contestant that ratios are shown against.
    reference: str
    #: The contestant that does the least that can be done, "" without one.
    floor: str
    variants: tuple[Variant, ...]
    expectation: Expectation
    connections: int = 64
    rounds: int = 7
    #: How long one round of one contestant lasts, in seconds; 0 is one request per connection.
    seconds: float = 1.0
    #: A round ends early after so many operations.
    most: int = 200_000
    #: Let each connection ask once before a round is measured.
    settle: bool = True
    #: What asks.
    load: Load = "awake"
    #: Speak TLS.
    tls: bool = False
    #: Show how far the server's memory grows while it works.
    memory: bool = False
    imports: tuple[Import, ...] = ()

    def __post_init__(self) -> None:
        """Refuse sizes that measure nothing.

        :raises CaseError: if there is one.
        """
        least = {"connections": 1, "rounds": 1, "most": 1, "seconds": 0}
        for key, bound in least.items():
            if not (value := getattr(self, key)) >= bound:
                raise CaseError(f"{self.name}: {key} must be {bound} or more, not {value}")

    def subject(self, contestant: str, variant: Variant) -> str:
        """Return the name of a line of the table."""
        return f"{contestant}, {variant.name}" if variant.name else contestant


class _Table:
    """A TOML table that gives each key once and complains of those that are left."""

    def __init__(self, where: str, content: Mapping[str, Any]) -> None:
        self._where = where
        self._content = dict(content)

    def take(self, key: str, kind: type, default: Any = None) -> Any:
        value = self._content.pop(key, default)
        if value is None:
            raise CaseError(f"{self._where}: {key} is missing")
        if kind is float and isinstance(value, int):
            value = float(value)
        if not isinstance(value, kind):
            raise CaseError(f"{self._where}: {key} must be a {kind.__name__}, not {value!r}")
        return value

    def table(self, key: str) -> _Table:
        return _Table(f"{self._where}: [{key}]", self.take(key, dict, {}))

    def rows(self, key: str) -> list[_Table]:
        rows = self.take(key, list, [])
        return [_Table(f"{self._where}: [[{key}]]", row) for row in rows]

    def rest(self) -> dict[str, Any]:
        left, self._content = self._content, {}
        return left

    def finish(self) -> None:
        if self._content:
            raise CaseError(f"{self._where}: unknown keys {sorted(self._content)}")


def _body(table: _Table) -> bytes:
    """Return the body that `body` spells out or `payload` names, empty for neither."""
    name = table.take("payload", str, "")
    text: str = table.take("body", str, "")
    return payload(name) if name else text.encode()


def _request(common: dict[str, Any], changes: dict[str, Any], where: str) -> Request:
    table = _Table(where, {**common, **changes})
    body = _body(table)
    fields: dict[str, str] = table.take("fields", dict, {})
    request = compose(
        table.take("method", str, "GET"),
        table.take("target", str, "/"),
        [("Host", "127.0.0.1"), *fields.items()],
        body=body,
        repeat=table.take("repeat", int, 1),
    )
    table.finish()
    return request


def _variants(table: _Table, where: str) -> tuple[Variant, ...]:
    common = table.table("request").rest()
    found = []
    for row in table.rows("variants"):
        name = row.take("name", str)
        options: dict[str, object] = row.take("options", dict, {})
        request = _request(common, row.rest(), f"{where}: variant {name!r}")
        found.append(Variant(name, request, {key: str(options[key]) for key in options}))
    return tuple(found) or (Variant("", _request(common, {}, f"{where}: [request]"), {}),)


def _expectation(table: _Table) -> Expectation:
    expectation = Expectation(
        status=table.take("status", int, 200),
        as_json=table.take("json", bool, False),
        fields=tuple(table.take("fields", list, ["content-length", "content-type", "date"])),
        body=_body(table),
    )
    table.finish()
    return expectation


def _imports(table: _Table) -> tuple[Import, ...]:
    found = []
    for row in table.rows("imports"):
        found.append(
            Import(row.take("name", str), row.take("environment", str), row.take("statement", str))
        )
        row.finish()
    return tuple(found)


def parse_case(name: str, text: str) -> Case:
    """Read one case from the text of its table.

    :param name: the name of the file without its ending.
    :raises CaseError: if the table is not TOML, lacks something, or says something unknown.
    """
    try:
        table = _Table(name, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise CaseError(f"{name}: {error}") from error
    kind = table.take("kind", str, "load")
    if kind not in _KINDS:
        raise CaseError(f"{name}: kind must be one of {', '.join(_KINDS)}, not {kind!r}")
    load = table.take("load", str, Case.load)
    if load not in LOADS:
        raise CaseError(f"{name}: load must be one of {', '.join(LOADS)}, not {load!r}")
    case = Case(
        name=name,
        title=table.take("title", str),
        kind=kind,
        server=table.take("server", str, name),
        contestants=tuple(table.take("contestants", list, [])),
        reference=table.take("reference", str),
        floor=table.take("floor", str, ""),
        variants=_variants(table, name),
        expectation=_expectation(table.table("response")),
        connections=table.take("connections", int, Case.connections),
        rounds=table.take("rounds", int, Case.rounds),
        seconds=table.take("seconds", float, Case.seconds),
        most=table.take("most", int, Case.most),
        settle=table.take("settle", bool, Case.settle),
        load=load,
        tls=table.take("tls", bool, Case.tls),
        memory=table.take("memory", bool, Case.memory),
        imports=_imports(table),
    )
    table.finish()
    return case


def load_case(folder: Path, name: str) -> Case:
    """Read a case by its name from the folder of the tables.

    :raises CaseError: if there is none, or it cannot be read.
    """
    path = folder / f"{name}.toml"
    if not path.is_file():
        raise CaseError(f"no case {name!r}, there are: {', '.join(case_names(folder))}")
    return parse_case(name, path.read_text(encoding="utf-8"))


def case_names(folder: Path) -> list[str]:
    """Return the names of all cases in the folder, sorted."""
    return sorted(path.stem for path in folder.glob("*.toml"))
