"""Connections that a server has closed, or that end in the middle of something."""

# ruff: noqa: PT012 - the error leaves a block of several statements, which is what is tested

from __future__ import annotations

import os
import signal
import socket
import threading
import time

import pytest

from tornado.database import Connection, DataError, OperationalError

PATIENCE = 30.0


@pytest.fixture(params=["tcp", "socket"])
def db(request, mariadb_place, mariadb):
    """A connection over TCP, or over a Unix socket, to a table that counts."""
    host = mariadb_place.arguments["host"] if request.param == "tcp" else mariadb.socket
    with Connection(**{**mariadb_place.arguments, "host": host}) as connection:
        connection.execute("CREATE TABLE t (a INTEGER)")
        yield connection


def number_of(db):
    return db.get("SELECT CONNECTION_ID() AS id").id


def count(db):
    return db.get("SELECT COUNT(*) AS n FROM t").n


def kill(mariadb, number):
    """End a connection at the server, and wait until that is done."""
    mariadb.run(f"KILL {number}")
    deadline = time.monotonic() + PATIENCE
    query = f"SELECT 1 FROM information_schema.processlist WHERE id = {number}"
    while mariadb.run(query):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_idle_connection_that_was_ended_is_replaced(db, mariadb):
    before = number_of(db)
    kill(mariadb, before)

    assert db.execute("INSERT INTO t VALUES (1)") == 0
    assert number_of(db) != before
    assert count(db) == 1


def test_an_idle_hour_is_not_noticed(db):
    before = number_of(db)
    db.execute("SET SESSION wait_timeout = 1")
    time.sleep(1.5)  # the server counts in seconds

    assert count(db) == 0
    assert number_of(db) != before


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["gently", "killed"])
def test_a_restarted_server_is_not_noticed(db, server, how):
    db.execute("INSERT INTO t VALUES (1)")
    server.run("SET GLOBAL innodb_flush_log_at_trx_commit = 1", "FLUSH LOGS")
    server.restart(how)

    db.execute("INSERT INTO t VALUES (2)")
    assert number_of(db) > 0


def test_an_idle_connection_is_replaced_after_its_longest_time(mariadb_place):
    db = mariadb_place.connect(max_idle_time=0.05)
    before = number_of(db)
    time.sleep(0.1)

    assert number_of(db) != before


def test_a_connection_in_use_is_kept(db):
    assert number_of(db) == number_of(db)


def test_a_lost_connection_within_a_transaction_reaches_the_program(db, mariadb):
    with pytest.raises(OperationalError) as caught, db.transaction():
        db.execute("INSERT INTO t VALUES (1)")
        kill(mariadb, number_of(db))
        db.execute("INSERT INTO t VALUES (2)")

    assert caught.value.number == 2006
    assert "during a transaction: nothing of it is stored" in str(caught.value)
    assert count(db) == 0


def test_the_rest_of_a_transaction_does_not_run_on_a_new_connection(db, mariadb):
    with pytest.raises(OperationalError, match="has been rolled back"), db.transaction():
        db.execute("INSERT INTO t VALUES (1)")
        kill(mariadb, number_of(db))
        for value in (2, 3):
            with pytest.raises(OperationalError):
                db.execute("INSERT INTO t VALUES (%s)", value)

    assert count(db) == 0
    db.execute("INSERT INTO t VALUES (4)")
    assert count(db) == 1


def test_a_transaction_of_statements_is_not_continued_either(db, mariadb):
    db.execute("START TRANSACTION")
    db.execute("INSERT INTO t VALUES (1)")
    kill(mariadb, number_of(db))

    with pytest.raises(OperationalError, match="nothing of it is stored"):
        db.execute("INSERT INTO t VALUES (2)")
    assert count(db) == 0


def run_and_wait(db, mariadb, statement):
    """Begin a statement in a thread, and return when the server runs it, with its errors to be."""
    number = number_of(db)
    errors = []

    def work():
        try:
            db.query(statement)
        except OperationalError as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    deadline = time.monotonic() + PATIENCE
    query = (
        f"SELECT 1 FROM information_schema.processlist WHERE id = {number} AND state LIKE '%sleep%'"
    )
    while not mariadb.run(query):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return thread, errors


def test_a_statement_that_may_have_run_is_not_run_again(db, mariadb):
    number = number_of(db)
    thread, errors = run_and_wait(db, mariadb, "INSERT INTO t SELECT SLEEP(600)")
    mariadb.run(f"KILL {number}")
    thread.join(PATIENCE)

    assert [type(error) for error in errors] == [OperationalError]
    assert count(db) == 0
    assert number_of(db) != number


def test_a_server_that_ends_during_a_statement_is_one_error(db, server):
    thread, errors = run_and_wait(db, server, "SELECT SLEEP(600)")
    server.stop(signal.SIGKILL)
    thread.join(PATIENCE)
    assert [error.number for error in errors] == [2013]
    assert "the statement may have run" in str(errors[0])

    with pytest.raises(OperationalError, match="cannot connect to the server at"):
        db.query("SELECT 1")
    server.start()
    assert number_of(db) > 0


def test_a_server_that_ends_during_a_transaction_is_one_error(db, server):
    with pytest.raises(OperationalError), db.transaction():
        db.execute("INSERT INTO t VALUES (1)")
        server.restart(signal.SIGKILL)
        db.execute("INSERT INTO t VALUES (2)")

    assert count(db) == 0


def test_a_server_that_ends_while_rows_are_read_is_one_error(db, server):
    rows = db.iter("SELECT seq, REPEAT('x', 1000) AS filler FROM seq_1_to_1000000")
    next(rows)
    server.stop(signal.SIGKILL)
    with pytest.raises(OperationalError):
        list(rows)
    assert list(rows) == []
    server.start()
    assert number_of(db) > 0


def test_a_read_timeout_is_an_error_and_nothing_is_repeated(mariadb_place):
    db = mariadb_place.connect(read_timeout=0.3)
    db.execute("CREATE TABLE t (a INTEGER)")
    with pytest.raises(OperationalError) as caught:
        db.execute("INSERT INTO t SELECT SLEEP(1)")

    assert caught.value.number == 2013
    deadline = time.monotonic() + PATIENCE
    while count(db) == 0:  # the server goes on, and stores it once
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(0.2)
    assert count(db) == 1


def test_a_value_that_exceeds_a_packet_is_not_a_lost_connection(db):
    before = number_of(db)
    db.execute("CREATE TABLE blobs (a LONGBLOB)")
    with pytest.raises(DataError, match=r"the server takes 16777216 \(max_allowed_packet\)"):
        db.execute("INSERT INTO blobs VALUES (%s)", bytes(9 << 20))
    with pytest.raises(DataError, match="max_allowed_packet"):
        db.executemany("INSERT INTO blobs VALUES (%s)", [(b"x",), (bytes(9 << 20),)])
    with pytest.raises(DataError, match="max_allowed_packet"):
        db.execute("INSERT INTO blobs VALUES (%s)", "\u20ac" * (6 << 20))
    db.execute("INSERT INTO blobs VALUES (%s)", bytes(8_000_000))

    assert number_of(db) == before
    assert db.get("SELECT COUNT(*) AS n, MAX(LENGTH(a)) AS size FROM blobs") == {
        "n": 1,
        "size": 8_000_000,
    }


def test_a_statement_interrupted_at_the_server_leaves_the_connection_usable(db, mariadb):
    number = number_of(db)
    thread, errors = run_and_wait(
        db, mariadb, "SELECT SLEEP(600) FROM t RIGHT JOIN (SELECT 1) x ON 1"
    )
    mariadb.run(f"KILL QUERY {number}")
    thread.join(PATIENCE)

    assert len(errors) <= 1  # SLEEP itself ends early, without an error
    assert number_of(db) == number


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_gets_a_connection_of_its_own(place):
    db = place.connect()
    db.execute("CREATE TABLE t (a INTEGER)")
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - another process
        try:
            db.execute("INSERT INTO t VALUES (1)")
            db.close()
            os.write(writer, b"done")
        finally:
            os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader, "rb") as pipe:
        assert pipe.read() == b"done"

    db.execute("INSERT INTO t VALUES (2)")
    assert [row.a for row in db.query("SELECT a FROM t ORDER BY a")] == [1, 2]


def test_a_host_may_have_a_port_in_brackets(mariadb):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(OperationalError, match=rf"cannot connect to the server at \[::1\]:{port}"):
        Connection(f"[::1]:{port}", "test", user="nobody", connect_timeout=1)
