"""Find the callables whose positional arguments have moved since an earlier generation.

``tests/api/tornado-2.4.1.json`` has every public signature of 2.4.1, and ``tests/api/moved.json``
those of 1.2.1, 3.2.2, 4.5.3 and 5.1.1 whose order of arguments is not the one of 6.6.1.

    python tools/orders.py    list what has moved and is not put right by its type alone
"""

from __future__ import annotations

import inspect
import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parity import API, CLASSIC, Exceptions, Parity, read_api
from signatures import POSITIONAL, Wanted, parameters_of, parse_signature

if TYPE_CHECKING:
    from collections.abc import Iterator

MOVED = API / "moved.json"
LOOP = "io_loop"


@dataclass(frozen=True)
class Signature:
    """A callable as one version had it."""

    version: str
    module: str
    path: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.module}.{self.path}"

    def __str__(self) -> str:
        return f"{self.version} {self.name}{self.text}"


def read_signatures() -> list[Signature]:
    """Return the signatures of all versions."""
    signatures = [
        Signature(CLASSIC, entry.module, entry.path, entry.signature)
        for entry in read_api(CLASSIC)
        if entry.signature
    ]
    for version, modules in json.loads(MOVED.read_text(encoding="utf-8")).items():
        for module, callables in modules.items():
            signatures += [
                Signature(version, module, path, text) for path, text in callables.items()
            ]
    return signatures


def moved(signature: Signature, parity: Parity) -> str | None:
    """Return what goes wrong here with a positional call of a version, or None.

    A loop at its classic position is put right by :func:`tornado.ioloop.takes_loop`, which leaves a
    mark.
    """
    found = _find(signature, parity)
    if found is None:
        return "is absent"
    place, parameters = found
    wanted = [want.name for want in _positional(signature)]
    if place is not None and wanted[place : place + 1] == [LOOP]:
        del wanted[place]
    names = [parameter.name for parameter in parameters if parameter.kind in POSITIONAL]
    kinds = {parameter.kind for parameter in parameters}
    for index, name in enumerate(wanted):
        if index >= len(names):
            if inspect.Parameter.VAR_POSITIONAL in kinds:
                return None
            return f"has no place for {name}"
        if names[index] != name:
            return f"has {names[index]} at the place of {name}"
    return None


def _positional(signature: Signature) -> list[Wanted]:
    wanted = [want for want in parse_signature(signature.text) if want.kind in POSITIONAL]
    return wanted[1:] if wanted and wanted[0].name in ("self", "cls") else wanted


def _find(
    signature: Signature, parity: Parity
) -> tuple[int | None, list[inspect.Parameter]] | None:
    """Return the mark of a callable, and its parameters without ``self``."""
    thing: Any = parity.module(signature.module)
    *holders, member = signature.path.split(".")
    for holder in holders:
        thing = getattr(thing, holder, None)
    is_constructor = member in ("__init__", "__new__", "initialize") and isinstance(thing, type)
    function = _constructor(thing) if is_constructor else getattr(thing, member, None)
    if function is None:
        return None
    parameters = parameters_of(function) or []
    place = getattr(function, "__classic_place__", None)
    if parameters and parameters[0].name in ("self", "cls"):
        parameters = parameters[1:]
        place = None if place is None else place - 1
    return place, parameters


def _constructor(thing: type) -> Any:
    """Return the function that takes the arguments of a class."""
    for name in ("__new__", "initialize", "__init__"):
        function = getattr(thing, name, None)
        parameters = parameters_of(function) if inspect.isfunction(function) else None
        if parameters and any(
            parameter.kind in POSITIONAL and parameter.name not in ("self", "cls")
            for parameter in parameters
        ):
            return function
    return thing.__init__  # type: ignore[misc]  # of the class, whatever it is


def listing(parity: Parity) -> Iterator[tuple[Signature, str]]:
    """Yield every signature of a module that is built, with what is wrong about it."""
    for signature in read_signatures():
        if parity.module(signature.module) is not None:
            wrong = moved(signature, parity)
            if wrong is not None:
                yield signature, wrong


def main() -> int:
    """Print what has moved."""
    for signature, wrong in listing(Parity(Exceptions.read())):
        print(f"{signature}: {wrong}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
