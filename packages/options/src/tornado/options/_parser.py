"""A set of options, and the ways in which they get their values."""

from __future__ import annotations

import os
import sys

from ._arguments import split
from ._complaint import ToldInOneLine
from ._errors import Error, MissingOption
from ._intake import describe_sources, find_config, take_arguments, take_environment, take_file
from ._mockable import Mockable
from ._names import normalise
from ._option import Option
from ._place import find_definition

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any, TextIO

    from ._source import Source

    Path = str | os.PathLike[str]


class OptionParser:
    """A set of options.

    Most programs use the one that all share, `tornado.options.options`, by way of the functions of
    the module. A library or a test makes its own.

    Options are read and set as attributes (``options.port``) or items (``options["port"]``). In
    their names, ``-`` and ``_`` mean the same. A value that is set keeps the type of the option.
    """

    if TYPE_CHECKING:
        _options: dict[str, Option]
        _when_parsed: list[Callable[[], object]]
        _sources: list[str]

    def __init__(self) -> None:
        # Straight into the namespace: setting an attribute sets an option.
        self.__dict__.update(_options={}, _when_parsed=[], _sources=[])
        self._options["help"] = Option(
            "help",
            type=bool,
            help="list the options, and end",
            callback=self._show_help,
            owner=self,
        )

    def __getattr__(self, name: str) -> Any:
        # Reached for what is no attribute: a name with a dash, or no option at all. While a copy
        # is being made there are no options yet.
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
        """Give the names and values of all options."""
        return [(option.name, option.value()) for option in self._options.values()]

    def as_dict(self) -> dict[str, Any]:
        """Give the names and values of all options in a new dict."""
        return dict(self.items())

    def groups(self) -> set[str]:
        """Give the names of all groups; ``""`` is that of ``--help``."""
        return {option.group_name for option in self._options.values()}

    def group_dict(self, group: str | None) -> dict[str, Any]:
        """Give the names and values of the options of a group, of all for ``""``.

        It is made for settings that are options at the same time::

            application = Application(handlers, **options.group_dict("application"))
        """
        return {
            option.name: option.value()
            for option in self._options.values()
            if not group or option.group_name == group
        }

    def source_of(self, name: str) -> Source:
        """Say where the value of an option comes from.

        :raises AttributeError: if there is no such option.

        .. versionadded:: 1.0
        """
        return self._get(name).source

    def define(
        self,
        name: str,
        default: Any = None,
        type: Any = None,
        help: str | None = None,
        metavar: str | None = None,
        multiple: bool = False,
        group: str | None = None,
        callback: Callable[[Any], object] | None = None,
        *,
        choices: Sequence[Any] | None = None,
        minimum: Any = None,
        maximum: Any = None,
    ) -> None:
        """Define an option.

        :param name: unique in the whole program; ``-`` and ``_`` mean the same.
        :param default: the value until another is set; for ``multiple``, an empty list.
        :param type: what values are: `str`, `int`, `float`, `bool`, `datetime.datetime`,
            `datetime.timedelta`, or anything that makes a value from text. By default it is the
            type of the default, or `str`.
        :param help: what the option is for, one sentence.
        :param metavar: what the help shows in the place of the value.
        :param multiple: take values with commas between them, and have a list of them. Whole
            numbers can be given as ranges: ``1:3,7``.
        :param group: the heading in the help; by default it is the file that defines the option,
            which the help calls by its module.
        :param callback: called with each new value.
        :param choices: the values that are allowed.
        :param minimum: the least value that is allowed.
        :param maximum: the greatest value that is allowed.
        :raises Error: if the name is taken, or the default is not allowed.

        .. versionadded:: 1.0
           ``choices``, ``minimum`` and ``maximum``.
        """
        place = find_definition()
        known = self._options.get(normalise(name))
        if known is not None:
            first = known.place or "tornado.options"
            raise Error(f"Option {name!r} already defined in {first}, and again in {place}")
        if type is None:
            type = str if multiple or default is None else default.__class__
        self._options[normalise(name)] = Option(
            name,
            default,
            type,
            help=help,
            metavar=metavar,
            multiple=multiple,
            group_name=place.file if group is None else group,
            callback=callback,
            choices=choices,
            minimum=minimum,
            maximum=maximum,
            place=place,
            owner=None if self._is_taken(name.replace("-", "_")) else self,
        )

    def parse_command_line(
        self, args: Sequence[str] | None = None, final: bool = True
    ) -> list[str]:
        """Take the options of a command line: ``--port=80``, ``-port=80``, ``--debug``.

        :param args: the program's name, which is passed over, and its words; by default
            `sys.argv`.
        :param final: False leaves the parse callbacks for a later call, as where a configuration
            file is read in between.
        :returns: the words after the options; ``--`` ends the options.
        :raises Error: if an option is not known or its value cannot be used.
        """
        return self.parse_sources(args, final=final)

    def parse_config_file(self, path: Path, final: bool = True) -> None:
        """Take the options of a configuration file.

        A ``.toml`` file is data: its keys are options, its tables are the first part of their
        names. Every key has to be an option, and values have the types of TOML.

        Any other file is run as a Python program **with all the rights of this one**, so it has to
        be as trustworthy as the program itself. Its variables that are named like options set
        them. It has the variable ``__file__``. Values are of the option's type, or text that is
        read as on the command line.

        A value of the file takes the place of one that was set before. See `parse_sources` for
        values that should not depend on the order of calls.

        :param path: the file.
        :param final: False leaves the parse callbacks for a later call.
        :raises Error: if a value cannot be used; it names the file and the line.
        :raises SyntaxError: if the file is no Python.
        :raises OSError: if the file cannot be read.
        """
        with ToldInOneLine():
            take_file(self._options, path)
        self._finish(final)

    def parse_environment(
        self, prefix: str, environ: Mapping[str, str] | None = None, final: bool = True
    ) -> None:
        """Take options from environment variables: ``APP_LOG_FILE`` for ``log_file``.

        Values are read as on the command line. An empty variable sets options that are text, and
        no others.

        :param prefix: what the names of the variables begin with, such as ``"APP_"``.
        :param environ: the variables; by default `os.environ`.
        :param final: False leaves the parse callbacks for a later call.
        :raises Error: if a value cannot be used; it names the variable.

        .. versionadded:: 1.0
        """
        with ToldInOneLine():
            take_environment(self._options, prefix, os.environ if environ is None else environ)
        self._finish(final)

    def parse_sources(
        self,
        args: Sequence[str] | None = None,
        *,
        files: Path | Iterable[Path] = (),
        prefix: str | None = None,
        config: str | None = None,
        environ: Mapping[str, str] | None = None,
        final: bool = True,
    ) -> list[str]:
        """Take options from everywhere: the command line wins over the environment over the files.

        ``--help`` shows this order, and for each value that is set, where it comes from.

        :param args: as in `parse_command_line`.
        :param files: one configuration file or several, as in `parse_config_file`; later ones win.
        :param prefix: as in `parse_environment`; without it, the environment is not read.
        :param config: the name of an option whose value, wherever it comes from, is the path of
            one more configuration file.
        :param environ: the environment variables; by default `os.environ`.
        :param final: False leaves the parse callbacks for a later call.
        :returns: the words after the options.
        :raises Error: if an option is not known or its value cannot be used.
        :raises OSError: if a file cannot be read.

        .. versionadded:: 1.0
        """
        given, rest = split((sys.argv if args is None else args)[1:])
        environ = os.environ if environ is None else environ
        # Help comes last, to show what everything else has set, and even if that has failed.
        requests = [argument for argument in given if normalise(argument.name) == "help"]
        others = [argument for argument in given if normalise(argument.name) != "help"]
        files = (files,) if isinstance(files, str | os.PathLike) else files
        paths = [os.fsdecode(path) for path in files]
        with ToldInOneLine():
            try:
                if config is not None:
                    paths += find_config(self._get(config), others, prefix, environ)
                self._sources[:] = describe_sources(paths, prefix)
                for path in paths:
                    take_file(self._options, path)
                if prefix is not None:
                    take_environment(self._options, prefix, environ)
                take_arguments(self._options, others)
            finally:
                take_arguments(self._options, requests)
        self._finish(final)
        return rest

    def print_help(self, file: TextIO | None = None) -> None:
        """Print what all options are for, and their values.

        :param file: where to print; by default `sys.stderr`.
        """
        from ._help import render

        text = render(sys.argv[0], self._options.values(), self._sources)
        print(text, file=sys.stderr if file is None else file)

    def add_parse_callback(self, callback: Callable[[], object]) -> None:
        """Have a function called when parsing is done."""
        self._when_parsed.append(callback)

    def run_parse_callbacks(self) -> None:
        """Call the functions that wait for the end of parsing."""
        for callback in self._when_parsed:
            callback()

    def mockable(self) -> Any:
        """Give a stand-in that `unittest.mock.patch` can work with.

        It is used like this::

        with mock.patch.object(options.mockable(), "port", 80):
            assert options.port == 80
        """
        return Mockable(self)

    def _get(self, name: str) -> Option:
        option = self._options.get(name) or self._options.get(normalise(name))
        if option is None:
            raise MissingOption(name, self._options)
        return option

    def _is_taken(self, attribute: str) -> bool:
        """Tell whether a method has the name of an option, which then is an item only."""
        return attribute in self.__dict__ or hasattr(self.__class__, attribute)

    def _show_help(self, wanted: bool) -> None:
        if wanted:
            self.print_help()
            sys.exit(0)

    def _finish(self, final: bool) -> None:
        if final:
            self.run_parse_callbacks()
