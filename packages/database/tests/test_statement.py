"""Percent signs and parameters: one rule for both kinds of database."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.database import DataError, Error, ProgrammingError
from tornado.database._statement import read_statement


def test_a_doubled_percent_sign_is_one_with_and_without_parameters(db):
    assert db.get("SELECT '%%' AS a").a == "%"
    assert db.get("SELECT '%%' AS a, %s AS b", 1) == {"a": "%", "b": 1}
    assert db.get("SELECT 7 %% 4 AS a").a == 3
    assert db.get("SELECT '%%%%s' AS a").a == "%%s"


def test_a_pattern_is_a_value_or_has_doubled_percent_signs(db):
    db.execute("CREATE TABLE t (a VARCHAR(20))")
    db.executemany("INSERT INTO t VALUES (%s)", [("100%",), ("100",), ("a_b",), ("axb",)])

    def found(query, *values):
        return sorted(row.a for row in db.query(query, *values))

    assert found("SELECT a FROM t WHERE a LIKE %s", "1%") == ["100", "100%"]
    assert found("SELECT a FROM t WHERE a LIKE '1%%'") == ["100", "100%"]
    assert found("SELECT a FROM t WHERE a LIKE %s ESCAPE '!'", "%!%") == ["100%"]
    assert found("SELECT a FROM t WHERE a LIKE %s ESCAPE '!'", "a!_b") == ["a_b"]


@pytest.mark.parametrize(
    ("statement", "place_of_it"),
    [
        ("SELECT 1 % 2", "line 1, column 10"),
        ("SELECT *\nFROM t\nWHERE a LIKE 'x%'", "line 3, column 16"),
        ("SELECT %(name)d", "line 1, column 8"),
        ("SELECT %d", "line 1, column 8"),
        ("SELECT %%%", "line 1, column 10"),
        ("SELECT 1 -- 50% of it", "line 1, column 15"),
        ("%", "line 1, column 1"),
    ],
)
def test_a_stray_percent_sign_is_an_error_that_names_its_place(db, statement, place_of_it):
    for values in ((), (1,)):
        with pytest.raises(ProgrammingError, match=f"percent sign in {place_of_it}.* write %% for"):
            db.query(statement, *values)


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("SELECT '%s'", "a string"),
        ("SELECT 'it''s %s'", "a string"),
        ('SELECT "%s"', "quotes"),
        ("SELECT 1 AS `%s`", "a quoted name"),
        ("SELECT 1 -- %s", "a comment"),
        ("SELECT /* %s */ 1", "a comment"),
        ("SELECT 'left open %s", "a string"),
        ("SELECT /* left open %s", "a comment"),
    ],
)
def test_a_parameter_within_quotes_or_a_comment_is_refused(db, statement, where):
    with pytest.raises(ProgrammingError, match=f"parameter in line 1, .* is within {where}"):
        db.query(statement, "x")


def test_quotes_end_where_the_database_thinks_that_they_end(sqlite_place, mariadb_place):
    sqlite, mariadb = sqlite_place.connect(), mariadb_place.connect()
    backslash = "SELECT '\\' AS a, %s AS b"

    assert sqlite.get(backslash, "x") == {"a": "\\", "b": "x"}
    assert sqlite.get("SELECT 1 AS [a], %s AS b", 2) == {"a": 1, "b": 2}
    with pytest.raises(ProgrammingError, match="within"):
        mariadb.get(r"SELECT 'it\'s %s'", "x")
    assert mariadb.get("SELECT 5--%s AS a", 3).a == 8
    assert mariadb.get("SELECT 1 AS a # it's\n, %s AS b", 2) == {"a": 1, "b": 2}
    mariadb.execute("SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'")
    assert mariadb.get(backslash, "x\\' OR '") == {"a": "\\", "b": "x\\' OR '"}


@pytest.mark.parametrize(
    ("statement", "values", "words"),
    [
        ("SELECT %s, %s", [1], "takes 2 parameters, and was given 1 value, in: SELECT"),
        ("SELECT %s", [], "takes 1 parameter, and was given no values, in: SELECT"),
        ("SELECT ?", [1], "takes no parameters, and was given 1 value: write %s where"),
    ],
)
def test_a_wrong_number_of_values_is_an_error(db, statement, values, words):
    for call in (db.query, db.iter, db.execute):
        with pytest.raises(ProgrammingError, match=words):
            call(statement, *values)
    with pytest.raises(ProgrammingError, match=words):
        db.executemany(statement, [values])


def test_a_list_is_what_in_compares_with(db):
    db.execute("CREATE TABLE t (a INTEGER, b VARCHAR(20))")
    db.executemany("INSERT INTO t VALUES (%s, %s)", [(1, "x"), (2, "y"), (3, "z")])

    query = "SELECT a FROM t WHERE a IN %s AND b IN %s AND a < %s"
    assert db.query(query, (1, 2, 3), ["y", "z"], 3) == [{"a": 2}]
    with pytest.raises(DataError, match="an empty sequence"):
        db.query("SELECT a FROM t WHERE a IN %s", [])
    with pytest.raises(DataError, match="a sequence within a sequence"):
        db.query("SELECT a FROM t WHERE a IN %s", [[1]])


@pytest.mark.parametrize(
    "value",
    [
        "'; DROP TABLE t; --",
        "\\'; DROP TABLE t; --",
        "' OR '1'='1",
        '" OR ""="',
        "%s",
        "%%",
        "\\",
        "a\x00b",
        "\x1a\r\n",
        "*/ OR /*",
        "\u2019 \U0001f600 \u00a5 \uff07",
    ],
)
def test_a_value_is_never_a_part_of_the_statement(db, value):
    db.execute("CREATE TABLE t (a VARCHAR(60))")
    db.execute("INSERT INTO t VALUES (%s)", value)

    assert db.query("SELECT a FROM t WHERE a = %s", value) == [{"a": value}]
    assert db.query("SELECT a FROM t WHERE a IN %s AND %s = %s", [value], 1, 1) == [{"a": value}]
    assert db.query("SELECT 1 FROM t WHERE a = %s", value + "x") == []


@given(st.text(alphabet="ab%s'\"`\\-#/*[]\n ", max_size=30))
def test_reading_a_statement_gives_its_parts_or_an_error(text):
    for dialect in ("sqlite", "mysql", "mysql-plain"):
        try:
            statement = read_statement(text, dialect)
        except Error:
            continue
        assert text % (("\0",) * statement.count) == "\0".join(statement.parts)
        assert "?".join(statement.parts) == statement.qmark


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("select 1", "SELECT"),
        ("  /* x */ (SELECT 1)", "SELECT"),
        ("-- INSERT\nUPDATE t SET a = 1", "UPDATE"),
        ("WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x", "INSERT"),
        ("WITH x AS (INSERT) , y AS ((1)) SELECT 1", "SELECT"),
        ("", ""),
        ("'x'", ""),
    ],
)
def test_the_verb_says_what_a_statement_does(text, verb):
    assert read_statement(text, "sqlite").verb == verb


def test_reading_a_long_statement_takes_linear_time():
    def cost(count):
        texts = ["'" * count, "/*" * count, "(" * count, "a '' " * count, "%s," * count]
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            for text in texts:
                with contextlib.suppress(ProgrammingError):
                    read_statement(text, "mysql")
            best = min(best, time.process_time() - start)
        return best

    assert cost(40_000) < 24 * cost(5_000)
