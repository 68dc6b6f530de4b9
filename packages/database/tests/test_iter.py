"""Results that are read row by row."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from tornado.database import Error, OperationalError, ProgrammingError

MILLION = {
    "sqlite": "WITH RECURSIVE s (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM s LIMIT 1000000)"
    " SELECT seq, 'some text' AS text FROM s",
    "mariadb": "SELECT seq, 'some text' AS text FROM seq_1_to_1000000",
}


@pytest.fixture
def million(db, place):
    """Return the statement that has a million rows; the connection is `db`."""
    return MILLION[place.kind]


_SUM_UP = """
import resource, sys
from tornado.database import Connection

rows = Connection(sys.argv[1]).iter(sys.argv[2])
total = sum(next(rows).seq for _ in range(10_000))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
total += sum(row.seq for row in rows)
print(total, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_million_rows_take_constant_memory(place, million):
    printed = subprocess.run(
        [sys.executable, "-c", _SUM_UP, place.url, million],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    total, growth = map(int, printed.split())

    assert total == 500_000_500_000
    assert growth < 10_000  # KiB; all rows take hundreds of thousands


@pytest.mark.parametrize("left", [0, 1, 1_000, 5_000])
def test_leaving_rows_unread_ends_the_statement(db, million, left):
    rows = db.iter(million)
    for _ in range(left):
        next(rows)
    rows.close()

    assert db.get("SELECT 7 AS seven").seven == 7
    assert list(rows) == []
    rows.close()


def test_a_loop_that_is_left_ends_the_statement(db, million):
    for row in db.iter(million):
        if row.seq == 3:
            break
    gc.collect()

    assert db.get("SELECT 7 AS seven").seven == 7


def test_leaving_rows_unread_keeps_the_session(mariadb_place):
    db = mariadb_place.connect()
    db.execute("SET @kept = 5")
    with db.iter(MILLION["mariadb"]) as rows:
        next(rows)

    for _ in range(3):
        assert db.get("SELECT @kept AS kept, SLEEP(0.01)").kept == 5


def test_leaving_rows_unread_keeps_the_transaction(db, million):
    db.execute("CREATE TABLE t (a INTEGER)")
    with db.transaction():
        db.execute("INSERT INTO t VALUES (1)")
        with db.iter(million) as rows:
            next(rows)
        db.execute("INSERT INTO t VALUES (2)")

    assert len(db.query("SELECT * FROM t")) == 2


def test_an_error_among_the_rows_reaches_the_program(db, place):
    query = (
        "SELECT CASE WHEN value = 300 THEN json('wrong') ELSE value END AS a"
        " FROM (WITH RECURSIVE s (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM s LIMIT 500)"
        " SELECT * FROM s)"
        if place.is_sqlite
        else "SELECT IF(seq = 300, (SELECT seq FROM seq_1_to_2), seq) AS a FROM seq_1_to_500"
    )
    rows = db.iter(query)
    with pytest.raises(OperationalError) as caught:
        list(rows)

    assert caught.value.number is not None
    assert list(rows) == []
    assert db.get("SELECT 7 AS seven").seven == 7


def test_a_wrong_statement_is_an_error_of_the_call(db):
    with pytest.raises(ProgrammingError):
        db.iter("SELEC 1")

    assert db.get("SELECT 7 AS seven").seven == 7


def test_rows_of_a_closed_connection_are_an_error(db, million):
    rows = db.iter(million)
    next(rows)
    db.close()

    with pytest.raises(Error, match="the connection was closed"):
        list(rows)
    assert db.get("SELECT 7 AS seven").seven == 7


def test_a_statement_without_rows_has_none(db):
    db.execute("CREATE TABLE t (a INTEGER)")

    assert list(db.iter("INSERT INTO t VALUES (1)")) == []
    assert len(db.query("SELECT * FROM t")) == 1


def test_inserted_rows_are_stored_when_they_have_been_read(db, place):
    db.execute("CREATE TABLE t (a INTEGER)")

    assert [row.a for row in db.iter("INSERT INTO t VALUES (1), (2) RETURNING a")] == [1, 2]
    assert len(place.connect().query("SELECT * FROM t")) == 2
