"""Values of command lines, files and the environment, loaded into options."""

from __future__ import annotations

from ._config_file import flatten_tables, read_config_file
from ._environment import find_variables, variable_for
from ._errors import Error, InvalidValue
from ._names import normalise, suggest
from ._source import Source

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from ._arguments import Argument
    from ._config_file import ConfigFile
    from ._option import Option

    Options = Mapping[str, Option]


def load_arguments(options: Options, arguments: Iterable[Argument]) -> None:
    """Set the options of a command line.

    :raises Error: an option is not known, or its value cannot be used.
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


def load_environment(options: Options, prefix: str, environ: Mapping[str, str]) -> None:
    """Set the options for which there are environment variables.

    :raises InvalidValue: a value cannot be used.
    """
    for name, text, variable in find_variables(environ, prefix, options):
        option = options[name]
        # Shells and containers unset a variable by an empty value.
        if name != "help" and (text or option.type is str):
            option.parse(text, Source("environment", variable))


def load_file(options: Options, path: str | os.PathLike[str]) -> None:
    """Set the options of a configuration file.

    :raises Error: an option is not known, or its value cannot be used; the message names the line.
    """
    file = read_config_file(path)
    if file.is_data:
        for key, value in flatten_tables(file.values, lambda key: _option_name(key) in options):
            name = _option_name(key)
            if name not in options:
                where = Source("file", file.path, file.find_line(key)).locate(key)
                raise Error(f"{where}: unknown option{suggest(name, options)}")
            _load_value(options[name].load_toml, key, value, file)
    else:
        for name, value in file.values.items():
            option = options.get(normalise(name))
            if option is not None:
                _load_value(option.load, name, value, file)


def _option_name(key: str) -> str:
    return normalise(key).replace(".", "-")


def find_config(
    option: Option, arguments: Iterable[Argument], prefix: str | None, environ: Mapping[str, str]
) -> list[str]:
    """Return the paths of the configuration files that an option names, wherever its value is.

    The value is looked for on the command line first, then in the environment.
    """
    text = None
    if prefix is not None:
        text = environ.get(variable_for(option.name, prefix)) or None
    for argument in arguments:
        if normalise(argument.name) == normalise(option.name):
            text = argument.text
    value = option.value() if text is None else option.read(text)
    if not value:
        return []
    return list(value) if option.multiple else [value]


def describe_sources(paths: Sequence[str], prefix: str | None) -> list[str]:
    """Return the names of the sources for the help; each one overrides those before it."""
    sources = [f"config file {path}" for path in paths]
    if prefix is not None:
        sources.append(f"environment variables {prefix}*")
    return ["default", *sources, "command line"] if sources else []


def _load_value(
    load: Callable[[Any, Source], None], key: str, value: Any, file: ConfigFile
) -> None:
    try:
        load(value, Source("file", file.path))
    except InvalidValue as error:
        # Finding the line means parsing the file again, so it is only done for an error.
        source = Source("file", file.path, file.find_line(key))
        raise InvalidValue(key, error.problem, source) from error.__cause__
