"""Options by their names."""

from __future__ import annotations

from ._errors import MissingOption
from ._names import normalise

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ._option import Option
    from ._source import Source


class OptionSet:
    """Options whose values are attributes (``options.port``) and items (``options["port"]``).

    In names, ``-`` and ``_`` mean the same. A value that is set has to be of the option's type.
    """

    if TYPE_CHECKING:
        _options: dict[str, Option]

    def __init__(self) -> None:
        # Not self._options = {}: setting an attribute sets an option.
        self.__dict__["_options"] = {}

    def __getattr__(self, name: str) -> Any:
        # Values are in the instance's own dictionary. Only a name with a dash, or one that is not
        # an option, comes here. While a copy is being made there are no options yet.
        options: dict[str, Option] = self.__dict__.get("_options", {})
        if normalise(name) not in options:
            raise MissingOption(name, options)
        return options[normalise(name)].value()

    def __setattr__(self, name: str, value: Any) -> None:
        self._get(name).set(value)

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"option {name!r} cannot be deleted", name=name, obj=self)

    def __getitem__(self, name: str) -> Any:
        return self._get(name).value()

    def __setitem__(self, name: str, value: Any) -> None:
        self._get(name).set(value)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and normalise(name) in self._options

    def __iter__(self) -> Iterator[str]:
        return (option.name for option in self._options.values())

    def items(self) -> Iterable[tuple[str, Any]]:
        """Return the names and values of all options."""
        return [(option.name, option.value()) for option in self._options.values()]

    def as_dict(self) -> dict[str, Any]:
        """Return the names and values of all options in a new dict."""
        return dict(self.items())

    def groups(self) -> set[str]:
        """Return the names of all groups; ``""`` is the group of ``--help``."""
        return {option.group_name for option in self._options.values()}

    def group_dict(self, group: str | None) -> dict[str, Any]:
        """Return the names and values of the options of a group.

        This is for the settings of an application that are options at the same time::

            application = Application(handlers, **options.group_dict("application"))

        :param group: the name of the group; ``""`` or None for all options.
        """
        return {
            option.name: option.value()
            for option in self._options.values()
            if not group or option.group_name == group
        }

    def source_of(self, name: str) -> Source:
        """Return where the value of an option comes from.

        :raises AttributeError: there is no such option.

        .. versionadded:: 1.0
        """
        return self._get(name).source

    def _get(self, name: str) -> Option:
        option = self._options.get(name) or self._options.get(normalise(name))
        if option is None:
            raise MissingOption(name, self._options)
        return option

    def _add(self, option: Option) -> None:
        """Add an option; its value becomes an attribute unless a method has that name."""
        self._options[normalise(option.name)] = option
        attribute = option.name.replace("-", "_")
        if attribute not in self.__dict__ and not hasattr(self.__class__, attribute):
            option.add_to(self, attribute)
