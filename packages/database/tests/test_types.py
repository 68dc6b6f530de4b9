"""What values become in columns of each type; the page on databases has the same table."""

from __future__ import annotations

import datetime
import enum
from datetime import date, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from tornado.database import DataError, Error

UTC = datetime.UTC

#: Declared type, value, and what is read: one thing on both databases, or what each one gives.
TABLE = [
    ("INTEGER", 2**31 - 1, 2**31 - 1),
    ("BIGINT", -(2**63), -(2**63)),
    ("BIGINT UNSIGNED", 2**63 - 1, 2**63 - 1),
    ("BIGINT UNSIGNED", 2**64 - 1, (DataError, 2**64 - 1)),
    ("TINYINT UNSIGNED", 255, 255),
    ("BOOLEAN", True, 1),
    ("BIT(1)", False, 0),
    ("BIT(1)", True, 1),
    ("BIT(40)", 2**39, 2**39),
    ("DOUBLE", 0.1, 0.1),
    ("DOUBLE", float("nan"), DataError),
    ("DOUBLE", float("inf"), DataError),
    ("DECIMAL(10,2)", Decimal("-12.50"), Decimal("-12.50")),
    ("DECIMAL(15,2)", Decimal("9999999999999.99"), Decimal("9999999999999.99")),
    ("DECIMAL(30,10)", Decimal("12345678901234567890.5"), (Decimal("1.23456789012346E+19"), Decimal("12345678901234567890.5"))),
    ("VARCHAR(100)", "naïve 漢字 😀", "naïve 漢字 😀"),
    ("TEXT", "", ""),
    ("CHAR(5)", "a  ", ("a  ", "a")),
    ("VARCHAR(3)", "abcd", ("abcd", DataError)),
    ("VARCHAR(100)", "lone \ud800", DataError),
    ("JSON", '{"a": [1, "é"]}', '{"a": [1, "é"]}'),
    ("BLOB", b"\x00\xff%s'\\", b"\x00\xff%s'\\"),
    ("BLOB", bytearray(b"\x00\xff"), b"\x00\xff"),
    ("BLOB", memoryview(b"\x00\xff"), b"\x00\xff"),
    ("BINARY(3)", b"\x00\xff", (b"\x00\xff", b"\x00\xff\x00")),
    ("DATE", date(2026, 11, 29), date(2026, 11, 29)),
    ("DATE", "0000-00-00", (None, DataError)),
    ("DATETIME", datetime.datetime(2026, 11, 29, 23, 59, 58), datetime.datetime(2026, 11, 29, 23, 59, 58)),
    ("DATETIME(6)", datetime.datetime(2026, 11, 29, 1, 2, 3, 4), datetime.datetime(2026, 11, 29, 1, 2, 3, 4)),
    ("DATETIME", datetime.datetime(2026, 11, 29, 1, 2, 3, 900_000), (datetime.datetime(2026, 11, 29, 1, 2, 3, 900_000), datetime.datetime(2026, 11, 29, 1, 2, 3))),
    ("DATETIME", datetime.datetime(2026, 11, 29, 1, 30, tzinfo=timezone(timedelta(hours=2))), datetime.datetime(2026, 11, 28, 23, 30)),
    ("TIMESTAMP NULL", datetime.datetime(2026, 11, 29, 12, tzinfo=UTC), datetime.datetime(2026, 11, 29, 12)),
    ("TIME", datetime.time(12, 30), timedelta(hours=12, minutes=30)),
    ("TIME", datetime.time(12, 30, tzinfo=UTC), DataError),
    ("TIME", timedelta(hours=100, minutes=5), timedelta(hours=100, minutes=5)),
    ("TIME", -timedelta(minutes=1, seconds=30), -timedelta(minutes=1, seconds=30)),
    ("TIME(6)", timedelta(microseconds=-1), timedelta(microseconds=-1)),
    ("TIME", timedelta(hours=839), (timedelta(hours=839), DataError)),
    ("YEAR", 2026, 2026),
    ("INTEGER", None, None),
    ("DATETIME", None, None),
    ("INTEGER", "seven", ("seven", DataError)),
]  # fmt: skip


def expected_of(expected, place):
    if isinstance(expected, tuple):
        return expected[0 if place.is_sqlite else 1]
    return expected


def store(db, declared, value):
    """Return what is read after a value was stored, or the class of the error."""
    db.execute(f"CREATE TABLE t (a {declared})")
    try:
        db.execute("INSERT INTO t VALUES (%s)", value)
    except Error as error:
        return type(error)
    return db.get("SELECT a FROM t").a


@pytest.mark.parametrize(
    ("declared", "value", "expected"), TABLE, ids=[f"{row[0]}-{n}" for n, row in enumerate(TABLE)]
)
def test_a_stored_value_is_read_as_the_table_says(db, place, declared, value, expected):
    found, wanted = store(db, declared, value), expected_of(expected, place)

    assert (type(found), found) == (type(wanted), wanted)
    if not isinstance(found, type):
        assert [row.a for row in db.iter("SELECT a FROM t")] == [wanted]


def show_value(value):
    """Return a value as the page shows it."""
    if isinstance(value, type):
        return f"`{value.__name__}`"
    return f"`{value!a}`".replace("datetime.", "")


def rows_of_the_page():
    for declared, value, expected in TABLE:
        both = expected if isinstance(expected, tuple) else (expected, expected)
        cells = [f"`{declared}`", show_value(value), *map(show_value, both)]
        if isinstance(value, memoryview):
            cells[1] = f"`memoryview({bytes(value)!r})`"
        yield "| " + " | ".join(cells) + " |"


def test_the_page_has_the_same_table():
    page = Path(__file__).parents[3] / "docs" / "database.md"
    if not page.exists():
        pytest.skip("the page is in the repository, not in a source distribution")
    table = "\n".join(rows_of_the_page())

    assert table in page.read_text("utf-8"), f"the table of the page should be:\n{table}"


class Color(str, enum.Enum):  # noqa: UP042 - the older way, whose str() is not its value
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class Name(str):
    def __str__(self):
        return "something else"


@pytest.mark.parametrize(
    ("value", "plain"), [(Color.RED, "red"), (Level.HIGH, "3"), (Name("Ann"), "Ann"), (True, "1")]
)
def test_a_subclass_is_stored_as_its_base(db, value, plain):
    assert store(db, "VARCHAR(20)", value) == plain


@pytest.mark.parametrize("value", [object(), {"a": 1}, {1}, 1j, lambda: 1])
def test_a_value_without_a_meaning_is_refused(db, value):
    with pytest.raises(DataError, match="cannot be the value of a parameter: convert it first"):
        db.query("SELECT %s", value)


@pytest.mark.parametrize("text", ["NaN", "-Infinity", "sNaN"])
def test_a_decimal_that_is_not_a_number_is_refused(db, text):
    with pytest.raises(DataError, match="finite numbers"):
        db.query("SELECT %s", Decimal(text))


def test_a_decimal_compares_as_a_number(db):
    db.execute("CREATE TABLE t (a DECIMAL(10,2))")
    db.executemany("INSERT INTO t VALUES (%s)", [(Decimal("1.10"),), (Decimal("2.25"),)])

    having = "SELECT COUNT(*) AS n FROM t HAVING SUM(a) > %s"
    assert db.query(having, Decimal("3.34")) == [{"n": 2}]
    assert db.query(having, Decimal("3.36")) == []
    assert len(db.query("SELECT a FROM t WHERE a + 0 = %s", Decimal("1.10"))) == 1


def test_times_are_stored_so_that_they_sort_and_compare(db):
    db.execute("CREATE TABLE t (a DATETIME(6))")
    times = [
        datetime.datetime(2026, 1, 1),
        datetime.datetime(2026, 1, 1, 0, 0, 0, 5),
        datetime.datetime(2026, 1, 1, 0, 0, 1),
        datetime.datetime(2026, 1, 10),
    ]
    db.executemany("INSERT INTO t VALUES (%s)", [(each,) for each in reversed(times)])

    assert [row.a for row in db.query("SELECT a FROM t ORDER BY a")] == times
    assert len(db.query("SELECT a FROM t WHERE a > %s", times[1])) == 2


def test_the_time_of_the_server_is_utc_unless_asked_otherwise(mariadb_place):
    now = "SELECT NOW() AS here, UTC_TIMESTAMP() AS utc"
    row = mariadb_place.connect().get(now)
    other = mariadb_place.connect(time_zone="+2:00").get(now)

    assert row.here == row.utc
    assert timedelta(hours=1, minutes=59) < other.here - other.utc < timedelta(hours=2, minutes=1)


def test_zero_dates_of_a_server_that_has_them_are_none(mariadb_place):
    db = mariadb_place.connect(sql_mode="")
    db.execute("CREATE TABLE t (a DATE, b DATETIME)")
    db.execute("INSERT INTO t VALUES ('0000-00-00', '0000-00-00'), ('2026-00-00', '2026-11-00')")

    assert db.query("SELECT * FROM t") == [{"a": None, "b": None}] * 2


def test_a_date_without_a_day_is_none_on_sqlite_too(sqlite_place):
    db = sqlite_place.connect()
    db.execute("CREATE TABLE t (a DATE, b DATETIME)")
    db.execute("INSERT INTO t VALUES ('2026-00-00', '2026-11-00 00:00:00'), ('soon', 'later')")

    assert db.query("SELECT * FROM t") == [{"a": None, "b": None}, {"a": "soon", "b": "later"}]


def test_other_types_of_the_server(mariadb_place):
    db = mariadb_place.connect()
    db.execute(
        "CREATE TABLE t (a ENUM('x', 'y'), b SET('p', 'q'), c FLOAT, d MEDIUMINT, e UUID, f INET6,"
        " g VARBINARY(4), h POINT)"
    )
    db.execute(
        "INSERT INTO t VALUES ('y', 'p,q', 0.5, -1, '123e4567-e89b-12d3-a456-426655440000', '::1',"
        " 0x00FF, POINT(1, 2))"
    )
    row = db.get("SELECT * FROM t")

    assert [row.a, row.b, row.c, row.d] == ["y", "p,q", 0.5, -1]
    assert (row.e, row.f, row.g) == ("123e4567-e89b-12d3-a456-426655440000", "::1", b"\x00\xff")
    assert isinstance(row.h, bytes)


def test_a_strict_table_of_sqlite_refuses_other_types(sqlite_place):
    db = sqlite_place.connect()
    db.execute("CREATE TABLE t (a INTEGER) STRICT")

    with pytest.raises(DataError):
        db.execute("INSERT INTO t VALUES ('seven')")
