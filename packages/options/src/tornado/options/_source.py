"""Where the value of an option comes from."""

from __future__ import annotations


class Source:
    """Where the value of an option comes from; it is immutable.

    :param kind: ``"default"``, ``"file"``, ``"environment"``, ``"command line"`` or ``"program"``.
    :param place: the path of a file or the name of an environment variable.
    :param line: the line in the file, if it is known.
    """

    __slots__ = ("kind", "line", "place")

    kind: str
    place: str
    line: int | None

    def __init__(self, kind: str, place: str = "", line: int | None = None) -> None:
        for name, value in (("kind", kind), ("place", place), ("line", line)):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        msg = f"a source cannot be changed: {name!r}"
        raise AttributeError(msg)

    __delattr__ = None  # type: ignore[assignment]  # it is immutable

    def __reduce__(self) -> tuple[type[Source], tuple[str, str, int | None]]:
        return Source, (self.kind, self.place, self.line)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Source) and self.__reduce__()[1] == other.__reduce__()[1]

    def __hash__(self) -> int:
        return hash((self.kind, self.place, self.line))

    def __str__(self) -> str:
        """Return the name of the source, as the help shows it."""
        if self.kind == "file":
            return self.place
        if self.kind == "environment":
            return f"environment variable {self.place}"
        return self.kind

    def __repr__(self) -> str:
        return f"<Source {self}>"

    def locate(self, option: str) -> str:
        """Return where a person finds the value of an option, as the beginning of a message."""
        if self.kind == "command line":
            return f"--{option}"
        if self.kind == "environment":
            return str(self)
        if self.kind == "file":
            line = "" if self.line is None else f", line {self.line}"
            return f"{self.place}{line}: {option}"
        return f"option {option!r}"


DEFAULT = Source("default")
PROGRAM = Source("program")
COMMAND_LINE = Source("command line")
