from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.locale._mo_file import read_catalogue

Compile = Callable[..., bytes]

HEADER = "Content-Type: text/plain; charset=utf-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
GOOD = {
    "": HEADER,
    "hello": "hola",
    "%d dog\0%d dogs": "%d perro\0%d perros",
    "greeting\x04hello": "buenas",
}


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_valid_catalogue_is_read_in_both_byte_orders(
    tmp_path: Path, compile_mo: Compile, order: str
) -> None:
    path = tmp_path / "shop.mo"
    path.write_bytes(compile_mo({"": HEADER, "hello": "¡hola!"}, order=order))

    translations, problems = read_catalogue(str(path))

    assert problems == []
    assert translations is not None
    assert translations.gettext("hello") == "¡hola!"


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda _: b"", "the file is cut off"),
        (lambda mo: mo(GOOD)[:20], "the file is cut off"),
        (lambda mo: mo(GOOD)[:100], "not a catalogue (File is corrupt)"),
        (lambda _: b"garbage" * 10, "not a catalogue (Bad magic number)"),
        (
            lambda mo: mo({"": HEADER, "a": "señor"}, encoding="latin-1"),
            "it should be in utf-8, by its header or by default, but there is b'se\\xf1or'",
        ),
        (
            lambda mo: mo(
                {"": HEADER.replace("utf-8", "klingon"), "a": "señor"}, encoding="latin-1"
            ),
            "it should be in utf-8, by its header or by default, but there is b'se\\xf1or'",
        ),
    ],
    ids=[
        *("empty", "no head", "cut", "garbage", "encoding", "charset"),
    ],
)
def test_a_catalogue_that_cannot_be_used_is_reported_with_its_path(
    tmp_path: Path, compile_mo: Compile, make: Callable[[Compile], bytes], problem: str
) -> None:
    path = tmp_path / "shop.mo"
    path.write_bytes(make(compile_mo))
    assert read_catalogue(str(path)) == (None, [f"{path}: {problem}, compile it again with msgfmt"])


def test_missing_plural_forms_are_reported_by_message(tmp_path: Path, compile_mo: Compile) -> None:
    polish = HEADER.replace("nplurals=2", "nplurals=3")
    path = tmp_path / "shop.mo"
    path.write_bytes(
        compile_mo(
            {
                "": polish,
                "hello": "cześć",
                "a\0b": "c\0d\0e",
                "one\0many": "jeden\0wiele",
                "left\0empty": "x\0\0",
            }
        )
    )

    translations, problems = read_catalogue(str(path))

    assert translations is not None
    assert translations.gettext("hello") == "cześć"
    assert problems == [
        f"{path}: the message 'left' lacks some of its 3 plural forms",
        f"{path}: the message 'one' lacks some of its 3 plural forms",
    ]


def test_many_missing_plural_forms_do_not_flood_the_log(
    tmp_path: Path, compile_mo: Compile
) -> None:
    path = tmp_path / "shop.mo"
    plurals = {f"m{number:02}\0ms": "x" for number in range(20)}
    path.write_bytes(compile_mo({"": HEADER, **plurals}))

    _, problems = read_catalogue(str(path))

    assert len(problems) == 6
    assert problems[-1] == f"{path}: so do 15 more messages"


def test_plurals_without_a_rule_are_reported(tmp_path: Path, compile_mo: Compile) -> None:
    path = tmp_path / "shop.mo"
    path.write_bytes(compile_mo({"": "Content-Type: text/plain; charset=utf-8\n", "a\0b": "c\0d"}))

    translations, problems = read_catalogue(str(path))

    assert translations is not None
    assert translations.ngettext("a", "b", 5) == "d"
    assert problems == [
        f"{path}: the header has no Plural-Forms line, plurals are chosen as in English"
    ]


@given(data=st.binary(max_size=300), keep=st.floats(0, 1))
def test_any_bytes_are_read_or_reported(
    tmp_path_factory: pytest.TempPathFactory, compile_mo: Compile, data: bytes, keep: float
) -> None:
    good = compile_mo(GOOD)
    path = tmp_path_factory.getbasetemp() / "any.mo"
    path.write_bytes(good[: int(keep * len(good))] + data)

    translations, problems = read_catalogue(str(path))

    assert translations is not None or len(problems) == 1
