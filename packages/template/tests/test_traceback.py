"""An error while rendering shows the templates' own lines."""

from __future__ import annotations

import asyncio
import traceback
from pathlib import Path

import pytest

from tornado.template import DictLoader, Loader, Template


def entries(error: BaseException) -> list[tuple[str, int | None, str, str | None]]:
    """Return file, line, label and source text of the entries below the test's own code."""
    found = traceback.extract_tb(error.__traceback__)
    inside = [entry for entry in found if not entry.filename.endswith(".py")]
    return [(entry.filename, entry.lineno, entry.name, entry.line) for entry in inside]


FAMILY = {
    "base.html": "<html>\n  {% block body %}{% end %}\n</html>",
    "leaf.html": "{% extends 'base.html' %}\n{% block body %}\n\n{% include 'inc.html' %}{% end %}",
    "inc.html": "\n<p>\n  {{ 'a' }}{{ 1 / zero }}\n</p>",
}
EXPECTED = [
    ("base.html", 2, "template", "{% block body %}{% end %}"),
    ("leaf.html", 4, "block body", "{% include 'inc.html' %}{% end %}"),
    ("inc.html", 3, "template", "{{ 'a' }}{{ 1 / zero }}"),
]


def test_a_traceback_leads_through_inheritance_and_includes() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        DictLoader(FAMILY).load("leaf.html").generate(zero=0)
    assert entries(caught.value) == EXPECTED


@pytest.mark.parametrize("reason", ["__context__", "__cause__"])
def test_the_error_that_led_to_another_shows_the_template_too(reason: str) -> None:
    statement = "{% set raise KeyError from e %}" if reason == "__cause__" else "{{ d['x'] }}"
    text = (
        f"{{% try %}}\n{{{{ 1 / 0 }}}}\n{{% except ArithmeticError as e %}}\n{statement}{{% end %}}"
    )
    with pytest.raises(KeyError) as caught:
        Template(text, name="page.html").generate(d={})
    assert [entry[:2] for entry in entries(caught.value)] == [("page.html", 4)]
    first = getattr(caught.value, reason)
    assert entries(first) == [("page.html", 2, "template", "{{ 1 / 0 }}")]


def test_the_errors_of_a_group_show_the_template_too() -> None:
    text = (
        "{% try %}\n{{ 1 / 0 }}{% except ArithmeticError as e %}\n"
        "{% set raise ExceptionGroup('all', [e]) %}{% end %}"
    )
    with pytest.raises(ExceptionGroup) as caught:
        Template(text, name="page.html").generate()
    assert entries(caught.value)[0][:2] == ("page.html", 3)
    assert entries(caught.value.exceptions[0])[0][:2] == ("page.html", 2)


def test_a_traceback_names_the_files_of_a_folder(tmp_path: Path) -> None:
    for name, text in FAMILY.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(ZeroDivisionError) as caught:
        Loader(str(tmp_path)).load("leaf.html").generate(zero=0)
    expected = [(str(tmp_path / name), *rest) for name, *rest in EXPECTED]
    assert entries(caught.value) == expected


def test_python_underlines_the_code_that_failed() -> None:
    text = "é {{ 'ü' }} <b>{{ fine + 1 / zero }}</b>"
    with pytest.raises(ZeroDivisionError) as caught:
        DictLoader({"page.html": text}).load("page.html").generate(fine=1, zero=0)
    entry = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert entry.line == text
    line = text.encode()
    assert line[entry.colno : entry.end_colno] == b"1 / zero"


@pytest.mark.parametrize(
    ("text", "line", "shown"),
    [
        ("\n{{ nobody }}", 2, "{{ nobody }}"),
        ("\n{% raw nobody %}", 2, "{% raw nobody %}"),
        ("\n{% set a = nobody %}", 2, "{% set a = nobody %}"),
        ("\n{% if nobody %}{% end %}", 2, "{% if nobody %}{% end %}"),
        ("{% if 0 %}\n{% elif nobody %}{% end %}", 2, "{% elif nobody %}{% end %}"),
        ("\n{% for a in nobody %}{% end %}", 2, "{% for a in nobody %}{% end %}"),
        ("\n\n{% while nobody %}{% end %}", 3, "{% while nobody %}{% end %}"),
        ("\n{% apply nobody %}a{% end %}", 2, "{% apply nobody %}a{% end %}"),
        ("{% apply str %}\n{{ nobody }}{% end %}", 2, "{{ nobody }}{% end %}"),
        ("\n{% import nowhere.nobody %}", 2, "{% import nowhere.nobody %}"),
        ("\n{% from nowhere import nobody %}", 2, "{% from nowhere import nobody %}"),
        ("\n{% module Nobody() %}", 2, "{% module Nobody() %}"),
        ("{% autoescape nobody %}\n{{ 1 }}", 2, "{{ 1 }}"),
        ("{{ [\n 1,\n nobody] }}", 3, "nobody] }}"),
        ("a {{ 1 }}\r\nb {{ nobody }}", 2, "b {{ nobody }}"),
        ("{{ 1 }}\n" * 300 + "{{ nobody }}", 301, "{{ nobody }}"),
        ("{% try %}{{ 1 / 0 }}{% except %}\n{{ nobody }}{% end %}", 2, "{{ nobody }}{% end %}"),
    ],
)
def test_every_directive_is_shown_by_its_own_line(text: str, line: int, shown: str) -> None:
    with pytest.raises((NameError, ImportError)) as caught:
        Template(text, name="page.txt").generate()
    *_, last = [entry for entry in entries(caught.value) if entry[0] == "page.txt"]
    assert last == ("page.txt", line, "template", shown)


def test_the_steps_to_a_function_inside_a_template_are_shown_once() -> None:
    files = {
        "a": "{% include b %}",
        "b": "{% apply str %}\n{{ [1 / zero for _ in 'x'] }}\n{% end %}",
    }
    with pytest.raises(ZeroDivisionError) as caught:
        DictLoader(files).load("a").generate(zero=0)
    shown = [entry[:2] for entry in entries(caught.value)]
    assert shown[:3] == [("a", 1), ("b", 1), ("b", 2)]
    assert set(shown[3:]) <= {("b", 2)}  # a comprehension is a function before Python 3.12


def test_templates_of_the_same_name_show_their_own_text() -> None:
    shown = []
    for text in ("{{ one.x }}", "{{ two.x }}"):
        with pytest.raises(AttributeError) as caught:
            Template(text).generate(one=1, two=2)
        shown.append(traceback.extract_tb(caught.value.__traceback__)[-1].line)
    assert shown == ["{{ one.x }}", "{{ two.x }}"]


def test_calls_below_the_template_stay_in_the_traceback() -> None:
    def fail() -> None:
        raise KeyError("deep")

    with pytest.raises(KeyError) as caught:
        Template("\n{{ fail() }}", name="page.txt").generate(fail=fail)
    names = [entry.name for entry in traceback.extract_tb(caught.value.__traceback__)]
    assert names[-2:] == ["template", "fail"]


def test_a_template_that_renders_another_shows_both() -> None:
    inner = Template("\n{{ 1 / 0 }}", name="inner.txt")
    with pytest.raises(ZeroDivisionError) as caught:
        Template("{{ inner.generate() }}", name="outer.txt").generate(inner=inner)
    assert [entry[:2] for entry in entries(caught.value)] == [("outer.txt", 1), ("inner.txt", 2)]


def test_debuggers_see_the_variables_of_the_template() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        Template("{% set a = 5 %}{{ a / b }}").generate(b=0)
    *_, (frame, _) = traceback.walk_tb(caught.value.__traceback__)
    assert frame.f_locals == {"a": 5}
    assert frame.f_globals["b"] == 0


def test_streams_and_coroutines_show_the_template_too() -> None:
    async def consume() -> None:
        async for _ in Template("\n{{ await later() / zero }}").stream_async(later=later, zero=0):
            pass

    async def later() -> int:
        return 1

    with pytest.raises(ZeroDivisionError) as caught:
        list(Template("\n{{ 1 / zero }}").stream(zero=0))
    assert entries(caught.value)[-1][1:] == (2, "template", "{{ 1 / zero }}")
    with pytest.raises(ZeroDivisionError) as caught:
        asyncio.run(consume())
    assert entries(caught.value)[-1][1:] == (2, "template", "{{ await later() / zero }}")
    with pytest.raises(ZeroDivisionError) as caught:
        asyncio.run(Template("\n{{ 1 / zero }}").generate_async(zero=0))
    assert entries(caught.value)[-1][1:] == (2, "template", "{{ 1 / zero }}")


def test_a_traceback_can_be_printed() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        Template("\n<i>{{ 1 / zero }}</i>", name="page.txt").generate(zero=0)
    printed = "".join(traceback.format_exception(caught.value))
    assert '  File "page.txt", line 2, in template\n    <i>{{ 1 / zero }}</i>\n' in printed
    assert "\n          ~~^~~~~~\n" in printed
