"""UI modules and UI methods."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine
from tornado.template import DictLoader
from tornado.web import Application, RequestHandler, TemplateModule, UIModule, is_absolute

MakeSite = Callable[..., Any]


class Entry(UIModule):
    def embedded_css(self) -> str:
        return ".entry { margin-bottom: 1em; }"

    def render(self, entry: str, show_comments: bool = False) -> bytes:
        return self.render_string("module-entry.html", entry=entry, show_comments=show_comments)


class Full(UIModule):
    def render(self, text: str = "full") -> str:
        return f"<b>{text}</b>"

    def embedded_css(self) -> str:
        return ".full {}"

    def embedded_javascript(self) -> bytes:
        return b"full();"

    def css_files(self) -> str:
        return "/a.css"

    def javascript_files(self) -> list[str]:
        return ["/a.js", "https://cdn/b.js", "/a.js"]

    def html_head(self) -> str:
        return "<meta name=full>"

    def html_body(self) -> str:
        return "<p>full</p>"


class More(UIModule):
    def render(self) -> bytes:
        return b"more"

    def css_files(self) -> list[str]:
        return ["/b.css", "/a.css"]

    def javascript_files(self) -> bytes:
        return b"/c.js"

    def embedded_css(self) -> str:
        return ".more {}"


class Page(RequestHandler):
    def initialize(self, template: str = "page") -> None:
        self.template = template

    def get(self) -> None:
        self.render(self.template, entries=["one", "<two>"])


@pytest.fixture
def rendered(site: MakeSite) -> Callable[..., str]:
    def render(page: str, modules: Any = None, methods: Any = None, **templates: str) -> str:
        names = {"Entry": Entry, "Full": Full, "More": More}
        running = site(
            [("/", Page)],
            template_loader=DictLoader({"page": page, **templates}),
            ui_modules=names if modules is None else modules,
            ui_methods=methods,
        )
        text: str = running.fetch("/").text
        return text

    return render


def test_a_module_is_rendered_as_often_as_it_is_used_and_its_style_is_there_once(
    rendered: Callable[..., str],
) -> None:
    page = (
        "<head></head>{% for entry in entries %}{% module Entry(entry) %}"
        "{% module Entry(entry, show_comments=True) %}{% end %}"
    )
    entry = "<i>{{ entry }}</i>{% if show_comments %}+{% end %}"
    assert rendered(page, **{"module-entry.html": entry}) == (
        '<head><style type="text/css">\n.entry { margin-bottom: 1em; }\n</style>\n</head>'
        "<i>one</i><i>one</i>+<i>&lt;two&gt;</i><i>&lt;two&gt;</i>+"
    )


def test_everything_is_in_its_place_in_the_order_of_first_use(
    rendered: Callable[..., str],
) -> None:
    page = (
        "<html><head><title>t</title></head><body>{% module Full() %}{% module More() %}"
        "{% module Full('again') %}</body></html>"
    )
    assert rendered(page) == (
        "<html><head><title>t</title>"
        '<link href="/a.css" type="text/css" rel="stylesheet"/>'
        '<link href="/b.css" type="text/css" rel="stylesheet"/>\n'
        '<style type="text/css">\n.full {}\n.more {}\n</style>\n'
        "<meta name=full>\n</head><body><b>full</b>more<b>again</b>"
        '<script src="/a.js" type="text/javascript"></script>'
        '<script src="https://cdn/b.js" type="text/javascript"></script>'
        '<script src="/c.js" type="text/javascript"></script>\n'
        '<script type="text/javascript">\n//<![CDATA[\nfull();\n//]]>\n</script>\n'
        "<p>full</p>\n</body></html>"
    )


def test_the_head_is_the_first_and_the_body_the_last_one(rendered: Callable[..., str]) -> None:
    page = "<HEAD></HEAD ><pre></head></body></pre>{% module Full() %}</BODY\n>"
    text = rendered(page)
    assert text.index("<meta name=full>") < text.index("</HEAD >")
    assert text.index("<p>full</p>") > text.index("</pre>")


@pytest.mark.parametrize(
    ("page", "tag"),
    [("{% module Full() %}", "</head>"), ("<head></head>{% module Full() %}", "</body>")],
)
def test_a_page_without_a_place_is_an_error_that_names_it(
    rendered: Callable[..., str], caplog: pytest.LogCaptureFixture, page: str, tag: str
) -> None:
    assert "500" in rendered(page)
    assert f"need a {tag}, to insert something before it" in caplog.text


def test_static_files_have_their_static_url(site: MakeSite) -> None:
    class Linking(UIModule):
        def render(self) -> str:
            return ""

        def css_files(self) -> str:
            return 'a"b.css'

    class Handler(Page):
        def static_url(self, path: str, include_host: bool | None = None, **kwargs: Any) -> str:
            return f"/files/{path}?v=1&x"

    loader = DictLoader({"page": "<head></head>{% module Linking() %}"})
    running = site([("/", Handler)], template_loader=loader, ui_modules={"Linking": Linking})
    assert 'href="/files/a&quot;b.css?v=1&amp;x"' in running.fetch("/").text


@pytest.mark.expected_errors("Uncaught exception")
def test_an_error_page_does_without_the_modules_of_the_page_that_failed(site: MakeSite) -> None:
    class Handler(Page):
        def write_error(self, status_code: int, **kwargs: Any) -> None:
            self.render("error")

    loader = DictLoader({"page": "{% module Full() %}{{ 1 / 0 }}", "error": "an error, no head"})
    running = site([("/", Handler)], template_loader=loader, ui_modules={"Full": Full})
    assert running.fetch("/").text == "an error, no head"


@pytest.mark.parametrize(
    ("script", "written"),
    [
        ("x = '</script><b>'", rb"x = '\x3c/script><b>'"),
        ("x = '</SCRIPT '", rb"x = '\x3c/SCRIPT '"),
        ("x = '<!-- <script>'", rb"x = '<!-- \x3cscript>'"),
        ("x = '<!-- <Script", rb"x = '<!-- \x3cScript"),
        ("if (a<b) c</d/.e", b"if (a<b) c</d/.e"),
        ("i<scripts.length; x = '<script>'", b"i<scripts.length; x = '<script>'"),
        ("<!-- old browsers\nf()\n//-->", b"<!-- old browsers\nf()\n//-->"),
    ],
)
def test_a_script_cannot_break_out_of_its_element(
    rendered: Callable[..., str], script: str, written: bytes
) -> None:
    class Script(UIModule):
        def render(self) -> str:
            return ""

        def embedded_javascript(self) -> str:
            return script

    text = rendered("<body>{% module Script() %}</body>", {"Script": Script})
    assert f"[\n{written.decode()}\n//]]>\n</script>" in text
    assert text.lower().count("</script") == 1


def test_a_style_cannot_break_out_of_its_element(rendered: Callable[..., str]) -> None:
    class Style(UIModule):
        def render(self) -> str:
            return ""

        def embedded_css(self) -> str:
            return "a::after { content: '</STYLE><script>' }"

    text = rendered("<head></head>{% module Style() %}", {"Style": Style})
    assert "content: '<\\/STYLE><script>'" in text
    assert text.lower().count("</style") == 1


def test_a_template_is_a_module_that_names_what_it_needs(rendered: Callable[..., str]) -> None:
    part = (
        "{{ set_resources(embedded_css='.p {}', css_files=['/p.css', '/q.css'], "
        "embedded_javascript='p();', javascript_files='/p.js', html_head='<meta p>', "
        "html_body='<p>p</p>') }}part {{ number }} "
    )
    page = (
        "<head></head><body>{% module Template('part', number=1) %}"
        "{% module Template('part', number=2) %}{% module Template('other') %}</body>"
    )
    text = rendered(page, part=part, other="{{ set_resources(embedded_css='.o {}') }}other")
    assert "<body>part 1 part 2 other<script" in text
    assert '<style type="text/css">\n.p {}\n.o {}\n</style>' in text
    assert [text.count(each) for each in ("/p.css", "/q.css", "/p.js", "p();", "<meta p>")] == [
        1
    ] * 5
    assert text.endswith("<p>p</p>\n</body>")


def test_a_template_has_to_name_the_same_resources_each_time(
    rendered: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    page = "<head></head>{% module Template('p', n=1) %}{% module Template('p', n=2) %}"
    assert "500" in rendered(page, p="{{ set_resources(embedded_css=str(n)) }}")
    assert "set_resources of p was called with different resources" in caplog.text


def test_a_template_without_resources_leaves_the_page_alone(rendered: Callable[..., str]) -> None:
    assert rendered("{% module Template('p') %}", p="part") == "part"


def test_ready_made_modules(rendered: Callable[..., str]) -> None:
    page = "{% module linkify('http://a.com', shorten=True) %}"
    assert rendered(page) == '<a href="http://a.com">http://a.com</a>'


def test_modules_know_their_handler(rendered: Callable[..., str]) -> None:
    class Knowing(UIModule):
        def render(self) -> str:
            made = (
                self.request is self.handler.request,
                self.locale is self.handler.locale,
                self.ui is self.handler.ui,
                self.current_user,
                self.ui.shout("x"),
            )
            return repr(made)

    methods = {"shout": lambda handler, text: text.upper()}
    expected = "(True, True, True, None, 'X')"
    assert rendered("{% module Knowing() %}", {"Knowing": Knowing}, methods) == expected


def test_modules_can_be_called_like_methods(rendered: Callable[..., str]) -> None:
    page = "<head></head><body>{{ modules.Full('x') }}{% raw modules['Full']('x') %}</body>"
    assert "<body>&lt;b&gt;x&lt;/b&gt;<b>x</b><script" in rendered(page)


def test_a_missing_module_is_named(
    rendered: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    assert "500" in rendered("{% module Nothing() %}")
    assert "there is no UI module 'Nothing', the setting ui_modules names them" in caplog.text


def test_a_module_needs_a_method_render(
    rendered: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    class Empty(UIModule):
        pass

    assert "500" in rendered("{% module Empty() %}", {"Empty": Empty})
    assert "Empty does not define render" in caplog.text


def python_module() -> types.ModuleType:
    module = types.ModuleType("uimodules")
    vars(module).update(
        {"Full": Full, "types": types, "number": 5, "shout": lambda _, x: x.upper(), "Upper": int}
    )
    return module


@pytest.mark.parametrize(
    ("modules", "methods"),
    [
        (python_module(), python_module()),
        ([python_module()], (python_module(),)),
        ({"Full": Full, "not a module": 5}, {"shout": lambda _, x: x.upper(), "_private": len}),
        ([{"Full": More}, {"Full": Full}], [{"shout": len}, python_module()]),
    ],
    ids=["a module", "lists", "dictionaries", "the last one counts"],
)
def test_modules_and_methods_come_in_many_ways(modules: Any, methods: Any) -> None:
    from tornado.web import Application

    application = Application(ui_modules=modules, ui_methods=methods)
    assert application.ui_modules["Full"] is Full
    assert set(application.ui_modules) == {"Full", "Template", "linkify", "xsrf_form_html"}
    assert application.ui_modules["Template"] is TemplateModule
    assert application.ui_methods["shout"](None, "a") == "A"
    assert set(application.ui_methods) == {"shout"}


@pytest.mark.parametrize("setting", ["ui_modules", "ui_methods"])
def test_other_things_are_refused(setting: str) -> None:
    from tornado.web import Application

    with pytest.raises(TypeError, match=f"{setting} is a module, a dictionary or a list"):
        Application(**{setting: 5})


@pytest.mark.parametrize(
    ("path", "absolute"),
    [("/a", True), ("http://a", True), ("https://a", True), ("a/b.js", False), ("ahttp:", False)],
)
def test_absolute_paths_are_urls(path: str, absolute: bool) -> None:
    assert is_absolute(path) is absolute


def test_the_elements_can_be_written_in_another_way(site: MakeSite) -> None:
    class Handler(Page):
        def render_linked_css(self, css_files: Iterable[str]) -> str:
            return f"<linked {' '.join(css_files)}>"

        def render_embed_css(self, css_embed: Iterable[bytes]) -> bytes:
            return b"<embedded %b>" % b" ".join(css_embed)

        def render_linked_js(self, js_files: Iterable[str]) -> str:
            return f"<scripts {' '.join(js_files)}>"

        def render_embed_js(self, js_embed: Iterable[bytes]) -> bytes:
            return b'<script nonce="x">%b</script>' % b"".join(js_embed)

    loader = DictLoader({"page": "<head></head><body>{% module Full() %}</body>"})
    text = site([("/", Handler)], template_loader=loader, ui_modules={"Full": Full}).fetch("/").text
    assert text == (
        "<head><linked /a.css>\n<embedded .full {}>\n<meta name=full>\n</head>"
        "<body><b>full</b><scripts /a.js https://cdn/b.js>\n"
        '<script nonce="x">full();</script>\n<p>full</p>\n</body>'
    )


def test_a_module_of_a_template_gives_what_the_template_asks_for() -> None:
    resources = {
        "embedded_css": ".a {}",
        "embedded_javascript": "a();",
        "html_head": "<meta>",
        "html_body": "<p>",
        "css_files": "a.css",
        "javascript_files": ["a.js", "b.js"],
    }
    loader = DictLoader({"entry.html": "{{ set_resources(**resources) }}{{ text }}"})
    application = Application(template_loader=loader)
    start = RequestStartLine("GET", "/", "HTTP/1.1")
    request = HTTPServerRequest(start_line=start, headers=HTTPHeaders({"Host": "x"}))
    handler = RequestHandler(application, request)

    module = TemplateModule(handler)
    assert (module.handler, module.request) == (handler, request)
    assert module.css_files() == []
    for _ in range(2):
        assert module.render("entry.html", resources=resources, text="<b>") == b"&lt;b&gt;"
    assert module.embedded_css() == ".a {}"
    assert module.embedded_javascript() == "a();"
    assert module.html_head() == "<meta>"
    assert module.html_body() == "<p>"
    assert module.css_files() == ["a.css"]
    assert module.javascript_files() == ["a.js", "b.js"]
    assert UIModule(handler).css_files() is None
