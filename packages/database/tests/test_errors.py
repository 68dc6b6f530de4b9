"""Errors are the same classes on both kinds of database, and show no values."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import traceback

import pytest

from tornado.database import (
    Connection,
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
)

SECRET = "the secret of 'Ann'"


@pytest.fixture
def tables(db, place):
    """A connection to two tables with constraints."""
    db.execute(
        f"CREATE TABLE people (id {place.serial}, name VARCHAR(60) NOT NULL UNIQUE,"
        " age INTEGER CHECK (age > 0))"
    )
    db.execute(
        f"CREATE TABLE dogs (id {place.serial}, owner INTEGER NOT NULL,"
        " FOREIGN KEY (owner) REFERENCES people (id))"
    )
    db.execute("INSERT INTO people (name, age) VALUES (%s, 1)", SECRET)
    return db


def test_the_classes_form_one_tree():
    assert issubclass(DatabaseError, Error)
    assert issubclass(InterfaceError, Error)
    assert not issubclass(InterfaceError, DatabaseError)
    for each in (
        DataError,
        IntegrityError,
        InternalError,
        NotSupportedError,
        OperationalError,
        ProgrammingError,
    ):
        assert issubclass(each, DatabaseError)


@pytest.mark.parametrize(
    ("statement", "values", "expected", "numbers"),
    [
        ("INSERT INTO people (name) VALUES (%s)", [SECRET], IntegrityError, (2067, 1062)),
        ("INSERT INTO people (name) VALUES (%s)", [None], IntegrityError, (1299, 1048)),
        ("INSERT INTO people (age) VALUES (%s)", [1], IntegrityError, (1299, 1364)),
        ("INSERT INTO people (name, age) VALUES ('x', %s)", [-77], IntegrityError, (275, 4025)),
        ("INSERT INTO dogs (owner) VALUES (%s)", [777], IntegrityError, (787, 1452)),
        ("SELEC %s", [SECRET], ProgrammingError, (1, 1064)),
        ("SELECT * FROM nothing WHERE a = %s", [SECRET], ProgrammingError, (1, 1146)),
        ("SELECT missing FROM people WHERE name = %s", [SECRET], OperationalError, (1, 1054)),
        ("SELECT missing(%s)", [SECRET], OperationalError, (1, 1305)),
    ],
)
def test_a_mistake_is_the_same_class_on_both(tables, place, statement, values, expected, numbers):
    with pytest.raises(Error) as caught:
        tables.query(statement, *values)

    error = caught.value
    assert type(error) is expected
    assert error.args[0] == error.number == numbers[0 if place.is_sqlite else 1]
    assert error.message.endswith(f"in: {statement}")
    shown = "".join(traceback.format_exception(error))
    for value in (SECRET, "secret", "Ann", "-77", "777"):
        assert value not in str(error)
        assert value not in shown


def test_an_error_of_many_rows_shows_no_values(tables):
    with pytest.raises(IntegrityError) as caught:
        tables.executemany("INSERT INTO people (name) VALUES (%s)", [("x",), (SECRET,)])

    assert "secret" not in "".join(traceback.format_exception(caught.value))


def test_a_long_statement_is_cut(db):
    with pytest.raises(ProgrammingError) as caught:
        db.query("SELEC\n  %s, " + "1, " * 10_000, 1)

    assert len(caught.value.message) < 600
    assert "SELEC %s, 1, 1" in caught.value.message
    assert caught.value.message.endswith("...")


def test_an_error_can_be_copied_and_sent_to_another_process():
    error = IntegrityError(1062, "a message")

    for again in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (type(again), again.args, again.number) == (
            IntegrityError,
            (1062, "a message"),
            1062,
        )
    assert InterfaceError("only words").number is None
    assert InterfaceError("only words").message == "only words"


def test_a_file_that_is_not_a_database_is_named(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("not a database, but a text that is long enough for a header " * 20)

    with pytest.raises(
        OperationalError, match=r"cannot open the database .*notes\.txt: file is not"
    ):
        Connection(f"sqlite:///{file}")


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(OperationalError, match=r"cannot open the database .*nowhere/x\.db: unable"):
        Connection(f"sqlite:///{tmp_path}/nowhere/x.db")


def test_wrong_credentials_are_one_message(mariadb):
    with pytest.raises(OperationalError) as caught:
        Connection(f"127.0.0.1:{mariadb.port}", "test", user="nobody", password=SECRET)

    assert caught.value.number == 1045
    assert f"cannot connect to the server at 127.0.0.1:{mariadb.port}: Access denied" in str(
        caught.value
    )
    assert "secret" not in "".join(traceback.format_exception(caught.value))


def test_a_database_that_does_not_exist_is_named(mariadb):
    with pytest.raises(OperationalError, match=r"cannot connect .*: Unknown database 'nothing'"):
        Connection(mariadb.socket, "nothing", user="root")


def test_an_unknown_host_is_one_message():
    with pytest.raises(
        OperationalError, match=r"cannot connect to the server at host\.invalid:3306: "
    ):
        Connection("host.invalid", "test", user="nobody")


def test_a_server_that_does_not_listen_is_one_message(tmp_path):
    with pytest.raises(OperationalError, match=r"cannot connect .*: No such file or directory"):
        Connection(str(tmp_path / "socket"), "test", user="nobody")


def test_a_server_that_accepts_and_says_nothing_is_given_up():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(OperationalError, match=r"cannot connect .*timed out"):
            Connection(host, "test", user="nobody", connect_timeout=0.3)


def test_an_unknown_time_zone_is_one_message(mariadb_place):
    with pytest.raises(OperationalError, match=r"cannot connect .*time zone"):
        mariadb_place.connect(time_zone="Middle/Earth")


def test_a_missing_driver_is_one_message():
    program = (
        "import sys; sys.modules['pymysql'] = None\n"
        "from tornado.database import Connection, Error, FIELD_TYPE\n"
        "try: Connection('localhost', 'test')\n"
        "except Error as error: print(type(error).__name__, error)"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout

    assert printed == (
        "InterfaceError MySQL and MariaDB need PyMySQL: pip install 'tornado-database[mysql]'\n"
    )


def test_a_password_of_any_characters_is_taken(mariadb_place):
    assert mariadb_place.connect().get("SELECT 1 AS one").one == 1
    assert Connection(**mariadb_place.arguments).get("SELECT 1 AS one").one == 1
