"""Twice the input takes about twice the time, whatever is in it.

Time is CPU time of this process, the best of all tries so far; a busy machine gets many of them.
The best time of a quadratic function stays four times as long.
"""

import contextlib
import time

import pytest

from tornado.escape import (
    json_decode,
    json_encode,
    linkify,
    parse_qs_bytes,
    squeeze,
    url_escape,
    url_unescape,
    xhtml_escape,
    xhtml_unescape,
)

TRIES = 40
FEWEST_TRIES = 5
SECONDS = 0.003  # long enough to measure, for the smaller input
LONGEST = 200_000  # characters; what takes no measurable time for so many is linear

CASES = [
    *(
        (linkify, unit)
        for unit in [
            "http://",
            "http://(",
            "(http://",
            "http://a(",
            "http://a)",
            "http://a.com/(x) ",
            "http://a()",
            "http://a!",
            "www.",
            "www.a(",
            "(www.a",
            "a-",
            "a",
            ":/",
            "a:/",
            "&",
            "<",
            '"http://a.com/"',
            "()",
            "(",
            ")",
            "!",
            "ftp://",
        ]
    ),
    *((squeeze, unit) for unit in [" ", "\x00", " a", "\xa0"]),
    *(
        (url_unescape, unit)
        for unit in ["%", "%2", "%41", "%zz", "%E4", "\u4e2d%41", "\\x", "+", "a", "%%"]
    ),
    *((url_escape, unit) for unit in ["%", "a", " ", "&=?/#", "\u4e2d", bytes(range(256))]),
    *((parse_qs_bytes, unit) for unit in ["&", "a&", "a=%&", "%41=1&", "a=1&", "=", "+", "%"]),
    *((xhtml_escape, unit) for unit in ["&", "<", "\"'", "a", "&lt;"]),
    *((xhtml_unescape, unit) for unit in ["&", "&#", "&#1", "&a", "&amp;", "&amp", "&lt;a"]),
    *((json_encode, unit) for unit in ["</", "<!--", "<s", "\u2028", '"']),
]


def seconds_for(function, value):
    start = time.process_time()
    function(value)
    return time.process_time() - start


def is_linear(function, unit):
    count = 500
    while seconds_for(function, unit * count) < SECONDS:
        count *= 2
        if count * len(unit) > LONGEST:
            return True
    once = twice = float("inf")
    for tries in range(1, TRIES + 1):
        once = min(once, seconds_for(function, unit * count))
        twice = min(twice, seconds_for(function, unit * (2 * count)))
        if tries >= FEWEST_TRIES and twice < 3 * once:
            return True
    return False


@pytest.mark.parametrize(
    ("function", "unit"), CASES, ids=[f"{f.__name__}-{unit!r:.20}" for f, unit in CASES]
)
def test_time_grows_with_the_length(function, unit):
    assert is_linear(function, unit)


@pytest.mark.parametrize(
    ("function", "head", "unit"),
    [
        (xhtml_unescape, "&#", "1"),
        (xhtml_unescape, "&#", "0"),
        (xhtml_unescape, "&#x", "1"),
        (xhtml_unescape, "&", "a"),
        (linkify, "http://", "a"),
        (linkify, "http://a.com/(", "(x)"),
        (linkify, "http://a.com/", "?!"),
        (json_decode, '"', "\\u0041"),
        (json_decode, "[", "1,"),
        (json_decode, "", " "),
    ],
)
def test_time_grows_with_the_length_of_one_piece(function, head, unit):
    def on_text_with_head(text):
        with contextlib.suppress(ValueError):
            function(head + text)

    assert is_linear(on_text_with_head, unit)


def test_the_measure_finds_what_is_not_linear():
    def quadratic(text):
        for _ in range(len(text) ** 2):
            pass

    assert not is_linear(quadratic, "a")
