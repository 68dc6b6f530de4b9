"""The exceptions of this package.

::

    Exception
    ├── Error                 an option, its definition or its value is wrong
    │   └── InvalidValue      a value cannot be used; also a ValueError
    └── AttributeError
        └── MissingOption     a program asks for an option that is not defined

A name that is not defined is an `Error` where it stands on the command line or in a file.
"""

from __future__ import annotations

from ._names import suggest

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._source import Source


class Error(Exception):
    """An option, its definition or its value is wrong."""


class InvalidValue(Error, ValueError):  # noqa: N818 - beside the documented name Error it reads well
    """A value cannot be used for an option.

    :param option: the option's name.
    :param problem: what is wrong with the value.
    :param source: where the value comes from.
    """

    def __init__(self, option: str, problem: str, source: Source) -> None:
        super().__init__(option, problem, source)
        self.option = option
        self.problem = problem
        self.source = source

    def __str__(self) -> str:
        return f"{self.source.locate(self.option)}: {self.problem}"


class MissingOption(AttributeError):  # noqa: N818 - named like the others
    """A program asks for an option that is not defined.

    :param name: the name it asked for.
    :param names: what there is. The nearest of them is looked for when the message is shown:
        `hasattr` is not the place to spend time.
    """

    name: str

    def __init__(self, name: str, names: Iterable[str]) -> None:
        super().__init__(name)
        self.name = name
        self._names = names

    def __str__(self) -> str:
        return f"unknown option {self.name!r}{suggest(self.name, self._names)}"
