import re

import pytest

from tornado.iostream._read_requests import longest_match


@pytest.mark.parametrize(
    ("pattern", "longest"),
    [
        (rb"\n", 1),
        (rb"\r?\n\r?\n", 4),
        (rb"(a{1,5}|bc)x", 6),
        (rb"[^\r]", 1),
        (rb"a*", None),
        (rb".+\n", None),
        (rb"a{2,}", None),
        (rb"a(?=b)", None),
        (rb"(?<!a)b", None),
        (rb"\bab", None),
        (rb"x(y(z$))", None),
        (rb"(a|b(?=c))", None),
    ],
)
def test_a_pattern_has_a_longest_match_or_none(pattern, longest):
    assert longest_match(re.compile(pattern)) == longest
