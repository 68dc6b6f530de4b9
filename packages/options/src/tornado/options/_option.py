"""One option: its definition and its value."""

from __future__ import annotations

from ._errors import InvalidValue
from ._source import COMMAND_LINE, DEFAULT, PROGRAM
from ._types import (
    PLACEHOLDERS,
    convert_toml,
    members_of,
    name_of,
    read_list,
    read_value,
    write_value,
)

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from ._place import Place
    from ._source import Source


class Option:
    """An option that was defined by `OptionParser.define`.

    The value is kept in the option, and also in an attribute of the parser that the option belongs
    to, so that reading it there costs no more than reading any attribute.
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
        self._has_bounds = any(bound is not None for bound in (choices, minimum, maximum))
        self.default = [] if multiple and default is None else default
        self.source = DEFAULT
        self._value = self.default
        #: The object that has the value as an attribute too, and the name of that attribute.
        self._owner: tuple[object, str] | None = None
        self._convert(DEFAULT, lambda default: default, self.default)

    def add_to(self, owner: object, attribute: str) -> None:
        """Keep the value in an attribute of another object too, now and whenever it changes."""
        self._owner = owner, attribute
        vars(owner)[attribute] = self._value

    def value(self) -> Any:
        """Return the current value."""
        return self._value

    def parse(self, value: str, source: Source = COMMAND_LINE) -> Any:
        """Convert a text to a value, as on the command line, and set it.

        :returns: the value.
        :raises InvalidValue: the text is not of the option's type, or is out of bounds.
        """
        self._assign(self._convert(source, self.read, value), source)
        return self._value

    def set(self, value: Any, source: Source = PROGRAM) -> None:
        """Set a value of the option's type.

        :raises InvalidValue: the value is of another type, or is out of bounds.
        """
        self._assign(self._convert(source, self._check_type, value), source)

    def load(self, value: Any, source: Source) -> None:
        """Set a value of a Python file, which is of the option's type or text to be read.

        :raises InvalidValue: the value is neither, or is out of bounds.
        """
        if isinstance(value, str) and (self.multiple or self.type is not str):
            self.parse(value, source)
        else:
            self.set(value, source)

    def load_toml(self, value: Any, source: Source) -> None:
        """Set a value of a TOML file; text is only read for types that TOML does not have.

        :raises InvalidValue: the value is of another type, or is out of bounds.
        """
        self._assign(self._convert(source, self._convert_toml, value), source)

    def _convert_toml(self, value: Any) -> Any:
        if not self.multiple:
            value = convert_toml(value, self.type)
        elif isinstance(value, list):
            value = [convert_toml(item, self.type) for item in value]
        return self._check_type(value)

    def read(self, text: str) -> Any:
        """Convert a text to a value, without setting it.

        :raises ValueError: the text is not of the option's type.
        """
        return read_list(text, self.type) if self.multiple else read_value(text, self.type)

    def placeholder(self) -> str:
        """Return what the help shows instead of a value, an empty text for a switch."""
        if self.metavar:
            return self.metavar
        if self.choices is not None:
            one = "|".join(map(write_value, self.choices))
        elif members := members_of(self.type):
            one = "|".join(members)
        else:
            one = PLACEHOLDERS.get(self.type) or name_of(self.type).upper()
        if self.multiple:
            return f"{one},..."
        return "" if self.type is bool else one

    def _assign(self, value: Any, source: Source) -> None:
        self._value = value
        self.source = source
        if self._owner is not None:
            owner, attribute = self._owner
            vars(owner)[attribute] = value
        if self.callback is not None:
            self.callback(value)

    def _convert(self, source: Source, convert: Callable[[Any], Any], value: Any) -> Any:
        """Convert a value and check its bounds.

        :raises InvalidValue: one of them fails; the error says where the value comes from.
        """
        try:
            converted = convert(value)
            if self._has_bounds:
                self._check_bounds(converted)
        except ValueError as error:
            raise InvalidValue(self.name, str(error), source) from error.__cause__
        return converted

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
            if item != item:  # noqa: PLR0124 - true for NaN, which compares with nothing
                msg = f"{write_value(item)} is not within bounds"
                raise ValueError(msg)
            if self.choices is not None and item not in self.choices:
                choices = ", ".join(map(write_value, self.choices))
                msg = f"{write_value(item)!r} is not one of {choices}"
                raise ValueError(msg)
            if self.minimum is not None and item < self.minimum:
                msg = f"{write_value(item)} is less than {write_value(self.minimum)}"
                raise ValueError(msg)
            if self.maximum is not None and item > self.maximum:
                msg = f"{write_value(item)} is more than {write_value(self.maximum)}"
                raise ValueError(msg)


def _show_value(value: Any) -> str:
    return f"{repr(value)[:60]} ({name_of(type(value))})"
