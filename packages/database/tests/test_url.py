"""Where a database is: URLs and the classic arguments."""

from __future__ import annotations

import pytest

from tornado.database import InterfaceError
from tornado.database._url import Target, find_target


def find(host, database=None, user=None, password=None, **options):
    return find_target(host, database, user, password, options)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite://", Target("sqlite", "")),
        ("sqlite:///:memory:", Target("sqlite", "")),
        ("sqlite:///blog.db", Target("sqlite", "blog.db")),
        ("sqlite:////var/lib/blog.db", Target("sqlite", "/var/lib/blog.db")),
        ("sqlite:///b.db?a=1", Target("sqlite", "b.db", options={"a": "1"})),
        ("mysql://host/blog", Target("mysql", "blog", "host")),
        ("mariadb://host:3307/blog", Target("mysql", "blog", "host", 3307)),
        (
            "mysql://us%40er:p%2Fw@[::1]:3307/b%2Dlog?charset=latin1",
            Target("mysql", "b-log", "::1", 3307, "", "us@er", "p/w", {"charset": "latin1"}),
        ),
        (
            "mysql://u@localhost/blog?unix_socket=/run/s",
            Target("mysql", "blog", "localhost", unix_socket="/run/s", user="u"),
        ),
    ],
)
def test_a_url_names_a_database(url, expected):
    assert find(url) == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", Target("mysql", "blog", "localhost")),
        ("localhost:3307", Target("mysql", "blog", "localhost", 3307)),
        ("::1", Target("mysql", "blog", "::1")),
        ("[::1]", Target("mysql", "blog", "::1")),
        ("[::1]:3307", Target("mysql", "blog", "::1", 3307)),
        ("/run/mysqld/mysqld.sock", Target("mysql", "blog", unix_socket="/run/mysqld/mysqld.sock")),
    ],
)
def test_the_classic_arguments_name_a_database(host, expected):
    assert find(host, "blog") == expected


def test_a_url_comes_before_the_arguments():
    target = find(
        "mysql://ann:a@host/blog?charset=latin1", None, "bob", "b", charset="utf8mb4", x=1
    )

    assert (target.user, target.password) == ("ann", "a")
    assert target.options == {"charset": "latin1", "x": 1}
    assert find("mysql://host/blog", None, "bob", "b").user == "bob"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("localhost",), "the host 'localhost' comes with the name of a database"),
        (("localhost:port", "blog"), "'port' is not a port"),
        (("localhost:0", "blog"), "'0' is not a port"),
        (("sqlite:///x", "blog"), "leave the second argument out"),
        (("sqlite://x.db",), "three slashes, and four if .*: sqlite:///x.db"),
        (("oracle://x/y",), "'oracle' is not a kind of database: write sqlite:///file"),
        (("mysql://host",), "does not name one database"),
        (("mysql://host/a/b",), "does not name one database"),
        (("mysql://host:99999/a",), "the port of the URL"),
        (("mysql://host:x/a",), "the port of the URL"),
        (("sqlite:///a#b",), "no fragment"),
    ],
)
def test_what_names_no_database_is_an_error(arguments, words):
    with pytest.raises(InterfaceError, match=words):
        find(*arguments)


def test_a_target_does_not_show_its_password():
    assert "hush" not in repr(find("mysql://u:hush@host/blog"))
    assert find("mysql://u:hush@host/blog").address == "host:3306"
