from __future__ import annotations

import pytest

from tornado.httputil import HTTPInputError, split_host_and_port
from tornado.httputil._hosts import checked_host


@pytest.mark.parametrize(
    ("netloc", "expected"),
    [
        ("example.com:80", ("example.com", 80)),
        ("example.com", ("example.com", None)),
        ("[::1]:8080", ("[::1]", 8080)),
        ("[::1]", ("[::1]", None)),
        ("a:", ("a:", None)),
        ("a:b", ("a:b", None)),
        (":80", (":80", None)),
        ("", ("", None)),
        ("a:\u0661", ("a:\u0661", None)),
    ],
)
def test_the_port_is_what_follows_the_last_colon(netloc, expected):
    assert split_host_and_port(netloc) == expected


@pytest.mark.parametrize(
    "host",
    [
        "",
        "a",
        "a:80",
        "a:",
        "127.0.0.1",
        "[::1]",
        "[::1]:80",
        "[fe80::1%25eth0]",
        "a_b",
        "%41",
        "a!$&'()*+;=-.~",
        "xn--bcher-kva",
    ],
)
def test_a_host_of_the_grammar_is_kept(host):
    assert checked_host(host) == host


@pytest.mark.parametrize(
    "host",
    [
        "a,b",
        "a b",
        "a/b",
        "a@b",
        "a\\b",
        "a?b",
        "a#b",
        "\xe9",
        "a:b",
        "a:80:90",
        "::1",
        "[::1",
        "[x]",
        "[1:2]",
        ":80",
        "a:65536",
        "%4",
        "%gg",
        "<a>",
        "a\n",
        "a\x00",
    ],
)
def test_another_host_is_refused(host):
    with pytest.raises(
        HTTPInputError, match=r"Invalid Host header: |Multiple host headers not allowed: "
    ):
        checked_host(host)
