"""The exceptions of this package.

::

    Exception
    ├── Error                 an option, its definition or its value is wrong
    │   └── InvalidValue      a value cannot be used; also a ValueError
    └── AttributeError
        └── MissingOption     a program reads or sets an option that is not defined

On the command line or in a file, a name that is not defined is an `Error`.
"""

from __future__ import annotations

from ._names import suggest

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._source import Source


class Error(Exception):
    """An option, its definition or its value is wrong."""


class InvalidValue(Error, ValueError):  # noqa: N818 - the documented name of the base is Error
    """A value that cannot be used for an option.

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
    """A program reads or sets an option that is not defined.

    :param name: the name.
    :param names: the names of all options. The nearest one is looked for when the message is
        printed, because that is too slow for `hasattr`.
    """

    name: str

    def __init__(self, name: str, names: Iterable[str]) -> None:
        super().__init__(name)
        self.name = name
        self._names = names

    def __str__(self) -> str:
        return f"unknown option {self.name!r}{suggest(self.name, self._names)}"
