"""Time grows with the length of the input, whatever is in it.

Time is CPU time of this process, the best of all tries so far; a busy machine gets many of them.
Eight times the input takes a linear function eight times as long and a quadratic one 64 times.
The bound between them is the one of doubling in less than three times the time, three times over.
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
FEWEST_TRIES = 3
GROWTH = 8
BOUND = 3**3
SECONDS = 0.0004  # long enough to measure, for the smaller input
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
    while min(seconds_for(function, unit * count) for _ in range(2)) < SECONDS:
        count *= 2
        if count * len(unit) > LONGEST:
            return True
    short = long = float("inf")
    for tries in range(1, TRIES + 1):
        short = min(short, seconds_for(function, unit * count))
        long = min(long, seconds_for(function, unit * (GROWTH * count)))
        if tries >= FEWEST_TRIES and long < BOUND * short:
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


@pytest.mark.parametrize(("power", "linear"), [(1, True), (1.4, True), (1.8, False), (2, False)])
def test_the_measure_finds_what_is_not_linear(monkeypatch, power, linear):
    now = 0.0

    def work(text):
        nonlocal now
        now += 1e-6 * len(text) ** power

    monkeypatch.setattr(time, "process_time", lambda: now)
    assert is_linear(work, "a") is linear
