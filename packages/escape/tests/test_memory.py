"""Memory grows with the length of the input, by a small factor, whatever is in it."""

import tracemalloc

import pytest

from tornado.escape import (
    linkify,
    parse_qs_bytes,
    squeeze,
    url_escape,
    url_unescape,
    xhtml_escape,
    xhtml_unescape,
)

LENGTH = 120_000  # bytes, many times the pieces in which a text is looked through
#: Bytes of memory for a byte of input, the result included.
BUDGET = 16

UNITS = [
    "%41",
    "%",
    "%+",
    "%4",
    "\u00e9%41",
    "\u00e9%",
    "&amp;",
    "&#39;",
    "<",
    "\u20ac",
    "  a",
    "a=%41&",
]
FUNCTIONS = {
    "linkify": linkify,
    "parse_qs_bytes": lambda text: parse_qs_bytes(b"a=" + text.encode()),
    "squeeze": squeeze,
    "url_escape": url_escape,
    "url_unescape": url_unescape,
    "url_unescape to bytes": lambda text: url_unescape(text, encoding=None),
    "url_unescape to latin-1": lambda text: url_unescape(text, encoding="latin-1"),
    "xhtml_escape": xhtml_escape,
    "xhtml_unescape": xhtml_unescape,
}


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_needs_a_few_bytes_for_each_of_its_input(name, unit):
    text = unit * (LENGTH // len(unit.encode()))
    FUNCTIONS[name](text[:100])  # what is loaded when it is first used does not count
    tracemalloc.start()
    try:
        FUNCTIONS[name](text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < BUDGET * LENGTH
