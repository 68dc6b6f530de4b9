"""If a header is wrong, no messages are lost, and the problem is reported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import tornado.locale
from tornado.locale._mo_file import read_catalogue

Compile = Callable[..., bytes]

CHARSET = "Content-Type: text/plain; charset=utf-8\n"
ENGLISH = [1, 0, 1, 1]


def choices(folder: Path, compile_mo: Compile, header: str) -> tuple[list[int], list[str]]:
    """Return the forms for 0, 1, 2 and 5, and the problems with the catalogue."""
    path = folder / "shop.mo"
    path.write_bytes(compile_mo({"": header, "a\0b": "0\0001\0002", "hello": "¡hola!"}))
    translations, problems = read_catalogue(str(path))
    assert translations is not None
    assert translations.gettext("hello") == "¡hola!"
    said = [each.removeprefix(f"{path}: ") for each in problems]
    return [int(translations.ngettext("a", "b", count)) for count in (0, 1, 2, 5)], said


@pytest.mark.parametrize(
    "line",
    [
        "Plural-Forms: nplurals=3; plural=n%3;\n",
        "Plural-Forms: nplurals= 3; plural= n % 3 ;\n",
        "Plural-Forms: plural=n%3; nplurals=3;\n",
        "Plural-Forms: nplurals=3;\nplural=n%3\n",
        "Plural-Forms: nplurals=3\nplural=n%3",
        "plural-forms : nplurals=3, plural=n%3; n/0",
        "X-Rule: nplurals=3 plural=n%3\r;\n".replace("\r", ""),
    ],
)
def test_a_rule_is_found_anywhere_in_the_header(
    tmp_path: Path, compile_mo: Compile, line: str
) -> None:
    assert choices(tmp_path, compile_mo, CHARSET + line) == ([0, 1, 2, 2], [])


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("nplurals = 3; plural = n%3;", "there is no 'nplurals='"),
        ("nplurals=3; plural : n%3;", "there is no 'plural='"),
        ("nplurals=INTEGER; plural=EXPRESSION;", "the number of forms is not a number"),
        (
            "nplurals=3; plural=EXPRESSION;",
            "the formula has 'EXPRESSION', which gettext does not know",
        ),
        (
            "nplurals=3; plural=import os;",
            "the formula has 'import os', which gettext does not know",
        ),
        ("nplurals=3; plural=;", "the formula is not complete"),
        ("nplurals=3; plural=(n;", "the formula is not complete"),
        ("nplurals=3; plural=n n;", "the formula has 'n' in the wrong place"),
        ("nplurals=3; plural=n?1;", "the formula is not complete"),
        ("nplurals=3; plural=-n;", "the formula has '-' in the wrong place"),
        ("nplurals=3; plural=" + "(" * 5000 + "n;", "the formula has more than 40 levels"),
        ("nplurals=3; plural=n" + "+n" * 5000 + ";", "the formula has more than 40 levels"),
        ("nplurals=3; plural=" + "9" * 5000, "the formula has a number of more than 1000 digits"),
        ("nplurals=" + "9" * 5000 + "; plural=n;", "the number of forms is too large"),
    ],
)
def test_a_rule_that_cannot_be_read_is_reported_and_english_used(
    tmp_path: Path, compile_mo: Compile, line: str, problem: str
) -> None:
    forms, said = choices(tmp_path, compile_mo, f"{CHARSET}Plural-Forms: {line}\n")

    assert forms == ENGLISH
    where = f"line 2 of the header, {f'Plural-Forms: {line}'!r:.100}"
    assert said[0] == f"{where}: {problem}, plurals are chosen as in English"


@pytest.mark.parametrize(
    ("line", "forms", "problem"),
    [
        (
            "nplurals=3; plural=n/(n-1);",
            [0, 0, 2, 1],
            "the formula divides by zero for 1, then plurals are chosen as in English",
        ),
        (
            "nplurals=2; plural=n;",
            [0, 1, 0, 0],
            "the formula chooses form 2 for 2, of 2: the first is used",
        ),
        (
            "nplurals=3; plural=n-1;",
            [0, 0, 1, 0],
            "the formula chooses form 18446744073709551615 for 0, of 3: the first is used",
        ),
        (
            "nplurals=0; plural=0;",
            [0, 0, 0, 0],
            "the formula chooses form 0 for 0, of 0: the first is used",
        ),
    ],
)
def test_counts_that_a_rule_fails_for_get_a_form_too(
    tmp_path: Path, compile_mo: Compile, line: str, forms: list[int], problem: str
) -> None:
    found, said = choices(tmp_path, compile_mo, f"{CHARSET}Plural-Forms: {line}\n")

    assert found == forms
    assert said[0] == f"line 2 of the header, 'Plural-Forms: {line}': {problem}"


def test_a_wrong_rule_that_is_not_needed_is_not_reported(
    tmp_path: Path, compile_mo: Compile
) -> None:
    path = tmp_path / "shop.mo"
    path.write_bytes(compile_mo({"": "Plural-Forms: nplurals=INTEGER;\n", "hello": "¡hola!"}))

    assert read_catalogue(str(path))[1] == []


@pytest.mark.parametrize("charset", ["CHARSET", "klingon", "hex", ""])
def test_messages_are_read_as_utf8_if_the_charset_is_not_known(
    tmp_path: Path, compile_mo: Compile, charset: str
) -> None:
    line = f"Content-Type: text/plain; charset={charset}"
    rule = "Plural-Forms: nplurals=3; plural=n%3;\n"
    forms, said = choices(tmp_path, compile_mo, f"{line}\n{rule}")

    assert forms == [0, 1, 2, 2]
    where = f"line 1 of the header, {line!r}"
    assert said == [f"{where}: there is no charset {charset!r}, so it is read as UTF-8"]


@pytest.mark.parametrize("header", [None, "Language: es\n", "Content-Type: text/plain\n"])
def test_messages_are_read_as_utf8_if_no_charset_is_named(
    tmp_path: Path, compile_mo: Compile, header: str | None
) -> None:
    path = tmp_path / "shop.mo"
    path.write_bytes(compile_mo({**({} if header is None else {"": header}), "hello": "¡hola!"}))
    translations, problems = read_catalogue(str(path))

    assert problems == []
    assert translations is not None
    assert translations.gettext("hello") == "¡hola!"
    assert translations.gettext("") == (header or "")


def test_the_fields_of_a_header_can_be_read(tmp_path: Path, compile_mo: Compile) -> None:
    path = tmp_path / "shop.mo"
    path.write_bytes(compile_mo({"": CHARSET + "Language: es\nX-Note: a: b\nno field\n"}))
    translations, _ = read_catalogue(str(path))

    assert translations is not None
    assert translations.info() == {
        "content-type": "text/plain; charset=utf-8",
        "language": "es",
        "x-note": "a: b",
    }


def test_with_the_unfilled_header_of_a_template_no_messages_are_lost(
    write_mo: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    unfilled = (
        "Content-Type: text/plain; charset=CHARSET\n"
        "Plural-Forms: nplurals=INTEGER; plural=EXPRESSION;\n"
    )
    folder = write_mo(es={"": unfilled, "hello": "¡hola!", "cat\0cats": "gato\0gatos"})
    tornado.locale.load_gettext_translations(str(folder), "shop")

    spanish = tornado.locale.get("es")
    assert spanish.translate("hello") == "¡hola!"
    assert [spanish.translate("cat", "cats", n) for n in (0, 1, 2)] == ["gatos", "gato", "gatos"]
    path = folder / "es" / "LC_MESSAGES" / "shop.mo"
    first, second = (record.getMessage() for record in caplog.records)
    assert first.startswith(f"{path}: line 1 of the header, 'Content-Type: text/plain; charset=C")
    assert first.endswith(": there is no charset 'CHARSET', so it is read as UTF-8")
    assert second.startswith(f"{path}: line 2 of the header, 'Plural-Forms: nplurals=INTEGER; ")
    assert second.endswith("is not a number, plurals are chosen as in English")
