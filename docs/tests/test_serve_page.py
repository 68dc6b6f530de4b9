"""The tables on the page of the command are those that the command has."""

from __future__ import annotations

import pytest
from pages import ROOT

from tornado.serve._command._options import GROUPS, Option
from tornado.serve._command._other_names import OTHER_NAMES
from tornado.serve._command._parser import default_text, make_parser

PAGE = (ROOT / "docs" / "serve.md").read_text("utf-8")


def options_table() -> str:
    """Return the table of all options."""
    parts = []
    for group in GROUPS:
        lines = "\n".join(_row(option) for option in group.options)
        parts.append(f"| {group.title} | | default |\n|---|---|---|\n{lines}\n")
    return "\n".join(parts)


def _row(option: Option) -> str:
    value = option.metavar or "\\|".join(option.choices or ())
    usage = f"--{option.name} {value}".strip()
    if option.convert is None:
        usage = f"--[no-]{option.name}"
    return f"| `{usage}` | {option.help} | {default_text(option)} |"


def names_table() -> str:
    """Return the table of the names of other servers."""
    lines = [f"| `{name}` | {_coded(text)} |" for name, text in OTHER_NAMES.items()]
    return "| theirs | here |\n|---|---|\n" + "\n".join(lines) + "\n"


def _coded(text: str) -> str:
    words = text.split(" ")
    return " ".join(
        f"`{word.rstrip(',')}`{',' * word.endswith(',')}" if word.startswith("--") else word
        for word in words
    )


@pytest.mark.parametrize("table", [options_table, names_table])
def test_a_table_is_the_one_of_the_command(table: object) -> None:
    """If this fails, replace the table by the one that is printed."""
    expected = table()  # type: ignore[operator]  # a function

    assert expected in PAGE, expected


def test_the_parser_has_the_options_of_the_table() -> None:
    known = {name for action in make_parser()._actions for name in action.option_strings}
    listed = {f"--{option.name}" for group in GROUPS for option in group.options}
    switches = {
        f"--no-{option.name}"
        for group in GROUPS
        for option in group.options
        if option.convert is None
    }

    assert known == listed | switches | {"-h", "--help", "--version"}
