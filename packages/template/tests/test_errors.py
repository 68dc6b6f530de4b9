"""What is wrong with a template, and where: file, line, and what was expected."""

from __future__ import annotations

import pickle
import traceback
from typing import Any

import pytest

from tornado.template import DictLoader, ParseError, Template

FAULTS = [
    ("{{ a", 1, "Missing end expression }}"),
    ("\n\n{% if a", 3, "Missing end block %}"),
    ("{{ x }}\n{# a", 2, "Missing end comment #}"),
    ("{{ }}", 1, "Empty expression"),
    ("a\n{%%}", 2, "Empty block tag ({% %})"),
    ("\n{% foo %}", 2, "unknown operator: 'foo'"),
    ("{% if(x) %}{% end %}", 1, "a directive's name ends with a space"),
    ("{% end %}", 1, "Extra {% end %} block"),
    ("{% if x %}\n{% for y in z %}\n{% end %}", 1, "Missing {% end %} block for if"),
    ("{% if %}{% end %}", 1, "{% if %} needs a condition"),
    ("{% while %}{% end %}", 1, "{% while %} needs a condition"),
    ("{% for %}{% end %}", 1, "{% for %} needs 'name in expression'"),
    ("{% try x %}{% except %}{% end %}", 1, "{% try %} takes nothing"),
    ("\n{% else %}", 2, "else outside if, for, while or try block"),
    ("{% elif x %}", 1, "elif outside if block"),
    ("{% except %}", 1, "except outside try block"),
    ("{% if x %}\n{% except %}{% end %}", 2, "except block cannot be attached to if block"),
    ("{% for i in x %}{% elif x %}{% end %}", 1, "elif block cannot be attached to for block"),
    ("{% if x %}{% else %}\n{% else %}{% end %}", 2, "else block cannot be attached to else block"),
    ("{% if x %}{% else y %}{% end %}", 1, "{% else %} takes nothing, but has 'y'"),
    ("{% try %}{% else %}{% end %}", 1, "else block cannot be attached to try block"),
    (
        "{% try %}{% finally %}\n{% except %}{% end %}",
        2,
        "except block cannot be attached to finally block",
    ),
    ("{% try %}a{% end %}", 1, "{% try %} needs an {% except %} or a {% finally %}"),
    ("{% block a %}\n{% else %}{% end %}", 2, "else block cannot be attached to block block"),
    ("{% break %}", 1, "break outside for or while block"),
    ("{% if x %}\n{% continue %}{% end %}", 2, "continue outside for or while block"),
    ("{% for i in x %}{% apply f %}{% break %}{% end %}{% end %}", 1, "break outside"),
    ("{% while x %}{% else %}{% break %}{% end %}", 1, "break outside"),
    ("{% for i in x %}{% break 2 %}{% end %}", 1, "{% break %} takes nothing, but has '2'"),
    ("{% apply %}{% end %}", 1, "apply missing method name"),
    ("{% block %}{% end %}", 1, "block missing name"),
    ("{% set %}", 1, "set missing statement"),
    ("{% import %}", 1, "import missing statement"),
    ("{% from %}", 1, "from missing statement"),
    ("{% include %}", 1, "include missing file path"),
    ("{% extends %}", 1, "extends missing file path"),
    ("{% raw %}", 1, "raw missing expression"),
    ("{% module %}", 1, "module missing call of a module"),
    ("{% whitespace odd %}", 1, "invalid whitespace mode 'odd': expected all, single or oneline"),
    ("{% super %}", 1, "{% super %} outside of a block"),
    ("{% block a %}\n{% super %}{% end %}", 2, "no template above has a block 'a'"),
    ("{% block a %}{% super now %}{% end %}", 1, "{% super %} takes nothing"),
    ("{% if x %}{% extends 'a' %}{% end %}", 1, "it cannot be conditional"),
    ("\n{% include 'a' %}", 2, "{% include %} of 'a', but the template has no loader"),
    ("\n{% extends 'a' %}", 2, "{% extends %} of 'a', but the template has no loader"),
    ("{% async with a %}{% end %}", 1, "expected 'async for', not 'with a'"),
    ("{{ a }}\n{{ b c }}", 2, "invalid Python in 'b c': invalid syntax"),
    ("{{ a }}\n{{ b +\n}}", 2, "invalid Python in 'b +'"),
    ("a\n\n{% if a b %}{% end %}", 3, "invalid Python in 'a b'"),
    ("\n{% for a %}{% end %}", 2, "invalid Python in 'a'"),
    ("\n{% set 3 = 4 %}", 2, "invalid Python in '3 = 4'"),
    ("{% try %}\n{% except A, b c %}{% end %}", 2, "invalid Python in 'A, b c'"),
    ("\n{% apply f g %}{% end %}", 2, "invalid Python in 'f g'"),
    ("\n{% autoescape a b %}\n{{ x }}", 2, "invalid Python in 'a b'"),
    ("{{ x)+(x }}", 1, "invalid Python in 'x)+(x'"),
    ("{{ x]+[x }}", 1, "invalid Python in 'x]+[x'"),
    ("{{ f( }} and {{ ) }}", 1, "invalid Python in 'f('"),
    ("{{ ''' }}\n{{ ''' }}", 1, "invalid Python in \"'''\""),
    ("{{ 'a }}", 1, 'invalid Python in "\'a"'),
    ("\n{{ # a }}", 2, "nothing but a comment in '# a'"),
    ("{% if # a\n # b %}{% end %}", 1, "nothing but a comment"),
    ("{{ *a }}", 1, "invalid Python in '*a'"),
    ("{{ a\\ }}", 1, "invalid Python in"),
    ("{{ '\x00' }}", 1, "invalid Python in"),
    ("{{ {'a': {'b': 1}} }}", 1, "put a space before the closing }}"),
    ("{% set return %}", 1, "a template cannot return"),
    ("\n{% set a = 1; return a %}", 2, "a template cannot return"),
    ("\n{% set if a: return a %}", 2, "a template cannot return"),
    ("a\n{{ (yield 1) }}", 2, "a template cannot yield"),
    ("{% apply f %}\n{{ (yield from x) }}{% end %}", 2, "a template cannot yield"),
    ("\n{% async for x in (yield) %}{% end %}", 2, "a template cannot yield"),
    ("\n{% autoescape (yield) %}\n{{ x }}", 2, "a template cannot yield"),
    ("{% set a = 1\nb = 2 %}", 2, "unexpected indent"),
    ("{{ " + "-" * 100_000 + "1 }}", 1, "invalid Python in '-----"),
    ("{{ " + "(" * 1000 + ")" * 1000 + " }}", 1, "too many nested parentheses"),
    ("{% for i in x %}" * 25 + "{% end %}" * 25, 1, "too many statically nested blocks"),
    ("{% if x %}" * 91 + "{% end %}" * 91, 1, "nested more than 90 deep"),
    ("{% if x %}" * 100_000, 1, "nested more than 90 deep"),
    ("a\ud800", 1, "not UTF-8: surrogates not allowed"),
    (b"a\n\xff", 2, "not UTF-8: invalid start byte"),
]


@pytest.mark.parametrize(("text", "line", "message"), FAULTS)
def test_a_fault_is_reported_with_its_line(text: str | bytes, line: int, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        Template(text, name="page.txt")
    error = caught.value
    assert message in error.message
    assert (error.filename, error.lineno) == ("page.txt", line)
    assert str(error) == f"{error.message} at page.txt:{line}"


@pytest.mark.parametrize("text", [None, 5, bytearray(b"x"), ["x"]])
def test_a_text_of_another_type_is_refused(text: Any) -> None:
    with pytest.raises(TypeError, match=f"str or bytes, not {type(text).__name__}$"):
        Template(text)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("{% set label = 'a; return b: yield c' %}{{ label }}", b"a; return b: yield c"),
        ("{% set def double(x): return x * 2 %}{{ double(2) }}", b"4"),
        ("{% set def two(): yield 1; yield 2 %}{{ list(two()) }}", b"[1, 2]"),
        ("{{ list((lambda: (yield 3))()) }}", b"[3]"),
    ],
)
def test_functions_of_a_template_return_and_yield(text: str, printed: bytes) -> None:
    assert Template(text).generate() == printed


FAMILY_FAULTS = [
    ({"leaf": "\n{% include 'leaf' %}"}, "leaf", 2, "leaf includes itself: leaf -> leaf"),
    (
        {"leaf": "{% include 'b' %}", "b": "\n{% include 'c' %}", "c": "{% include 'b' %}"},
        "c",
        1,
        "b includes itself: b -> c -> b",
    ),
    ({"leaf": "{% extends 'leaf' %}"}, "leaf", 1, "leaf extends itself: leaf -> leaf"),
    (
        {"leaf": "{% extends 'b' %}", "b": "\n{% extends 'leaf' %}"},
        "b",
        2,
        "leaf extends itself: leaf -> b -> leaf",
    ),
    (
        {
            "base": "{% block a %}{% block b %}{% end %}{% end %}",
            "leaf": "{% extends 'base' %}{% block b %}\n{% block a %}{% super %}{% end %}{% end %}",
        },
        "leaf",
        2,
        "block 'a' contains itself",
    ),
    (
        {"leaf": "\n{% include 'nowhere' %}"},
        "leaf",
        2,
        "of 'nowhere', which the loader cannot load",
    ),
    ({"leaf": "{% include 'b' %}", "b": "\n\n{{ a b }}"}, "b", 3, "invalid Python in 'a b'"),
    ({"leaf": "{% include 'b' %}", "b": "\n\n{% if %}"}, "b", 3, "{% if %} needs a condition"),
    (
        {
            "base": "{% block a %}{% end %}",
            "leaf": "{% extends 'base' %}\n{% for i in x %}\n"
            "{% block a %}{% break %}{% end %}{% end %}",
        },
        "leaf",
        3,
        "'break' outside loop",
    ),
    (
        {f"t{i}": f"{{% include 't{i + 1}' %}}" for i in range(200)} | {"leaf": "{% include t0 %}"},
        "t149",
        1,
        "templates are nested more than 150 deep",
    ),
]


@pytest.mark.parametrize(("files", "name", "line", "message"), FAMILY_FAULTS)
def test_a_fault_between_templates_is_reported_at_its_place(
    files: dict[str, str], name: str, line: int, message: str
) -> None:
    with pytest.raises(ParseError) as caught:
        DictLoader(files).load("leaf")
    assert message in caught.value.message
    assert (caught.value.filename, caught.value.lineno) == (name, line)


def test_faulty_python_is_a_syntax_error_too() -> None:
    with pytest.raises(SyntaxError) as caught:
        Template("\n{{ a b }}", name="page.html")
    assert isinstance(caught.value, ParseError)
    assert (caught.value.filename, caught.value.lineno) == ("page.html", 2)


def test_a_parse_error_can_be_pickled() -> None:
    error = pickle.loads(pickle.dumps(ParseError("wrong", "page.html", 3)))
    assert (error.message, error.filename, error.lineno) == ("wrong", "page.html", 3)
    assert ParseError("wrong").args == ("wrong",)


def test_python_shows_the_line_of_faulty_python() -> None:
    with pytest.raises(ParseError) as caught:
        Template("a\n<p>{{ b c }}</p>", name="page.html")
    *shown, message = traceback.format_exception_only(caught.value)
    assert "".join(shown) == ('  File "page.html", line 2\n    <p>{{ b c }}</p>\n          ^^^\n')
    assert message.startswith("tornado.template.PythonError: invalid Python in 'b c'")
