"""Blocks that count together or not at all."""

# ruff: noqa: PT012 - the error leaves a block of several statements, which is what is tested

from __future__ import annotations

import threading

import pytest

from tornado.database import (
    InterfaceError,
    OperationalError,
    ProgrammingError,
)

PATIENCE = 30.0


@pytest.fixture
def numbers(db):
    """A connection to an empty table."""
    engine = "" if db.host.startswith("sqlite") else " ENGINE=InnoDB"
    db.execute(f"CREATE TABLE numbers (n INTEGER PRIMARY KEY, v INTEGER){engine}")
    return db


def stored(db):
    return [row.n for row in db.query("SELECT n FROM numbers ORDER BY n")]


def insert(db, number):
    db.execute("INSERT INTO numbers (n) VALUES (%s)", number)


def test_a_block_is_stored_at_its_end(numbers, place):
    other = place.connect()
    with numbers.transaction():
        insert(numbers, 1)
        assert stored(other) == []
    assert stored(other) == [1]


def test_an_exception_undoes_the_block_and_goes_on(numbers):
    with pytest.raises(ZeroDivisionError), numbers.transaction():
        insert(numbers, 1)
        raise ZeroDivisionError

    assert stored(numbers) == []
    insert(numbers, 2)
    assert stored(numbers) == [2]


def test_a_block_within_a_block_is_undone_alone(numbers):
    with numbers.transaction():
        insert(numbers, 1)
        with pytest.raises(ZeroDivisionError), numbers.transaction():
            insert(numbers, 2)
            raise ZeroDivisionError
        with numbers.transaction():
            insert(numbers, 3)
            with numbers.transaction():
                insert(numbers, 4)

    assert stored(numbers) == [1, 3, 4]


def test_the_outer_block_undoes_the_inner_one(numbers):
    with pytest.raises(ZeroDivisionError), numbers.transaction():
        with numbers.transaction():
            insert(numbers, 1)
        raise ZeroDivisionError

    assert stored(numbers) == []


def test_a_failed_statement_does_not_end_the_block(numbers):
    with numbers.transaction():
        insert(numbers, 1)
        with pytest.raises(ProgrammingError):
            numbers.execute("INSERT INTO nowhere VALUES (1)")
        insert(numbers, 2)

    assert stored(numbers) == [1, 2]


def test_a_block_in_a_transaction_of_statements_is_a_savepoint(numbers):
    numbers.execute("BEGIN")
    insert(numbers, 1)
    with pytest.raises(ZeroDivisionError), numbers.transaction():
        insert(numbers, 2)
        raise ZeroDivisionError
    numbers.execute("COMMIT")

    assert stored(numbers) == [1]


def test_a_block_that_only_reads_refuses_to_write(numbers):
    with numbers.transaction(read_only=True):
        assert stored(numbers) == []
        with pytest.raises(OperationalError):
            insert(numbers, 1)
    insert(numbers, 2)
    with pytest.raises(ZeroDivisionError), numbers.transaction(read_only=True):
        raise ZeroDivisionError
    insert(numbers, 3)

    assert stored(numbers) == [2, 3]


def test_a_block_is_entered_once_at_a_time(numbers):
    block = numbers.transaction()
    with block, pytest.raises(InterfaceError, match="the transaction is under way"), block:
        pass
    with block:
        insert(numbers, 1)

    assert stored(numbers) == [1]


def test_rows_that_are_still_being_read_do_not_keep_a_block_from_being_undone(numbers):
    numbers.executemany("INSERT INTO numbers (n) VALUES (%s)", [(n,) for n in range(5)])
    with pytest.raises(ZeroDivisionError), numbers.transaction():
        insert(numbers, 9)
        rows = numbers.iter("SELECT n FROM numbers")
        next(rows)
        raise ZeroDivisionError

    assert stored(numbers) == [0, 1, 2, 3, 4]


def test_rows_that_are_still_being_read_keep_a_block_from_being_stored(numbers):
    numbers.executemany("INSERT INTO numbers (n) VALUES (%s)", [(n,) for n in range(5)])
    with pytest.raises(InterfaceError, match="still being read"), numbers.transaction():
        insert(numbers, 9)
        rows = numbers.iter("SELECT n FROM numbers")
        next(rows)
    del rows

    assert stored(numbers) == [0, 1, 2, 3, 4]


def test_what_cannot_be_committed_is_rolled_back(sqlite_place):
    db = sqlite_place.connect()
    db.execute("CREATE TABLE a (n INTEGER PRIMARY KEY)")
    db.execute("CREATE TABLE b (n INTEGER REFERENCES a (n) DEFERRABLE INITIALLY DEFERRED)")

    with pytest.raises(Exception, match="FOREIGN KEY constraint failed"), db.transaction():
        db.execute("INSERT INTO b VALUES (1)")
    assert db.query("SELECT * FROM b") == []
    db.execute("INSERT INTO a VALUES (1)")


@pytest.fixture
def two(mariadb_place):
    """Two connections to a table with two rows, with a short lock timeout."""
    first, second = mariadb_place.connect(), mariadb_place.connect()
    first.execute("CREATE TABLE numbers (n INTEGER PRIMARY KEY, v INTEGER) ENGINE=InnoDB")
    first.executemany("INSERT INTO numbers VALUES (%s, 0)", [(1,), (2,), (3,)])
    second.execute("SET SESSION innodb_lock_wait_timeout = 1")
    return first, second


def test_a_lock_timeout_undoes_the_transaction(two):
    first, second = two
    with first.transaction():
        first.execute("UPDATE numbers SET v = 1 WHERE n = 1")
        with pytest.raises(OperationalError) as caught, second.transaction():
            second.execute("UPDATE numbers SET v = 2 WHERE n = 2")
            second.execute("UPDATE numbers SET v = 2 WHERE n = 1")

    assert caught.value.number == 1205
    assert [row.v for row in first.query("SELECT v FROM numbers ORDER BY n")] == [1, 0, 0]
    second.execute("UPDATE numbers SET v = 3 WHERE n = 1")


def test_a_block_whose_first_half_is_gone_stores_no_second_half(two):
    first, second = two
    with first.transaction():
        first.execute("UPDATE numbers SET v = 1 WHERE n = 1")
        with pytest.raises(OperationalError, match="has been rolled back"), second.transaction():
            second.execute("UPDATE numbers SET v = 2 WHERE n = 2")
            with pytest.raises(OperationalError), second.transaction():
                second.execute("UPDATE numbers SET v = 2 WHERE n = 1")
            with pytest.raises(OperationalError, match="has been rolled back"):
                second.execute("UPDATE numbers SET v = 2 WHERE n = 3")
            # and so does the end of the block, since the program goes on

    assert [row.v for row in first.query("SELECT v FROM numbers ORDER BY n")] == [1, 0, 0]


def test_a_lock_timeout_in_a_transaction_of_statements_undoes_it(two):
    first, second = two
    with first.transaction():
        first.execute("UPDATE numbers SET v = 1 WHERE n = 1")
        second.execute("START TRANSACTION")
        second.execute("UPDATE numbers SET v = 2 WHERE n = 2")
        with pytest.raises(OperationalError):
            second.execute("UPDATE numbers SET v = 2 WHERE n = 1")
        second.execute("COMMIT")

    assert [row.v for row in first.query("SELECT v FROM numbers ORDER BY n")] == [1, 0, 0]


def test_the_loser_of_a_deadlock_is_undone_and_can_try_again(two):
    first, second = two
    second.execute("SET SESSION innodb_lock_wait_timeout = 50")
    both_have_one = threading.Barrier(2, timeout=PATIENCE)
    losers = []

    def work(db, numbers):
        try:
            with db.transaction():
                db.execute("UPDATE numbers SET v = v + 1 WHERE n = %s", numbers[0])
                both_have_one.wait()
                db.execute("UPDATE numbers SET v = v + 1 WHERE n = %s", numbers[1])
        except OperationalError as error:
            losers.append(error.number)
            with db.transaction():
                for number in numbers:
                    db.execute("UPDATE numbers SET v = v + 1 WHERE n = %s", number)

    threads = [
        threading.Thread(target=work, args=each) for each in [(first, (1, 2)), (second, (2, 1))]
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join(PATIENCE)

    assert losers == [1213]
    assert [row.v for row in first.query("SELECT v FROM numbers ORDER BY n")] == [2, 2, 0]
