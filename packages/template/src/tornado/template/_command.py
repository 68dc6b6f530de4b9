"""The command line: ``python -m tornado.template``."""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from typing import TYPE_CHECKING, Any

from ._compiled_files import compile_directory, template_names
from ._errors import ParseError
from ._expected_names import WEB_NAMES, expected_names
from ._loaders import Loader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ._template import Template

OK, FAULTY, MISUSED = 0, 1, 2

_EPILOG = """\
exit status: 0 all is well, 1 a template is wrong, 2 the command line is wrong

A template is a program: it can do whatever the Python that renders it can do. Render only templates
of people who may write your code."""


class UsageError(Exception):
    """A command line that cannot be carried out."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    :param arguments: by default, those of the process.
    :returns: the exit status: 0, 1 if a template is wrong, 2 if the arguments are wrong.
    """
    options = _make_parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except ParseError as error:
        _print_error(_describe(error))
        return FAULTY
    except (UsageError, OSError) as error:
        _print_error(f"tornado.template: {error}")
        return MISUSED


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tornado.template",
        description="Check, render and compile templates.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    check = _add_command(
        commands, "check", _check, "compile every template of a folder, report faults"
    )
    check.add_argument("directory", help="the folder of the templates")
    _add_names(check, "report all names but these and those that every template has")

    names = _add_command(commands, "names", _names, "list the names that templates expect")
    names.add_argument("directory", help="the folder of the templates")
    _add_names(names, "leave these names out")

    render = _add_command(commands, "render", _render, "render a template to the standard output")
    render.add_argument("file", help="the template")
    render.add_argument(
        "--root", metavar="DIR", help="the root of template names (default: the file's folder)"
    )
    render.add_argument(
        "--data", metavar="FILE", help="the names, as a JSON object; - for the standard input"
    )
    render.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="one name; the value is JSON, or else text",
    )

    compile_ = _add_command(commands, "compile", _compile, "compile the templates to Python files")
    compile_.add_argument("directory", help="the folder of the templates")
    compile_.add_argument("output", help="the folder for the Python files, for CompiledLoader")
    for command in (check, names, compile_):
        command.add_argument(
            "--match", metavar="PATTERN", default="*", help='names of files, as in "*.html"'
        )
    for command in (check, names, render, compile_):
        command.add_argument(
            "--autoescape",
            metavar="NAME",
            default="xhtml_escape",
            help="the function that escapes {{ }}, None for none (default: %(default)s)",
        )
        command.add_argument(
            "--whitespace",
            choices=("all", "single", "oneline"),
            help="the white space mode (default: single for .html and .js, all for other files)",
        )
    return parser


def _add_command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], summary: str
) -> argparse.ArgumentParser:
    description = summary[0].upper() + summary[1:] + "."
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=summary, description=description
    )
    parser.set_defaults(run=run)
    return parser


def _add_names(parser: argparse.ArgumentParser, purpose: str) -> None:
    parser.add_argument(
        "--known",
        metavar="NAME,...",
        help=f"{purpose}; may be given more than once",
        action="append",
    )
    parser.add_argument(
        "--web", action="store_true", help="the names that tornado.web gives are known too"
    )


def _check(options: argparse.Namespace) -> int:
    loader = _loader(options, options.directory)
    known = _known_names(options)
    faults = 0
    reported: set[tuple[str, int, str]] = set()
    every = sorted(template_names(options.directory, options.match))
    for name in every:
        try:
            template = loader.load(name)
        except ParseError as error:
            faults += 1
            _print_error(_describe(error))
            continue
        if known is not None:
            for unknown, (source, line) in expected_names(template).items():
                place = source.name, line, unknown
                if unknown not in known and place not in reported:
                    reported.add(place)
                    _print_error(f"{source.name}:{line}: unknown name {unknown!r}")
    faults += len(reported)
    sys.stdout.write(f"{len(every)} templates, {faults} faults\n")
    return FAULTY if faults else OK


def _names(options: argparse.Namespace) -> int:
    loader = _loader(options, options.directory)
    known = _known_names(options) or set()
    status = OK
    for name in sorted(template_names(options.directory, options.match)):
        try:
            template = loader.load(name)
        except ParseError as error:
            status = FAULTY
            _print_error(_describe(error))
            continue
        for expected, (source, line) in sorted(expected_names(template).items()):
            if expected not in known:
                sys.stdout.write(f"{name}: {expected} ({source.name}:{line})\n")
    return status


def _render(options: argparse.Namespace) -> int:
    root = options.root or os.path.dirname(options.file) or os.curdir
    name = os.path.relpath(options.file, root).replace(os.sep, "/")
    template = _loader(options, root).load(name)
    names = _names_to_render(options)
    try:
        output = _generate(template, names)
    except Exception:  # noqa: BLE001 - any error of the template is shown to its author
        traceback.print_exc()
        return FAULTY
    sys.stdout.buffer.write(output)
    return OK


def _generate(template: Template, names: dict[str, Any]) -> bytes:
    if not template._get_program(0).asynchronous:
        return template.generate(**names)
    import asyncio

    return asyncio.run(template.generate_async(**names))


def _compile(options: argparse.Namespace) -> int:
    _loader(options, options.directory)
    settings = {"autoescape": _autoescape(options), "whitespace": options.whitespace}
    names = compile_directory(options.directory, options.output, match=options.match, **settings)
    sys.stdout.write(f"{len(names)} templates\n")
    return OK


def _loader(options: argparse.Namespace, directory: str) -> Loader:
    if not os.path.isdir(directory):
        raise UsageError(f"not a folder: {directory}")
    return Loader(directory, autoescape=_autoescape(options), whitespace=options.whitespace)


def _autoescape(options: argparse.Namespace) -> str | None:
    name: str = options.autoescape
    return None if name == "None" else name


def _known_names(options: argparse.Namespace) -> set[str] | None:
    """Return the names that are not reported, None if neither option is given."""
    if options.known is None and not options.web:
        return None
    names = {name.strip() for text in options.known or () for name in text.split(",")}
    return names | WEB_NAMES if options.web else names


def _names_to_render(options: argparse.Namespace) -> dict[str, Any]:
    """Return the names that the options give to the template."""
    data: dict[str, Any] = {}
    if options.data is not None:
        data = _read_object(options.data)
    for assignment in options.set:
        name, equals, value = assignment.partition("=")
        if not equals or not name.isidentifier():
            raise UsageError(f"--set takes NAME=VALUE, not {assignment!r}")
        try:
            data[name] = json.loads(value)
        except ValueError:
            data[name] = value
    return data


def _read_object(path: str) -> dict[str, Any]:
    """Return the JSON object in a file, or from the standard input."""
    try:
        if path == "-":
            data = json.load(sys.stdin)
        else:
            with open(path, encoding="utf-8") as file:
                data = json.load(file)
    except ValueError as error:
        raise UsageError(f"{path} is not JSON: {error}") from None
    if isinstance(data, dict):
        return data
    raise UsageError(f"{path} holds {type(data).__name__}, not a JSON object")


def _describe(error: ParseError) -> str:
    return f"{error.filename}:{error.lineno}: {error.message}"


def _print_error(text: str) -> None:
    sys.stderr.write(text + "\n")
