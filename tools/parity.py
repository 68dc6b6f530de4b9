"""Compare the public names of the pieces with the two APIs that they replace.

``tests/api`` holds the public names of upstream 6.6.1 and of the classic 2.4.1 with their
signatures, and ``exceptions.toml`` with every difference that is on purpose and its reason.

    python tools/parity.py             print what differs, and fail if anything does
    python tools/parity.py --write     write docs/api-parity.md and docs/api-parity-classic.md
    python tools/parity.py --absent    list what built modules lack
    python tools/parity.py --untested  list the names that no test uses
    python tools/parity.py --check     fail if these documents do not tell the truth
"""

from __future__ import annotations

import argparse
import inspect
import json
import re
import sys
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from signatures import differences, parameters_of, parse_signature
from uses import Found, is_used, read_uses
from workspace import ROOT, Workspace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path
    from types import ModuleType

MODERN, CLASSIC = "6.6.1", "2.4.1"
API = ROOT / "tests" / "api"
PARITY_TEST = "tests/test_api_parity.py"
DOCUMENTS = {
    MODERN: ROOT / "docs" / "api-parity.md",
    CLASSIC: ROOT / "docs" / "api-parity-classic.md",
}


@dataclass(frozen=True)
class Entry:
    """One public name of an API: of a module, or of a class in one."""

    api: str
    module: str
    path: str  #: ``HTTPServer`` or ``HTTPServer.listen``
    kind: str  #: class, function, alias, value, property, attribute, classmethod, staticmethod
    signature: str = ""
    target: str = ""  #: where an alias points

    @property
    def name(self) -> str:
        return f"{self.module}.{self.path}"


@dataclass(frozen=True)
class Exceptions:
    """The differences that are on purpose, each with its reason."""

    not_built: frozenset[str]  #: whole modules
    later: frozenset[str]  #: names in modules that are built
    absent: Mapping[str, str]
    differs: Mapping[str, str]
    dropped_parameters: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path = API / "exceptions.toml") -> Exceptions:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
        return cls(
            frozenset(document["not-built"]["modules"]),
            frozenset(document["not-built"]["names"]),
            document.get("absent", {}),
            document.get("differs", {}),
            document.get("dropped-parameters", {}),
        )


def read_api(api: str) -> list[Entry]:
    """Return every public name of one API."""
    document = json.loads((API / f"tornado-{api}.json").read_text(encoding="utf-8"))
    return [
        entry
        for module, names in sorted(document.items())
        for name, record in sorted(names.items())
        for entry in _entries(api, module, name, record)
    ]


def _entries(api: str, module: str, name: str, record: dict[str, Any]) -> Iterator[Entry]:
    yield Entry(
        api, module, name, record["kind"], record.get("signature", ""), record.get("of", "")
    )
    for member, description in sorted(record.get("members", {}).items()):
        kind, signature = _member(description)
        yield Entry(api, module, f"{name}.{member}", kind, signature)


def _member(description: str | dict[str, str]) -> tuple[str, str]:
    """Read how either API table describes a member."""
    if isinstance(description, dict):
        return description["kind"], description.get("signature", "")
    kind, parenthesis, rest = description.partition("(")
    return kind or "function", parenthesis + rest


class Parity:
    """What the installed pieces have of an API."""

    def __init__(self, exceptions: Exceptions) -> None:
        self.exceptions = exceptions
        self.used: set[str] = set()  #: exceptions that something needed
        self._modules: dict[str, ModuleType | None] = {}

    def module(self, name: str) -> ModuleType | None:
        """Import a module, or return None where no piece brings it."""
        if name not in self._modules:
            try:
                module = import_module(name)
                # A folder without an __init__.py is a namespace that nothing has been put into yet.
                is_empty = module.__spec__ is not None and module.__spec__.origin is None
                self._modules[name] = None if is_empty else module
            except ModuleNotFoundError as error:
                if not (error.name and (name == error.name or name.startswith(f"{error.name}."))):
                    raise
                self._modules[name] = None
        return self._modules[name]

    def is_built(self, entry: Entry) -> bool:
        return self.module(entry.module) is not None

    def complaint(self, entry: Entry) -> str | None:
        """Return what is wrong with an entry whose module is built, if anything is."""
        thing = self._find(entry)
        if self._is_listed(self.exceptions.later, entry):
            return None if thing is None else "is there, but listed as not built"
        if self._is_listed(self.exceptions.absent, entry):
            return None if thing is None else "is there, but listed as absent"
        if thing is None:
            return "is absent"
        wrong = "; ".join(self._differences(entry, thing))
        if wrong and self._is_listed(self.exceptions.differs, entry):
            return None
        return wrong or None

    def _is_listed(self, table: Collection[str], entry: Entry) -> bool:
        """Tell if an exception covers an entry: by its name, or by the one of its class."""
        holder = f"{entry.module}.{entry.path.partition('.')[0]}"
        found = {entry.name, holder} & set(table)
        self.used |= found
        return bool(found)

    def _find(self, entry: Entry) -> list[Any] | None:
        """Return the thing in a list, because None is a thing too."""
        thing: Any = self.module(entry.module)
        holder, _, member = entry.path.partition(".")
        if not hasattr(thing, holder):
            return None
        thing = getattr(thing, holder)
        if not member:
            return [thing]
        if hasattr(thing, member):
            return [getattr(thing, member)]
        return [None] if _is_declared(thing, member) else None

    def _differences(self, entry: Entry, found: list[Any]) -> Iterator[str]:
        (thing,) = found
        if entry.kind == "alias":
            if not self._is_alias(entry, thing):
                yield f"is not {entry.target}"
        elif entry.kind == "class" and not callable(thing):
            yield "is not callable"
        elif entry.signature and not isinstance(thing, property):
            yield from self._signature_differences(entry, thing)

    def _is_alias(self, entry: Entry, thing: object) -> bool:
        module, _, name = entry.target.rpartition(".")
        source = self.module(module)
        return source is None or getattr(source, name, None) is thing

    def _signature_differences(self, entry: Entry, thing: Any) -> Iterator[str]:
        wanted = parse_signature(entry.signature)
        holder, _, member = entry.path.partition(".")
        if member == "__init__":
            thing = getattr(self.module(entry.module), holder)
            wanted = wanted[1:]
        elif entry.kind == "classmethod":
            wanted = wanted[1:]
        parameters = parameters_of(thing) if callable(thing) else None
        if parameters is None:
            return
        if entry.api == MODERN:
            yield from differences(wanted, parameters)
            return
        names = {parameter.name for parameter in parameters}
        if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
            return
        for want in wanted:
            known = want.name in names or want.name in ("self", "cls") or want.name[0] == "_"
            starred = want.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
            if not known and not starred and want.name not in self.exceptions.dropped_parameters:
                yield f"takes no {want.name}"


def _is_declared(thing: Any, member: str) -> bool:
    """Tell if instances of a class have an attribute that the class only announces."""
    return any(
        member in getattr(base, "__annotations__", ()) for base in getattr(thing, "__mro__", ())
    )


def where_tested(entry: Entry, parity: Parity, tests: Mapping[str, Found]) -> list[str]:
    """Return the first test files that use an entry, see :mod:`uses`.

    That an alias is the object that it should be is the parity test's own subject.
    """
    if entry.kind == "alias":
        return [PARITY_TEST]
    return [file for file, found in tests.items() if _is_used(entry, parity, found)][:2]


def _is_used(entry: Entry, parity: Parity, found: Found) -> bool:
    module = parity.module(entry.module)
    holder, _, member = entry.path.rpartition(".")
    return is_used(found, getattr(module, holder, None) if holder else module, member)


@cache
def read_tests(parity: Parity, workspace: Workspace) -> dict[str, Found]:
    """Return what every test module uses, by its path from the root."""
    files = [
        *(file for piece in workspace for file in sorted(piece.tests.rglob("test_*.py"))),
        *sorted((workspace.root / "tests").glob("test_*.py")),
    ]
    return {
        str(file.relative_to(workspace.root)): found
        for file, found in read_uses(files, _classes(parity))
    }


def _classes(parity: Parity) -> dict[str, set[type]]:
    """Return the classes of both APIs by their names, as annotations write them."""
    classes: dict[str, set[type]] = defaultdict(set)
    for entry in (*read_api(MODERN), *read_api(CLASSIC)):
        thing = getattr(parity.module(entry.module), entry.path, None)
        if isinstance(thing, type) and thing.__module__.startswith("tornado."):
            classes[entry.path].add(thing)
    return classes


WRITTEN = """\
Written by `python tools/parity.py --write`; `tox run -e docs` fails when it is not true."""

HEADS = {
    MODERN: f"""\
# API parity

{WRITTEN} Each public
name of upstream 6.6.1 in the modules that are built, with the signature that it has there. *Same*
means that every call that fits this signature fits ours. The last column names up to two test files
whose code uses the name, of that module or on that class; a mention does not count. That an alias
is the right object, and that every signature fits, is tested by `tests/test_api_parity.py`. The
names of 2.4.1 have [a table of their own](api-parity-classic.md).
""",
    CLASSIC: f"""\
# Classic API parity

{WRITTEN} Each public
name of upstream 2.4.1 in the modules that are built, with the signature that it had there. *Same*
means that the name is there and takes every parameter of this signature by its name. Where the two
generations disagree, [the modern one](api-parity.md) decides. The last column names up to two test
files whose code uses the name, of that module or on that class; `tests/test_api_parity.py` tests
every row.
""",
}


def state(parity: Parity, entry: Entry) -> str:
    """Return the cell that says whether an entry is here."""
    names = (entry.name, f"{entry.module}.{entry.path.partition('.')[0]}")
    if not parity.exceptions.later.isdisjoint(names):
        return "not built"
    for table, word in (
        (parity.exceptions.absent, "absent"),
        (parity.exceptions.differs, "differs"),
    ):
        for name in names:
            if name in table:
                return f"{word}: {table[name]}"
    return parity.complaint(entry) or "same"


@cache
def rows(api: str, parity: Parity, workspace: Workspace) -> list[tuple[Entry, str, list[str]]]:
    """Return what the document says about each entry of an API."""
    tests = read_tests(parity, workspace)
    return [
        (entry, state(parity, entry), where_tested(entry, parity, tests))
        for entry in read_api(api)
        if parity.is_built(entry)
    ]


def render(api: str, parity: Parity, workspace: Workspace) -> str:
    """Return the document about an API."""
    lines, module = [HEADS[api].rstrip("\n")], ""
    for entry, how, files in rows(api, parity, workspace):
        if entry.module != module:
            module = entry.module
            lines += [
                "",
                f"## {module}",
                "",
                f"| name | {api} | ours | tested in |",
                "|---|---|---|---|",
            ]
        lines.append(f"| {_cells(entry)} | {how} | {', '.join(files) or '-'} |")
    return "\n".join(lines) + "\n"


def _cells(entry: Entry) -> str:
    shape = entry.signature or (f"is `{entry.target}`" if entry.target else entry.kind)
    shape = f"`{shape}`" if entry.signature else shape
    return f"`{entry.path}` | {shape}".replace("*", "\\*" if "`" not in shape else "*")


def untruths(api: str, parity: Parity, workspace: Workspace, document: str) -> Iterator[str]:
    """Yield each wrong statement of a document; a test that it does not name yet is fine."""
    written = re.findall(r"^\| (`.*) \| ([^|]*) \| ([^|]*) \|$", document, re.MULTILINE)
    tests = read_tests(parity, workspace)
    truth = rows(api, parity, workspace)
    if len(written) != len(truth):
        yield f"has {len(written)} names, there are {len(truth)}"
        return
    for (cells, how, files), (entry, now, _) in zip(written, truth, strict=True):
        if (cells, how) != (_cells(entry), now):
            yield f"says {cells} | {how}, but it is {_cells(entry)} | {now}"
        for file in files.split(", "):
            if file in ("-", PARITY_TEST):
                continue
            if not _is_used(entry, parity, tests.get(file, frozenset())):
                yield f"{entry.name} is not tested in {file}"


def missing_or_different(parity: Parity, api: str, module: str) -> list[str]:
    """Return every difference of a built module from an API that has no reason."""
    entries = [entry for entry in read_api(api) if entry.module == module]
    found = [(entry.name, parity.complaint(entry)) for entry in entries if parity.is_built(entry)]
    return [f"{name} {wrong}" for name, wrong in found if wrong]


def modules_of(api: str) -> list[str]:
    """Return the modules of an API that have public names."""
    return sorted({entry.module for entry in read_api(api)})


def wrong_about_building(parity: Parity) -> Iterator[str]:
    """Yield the modules that are built and listed as not built, or the other way round."""
    known = {*modules_of(MODERN), *modules_of(CLASSIC)}
    for name in sorted(known | parity.exceptions.not_built):
        is_there = parity.module(name) is not None
        if is_there and name in parity.exceptions.not_built:
            yield f"{name} is listed as not built, but it is there"
        if not is_there and name not in {*parity.exceptions.not_built, *parity.exceptions.absent}:
            yield f"{name} cannot be imported, and is not listed as not built"


def unused_exceptions(parity: Parity) -> Iterator[str]:
    """Yield the exceptions in built modules that nothing needed, after everything was compared."""
    built = {name for api in (MODERN, CLASSIC) for name in modules_of(api) if parity.module(name)}
    exceptions = parity.exceptions
    for name in sorted({*exceptions.absent, *exceptions.differs, *exceptions.later} - parity.used):
        if any(name.startswith(f"{module}.") for module in built):
            yield f"{name} is listed as an exception, but nothing needs it"


def complaints(parity: Parity) -> Iterator[str]:
    """Yield everything that is wrong with either API."""
    for api in (MODERN, CLASSIC):
        for module in modules_of(api):
            yield from (f"{line} ({api})" for line in missing_or_different(parity, api, module))
    yield from wrong_about_building(parity)
    yield from unused_exceptions(parity)


def absent_names(parity: Parity) -> list[str]:
    """Return what built modules lack, classes that are absent as a whole by their name alone."""
    found = []
    for entry in (*read_api(MODERN), *read_api(CLASSIC)):
        is_missing = parity.is_built(entry) and parity.complaint(entry) == "is absent"
        if is_missing and f"{entry.module}.{entry.path.partition('.')[0]}" not in found:
            found.append(entry.name)
    return sorted(set(found))


def untested_names(parity: Parity, workspace: Workspace) -> list[str]:
    """Return the names of both APIs that are there and that no test uses."""
    found = [row for api in (MODERN, CLASSIC) for row in rows(api, parity, workspace)]
    is_there = re.compile("same|differs")
    return sorted({entry.name for entry, how, files in found if is_there.match(how) and not files})


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Compare the public names with the two APIs.")
    parser.add_argument("--write", action="store_true", help="write the tables below docs/")
    parser.add_argument("--check", action="store_true", help="check the tables below docs/")
    parser.add_argument("--untested", action="store_true", help="list the names no test uses")
    parser.add_argument("--absent", action="store_true", help="list what built modules lack")
    options = parser.parse_args(arguments)
    parity, workspace = Parity(Exceptions.read()), Workspace()
    if options.absent:
        print(*(f'    "{name}",' for name in absent_names(parity)), sep="\n")
        return 0
    if options.untested:
        print(*untested_names(parity, workspace), sep="\n")
        return 0
    if options.write:
        for api, document in DOCUMENTS.items():
            document.write_text(render(api, parity, workspace), encoding="utf-8")
        return 0
    if options.check:
        found = [
            line
            for api, document in DOCUMENTS.items()
            for line in untruths(api, parity, workspace, document.read_text(encoding="utf-8"))
        ]
    else:
        found = list(complaints(parity))
    print(*found, sep="\n", end="\n" if found else "")
    print(f"parity: {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
