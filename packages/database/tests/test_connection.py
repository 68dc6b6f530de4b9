"""The methods of a connection, alike on both kinds of database."""

from __future__ import annotations

import pytest

from tornado.database import (
    Connection,
    IntegrityError,
    InterfaceError,
    ProgrammingError,
    Row,
)


@pytest.fixture
def entries(db, place):
    """A connection to a database with two entries."""
    db.execute(f"CREATE TABLE entries (id {place.serial}, title VARCHAR(100) UNIQUE)")
    db.execute("INSERT INTO entries (title) VALUES (%s)", "First")
    db.execute("INSERT INTO entries (title) VALUES (%s)", "Second")
    return db


def test_query_returns_rows_with_the_columns_as_attributes_and_items(entries):
    rows = entries.query("SELECT * FROM entries ORDER BY id")

    assert rows == [{"id": 1, "title": "First"}, {"id": 2, "title": "Second"}]
    assert all(type(row) is Row for row in rows)
    assert rows[0].title == rows[0]["title"] == "First"


def test_query_without_rows_returns_an_empty_list(entries):
    assert entries.query("SELECT * FROM entries WHERE id = %s", 99) == []


def test_a_statement_without_a_result_is_an_empty_list_for_query(entries):
    assert entries.query("UPDATE entries SET title = 'x' WHERE id = 1") == []


def test_get_returns_the_row_or_none(entries):
    assert entries.get("SELECT * FROM entries WHERE id = %s", "2").title == "Second"
    assert entries.get("SELECT * FROM entries WHERE id = %s", 99) is None


def test_get_refuses_several_rows(entries):
    with pytest.raises(
        ProgrammingError, match=r"Multiple rows returned for Database\.get\(\) query"
    ):
        entries.get("SELECT * FROM entries")


def test_execute_returns_the_id_of_the_inserted_row(entries):
    insert = "INSERT INTO entries (title) VALUES (%s)"

    assert entries.execute(insert, "Third") == 3
    assert entries.execute_lastrowid(insert, "Fourth") == 4


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET title = 'x' WHERE id = 1",
        "DELETE FROM entries",
        "SELECT * FROM entries",
        "CREATE TABLE another (id INTEGER)",
        "INSERT INTO entries (title) SELECT title FROM entries WHERE id = 99",
        "INSERT INTO entries (title) VALUES ('Third') RETURNING id",
    ],
)
def test_a_statement_that_inserts_nothing_or_returns_rows_has_no_id(entries, statement):
    assert entries.execute(statement) == 0


def test_an_ignored_insert_has_no_id(entries, place):
    word = "OR IGNORE" if place.is_sqlite else "IGNORE"

    assert entries.execute(f"INSERT {word} INTO entries (title) VALUES ('First')") == 0


def test_an_upsert_never_has_the_id_of_another_table(entries, place):
    entries.execute(f"CREATE TABLE other (id {place.serial}, a INTEGER)")
    entries.executemany("INSERT INTO other (a) VALUES (%s)", [(n,) for n in range(7)])
    clause = (
        "ON CONFLICT (title) DO UPDATE SET title = 'First'"
        if place.is_sqlite
        else "ON DUPLICATE KEY UPDATE title = 'First'"
    )

    assert entries.execute(f"INSERT INTO entries (title) VALUES ('First') {clause}") == 0


def test_execute_rowcount_counts_changed_and_returned_rows(entries):
    assert entries.execute_rowcount("UPDATE entries SET title = title || 'x' WHERE id = 99") == 0
    assert entries.execute_rowcount("DELETE FROM entries WHERE id = %s", 1) == 1
    assert entries.execute_rowcount("SELECT * FROM entries") == 1


def test_executemany_runs_for_every_row_of_values(entries):
    insert = "INSERT INTO entries (title) VALUES (%s)"

    assert entries.executemany_rowcount(insert, [("a",), ("b",), ("c",)]) == 3
    assert entries.executemany(insert, [["d"]]) == 6
    assert entries.executemany_lastrowid(insert, (row for row in [("e",)])) == 7
    assert (
        entries.executemany_rowcount("DELETE FROM entries WHERE id = %s", [(1,), (2,), (9,)]) == 2
    )
    assert entries.executemany_rowcount(insert, []) == 0
    assert (
        "".join(row.title for row in entries.query("SELECT * FROM entries ORDER BY id")) == "abcde"
    )


def test_executemany_stores_all_rows_or_none(entries):
    with pytest.raises(IntegrityError):
        entries.executemany(
            "INSERT INTO entries (title) VALUES (%s)", [("a",), ("b",), ("First",), ("c",)]
        )

    assert len(entries.query("SELECT * FROM entries")) == 2


def test_executemany_within_a_transaction_undoes_only_itself(entries):
    insert = "INSERT INTO entries (title) VALUES (%s)"
    with entries.transaction():
        entries.execute(insert, "kept")
        with pytest.raises(IntegrityError):
            entries.executemany(insert, [("a",), ("First",)])

    assert [row.title for row in entries.query("SELECT title FROM entries WHERE id > 2")] == [
        "kept"
    ]


def test_executemany_refuses_a_statement_that_returns_rows(entries):
    with pytest.raises(ProgrammingError, match="RETURNING"):
        entries.executemany(
            "INSERT INTO entries (title) VALUES (%s) RETURNING id", [("a",), ("b",)]
        )

    assert len(entries.query("SELECT * FROM entries")) == 2


def test_the_word_returning_in_a_string_is_not_a_clause(entries):
    insert = "INSERT INTO entries (title) VALUES (replace(%s, ' returning ', '')) -- RETURNING"

    assert entries.executemany_rowcount(insert, [("a",), ("b",)]) == 2


def test_rows_of_an_insert_are_stored_and_returned(entries, place):
    row = entries.get("INSERT INTO entries (title) VALUES (%s) RETURNING id", "Third")

    assert row.id == 3
    other = place.connect()
    assert other.get("SELECT title FROM entries WHERE id = 3").title == "Third"
    assert entries.execute("INSERT INTO entries (title) VALUES (%s) RETURNING id", "Fourth") == 0
    assert (
        other.execute("INSERT INTO entries (title) VALUES (%s)", "Fifth") == 5
    )  # nothing is locked


def test_what_one_connection_stores_another_one_sees(entries, place):
    other = place.connect()

    assert len(other.query("SELECT * FROM entries")) == 2
    entries.execute("DELETE FROM entries")
    assert other.query("SELECT * FROM entries") == []


def test_reconnect_opens_a_new_connection(entries):
    entries.reconnect()

    assert len(entries.query("SELECT * FROM entries")) == 2


def test_a_closed_connection_is_opened_by_its_next_use(entries):
    entries.close()
    entries.close()

    assert len(entries.query("SELECT * FROM entries")) == 2


def test_a_with_block_closes_the_connection(place):
    with Connection(place.url) as db:
        db.execute("CREATE TABLE t (a INTEGER)")
        assert db.get("SELECT 1 AS one").one == 1
        rows = db.iter("SELECT 1")

    with pytest.raises(InterfaceError, match="the connection was closed"):
        next(rows)


def test_a_statement_is_text(db):
    with pytest.raises(ProgrammingError, match="a statement is a str, not bytes"):
        db.query(b"SELECT 1")


def test_two_statements_at_once_are_refused(entries):
    with pytest.raises(ProgrammingError):
        entries.query("SELECT 1; DROP TABLE entries")
    assert len(entries.query("SELECT * FROM entries")) == 2


def test_a_column_that_comes_twice_is_the_last_one(db):
    assert db.query("SELECT 1 AS a, 2 AS a") == [{"a": 2}]


def test_iter_returns_the_rows_in_turn(entries):
    rows = entries.iter("SELECT * FROM entries WHERE id < %s ORDER BY id", 3)

    assert next(rows).title == "First"
    assert [row.title for row in rows] == ["Second"]
    assert list(rows) == []
    assert len(entries.query("SELECT * FROM entries")) == 2


def test_no_statement_runs_while_rows_are_read(entries):
    rows = entries.iter("SELECT * FROM entries")
    next(rows)

    for call in (
        lambda: entries.query("SELECT 1"),
        lambda: entries.executemany("DELETE FROM entries WHERE id = %s", [(1,)]),
        lambda: entries.iter("SELECT 1"),
        lambda: entries.transaction().__enter__(),
    ):
        with pytest.raises(InterfaceError, match=r"rows of iter\(\) are still being read"):
            call()
    assert next(rows).title == "Second"
    assert list(rows) == []
    assert entries.get("SELECT 1 AS one").one == 1
