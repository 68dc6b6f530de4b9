"""The public names, and what importing them loads."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import tornado.database

#: The methods of Tornado 2.4, with their parameters.
CLASSIC = {
    "__init__": ["host", "database", "user", "password", "max_idle_time"],
    "close": [],
    "execute": ["query", "parameters"],
    "execute_lastrowid": ["query", "parameters"],
    "execute_rowcount": ["query", "parameters"],
    "executemany": ["query", "parameters"],
    "executemany_lastrowid": ["query", "parameters"],
    "executemany_rowcount": ["query", "parameters"],
    "get": ["query", "parameters"],
    "iter": ["query", "parameters"],
    "query": ["query", "parameters"],
    "reconnect": [],
}


@pytest.mark.parametrize("method", CLASSIC)
def test_methods_have_the_parameters_of_the_classic(method):
    parameters = list(inspect.signature(getattr(tornado.database.Connection, method)).parameters)

    assert parameters[1 : 1 + len(CLASSIC[method])] == CLASSIC[method]


def test_every_public_name_is_there_and_says_the_public_module():
    assert tornado.database.__all__ == sorted(tornado.database.__all__)
    for name in tornado.database.__all__:
        thing = getattr(tornado.database, name)
        assert getattr(thing, "__module__", "tornado.database") == "tornado.database", name


def test_the_constants_are_those_of_the_driver():
    from pymysql.constants import FIELD_TYPE, FLAG

    for ours, theirs in (
        (tornado.database.FIELD_TYPE, FIELD_TYPE),
        (tornado.database.FLAG, FLAG),
    ):
        names = {name for name in vars(theirs) if name.isupper()}
        shared = names & {name for name in vars(ours) if name.isupper()}
        assert len(shared) > 14
        assert all(getattr(ours, name) == getattr(theirs, name) for name in shared)
    assert tornado.database.FIELD_TYPE.VAR_STRING in tornado.database.field_types
    assert tornado.database.FIELD_TYPE.BLOB in tornado.database.field_types


@pytest.mark.parametrize(
    ("statements", "absent"),
    [
        ("from tornado.database import Connection, Row", {"sqlite3", "pymysql", "asyncio", "ssl"}),
        ("from tornado.database import Connection; Connection('sqlite://')", {"pymysql", "ssl"}),
    ],
)
def test_importing_loads_no_driver_that_is_not_used(statements, absent):
    program = f"{statements}\nimport sys\nprint(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()

    assert not absent.intersection(loaded)
