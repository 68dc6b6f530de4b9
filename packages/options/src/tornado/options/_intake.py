"""Put the values of command lines, files and the environment into options."""

from __future__ import annotations

from . import _configfile, _environment
from ._errors import Error, InvalidValue
from ._names import normalise, suggest
from ._source import Source

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from ._arguments import Argument
    from ._option import Option

    Options = Mapping[str, Option]


def take_arguments(options: Options, arguments: Iterable[Argument]) -> None:
    """Take the options of a command line.

    :raises Error: if one is not known, or its value cannot be used.
    """
    for argument in arguments:
        option = options.get(normalise(argument.name))
        if option is None:
            advice = suggest(normalise(argument.name), options, "--")
            raise Error(f"unknown option --{argument.name}{advice or ', --help lists them'}")
        text = argument.text
        if text is None:
            if option.type is not bool or option.multiple:
                name = f"--{option.name}"
                raise Error(f"{name}: needs a value, write {name}={option.placeholder()}")
            text = "true"
        option.parse(text)


def take_environment(options: Options, prefix: str, environ: Mapping[str, str]) -> None:
    """Take the options that environment variables have values for.

    :raises InvalidValue: if a value cannot be used.
    """
    for name, text, variable in _environment.read(environ, prefix, options):
        option = options[name]
        # An empty variable is how shells and containers unset one.
        if name != "help" and (text or option.type is str):
            option.parse(text, Source("environment", variable))


def take_file(options: Options, path: str | os.PathLike[str]) -> None:
    """Take the options of a configuration file.

    :raises Error: if one is not known, or its value cannot be used; it names the line.
    """
    file = _configfile.read(path)
    if file.is_data:
        for key, value in _configfile.flatten(file.values, lambda key: _name_of(key) in options):
            name = _name_of(key)
            if name not in options:
                where = Source("file", file.path, file.find_line(key)).locate(key)
                raise Error(f"{where}: unknown option{suggest(name, options)}")
            _assign(options[name].load_typed, key, value, file)
    else:
        for name, value in file.values.items():
            option = options.get(normalise(name))
            if option is not None:
                _assign(option.load, name, value, file)


def _name_of(key: str) -> str:
    return normalise(key).replace(".", "-")


def find_config(
    option: Option, arguments: Iterable[Argument], prefix: str | None, environ: Mapping[str, str]
) -> list[str]:
    """Find the path that an option has, or will have when everything has been read."""
    text = None
    if prefix is not None:
        text = environ.get(_environment.variable_for(option.name, prefix)) or None
    for argument in arguments:
        if normalise(argument.name) == normalise(option.name):
            text = argument.text
    value = option.value() if text is None else option.read(text)
    if not value:
        return []
    return list(value) if option.multiple else [value]


def describe_sources(paths: Sequence[str], prefix: str | None) -> list[str]:
    """Name the sources for the help, in the order in which one overrides the other."""
    sources = [f"config file {path}" for path in paths]
    if prefix is not None:
        sources.append(f"environment variables {prefix}*")
    return ["default", *sources, "command line"] if sources else []


def _assign(
    load: Callable[[Any, Source], None], key: str, value: Any, file: _configfile.ConfigFile
) -> None:
    try:
        load(value, Source("file", file.path))
    except InvalidValue as error:
        # The line takes another look at the file, so it is only looked up for a complaint.
        source = Source("file", file.path, file.find_line(key))
        raise InvalidValue(key, error.problem, source) from error.__cause__
