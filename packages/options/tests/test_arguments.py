from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.options._arguments import split_arguments


@pytest.mark.parametrize(
    ("words", "options", "rest"),
    [
        ([], [], []),
        (["--port=80"], [("port", "80")], []),
        (["-port=80"], [("port", "80")], []),
        (["--debug", "--port=80"], [("debug", None), ("port", "80")], []),
        (["--name=a=b"], [("name", "a=b")], []),
        (["--name="], [("name", "")], []),
        (["--port=80", "file", "--late=1"], [("port", "80")], ["file", "--late=1"]),
        (["--port=80", "--", "--late=1"], [("port", "80")], ["--late=1"]),
        (["--port=80", "-", "x"], [("port", "80")], ["-", "x"]),
        (["", "--port=80"], [], ["", "--port=80"]),
    ],
)
def test_options_end_at_the_first_word_that_is_not_an_option(
    words: list[str], options: list[tuple[str, str | None]], rest: list[str]
) -> None:
    found, others = split_arguments(words)
    assert [(argument.name, argument.text) for argument in found] == options
    assert others == rest


@given(st.lists(st.text()))
def test_no_word_is_lost(words: list[str]) -> None:
    found, rest = split_arguments(words)
    ended = len(found) < len(words) and words[len(found)] == "--"
    assert len(found) + ended + len(rest) == len(words)
