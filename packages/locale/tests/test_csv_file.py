from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.locale._csv_file import decode, parse

FORMS = ["unknown", "singular", "plural", "zero", "one", "two", "few", "many", "other"]
#: What survives the trimming of columns; a lone carriage return is a line end to csv.
words = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), min_size=1)
    .map(str.strip)
    .filter(lambda word: word and not (word[0] == word[-1] == '"'))
)


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ('"I love you","Te amo"\n', {"unknown": {"I love you": "Te amo"}}),
        ("a,b\r\nc,d", {"unknown": {"a": "b", "c": "d"}}),
        ('"a","b","plural"\n"a","c","singular"', {"plural": {"a": "b"}, "singular": {"a": "c"}}),
        ('"a","b",""\n"c","d","unknown"', {"unknown": {"a": "b", "c": "d"}}),
        ('"a, b","c ""d"""\n', {"unknown": {"a, b": 'c "d"'}}),
        ('"a","b\nc"\n"d","e"\n', {"unknown": {"a": "b\nc", "d": "e"}}),
        ('"a" ,"b\nc" \n', {"unknown": {"a": "b\nc"}}),
        ('"a","b","plural","a note for the translator"', {"plural": {"a": "b"}}),
        ("\n  \n,,\na , b \n\n", {"unknown": {"a": "b"}}),
        ('"a","b","few"\n', {"few": {"a": "b"}}),
        ("", {}),
    ],
)
def test_rows_become_tables(text: str, tables: dict[str, dict[str, str]]) -> None:
    assert parse(text, "es.csv") == (tables, [])


@pytest.mark.parametrize(
    ("text", "tables", "problem"),
    [
        (
            'good,bueno\n"lonely"\nbad,malo',
            {"unknown": {"good": "bueno", "bad": "malo"}},
            "es.csv, line 2: no translation after the message 'lonely'",
        ),
        (
            "good,bueno\n\nbad,malo,PLURAL",
            {"unknown": {"good": "bueno"}},
            (
                "es.csv, line 3: unknown plural form 'PLURAL', use one of unknown, singular, plural,"
                " zero, one, two, few, many, other"
            ),
        ),
        (
            '"a","b\n"c","d"\n"e","f"\n',
            {"unknown": {"c": "d", "e": "f"}},
            "es.csv, line 1: a quote that opens in this line is not closed",
        ),
        (
            'c,d\n"e","f',
            {"unknown": {"c": "d", "e": "f"}},
            "",
        ),
        (
            'c,d\n"e","f\ng,h\ni,j\n',
            {"unknown": {"c": "d", "g": "h", "i": "j"}},
            "es.csv, line 2: a quote that opens in this line is not closed",
        ),
        (
            '"a", "b"\nc,d\n',
            {"unknown": {"a": '"b"', "c": "d"}},
            (
                "es.csv, line 1: the quotes of '\"b\"' are part of the text, because they do not"
                " follow the comma directly"
            ),
        ),
        (
            "a,b\nx,y\na,c\n",
            {"unknown": {"a": "c", "x": "y"}},
            "es.csv, line 3: 'a' has another translation in line 1, this one is used",
        ),
        (
            "a," + "b" * 200_000 + "\nc,d\n",
            {"unknown": {"c": "d"}},
            "es.csv, line 1: field larger than field limit (131072)",
        ),
    ],
    ids=["short", "form", "open", "open-at-end", "open-to-end", "space", "twice", "huge"],
)
def test_one_broken_row_gives_one_message_and_the_others_are_read(
    text: str, tables: dict[str, dict[str, str]], problem: str
) -> None:
    assert parse(text, "es.csv") == (tables, [problem] if problem else [])


@pytest.mark.parametrize(
    "data",
    [
        "a,ñ\n".encode(),
        "a,ñ\n".encode("utf-8-sig"),
        "a,ñ\n".encode("utf-16"),
        "\ufeffa,ñ\n".encode("utf-16-be"),
        "a,ñ\n".encode("utf-32"),
        "\ufeffa,ñ\n".encode("utf-32-be"),
    ],
)
def test_a_byte_order_mark_determines_the_encoding(data: bytes) -> None:
    assert decode(data, "es.csv") == "a,ñ\n"


def test_an_encoding_that_is_given_is_used() -> None:
    assert decode("a,ñ".encode("latin-1"), "es.csv", "latin-1") == "a,ñ"
    assert decode("\ufeffa,ñ".encode(), "es.csv", "utf-8") == "a,ñ"
    with pytest.raises(LookupError, match="no-such"):
        decode(b"a", "es.csv", "no-such")


@pytest.mark.parametrize(
    ("data", "encoding", "message"),
    [
        ("a,b\nc,ñ\n".encode("latin-1"), None, r"byte 0xf1 .*\(es\.csv, line 2: save the file"),
        ("a,b\n".encode("utf-16-le"), None, r"a null byte, as UTF-16 has them \(es\.csv, line 1"),
        ("a\n\nñ".encode(), "ascii", r"'ascii' codec .* \(es\.csv, line 3: save"),
    ],
)
def test_the_error_for_a_wrong_encoding_names_file_and_line(
    data: bytes, encoding: str | None, message: str
) -> None:
    with pytest.raises(UnicodeDecodeError, match=message):
        decode(data, "es.csv", encoding)


@given(st.lists(st.tuples(words, words, st.sampled_from(FORMS)), unique_by=lambda row: row[::2]))
def test_what_a_spreadsheet_writes_is_read_back(rows: list[tuple[str, str, str]]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)

    tables, problems = parse(file.getvalue(), "es.csv")

    assert problems == []
    assert {(m, t, form) for form, table in tables.items() for m, t in table.items()} == set(rows)


@given(st.text())
def test_any_text_gives_tables_or_problems_with_a_line_that_exists(text: str) -> None:
    _, problems = parse(text, "es.csv")
    lines = len(list(io.StringIO(text, newline="")))
    for problem in problems:
        number = int(problem.removeprefix("es.csv, line ").partition(":")[0])
        assert 1 <= number <= lines
