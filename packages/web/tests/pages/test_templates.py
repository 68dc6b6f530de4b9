"""Pages from templates."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tornado.locale
from tornado.template import BaseLoader, DictLoader
from tornado.web import RequestHandler

MakeSite = Callable[..., Any]


class Page(RequestHandler):
    def get(self) -> None:
        self.render("page.html", name="<Ann>")


def with_templates(**templates: str) -> DictLoader:
    return DictLoader({f"{name}.html": text for name, text in templates.items()})


def test_a_template_is_rendered_and_the_response_finished(site: MakeSite) -> None:
    answer = site([("/", Page)], template_loader=with_templates(page="Hello {{ name }}")).fetch("/")
    assert answer.text == "Hello &lt;Ann&gt;"
    assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert answer.headers["Content-Length"] == "17"


def test_render_string_gives_bytes_and_sends_nothing(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            self.write({"is": repr(self.render_string("page.html", name="é"))})

    answer = site([("/", Handler)], template_loader=with_templates(page="{{ name }}")).fetch("/")
    assert answer.text == r'{"is": "b' + r"'\\xc3\\xa9'" + '"}'


def test_a_template_that_awaits_is_rendered_by_render_async(
    site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    class Handler(RequestHandler):
        async def get(self) -> None:
            await self.render_async("page.html", wait=asyncio.sleep)

        def post(self) -> None:
            self.render("page.html", wait=asyncio.sleep)

    part = "{{ set_resources(html_head='<meta>') }}part"
    loader = with_templates(
        page="<head></head>{{ await wait(0.001, '<b>') }} {% module Template('part.html') %}",
        part=part,
    )
    running = site([("/", Handler)], template_loader=loader)
    assert running.fetch("/").text == "<head><meta>\n</head>&lt;b&gt; part"
    assert running.fetch("/", "POST", "").status == 500
    assert "awaits something" in caplog.text


def test_rendering_after_the_end_is_an_error(site: MakeSite) -> None:
    raised = []

    class Handler(RequestHandler):
        def get(self) -> None:
            self.finish("done")
            try:
                self.render("page.html")
            except RuntimeError as error:
                raised.append(str(error))

    assert (
        site([("/", Handler)], template_loader=with_templates(page="x")).fetch("/").text == "done"
    )
    assert raised == ["render() called after finish(): the response has been sent"]


#: Every name that the documents list, with a result that only the right object has.
NAMES = {
    "escape": ("{{ escape('<a>') }}", "&amp;lt;a&amp;gt;"),
    "xhtml_escape": ("{% raw xhtml_escape('<a>') %}", "&lt;a&gt;"),
    "url_escape": ("{{ url_escape('a b&') }}", "a+b%26"),
    "json_encode": ("{% raw json_encode({'a': '</'}) %}", '{"a": "<\\/"}'),
    "squeeze": ("{{ squeeze(' a   b ') }}", "a b"),
    "linkify": (
        "{% raw linkify('http://a.com/') %}",
        '<a href="http://a.com/">http://a.com/</a>',
    ),
    "datetime": ("{{ datetime.date(2026, 11, 22) }}", "2026-11-22"),
    "handler": ("{{ type(handler).__name__ }}", "Page"),
    "request": ("{{ request.path }} {{ request is handler.request }}", "/ True"),
    "current_user": ("{{ current_user }}", "Ann"),
    "locale": ("{{ locale.code }}", "en_US"),
    "_": ("{{ _('Sign in') }} {{ _('a', 'b', 2) }}", "Sign in b"),
    "pgettext": ("{{ pgettext('law', 'right') }}", "right"),
    "reverse_url": ("{{ reverse_url('story', 7) }}", "/story/7"),
    "xsrf_form_html": (
        "{{ xsrf_form_html()[:32] }}",
        "&lt;input type=&quot;hidden&quot; name=&quot;_xsrf",
    ),
    "shout": ("{{ shout('a') }}", "A from Page"),
    "modules": ("{% raw modules.linkify('a') %}", "a"),
    "an argument": ("{{ name }}", "&lt;Ann&gt;"),
}


@pytest.mark.parametrize("name", NAMES)
def test_templates_see_the_documented_names(site: MakeSite, name: str) -> None:
    text, expected = NAMES[name]

    class Page(RequestHandler):
        def get_current_user(self) -> str:
            return "Ann"

        def get(self, *args: str) -> None:
            self.render("page.html", name="<Ann>")

    def shout(handler: RequestHandler, text: str) -> str:
        return f"{text.upper()} from {type(handler).__name__}"

    running = site(
        [("/", Page), (r"/story/([0-9]+)", Page, {}, "story")],
        template_loader=with_templates(page=text),
        ui_methods={"shout": shout},
    )
    assert running.fetch("/").text == expected


def test_arguments_come_before_our_names_and_methods_may_add_some(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get_template_namespace(self) -> dict[str, Any]:
            return {**super().get_template_namespace(), "own": "own", "name": "lost"}

        def get(self) -> None:
            self.render("page.html", name="given", handler="mine")

    loader = with_templates(page="{{ own }} {{ name }} {{ handler }}")
    assert site([("/", Handler)], template_loader=loader).fetch("/").text == "own given mine"


def test_the_form_field_is_not_escaped_and_sets_its_cookie(site: MakeSite) -> None:
    loader = with_templates(page="{{ xsrf_form_html() }}{% module xsrf_form_html() %}")
    answer = site([("/", Page)], template_loader=loader).fetch("/")
    fields = answer.text.split("/>")
    assert fields[0].startswith('<input type="hidden" name="_xsrf" value="2|')
    assert fields[0] == fields[1]
    assert answer.headers["Set-Cookie"].startswith("_xsrf=2|")


def test_templates_are_files_below_template_path(site: MakeSite, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("{% extends 'base.html' %}{% block b %}{{ name }}{% end %}")
    (tmp_path / "base.html").write_text("<b>{% block b %}{% end %}</b>  x")
    running = site([("/", Page)], template_path=str(tmp_path))
    assert running.fetch("/").text == "<b>&lt;Ann&gt;</b> x"
    running = site(
        [("/", Page)], template_path=str(tmp_path), autoescape=None, template_whitespace="all"
    )
    assert running.fetch("/").text == "<b><Ann></b>  x"


def test_without_a_path_templates_are_beside_the_file_that_renders(
    site: MakeSite, tmp_path: Path
) -> None:
    source = tmp_path / "handlers.py"
    source.write_text(
        "from tornado.web import RequestHandler\n"
        "class Handler(RequestHandler):\n"
        "    def get(self):\n"
        "        self.render('page.html')\n"
    )
    (tmp_path / "page.html").write_text("beside {% module Template('part.html') %}")
    (tmp_path / "part.html").write_text("a part")
    names: dict[str, Any] = {"__name__": "handlers"}
    exec(compile(source.read_text(), str(source), "exec"), names)
    assert site([("/", names["Handler"])]).fetch("/").text == "beside a part"


def test_a_handler_can_have_a_path_and_a_loader_of_its_own(site: MakeSite, tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "page.html").write_text(f"of {name}")

    class Pathed(Page):
        def get_template_path(self) -> str:
            return str(tmp_path / "b")

    class Loaded(Page):
        def create_template_loader(self, template_path: str) -> BaseLoader:
            return with_templates(page=f"loaded for {Path(template_path).name}")

    running = site([("/", Page), ("/b", Pathed), ("/c", Loaded)], template_path=str(tmp_path / "a"))
    assert [running.fetch(path).text for path in ("/", "/b", "/c")] == [
        "of a",
        "of b",
        "loaded for a",
    ]


def test_compiled_templates_are_kept_unless_a_setting_says_no(
    site: MakeSite, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    for settings, second in (
        ({}, "first"),
        ({"compiled_template_cache": False}, "second"),
        ({"debug": True, "autoreload": False}, "second"),
        ({"debug": True, "autoreload": False, "compiled_template_cache": True}, "first"),
    ):
        running = site([("/", Page)], template_path=str(tmp_path), **settings)
        page.write_text("first")
        assert running.fetch("/").text == "first"
        page.write_text("second")
        assert running.fetch("/").text == second


def test_without_the_cache_a_page_compiles_each_template_once(site: MakeSite) -> None:
    loaded = []

    class Counting(DictLoader):
        def _create_template(self, name: str) -> Any:
            loaded.append(name)
            return super()._create_template(name)

    loader = Counting(
        {"page.html": "{% for _ in '123' %}{% module Template('p') %}{% end %}", "p": "x"}
    )
    running = site([("/", Page)], template_loader=loader, compiled_template_cache=False)
    assert running.fetch("/").text == "xxx"
    assert loaded == ["page.html", "p"]
    running.fetch("/")
    assert len(loaded) == 4


def test_the_loader_is_made_once_however_many_threads_ask() -> None:
    from tornado.httputil import HTTPServerRequest, RequestStartLine
    from tornado.web import Application

    loaded = []
    together = threading.Barrier(8)

    class Handler(RequestHandler):
        def create_template_loader(self, template_path: str) -> BaseLoader:
            loaded.append(template_path)
            return with_templates(page="x")

        def get_template_path(self) -> str:
            return "/somewhere"

    application = Application()

    def render() -> None:
        request = HTTPServerRequest(start_line=RequestStartLine("GET", "/", "HTTP/1.1"))
        handler = Handler(application, request)
        together.wait(10)
        handler.render_string("page.html")

    threads = [threading.Thread(target=render) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loaded == ["/somewhere"]


def test_the_locale_of_the_template_is_that_of_the_user(site: MakeSite, tmp_path: Path) -> None:
    (tmp_path / "de.csv").write_text('"Home","Startseite"\n', "utf-8")
    tornado.locale.load_translations(str(tmp_path))
    loader = with_templates(page="{{ _('Home') }} {{ locale.code }}")
    try:
        running = site([("/", Page)], template_loader=loader)
        assert running.fetch("/", headers={"Accept-Language": "de"}).text == "Startseite de"
    finally:
        (tmp_path / "empty").mkdir()
        tornado.locale.load_translations(str(tmp_path / "empty"))


def test_an_error_in_a_template_is_a_500(site: MakeSite, caplog: pytest.LogCaptureFixture) -> None:
    loader = with_templates(page="one\n{{ 1 / 0 }}")
    assert site([("/", Page)], template_loader=loader).fetch("/").status == 500
    assert "page.html" in caplog.text
    assert "ZeroDivisionError" in caplog.text
