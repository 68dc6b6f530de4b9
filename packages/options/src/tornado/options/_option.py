"""One option: what it takes, and what it has."""

from __future__ import annotations

from ._errors import InvalidValue
from ._source import COMMAND_LINE, DEFAULT, PROGRAM
from ._types import PLACEHOLDERS, fit, members_of, name_of, read, read_many, write

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from ._parser import OptionParser
    from ._place import Place
    from ._source import Source


class Option:
    """An option, as `OptionParser.define` makes it.

    The value is kept in the option and, under the option's attribute name, in the namespace of its
    parser, so that reading it there costs no more than reading an attribute.
    """

    def __init__(
        self,
        name: str,
        default: Any = None,
        type: Any = str,
        *,
        help: str | None = None,
        metavar: str | None = None,
        multiple: bool = False,
        group_name: str = "",
        callback: Callable[[Any], object] | None = None,
        choices: Sequence[Any] | None = None,
        minimum: Any = None,
        maximum: Any = None,
        place: Place | None = None,
        owner: OptionParser | None = None,
    ) -> None:
        self.name = name
        self.type = type
        self.help = help
        self.metavar = metavar
        self.multiple = multiple
        self.file_name = "" if place is None else place.file
        self.group_name = group_name
        self.callback = callback
        self.choices = None if choices is None else tuple(choices)
        self.minimum = minimum
        self.maximum = maximum
        self.place = place
        self._attribute = name.replace("-", "_")
        self._has_bounds = any(bound is not None for bound in (choices, minimum, maximum))
        self._owner = owner
        self.default = [] if multiple and default is None else default
        self.source = DEFAULT
        self._value = self.default
        self._guard(DEFAULT, lambda default: default, self.default)
        self._show()

    def value(self) -> Any:
        """Give the current value."""
        return self._value

    def parse(self, value: str, source: Source = COMMAND_LINE) -> Any:
        """Read a value from text, as on the command line, and take it.

        :raises InvalidValue: if the text is not of the option's type, or out of bounds.
        """
        self._take(self._guard(source, self.read, value), source)
        return self._value

    def set(self, value: Any, source: Source = PROGRAM) -> None:
        """Take a value of the option's type.

        :raises InvalidValue: if it has another type, or is out of bounds.
        """
        self._take(self._guard(source, self._check_type, value), source)

    def load(self, value: Any, source: Source) -> None:
        """Take a value of a Python file: of the option's type, or text to be read.

        :raises InvalidValue: if it is neither, or out of bounds.
        """
        if isinstance(value, str) and (self.multiple or self.type is not str):
            self.parse(value, source)
        else:
            self.set(value, source)

    def load_typed(self, value: Any, source: Source) -> None:
        """Take a value of a TOML file; text is only read for types that TOML has not.

        :raises InvalidValue: if it has another type, or is out of bounds.
        """
        self._take(self._guard(source, self._fit, value), source)

    def _fit(self, value: Any) -> Any:
        if not self.multiple:
            value = fit(value, self.type)
        elif isinstance(value, list):
            value = [fit(item, self.type) for item in value]
        return self._check_type(value)

    def read(self, text: str) -> Any:
        """Read a value from text without taking it.

        :raises ValueError: if the text is not of the option's type.
        """
        return read_many(text, self.type) if self.multiple else read(text, self.type)

    def placeholder(self) -> str:
        """Give what the help shows in the place of a value; nothing for a switch."""
        if self.metavar:
            return self.metavar
        if self.choices is not None:
            one = "|".join(map(write, self.choices))
        elif members := members_of(self.type):
            one = "|".join(members)
        else:
            one = PLACEHOLDERS.get(self.type) or name_of(self.type).upper()
        if self.multiple:
            return f"{one},..."
        return "" if self.type is bool else one

    def _take(self, value: Any, source: Source) -> None:
        self._value = value
        self.source = source
        self._show()
        if self.callback is not None:
            self.callback(value)

    def _show(self) -> None:
        if self._owner is not None:
            self._owner.__dict__[self._attribute] = self._value

    def _guard(self, source: Source, step: Callable[[Any], Any], value: Any) -> Any:
        """Make a value of the option in one step, and tell where it comes from if that fails."""
        try:
            made = step(value)
            if self._has_bounds:
                self._check_bounds(made)
        except ValueError as error:
            raise InvalidValue(self.name, str(error), source) from error.__cause__
        return made

    def _check_type(self, value: Any) -> Any:
        if not self.multiple:
            return self._check_one(value)
        if not isinstance(value, list):
            msg = f"needs a list of {name_of(self.type)}, not {_show_value(value)}"
            raise ValueError(msg)
        items = [self._check_one(item) for item in value]
        return value if items == value else items

    def _check_one(self, value: Any) -> Any:
        if value is None or not isinstance(self.type, type) or isinstance(value, self.type):
            return value
        if self.type is float and type(value) is int:
            return float(value)
        msg = f"needs {name_of(self.type)}, not {_show_value(value)}"
        raise ValueError(msg)

    def _check_bounds(self, value: Any) -> None:
        for item in value if self.multiple and isinstance(value, list) else (value,):
            if item is None:
                continue
            if item != item:  # noqa: PLR0124 - true of NaN, which is neither less nor more
                msg = f"{write(item)} is within no bounds"
                raise ValueError(msg)
            if self.choices is not None and item not in self.choices:
                msg = f"{write(item)!r} is none of {', '.join(map(write, self.choices))}"
                raise ValueError(msg)
            if self.minimum is not None and item < self.minimum:
                msg = f"{write(item)} is less than {write(self.minimum)}"
                raise ValueError(msg)
            if self.maximum is not None and item > self.maximum:
                msg = f"{write(item)} is more than {write(self.maximum)}"
                raise ValueError(msg)


def _show_value(value: Any) -> str:
    return f"{repr(value)[:60]} ({name_of(type(value))})"
