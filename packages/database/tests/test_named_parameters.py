"""Parameters with names."""

from __future__ import annotations

from typing import Any

import pytest

from tornado.database import Connection, DataError, ProgrammingError

INSERT = "INSERT INTO items (id, name) VALUES (%(id)s, %(name)s)"


@pytest.fixture
def items(db: Connection) -> Connection:
    db.execute("CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR(50))")
    return db


def test_a_mapping_has_the_values(items: Connection) -> None:
    assert items.execute_rowcount(INSERT, {"name": "it's 100%", "id": 7, "more": "is ignored"}) == 1
    assert items.get("SELECT * FROM items WHERE id = %(id)s", {"id": 7}) == {
        "id": 7,
        "name": "it's 100%",
    }


def test_a_row_is_a_mapping(items: Connection) -> None:
    items.execute(INSERT, id=1, name="one")
    (row,) = items.query("SELECT id + 1 AS id, name FROM items")
    items.execute(INSERT, row)
    assert [each.id for each in items.iter("SELECT * FROM items WHERE name = %(name)s", row)] == [
        1,
        2,
    ]


def test_keywords_have_the_values(items: Connection) -> None:
    items.execute(INSERT, id=1, name="one")
    assert items.execute_rowcount(INSERT, id=2, name="two") == 1
    items.execute_lastrowid(INSERT, id=3, name="three")
    assert items.get("SELECT name FROM items WHERE id = %(id)s", id=2) == {"name": "two"}
    assert items.query("SELECT id FROM items WHERE name = %(name)s", name="three") == [{"id": 3}]
    assert list(items.iter("SELECT id FROM items WHERE id > %(least)s", least=2)) == [{"id": 3}]


def test_a_name_may_come_twice_and_a_list_fills_parentheses(items: Connection) -> None:
    items.executemany(INSERT, [{"id": number, "name": f"item {number}"} for number in range(1, 6)])
    found = items.query(
        "SELECT id FROM items WHERE (id IN %(ids)s OR id = %(id)s) AND id <> %(id)s"
        " AND name LIKE 'it%%' ORDER BY id",
        {"ids": [1, 3, 4], "id": 3},
    )
    assert [row.id for row in found] == [1, 4]


def test_many_mappings_are_stored_or_none(items: Connection) -> None:
    assert items.executemany_rowcount(INSERT, ({"id": n, "name": "x"} for n in range(10))) == 10
    with pytest.raises(ProgrammingError, match="no value for the parameter 'name'"):
        items.executemany(INSERT, [{"id": 11, "name": "x"}, {"id": 12}])
    with pytest.raises(ProgrammingError, match="as one mapping"):
        items.executemany(INSERT, [{"id": 11, "name": "x"}, (12, "x")])  # type: ignore[list-item]  # the mistake
    assert items.query("SELECT COUNT(*) AS n FROM items") == [{"n": 10}]


@pytest.mark.parametrize(
    ("statement", "values", "message"),
    [
        (
            "SELECT %(a)s, %(b)s, %(a)s, %(c)s",
            ({"b": 1},),
            "no value for the parameter 'a', 'c', in",
        ),
        ("SELECT %(a)s", (), "give their values as one mapping"),
        ("SELECT %(a)s", (1,), "give their values as one mapping"),
        ("SELECT %(a)s", ({"a": 1}, {"a": 1}), "give their values as one mapping"),
        ("SELECT %(a)s, %s", ({"a": 1},), "some parameters have names and others have not"),
        ("SELECT '%(a)s'", ({"a": 1},), "column 9 .* is within a string"),
        ("SELECT %(a)d", ({"a": 1},), "column 8 .* neither %s"),
    ],
)
def test_a_wrong_use_says_what_is_wrong(
    db: Connection, statement: str, values: tuple[Any, ...], message: str
) -> None:
    with pytest.raises(ProgrammingError, match=message):
        db.query(statement, *values)
    assert db.query("SELECT %(a)s AS a", a=1) == [{"a": 1}]


def test_values_are_given_in_one_way(db: Connection) -> None:
    for method in (
        db.query,
        db.get,
        db.iter,
        db.execute,
        db.execute_lastrowid,
        db.execute_rowcount,
    ):
        with pytest.raises(ProgrammingError, match="by their places or by their names, not both"):
            method("SELECT %(a)s", {"a": 1}, b=2)


def test_a_mapping_has_no_values_for_places(items: Connection) -> None:
    with pytest.raises(DataError, match=r"dict cannot be .*, or write %\(name\)s for each"):
        items.query("SELECT %s", {"a": 1})
    insert = "INSERT INTO items (id, name) VALUES (%s, %s)"
    with pytest.raises(ProgrammingError, match="takes 2 parameters, and was given 1 value"):
        items.executemany(insert, [{"id": 1, "name": "x"}])
    assert items.query("SELECT * FROM items") == []


async def test_a_coroutine_takes_a_mapping(place: Any) -> None:
    insert = "INSERT INTO items (name) VALUES (%(name)s)"
    async with place.pool() as pool:
        await pool.execute(insert, {"name": "one"})
        await pool.executemany(insert, [{"name": "two"}, {"name": "three"}])
        query = "SELECT id FROM items WHERE name = %(name)s"
        assert await pool.get(query, {"name": "two"}) == {"id": 2}
        assert [row.id async for row in pool.iter(query, {"name": "three"})] == [3]
