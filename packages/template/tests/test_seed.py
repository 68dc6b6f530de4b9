"""The template and localization examples of Tornado's classic documentation, as they are printed."""

from __future__ import annotations

import pytest

from tornado.template import DictLoader, Template


class FormField:
    """The result of ``xsrf_form_html()``: a value that is HTML already."""

    def __html__(self) -> str:
        return '<input type="hidden" name="_xsrf" value="2|a&amp;b"/>'


FORM = """<form action="/new_message" method="post">
{{ xsrf_form_html() }}
<input type="text" name="message"/>
<input type="submit" value="Post"/>
</form>"""

HOME = """<html>
<head>
    <title>FriendFeed - {{ _("Home") }}</title>
</head>
<body>
    <div><img src="{{ static_url("images/logo.png") }}"/></div>
</body>
</html>
"""


def test_the_form_against_forgery() -> None:
    printed = Template(FORM).generate(xsrf_form_html=FormField).decode()
    assert printed == FORM.replace("{{ xsrf_form_html() }}", FormField().__html__())


def test_the_page_with_a_translation_and_a_static_file() -> None:
    printed = Template(HOME).generate(
        _=lambda message: {"Home": "Inicio & más"}[message],
        static_url=lambda path: f"/static/{path}?v=aae54",
    )
    assert printed.decode() == (
        HOME.replace('{{ _("Home") }}', "Inicio &amp; más").replace(
            '{{ static_url("images/logo.png") }}', "/static/images/logo.png?v=aae54"
        )
    )


@pytest.mark.parametrize(
    ("people", "printed"),
    [
        (["Ann"], b"A person liked this"),
        (["Ann", "Bob"], b"2 people liked this"),
        ([], b"0 people liked this"),
    ],
)
def test_the_plural(people: list[str], printed: bytes) -> None:
    def translate(message: str, plural: str, count: int) -> str:
        return message if count == 1 else plural

    text = (
        '{{ _("A person liked this", "%(num)d people liked this", len(people))'
        ' % {"num": len(people)} }}'
    )
    assert Template(text).generate(_=translate, people=people) == printed


def test_the_modules_of_a_list_of_entries() -> None:
    class Modules:
        def Entry(self, entry: str, *, show_comments: bool = False) -> str:
            return f"<p>{entry}</p>"

    files = {
        "home.html": "{% for entry in entries %}\n    {% module Entry(entry) %}\n{% end %}",
    }
    printed = (
        DictLoader(files).load("home.html").generate(entries=["one", "two"], _tt_modules=Modules())
    )
    assert printed == b"\n<p>one</p>\n\n<p>two</p>\n"
