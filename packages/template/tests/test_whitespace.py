"""White space modes: what they do, and how they are chosen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.template import DictLoader, Template, filter_whitespace

CASES = [
    # text, all, single, oneline
    ("a  b", "a  b", "a b", "a b"),
    ("a\n b", "a\n b", "a\nb", "a b"),
    ("a\t\tb", "a\t\tb", "a b", "a b"),
    ("a \n\n b", "a \n\n b", "a\nb", "a b"),
    (" a ", " a ", " a ", " a "),
    ("\n", "\n", "\n", " "),
    ("a\r\nb", "a\r\nb", "a\nb", "a b"),
    ("a\x0bb", "a\x0bb", "a\x0bb", "a b"),
    ("a\xa0\xa0b", "a\xa0\xa0b", "a\xa0\xa0b", "a b"),
    ("", "", "", ""),
]


@pytest.mark.parametrize(("text", "everything", "single", "oneline"), CASES)
def test_the_modes(text: str, everything: str, single: str, oneline: str) -> None:
    assert filter_whitespace("all", text) == everything
    assert filter_whitespace("single", text) == single
    assert filter_whitespace("oneline", text) == oneline


@given(st.text(alphabet=" \t\n\r\xa0ab"))
def test_filtering_a_filtered_text_does_not_change_it(text: str) -> None:
    for mode in ("all", "single", "oneline"):
        once = filter_whitespace(mode, text)
        assert filter_whitespace(mode, once) == once
        assert "".join(once.split()) == "".join(text.split())


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="invalid whitespace mode 'odd': expected all, single or"):
        filter_whitespace("odd", "")
    with pytest.raises(ValueError, match="invalid whitespace mode 'odd'"):
        Template("", whitespace="odd")


TEXT = "a  b\n\n c"


@pytest.mark.parametrize(
    ("name", "arguments", "printed"),
    [
        ("page.html", {}, b"a b\nc"),
        ("page.js", {}, b"a b\nc"),
        ("page.txt", {}, TEXT.encode()),
        ("page.HTML", {}, TEXT.encode()),
        ("page.css", {}, TEXT.encode()),
        ("<string>", {}, TEXT.encode()),
        ("page.html", {"whitespace": "all"}, TEXT.encode()),
        ("page.txt", {"whitespace": "oneline"}, b"a b c"),
        ("page.txt", {"compress_whitespace": True}, b"a b\nc"),
        ("page.html", {"compress_whitespace": False}, TEXT.encode()),
    ],
)
def test_the_mode_is_chosen_by_argument_or_name(
    name: str, arguments: dict[str, object], printed: bytes
) -> None:
    assert Template(TEXT, name=name, **arguments).generate() == printed


def test_the_two_arguments_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="exclude each other"):
        Template("", compress_whitespace=True, whitespace="all")


def test_the_mode_is_chosen_by_the_loader() -> None:
    files = {"page.txt": TEXT + "{% include 'part.html' %}", "part.html": TEXT}
    assert DictLoader(files).load("page.txt").generate() == TEXT.encode() + b"a b\nc"
    oneline = DictLoader(files, whitespace="oneline")
    assert oneline.load("page.txt").generate() == b"a b ca b c"
    assert Template(TEXT, loader=oneline, whitespace="single").generate() == b"a b\nc"


def test_the_mode_can_change_inside_a_template() -> None:
    text = "a  b{% whitespace oneline %}a \n b{% if 1 %}{% whitespace all %}{% end %}a \n b"
    assert Template(text).generate() == b"a  ba ba \n b"


def test_a_run_of_text_that_opens_a_pre_element_is_not_changed() -> None:
    text = "a  b{{ '' }}<pre>\n\n  x</pre>{{ '' }}a  b"
    assert Template(text, name="a.html").generate() == b"a b<pre>\n\n  x</pre>a b"


def test_expressions_are_not_filtered() -> None:
    assert Template("{{ 'a  b' }}", name="a.html").generate() == b"a  b"
