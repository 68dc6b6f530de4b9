"""What is escaped, with which function, and what is not."""

from __future__ import annotations

import enum
import json

import hypothesis.strategies as st
import markupsafe
import pytest
from hypothesis import example, given

from tornado.escape import xhtml_escape, xhtml_unescape
from tornado.template import DictLoader, Template

HTML = Template("{{ value }}")
RAW = Template("{% raw value %}")


class Form:
    """A value like those of the framework's helpers: it is HTML."""

    def __html__(self) -> str:
        return '<input type="hidden">'


class Tag(str):
    """A string that is HTML."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


class Size(str, enum.Enum):  # noqa: UP042 - programs have these, and they print their name
    """Strings whose str() is their name and not their text."""

    SMALL = "<s>"


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("&#34;&#39;\"'&amp;<>")
def test_text_is_escaped_like_the_documented_function_does(value: str) -> None:
    printed = HTML.generate(value=value).decode()
    assert printed == xhtml_escape(value)
    assert xhtml_unescape(printed) == value
    assert HTML.generate(value=value.encode()).decode() == printed
    assert RAW.generate(value=value).decode() == value


@pytest.mark.parametrize("function", ["None", "xhtml_escape", "url_escape", "mine"])
def test_an_object_of_a_subclass_of_str_is_printed_as_its_text(function: str) -> None:
    template = Template(f"{{% autoescape {function} %}}{{{{ value }}}}")
    names = {"mine": lambda value: value}
    plain = template.generate(value=Size.SMALL.value, **names)
    assert template.generate(value=Size.SMALL, **names) == plain
    assert RAW.generate(value=Size.SMALL) == b"<s>"


@given(st.binary())
def test_raw_bytes_are_not_changed(value: bytes) -> None:
    assert RAW.generate(value=value) == value
    assert Template("{% autoescape None %}é{{ value }}").generate(value=value) == (
        "é".encode() + value
    )


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (Form(), '<input type="hidden">'),
        (Tag("<b>"), "<b>"),
        (markupsafe.Markup("<b>"), "<b>"),
        (markupsafe.Markup("<b>%s</b>") % "<", "<b>&lt;</b>"),
        (Size.SMALL, "&lt;s&gt;"),
        (b"<b>", "&lt;b&gt;"),
        (7, "7"),
        (-0.5, "-0.5"),
        (True, "True"),
        (None, "None"),
        (["<", "'"], "[&#x27;&lt;&#x27;, &quot;&#x27;&quot;]"),
        (bytearray(b"a"), "bytearray(b&#x27;a&#x27;)"),
    ],
)
def test_a_value_prints(value: object, printed: str) -> None:
    assert HTML.generate(value=value).decode() == printed


def test_a_lone_surrogate_is_an_error_even_if_raw_bytes_are_printed() -> None:
    with pytest.raises(UnicodeEncodeError):
        HTML.generate(value="\udcff")
    with pytest.raises(UnicodeDecodeError):
        HTML.generate(value=b"\xff")


def test_functions_of_the_program_are_called_with_bytes() -> None:
    seen: list[object] = []

    def record(value: bytes) -> bytes:
        seen.append(value)
        return b"!"

    template = Template("{% autoescape record %}{{ 'ü' }}{{ b'x' }}{{ 5 }}{{ None }}")
    assert template.generate(record=record) == b"!!!!"
    assert seen == ["ü".encode(), b"x", b"5", b"None"]


def test_the_functions_of_the_namespace_take_text_and_bytes() -> None:
    text = '</script>"'
    printed = Template("{% autoescape json_encode %}{{ text }}").generate(text=text).decode()
    assert json.loads(printed) == text
    assert "</" not in printed
    assert Template("{% autoescape url_escape %}{{ 'a b' }}").generate() == b"a+b"
    assert Template("{% autoescape url_escape %}{{ b'\\xff&' }}").generate() == b"%FF%26"
    assert Template("{% autoescape squeeze %}{{ b'a   b' }}").generate() == b"a b"
    assert (
        Template("{% autoescape escape %}{{ '<' }}{{ f }}")
        .generate(f=Form())
        .startswith(b"&lt;<input")
    )


def test_an_escape_function_is_looked_up_when_it_is_used() -> None:
    template = Template("{% autoescape mine %}{{ 'x' }}")
    with pytest.raises(NameError):
        template.generate()
    assert template.generate(mine=lambda value: value + b"!") == b"x!"
    assert template.generate(mine=lambda value: value.decode() + "?") == b"x?"


def test_a_function_can_be_part_of_an_object() -> None:
    class Tools:
        @staticmethod
        def double(value: bytes) -> bytes:
            return value * 2

    assert Template("{% autoescape t.double %}{{ 'x' }}").generate(t=Tools) == b"xx"


@pytest.mark.parametrize("template", [HTML, Template("{{ value }}", autoescape="xhtml_escape")])
def test_the_default_function_can_be_replaced(template: Template) -> None:
    def mark(value: bytes) -> bytes:
        return b"[" + value + b"]"

    assert template.generate(value="<", xhtml_escape=mark) == b"[<]"
    assert template.generate(value=Form(), xhtml_escape=mark) == b'<input type="hidden">'
    assert template.generate(value="<") == b"&lt;"
    assert b"".join(template.stream(value="<", xhtml_escape=mark)) == b"[<]"


def test_the_default_function_can_be_replaced_inside_a_template() -> None:
    text = "{% set xhtml_escape = lambda value: value + b'!' %}{{ '<' }}"
    assert Template(text).generate() == b"<!"
    assert list(Template(text).stream()) == [b"<!"]


def test_the_default_function_can_be_replaced_by_a_loader() -> None:
    loader = DictLoader({"a": "{{ '<' }}"}, namespace={"xhtml_escape": lambda value: b"!"})
    assert loader.load("a").generate() == b"!"


def test_a_template_says_which_function_it_uses() -> None:
    assert HTML.autoescape == "xhtml_escape"
    assert Template("{% autoescape None %}").autoescape is None
    assert Template("{% autoescape %}").autoescape is None
    assert Template("{% autoescape json_encode %}").autoescape == "json_encode"
    assert Template("", autoescape=None).autoescape is None
    assert Template("", loader=DictLoader({}, autoescape=None)).autoescape is None
    assert Template("", loader=DictLoader({}), autoescape="mine").autoescape == "mine"


def test_each_file_has_its_own_function() -> None:
    loader = DictLoader(
        {
            "base": "{{ v }}{% block a %}{% end %}{% block b %}{{ v }}{% end %}",
            "leaf": "{% extends base %}{% autoescape None %}{% block a %}{{ v }}{% end %}",
        }
    )
    assert loader.load("leaf").generate(v="<") == b"&lt;<&lt;"


def test_the_function_of_apply_must_return_text() -> None:
    with pytest.raises(TypeError, match="returned None, not str or bytes"):
        Template("{% apply f %}{% end %}").generate(f=lambda value: None)


def test_the_results_of_functions_are_escaped_too() -> None:
    template = Template("{{ escape('<') }}{% raw escape('<') %}{% raw xhtml_escape('<') %}")
    assert template.generate() == b"&amp;lt;&lt;&lt;"
