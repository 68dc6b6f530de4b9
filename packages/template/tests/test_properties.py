"""Properties of any template."""

from __future__ import annotations

import contextlib
import gc
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tornado.template import ParseError, Template

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
#: Pieces of which templates are made, and of which broken ones are.
PIECES = st.sampled_from(
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "{{!", "{", "}", "(", ")", "[", "]", "'", '"', "'''",
        "#", "\\", "\n", "\r", "\r\n", "\x00", " ", "a", "1", "é", ":", ";", ",", "=", ":=", ".",
        "*", "lambda", "yield", "await", "return", "if x", "else", "elif x", "for i in x", "in",
        "while x", "try", "except", "except A as e", "finally", "end", "set a = 1", "raw x",
        "apply f", "block b", "super", "break", "continue", "async for i in x", "include 'a'",
        "extends 'a'", "whitespace single", "autoescape None", "autoescape f", "comment", "module M()",
        "{{ x }}", "{% if x %}", "{% end %}", "{% for i in x %}", "{% block b %}", "{% try %}",
        "{% except %}", "{% else %}", "{% apply f %}", "{% set a = 1 %}", "{% while x %}",
        "{% break %}", "import os", "from os import path", "f'{x}'", "-", "not", "x", "%", "%s",
    ]
)  # fmt: skip


@given(TEXT)
@example("%s %% {% %")
@example("{{ }")
@example("\r\n\r")
def test_text_without_directives_is_printed_unchanged(text: str) -> None:
    if "{{" in text or "{%" in text or "{#" in text:
        text = text.replace("{", "(")
    template = Template(text)
    assert template.generate() == text.encode()
    assert b"".join(template.stream()) == text.encode()


@given(TEXT)
def test_text_whose_openings_are_escaped_is_printed_unchanged(text: str) -> None:
    escaped = text
    for opening in ("{{", "{%", "{#"):
        escaped = escaped.replace(opening, opening + "!")
    if "{{!{" in escaped:  # of three braces in a row the last two open
        return
    assert Template(escaped).generate() == text.encode()


def fault(text: str) -> ParseError | None:
    try:
        Template(text)
    except ParseError as error:
        return error
    return None


@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
@given(st.lists(PIECES, max_size=30).map("".join))
@settings(max_examples=200)
@example("{{a\rb}}")
@example("{{ f'{' }}")
@example("{{ a\x0c}}")
@example("{% if x %}{% set else: pass %}{% end %}")
@example("{% set if x: %}{{ x }}")
@example("{% set @a %}{% apply f %}{% end %}")
@example("{% for %}{% end %}\n{{ 1 }}")
@example("{% autoescape a b %}{{ x }}")
@example("{% autoescape ) %}\n{{ x }}")
def test_any_text_compiles_or_raises_an_error_with_a_line_that_exists(text: str) -> None:
    error = fault(text)
    if error is not None:
        assert error.filename == "<string>"
        assert 1 <= error.lineno <= text.count("\n") + 1
        assert error.message


@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
@given(st.text(alphabet="()[]{}'\"\\#, \nax=:;", max_size=12))
@settings(max_examples=200)
def test_an_expression_stays_in_its_place(code: str) -> None:
    """The text around it is printed, whatever brackets and quotes are in it."""
    try:
        template = Template("before{{ (lambda: (" + code + "))() and '' }}after")
    except ParseError:
        return
    try:
        printed = template.generate(a="a", x="x")
    except Exception:
        return
    assert printed.startswith(b"before")
    assert printed.endswith(b"after")


LINEAR = {
    "text": lambda n: "some text {} % \n" * n,
    "expressions": lambda n: "<b>{{ x.y['z'] }}</b>\n" * n,
    "calls": lambda n: "{{ f(a, [b], (c), 'd') }}" * n,
    "statements": lambda n: "{% set a = 1 %}" * n,
    "conditions": lambda n: "{% if x %}a{% else %}b{% end %}" * n,
    "blocks": lambda n: "".join(f"{{% block b{i} %}}a{{% end %}}" for i in range(n)),
    "comments": lambda n: "{# a #}" * n,
    "escapes": lambda n: "{{!" * n,
    "braces": lambda n: "{" * n + "x",
    "open braces": lambda n: "{ { { {" * n,
    "long expression": lambda n: "{{ [" + "1, " * n + "] }}",
    "long string": lambda n: "{{ '" + "a" * n + "' }}",
    "open brackets": lambda n: "{{ " + "(" * n + " }}",
    "open quotes": lambda n: "{{ " + "'a' " * n + "' }}",
    "not closed": lambda n: "{{ a" * n,
    "lines": lambda n: "{{ (\n" + "\n" * n + "1) }}",
    "white space": lambda n: "{% whitespace single %}" + " \n" * n,
}


def cost(text: str) -> float:
    """Return the CPU seconds of compiling a text, undisturbed by the garbage of other tests."""
    best = float("inf")
    gc.disable()
    try:
        for _ in range(3):
            start = time.process_time()
            with contextlib.suppress(ParseError):
                Template(text)
            best = min(best, time.process_time() - start)
    finally:
        gc.enable()
    return best


@pytest.mark.parametrize("shape", LINEAR)
@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_compiling_takes_time_in_proportion_to_the_text(shape: str) -> None:
    n = 50
    while (before := cost(LINEAR[shape](n))) < 0.002 and n < 100_000:
        n *= 2
    # Sixteen times would be quadratic; one quiet attempt is enough.
    assert any(
        cost(LINEAR[shape](4 * n)) < 9 * max(before, cost(LINEAR[shape](n))) + 0.005
        for _ in range(4)
    )
