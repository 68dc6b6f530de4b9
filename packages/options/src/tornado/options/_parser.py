"""The definitions of options, and the sources from which they get their values."""

from __future__ import annotations

import os
import sys

from ._arguments import split_arguments
from ._errors import Error
from ._loading import (
    describe_sources,
    find_config,
    load_arguments,
    load_environment,
    load_file,
)
from ._mockable import Mockable
from ._names import normalise
from ._one_line_errors import OneLineErrors
from ._option import Option
from ._option_set import OptionSet
from ._place import find_definition

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, TextIO

    Path = str | os.PathLike[str]


class OptionParser(OptionSet):
    """A set of options that are defined, parsed, and then read by their names.

    Most programs use the shared one, `tornado.options.options`, through the functions of the
    module. A library or a test makes its own.

    Options are read and set as attributes (``options.port``) or items (``options["port"]``). In
    their names, ``-`` and ``_`` mean the same. A value that is set has to be of the option's type.
    """

    if TYPE_CHECKING:
        _parse_callbacks: list[Callable[[], object]]
        _sources: list[str]

    def __init__(self) -> None:
        super().__init__()
        # Not self._sources = []: setting an attribute sets an option.
        self.__dict__.update(_parse_callbacks=[], _sources=[])
        self._add(
            Option("help", type=bool, help="list the options, and end", callback=self._show_help)
        )

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
        :param type: the type of the values: `str`, `int`, `float`, `bool`, `datetime.datetime`,
            `datetime.timedelta`, or any function that makes a value from text. By default it is the
            type of the default, or `str`.
        :param help: what the option is for, one sentence.
        :param metavar: what the help shows instead of the value.
        :param multiple: whether the value is a list, written with commas. Whole numbers can be
            given as ranges: ``1:3,7``.
        :param group: the heading in the help. By default it is the file that defines the option,
            and the help shows the name of its module.
        :param callback: called with each new value.
        :param choices: the values that are allowed.
        :param minimum: the smallest value that is allowed.
        :param maximum: the largest value that is allowed.
        :raises Error: the name is defined already, or the default is not allowed.

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
        self._add(
            Option(
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
            )
        )

    def parse_command_line(
        self, args: Sequence[str] | None = None, final: bool = True
    ) -> list[str]:
        """Read the options of a command line: ``--port=80``, ``-port=80``, ``--debug``.

        :param args: the program's name, which is skipped, and its arguments; by default `sys.argv`.
        :param final: False leaves the parse callbacks to a later call, for example if a
            configuration file is to be read first.
        :returns: the arguments after the options; ``--`` ends the options.
        :raises Error: an option is not known or its value cannot be used.
        """
        return self.parse_sources(args, final=final)

    def parse_config_file(self, path: Path, final: bool = True) -> None:
        """Read the options of a configuration file.

        A ``.toml`` file is data. Its keys are options, and the name of a table is the first part of
        their names. Every key has to be an option, and values have the types of TOML.

        Any other file is run as a Python program **with all the rights of this one**, so it has to
        be as trustworthy as the program itself. Each of its variables with the name of an option
        sets that option. The variable ``__file__`` is its path. A value is of the option's type, or
        text that is read as on the command line.

        A value of the file replaces one that was set before. Use `parse_sources` for values that
        should not depend on the order of calls.

        :param path: the file.
        :param final: False leaves the parse callbacks to a later call.
        :raises Error: a value cannot be used; the message names the file and the line.
        :raises SyntaxError: the file is not Python.
        :raises OSError: the file cannot be read.
        """
        with OneLineErrors():
            load_file(self._options, path)
        self._finish(final)

    def parse_environment(
        self, prefix: str, environ: Mapping[str, str] | None = None, final: bool = True
    ) -> None:
        """Read options from environment variables: ``APP_LOG_FILE`` for ``log_file``.

        Values are read as on the command line. An empty variable sets an option only if its type is
        text.

        :param prefix: what the names of the variables begin with, such as ``"APP_"``.
        :param environ: the variables; by default `os.environ`.
        :param final: False leaves the parse callbacks to a later call.
        :raises Error: a value cannot be used; the message names the variable.

        .. versionadded:: 1.0
        """
        with OneLineErrors():
            load_environment(self._options, prefix, os.environ if environ is None else environ)
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
        """Read options from all sources.

        The command line wins over the environment, and the environment wins over the files.
        ``--help`` shows this order, and where each value comes from.

        :param args: as in `parse_command_line`.
        :param files: one configuration file or several, as in `parse_config_file`; later ones win.
        :param prefix: as in `parse_environment`; without it, the environment is not read.
        :param config: the name of an option whose value is the path of one more configuration file.
        :param environ: the environment variables; by default `os.environ`.
        :param final: False leaves the parse callbacks to a later call.
        :returns: the arguments after the options.
        :raises Error: an option is not known or its value cannot be used.
        :raises OSError: a file cannot be read.

        .. versionadded:: 1.0
        """
        arguments, rest = split_arguments((sys.argv if args is None else args)[1:])
        environ = os.environ if environ is None else environ
        # Help comes last, so that it shows what everything else has set, even if that fails.
        help_requests = [each for each in arguments if normalise(each.name) == "help"]
        others = [each for each in arguments if normalise(each.name) != "help"]
        files = (files,) if isinstance(files, str | os.PathLike) else files
        paths = [os.fsdecode(path) for path in files]
        with OneLineErrors():
            try:
                if config is not None:
                    paths += find_config(self._get(config), others, prefix, environ)
                self._sources[:] = describe_sources(paths, prefix)
                for path in paths:
                    load_file(self._options, path)
                if prefix is not None:
                    load_environment(self._options, prefix, environ)
                load_arguments(self._options, others)
            finally:
                load_arguments(self._options, help_requests)
        self._finish(final)
        return rest

    def print_help(self, file: TextIO | None = None) -> None:
        """Print all options, what they are for, and their values.

        :param file: where to print; by default `sys.stderr`.
        """
        from ._help import render

        text = render(sys.argv[0], self._options.values(), self._sources)
        print(text, file=sys.stderr if file is None else file)

    def add_parse_callback(self, callback: Callable[[], object]) -> None:
        """Add a function that is called when parsing is done."""
        self._parse_callbacks.append(callback)

    def run_parse_callbacks(self) -> None:
        """Call the functions that were added by `add_parse_callback`."""
        for callback in self._parse_callbacks:
            callback()

    def mockable(self) -> Any:
        """Return a wrapper that `unittest.mock.patch` can work with.

        It is used like this::

        with mock.patch.object(options.mockable(), "port", 80):
            assert options.port == 80
        """
        return Mockable(self)

    def _show_help(self, is_set: bool) -> None:
        if is_set:
            self.print_help()
            sys.exit(0)

    def _finish(self, final: bool) -> None:
        if final:
            self.run_parse_callbacks()
