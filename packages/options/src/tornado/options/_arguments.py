"""The arguments of a command line."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Sequence


class Argument:
    """One option as it is written: ``--port=80`` or ``-port=80``, or ``--debug`` without a text."""

    __slots__ = ("name", "text")

    def __init__(self, name: str, text: str | None) -> None:
        self.name = name
        self.text = text


def split_arguments(words: Sequence[str]) -> tuple[list[Argument], list[str]]:
    """Split the arguments after the program's name into options and the rest.

    The rest begins with the first argument that is not an option, or after ``--``.
    """
    arguments: list[Argument] = []
    for index, word in enumerate(words):
        if word == "--":
            return arguments, list(words[index + 1 :])
        if not word.startswith("-") or word == "-":
            return arguments, list(words[index:])
        name, equals, text = word.lstrip("-").partition("=")
        arguments.append(Argument(name, text if equals else None))
    return arguments, []
