"""SQLite as a server wants it."""

from __future__ import annotations

import sqlite3
import threading
import time
import warnings

import pytest

from tornado.database import Connection, InterfaceError, OperationalError

PATIENCE = 60.0


def setting(db, name):
    (row,) = db.query(f"PRAGMA {name}")
    return next(iter(row.values()))


def test_the_settings_are_those_of_a_server(sqlite_place):
    db = sqlite_place.connect()

    assert setting(db, "journal_mode") == "wal"
    assert setting(db, "busy_timeout") == 10_000
    assert setting(db, "foreign_keys") == 1
    assert setting(db, "synchronous") == 2


def test_the_settings_can_be_switched(sqlite_place):
    url = sqlite_place.url_with(
        journal_mode="delete", busy_timeout="0.5", foreign_keys="off", synchronous="normal"
    )
    with Connection(url) as by_url:
        found = [
            setting(by_url, name)
            for name in ("journal_mode", "busy_timeout", "foreign_keys", "synchronous")
        ]
    assert found == ["delete", 500, 0, 1]
    by_argument = sqlite_place.connect(busy_timeout=2, foreign_keys=False)
    assert (setting(by_argument, "busy_timeout"), setting(by_argument, "foreign_keys")) == (2000, 0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            "busy_timeuot=3",
            "SQLite has no option 'busy_timeuot': it has busy_timeout, foreign_keys",
        ),
        ("busy_timeout=soon", "the option busy_timeout is a number of seconds, not 'soon'"),
        ("foreign_keys=maybe", "the option foreign_keys is on or off, not 'maybe'"),
        (
            "journal_mode=off;",
            "the option journal_mode is wal, delete, truncate, persist or memory",
        ),
    ],
)
def test_a_wrong_option_is_named(options, words):
    with pytest.raises(InterfaceError, match=words):
        Connection(f"sqlite://?{options}")


def test_a_database_in_memory_stays_however_long_it_is_idle():
    db = Connection("sqlite://", max_idle_time=0)
    db.execute("CREATE TABLE t (a INTEGER)")
    time.sleep(0.01)

    assert db.query("SELECT * FROM t") == []
    assert Connection("sqlite:///:memory:").query("SELECT 1 AS one") == [{"one": 1}]


def test_a_path_may_be_relative_and_have_any_characters(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Connection("sqlite:///a%20file%3F.db") as db:
        db.execute("CREATE TABLE t (a INTEGER)")

    assert (tmp_path / "a file?.db").exists()


def test_a_database_that_is_only_read_refuses_to_write(sqlite_place):
    sqlite_place.connect().execute("CREATE TABLE t (a INTEGER)")
    db = sqlite_place.connect(read_only=True)

    assert db.query("SELECT * FROM t") == []
    with pytest.raises(OperationalError, match="readonly"):
        db.execute("INSERT INTO t VALUES (1)")
    with pytest.raises(OperationalError, match="unable to open"):
        Connection(f"{sqlite_place.url}.missing?read_only=on")


def test_foreign_keys_count(sqlite_place):
    db = sqlite_place.connect()
    db.execute("CREATE TABLE a (n INTEGER PRIMARY KEY)")
    db.execute("CREATE TABLE b (n INTEGER REFERENCES a (n))")
    with pytest.raises(Exception, match="FOREIGN KEY constraint failed"):
        db.execute("INSERT INTO b VALUES (1)")


def test_readers_do_not_wait_for_a_writer(sqlite_place):
    db, other = sqlite_place.connect(), sqlite_place.connect(busy_timeout=0)
    db.execute("CREATE TABLE t (a INTEGER)")
    with db.transaction():
        db.execute("INSERT INTO t VALUES (1)")
        assert other.query("SELECT * FROM t") == []
        with other.transaction(read_only=True):
            assert other.query("SELECT * FROM t") == []
        with pytest.raises(OperationalError, match="locked") as caught:
            other.execute("INSERT INTO t VALUES (2)")
    assert caught.value.number == sqlite3.SQLITE_BUSY


def test_fifty_writers_are_never_locked_out(sqlite_place):
    sqlite_place.connect().execute("CREATE TABLE counters (n INTEGER PRIMARY KEY, v INTEGER)")
    errors = []
    start = threading.Barrier(50, timeout=PATIENCE)

    def work(number):
        try:
            start.wait()
            with Connection(sqlite_place.url, busy_timeout=PATIENCE) as db:
                for _ in range(4):
                    with db.transaction():  # reads and then writes, which needs the lock at once
                        found = db.get("SELECT COALESCE(SUM(v), 0) AS total FROM counters")
                        db.execute(
                            "INSERT INTO counters VALUES (%s, 1) ON CONFLICT (n) DO UPDATE SET v = v + 1",
                            number,
                        )
                        totals.append(found.total)
        except Exception as error:
            errors.append(error)

    totals = []
    threads = [threading.Thread(target=work, args=(number,)) for number in range(50)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(PATIENCE)

    assert errors == []
    assert sorted(totals) == list(range(200))


def test_no_deprecated_adapter_of_python_is_used(sqlite_place):
    import datetime

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        db = sqlite_place.connect()
        db.execute("CREATE TABLE t (a DATE, b TIMESTAMP)")
        today, now = datetime.date(2026, 11, 29), datetime.datetime(2026, 11, 29, 12)
        db.execute("INSERT INTO t VALUES (%s, %s)", today, now)
        assert db.query("SELECT * FROM t") == [{"a": today, "b": now}]


def test_converters_give_other_connections_what_those_of_python_give(tmp_path):
    Connection("sqlite://").close()
    connection = sqlite3.connect(":memory:", detect_types=sqlite3.PARSE_DECLTYPES)
    connection.execute("CREATE TABLE t (a DATE, b TIMESTAMP)")
    connection.execute("INSERT INTO t VALUES ('2026-11-29', '2026-11-29 12:00:00.5')")
    a, b = connection.execute("SELECT * FROM t").fetchone()
    connection.close()

    assert (str(a), str(b)) == ("2026-11-29", "2026-11-29 12:00:00.500000")
