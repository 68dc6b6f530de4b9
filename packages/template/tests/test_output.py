"""What templates print. The table was compared with the documented engine, text for text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tornado.template import DictLoader, Template


class Markup:
    def __html__(self) -> str:
        return "<i>"

    def __str__(self) -> str:
        return "<s>"


NAMES = {
    "b": b"<\xc3\xa9>",
    "bad": b"\xff",
    "f": 1.5,
    "h": Markup(),
    "i": 3,
    "ident": lambda text: text,
    "items": [1, 2, 3],
    "n": None,
    "rp": repr,
    "s": "<'\">&",
    "x": 5,
}

CASES = [
    ("{{ h }}", b"<i>"),
    ("{{ b }}", b"&lt;\xc3\xa9&gt;"),
    ("{% raw bad %}", b"\xff"),
    ("{{n}}", b"None"),
    ("{% raw n %}", b"None"),
    ("{{i}}", b"3"),
    ("{{s}}", b"&lt;&#x27;&quot;&gt;&amp;"),
    ("{% raw s %}", b"<'\">&"),
    ("{{f}}", b"1.5"),
    ("{{!x}}", b"{{x}}"),
    ("{%!x}", b"{%x}"),
    ("{#!x}", b"{#x}"),
    ("{{! x }}", b"{{ x }}"),
    ("{{!!x}}", b"{{!x}}"),
    ("{#! c #}", b"{# c #}"),
    ("{##}", b""),
    ("a{# {{ x }} #}b", b"ab"),
    ("}}", b"}}"),
    ("%}", b"%}"),
    ("{", b"{"),
    ("{ {", b"{ {"),
    ("{}", b"{}"),
    ("{{{ x }}}", b"{5}"),
    ("{{{{x}}}}", b"{{5}}"),
    ("{\n{{x}}", b"{\n5"),
    ("{% if x %}a{% else %}b{% end %}", b"a"),
    ("{% if not x %}a{% elif i %}c{% else %}b{% end %}", b"c"),
    ("{% for i in items %}{% else %}E{% end %}", b"E"),
    ("{% for i in items %}{{i}}{% if i==2 %}{% break %}{% end %}{% else %}E{% end %}", b"12"),
    ("{% set y=9 %}{% while y>3 %}{{y}}{% set y-=1 %}{% continue %}{% end %}", b"987654"),
    ("{% while True %}x{% try %}{% break %}{% finally %}F{% end %}{% end %}", b"xF"),
    (
        "{% try %}{{1/0}}{% except ZeroDivisionError as e %}E{{e}}{% else %}L{% finally %}F{% end %}",
        b"Edivision by zeroF",
    ),
    ("{% try %}t{{ 1/0 }}u{% except %}E{% end %}", b"tE"),
    ("{% try %}t{{ x }}u{{ 1/0 }}{% except %}E{% end %}", b"t5uE"),
    ("{% try %}t{% apply squeeze %}u{{1/0}}{% end %}{% except %}E{% end %}", b"tE"),
    ("{% try %}a{% finally %}b{% end %}", b"ab"),
    ("{% try %}a{% except %}{% else %}b{% finally %}c{% end %}", b"abc"),
    ("{% apply rp %}é{{s}}{% end %}", b"b'\\xc3\\xa9&lt;&#x27;&quot;&gt;&amp;'"),
    ("{% apply rp %}{% apply ident %}z{% end %}{% end %}", b"b'z'"),
    ("{% apply ident %}{% raw bad %}{% end %}", b"\xff"),
    ("{% apply squeeze %}a   b{% end %}", b"a b"),
    ("{% autoescape None %}{{s}}", b"<'\">&"),
    ("{{s}}{% autoescape None %}{{s}}", b"<'\">&<'\">&"),
    ("{% autoescape ident %}{{s}}", b"<'\">&"),
    ("{% autoescape rp %}{{i}} {{b}} {{n}}", b"b'3' b'<\\xc3\\xa9>' b'None'"),
    ("{% autoescape json_encode %}{{ 'a' }}", b'"a"'),
    ("{% autoescape None %}{{b}}{{i}}", b"<\xc3\xa9>3"),
    ("{% autoescape ident if x else rp %}{{s}}", b"<'\">&"),
    ("{% autoescape ident # a comment %}{{s}}", b"<'\">&"),
    ("{% comment foo bar %}x", b"x"),
    ("{% comment %}", b""),
    ("{% from os import path %}{{path.sep}}", b"/"),
    ("{% import os.path as p %}{{p.sep}}", b"/"),
    ("{% block x %}a{% end x %}", b"a"),
    ("{% block x %}a{% end %}{% block x %}b{% end %}", b"bb"),
    ("{% for i in items %}{% block x %}{{i}}{% break %}{% end %}{% end %}", b"1"),
    ("{% whitespace all %}a  b\n\n c", b"a  b\n\n c"),
    ("{% whitespace single %}a  b\n\n c", b"a b\nc"),
    ("{% whitespace oneline %}a  b\n\n c", b"a b c"),
    ("a  b{% whitespace single %}a  b", b"a  ba b"),
    ("{{ __name__ }}", b"&lt;string&gt;"),
    ("{{ squeeze('a  b') }}", b"a b"),
    ("{{ url_escape('a b') }}", b"a+b"),
    ("{{ datetime.date(2010, 1, 2) }}", b"2010-01-02"),
    ("{% raw linkify('http://a.com') %}", b'<a href="http://a.com">http://a.com</a>'),
    ("{{ linkify('http://a.com') }}", b'<a href="http://a.com">http://a.com</a>'),
    ("{{ _tt_utf8('x') }}", b"x"),
    ("{{ x # c }}", b"5"),
    ("{{ 'a' 'b' }}", b"ab"),
    ("{{ 1, 2 }}", b"(1, 2)"),
    ("{% set q=1; r=2 %}{{q}}{{r}}", b"12"),
    ("{% set a = (1,\n2) %}{{a}}", b"(1, 2)"),
    ("{{ (1,\n2) }}", b"(1, 2)"),
    ("{{\n x\n}}", b"5"),
    ("{%if x%}a{%end%}", b"a"),
    ("{% if x %}{% end %}b", b"b"),
    ("{% for i in items %}{% end %}b", b"b"),
    ("{% try %}{% except %}{% end %}b", b"b"),
    ("{% for x,y in [(1,2)] %}{{y}}{% end %}{{x}}", b"21"),
    ("\r\n{{x}}\r\n", b"\r\n5\r\n"),
    ("é{{ 'é' }}", b"\xc3\xa9\xc3\xa9"),
    ("{{ '{{' }}", b"{{"),
    ("{% set d = {'a':{'b':1}} %}{{d}}", b"{&#x27;a&#x27;: {&#x27;b&#x27;: 1}}"),
    ("{% set global q; q=3 %}{{q}}", b"3"),
    ("100%{{ x }}%s", b"100%5%s"),
    ("\x00{{1}}", b"\x001"),
    ("{% autoescape None %}{{ bytearray(b'q') }}", b"bytearray(b'q')"),
]


@pytest.mark.parametrize(("text", "printed"), CASES)
def test_a_template_prints(text: str, printed: bytes) -> None:
    assert Template(text).generate(**NAMES) == printed


FAMILIES = [
    (
        {
            "base": "<{% block a %}A{% block b %}B{% end %}{% end %}>",
            "mid": "{% extends 'base' %}{% block b %}mb{% end %}ignored",
            "leaf": "{% extends 'mid' %}{% block b %}lb{% end %}",
        },
        b"<Alb>",
    ),
    (
        {
            "base": "<{% block a %}A{% block b %}B{% end %}{% end %}>",
            "mid": "{% extends 'base' %}{% block b %}mb{% block c %}c{% end %}{% end %}",
            "leaf": "{% extends 'mid' %}{% block c %}lc{% end %}",
        },
        b"<Amblc>",
    ),
    (
        {
            "base": "<{% for i in [1,2] %}{% block a %}A{% end %}{% end %}>",
            "leaf": "{% extends base %}{% block a %}x{{i}}{% end %}",
        },
        b"<x1x2>",
    ),
    ({"b": "{% set y=4 %}b", "leaf": "{% include 'b' %}{{y}}"}, b"b4"),
    ({"b": "{{i}}", "leaf": "{% for i in [1,2] %}{% include 'b' %}{% end %}"}, b"12"),
    (
        {
            "b": "{% autoescape None %}{{'<'}}",
            "leaf": "{% include 'b' %}{{'<'}}",
        },
        b"<&lt;",
    ),
    (
        {
            "base": "{% autoescape None %}{{'<'}}{% block a %}A{% end %}",
            "leaf": "{% extends 'base' %}{% block a %}{{'<'}}{% end %}",
        },
        b"<&lt;",
    ),
    ({"b.js": "c  d\n\n", "leaf": "a  b\n\n {% include 'b.js' %}"}, b"a  b\n\n c d\n"),
    ({"base": "{% include 'i' %}", "i": "{% block a %}A{% end %}",
      "leaf": "{% extends 'base' %}{% block a %}L{% end %}"}, b"L"),
    ({"base": "{% block a %}A{% end %}", "i": "{% block a %}L{% end %}",
      "leaf": "{% extends 'base' %}{% include 'i' %}"}, b"L"),
    ({"base": "{% block a %}A{% end %}",
      "leaf": "{% extends 'base' %}{% if 0 %}{% block a %}L{% end %}{% end %}"}, b"L"),
    ({"base": "{% block a %}A{% end %}", "base2": "2{% block a %}{% end %}",
      "leaf": "{% extends 'base' %}{% extends 'base2' %}{% block a %}L{% end %}"}, b"2L"),
    ({"base": "{% block a %}A{% end %}",
      "leaf": "{% extends 'base' %}{% block a %}M{% end %}{% block a %}M2{% end %}"}, b"M2"),
    ({"base": "<{% block a %}A{% end %}>",
      "mid": "{% extends 'base' %}{% block a %}m{% super %}{% end %}",
      "leaf": "{% extends 'mid' %}{% block a %}l{% super %}{% super %}{% end %}"}, b"<lmAmA>"),
    ({"base": "B{% block x %}bx{% end %}",
      "c": "{% extends 'base' %}C{% block x %}cx{% end %}",
      "leaf": "A{% include 'c' %}{% block x %}own{% end %}"}, b"ABcxown"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "printed"), FAMILIES)
def test_templates_that_extend_and_include_others_print(
    files: dict[str, str], printed: bytes
) -> None:
    assert DictLoader(files).load("leaf").generate() == printed


def test_functions_in_c_may_import_modules() -> None:
    """As datetime.strftime does, by the globals of the function that calls it."""
    day = datetime(2026, 11, 29, 20, 30, tzinfo=UTC)
    template = Template(
        "{{ day.strftime('%H:%M') }} {% set x = __import__('math').pi %}{{ x < 4 }}"
    )
    assert template.generate(day=day) == b"20:30 True"
