from __future__ import annotations

import pytest

from tornado.httputil import _get_content_range, _parse_request_range

HUGE = "9" * 30


@pytest.mark.parametrize(
    ("header", "bounds"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=1-2", (1, 3)),
        ("bytes=6-", (6, None)),
        ("bytes=-6", (-6, None)),
        ("bytes=-0", (None, 0)),
        ("bytes = 1 - 2 ", (1, 3)),
        ("BYTES=1-2", (1, 3)),
        ("Bytes=-6", (-6, None)),
        ("bytes=10-3", (10, 4)),
        ("bytes=26", (26, None)),
        (f"bytes={HUGE}-", (int(HUGE), None)),
        (f"bytes=0-{HUGE}", (0, int(HUGE) + 1)),
        (f"bytes=-{HUGE}", (-int(HUGE), None)),
    ],
)
def test_a_range_becomes_the_bounds_of_a_slice(header, bounds):
    assert _parse_request_range(header) == bounds


@pytest.mark.parametrize(
    "header",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=1-2,3-4",
        "bytes=+1-2",
        "bytes=1_0-2",
        "bytes=1--2",
        "bytes=0x1-2",
        "bytes=\u0661-",
        "items=1-2",
        "1-2",
        "bytes=" + "9" * 5000 + "-",
    ],
)
def test_what_is_no_single_range_is_ignored(header):
    assert _parse_request_range(header) is None


@pytest.mark.parametrize(
    ("bounds", "header"),
    [
        ((None, None, 4), "bytes 0-3/4"),
        ((1, None, 4), "bytes 1-3/4"),
        ((None, 2, 4), "bytes 0-1/4"),
        ((1, 3, 10), "bytes 1-2/10"),
    ],
)
def test_bounds_become_a_content_range(bounds, header):
    assert _get_content_range(*bounds) == header
