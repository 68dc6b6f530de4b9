"""Routes: what they match, in which order, and their URLs by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine
from tornado.routing import (
    AnyMatches,
    HostMatches,
    Matcher,
    PathMatches,
    PathTemplate,
    Rule,
    RuleRouter,
    URLSpec,
)
from tornado.web import Application, RequestHandler

MakeSite = Callable[..., Any]


def request(path: str, host: str = "x") -> HTTPServerRequest:
    return HTTPServerRequest(
        start_line=RequestStartLine("GET", path, "HTTP/1.1"), headers=HTTPHeaders({"Host": host})
    )


class Named(RequestHandler):
    def initialize(self, name: str) -> None:
        self.name = name

    def get(self, *args: str, **kwargs: str) -> None:
        self.write(" ".join([self.name, *args, *kwargs.values()]))


def named(pattern: str, name: str | None = None) -> Any:
    return (pattern, Named, {"name": name or pattern})


@pytest.mark.parametrize(
    "path", ["/caf\xc3\xa9 1", "/caf%C3%A9%201", "/caf\xc3\xa9%201", "/caf%c3\xa9 1"]
)
def test_octets_that_a_client_did_not_escape_are_the_same_as_escaped_ones(path: str) -> None:
    found = PathMatches("/(.*)").match(request(path))
    assert found == {"path_args": ["café 1".encode()], "path_kwargs": {}}


def test_the_first_match_wins_whatever_the_table_says(site: MakeSite) -> None:
    running = site(
        [
            named("/a/b"),
            named("/a/.*"),
            named("/a/c"),
            named("/(x|y)/z"),
            named("/x/.*"),
            named("/optional/?"),
            named("/d.t"),
            named(r"/d\.t"),
            named("/again+"),
            named(".*", "rest"),
            named("/never"),
        ]
    )
    expected = {
        "/a/b": "/a/b",
        "/a/c": "/a/.*",
        "/x/z": "/(x|y)/z x",
        "/x/other": "/x/.*",
        "/optional": "/optional/?",
        "/optional/": "/optional/?",
        "/optional/more": "rest",
        "/d.t": "/d.t",
        "/agai": "rest",
        "/againnn": "/again+",
        "/never": "rest",
        "/a": "rest",
        "/a/": "/a/.*",
    }
    assert {path: running.fetch(path).text for path in expected} == expected


@pytest.mark.parametrize(
    ("pattern", "prefix", "literal"),
    [
        ("/", "/", "/"),
        ("/a/b", "/a/b", "/a/b"),
        (r"/a\.b", "/a.b", "/a.b"),
        (r"/a/([0-9]+)", "/a/", None),
        ("/ab?", "/a", None),
        ("/ab*", "/a", None),
        ("/ab{2}", "/a", None),
        ("/ab+", "/ab", None),
        (r"/a\d", "/a", None),
        ("/a|/b", "", None),
        ("(?i)/a", "", None),
        (re.compile("/a", re.IGNORECASE), "", None),
        (re.compile("/a"), "/a", None),
        ("^/a$", "/a", "/a"),
        (".*", "", None),
        ("", "", ""),
    ],
)
def test_the_literal_text_of_a_pattern_is_found(
    pattern: Any, prefix: str, literal: str | None
) -> None:
    matcher = PathMatches(pattern)
    assert (matcher.prefix, matcher.literal) == (prefix, literal)


def test_a_compiled_pattern_without_an_end_matches_what_follows(site: MakeSite) -> None:
    running = site([(re.compile("/a"), Named, {"name": "a"})])
    assert running.fetch("/abc").text == "a"


def test_rules_may_be_changed_while_the_site_runs(site: MakeSite) -> None:
    application = Application([named("/a")])
    running = site(application)
    assert running.fetch("/b").status == 404
    application.wildcard_router.add_rules([named("/b")])
    assert running.fetch("/b").text == "/b"
    application.wildcard_router.rules.insert(0, URLSpec("/b", Named, {"name": "new"}))
    assert running.fetch("/b").text == "new"
    del application.wildcard_router.rules[0]
    assert running.fetch("/b").text == "/b"


def test_routes_for_a_host_come_before_the_others(site: MakeSite) -> None:
    application = Application([named("/", "any")])
    application.add_handlers(r"(www\.)?example\.com", [named("/", "example")])
    running = site(application)
    assert running.fetch("/", headers={"Host": "www.Example.com:80"}).text == "example"
    assert running.fetch("/", headers={"Host": "other.com"}).text == "any"


def test_the_default_host_is_assumed_for_others(site: MakeSite) -> None:
    application = Application([], default_host="www.example.com")
    application.add_handlers(r"www\.example\.com", [named("/", "example")])
    running = site(application)
    assert running.fetch("/").text == "example"
    assert running.fetch("/", headers={"X-Real-Ip": "1.2.3.4"}).status == 404


def test_applications_and_routers_nest(site: MakeSite) -> None:
    inner = Application([named("/in/side", "inner")])
    application = Application(
        [(r"/in/.*", inner), Rule(HostMatches("special"), [named("/", "special")]), named("/")]
    )
    running = site(application)
    assert running.fetch("/in/side").text == "inner"
    assert running.fetch("/", headers={"Host": "special"}).text == "special"
    assert running.fetch("/").text == "/"


def test_a_matcher_of_ones_own_takes_part(site: MakeSite) -> None:
    class Marked(Matcher):
        def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
            return {} if "X-Marked" in request.headers else None

    running = site([(Marked(), Named, {"name": "marked"}), named("/")])
    assert running.fetch("/", headers={"X-Marked": "1"}).text == "marked"
    assert running.fetch("/").text == "/"


def test_a_router_calls_functions_too() -> None:
    called: list[str] = []
    router = RuleRouter(
        [Rule(PathMatches("/a"), lambda r: called.append(r.path)), (AnyMatches(), None)]
    )
    delegate = router.find_handler(request("/a"))
    assert delegate is not None
    delegate.finish()
    assert called == ["/a"]
    assert router.find_handler(request("/b")) is None


def test_names_lead_back_to_urls() -> None:
    application = Application(
        [
            URLSpec("/", Named, name="home"),
            URLSpec(r"/story/([0-9]+)/(.*)", Named, name="story"),
            URLSpec(r"/100%/x\.y", Named, name="odd"),
            URLSpec("/((a)|b)", Named, name="nested"),
            ("/in/.*", [URLSpec("/in/(.*)", Named, name="inside")]),
        ]
    )
    assert application.reverse_url("home") == "/"
    assert application.reverse_url("story", 7, "é/b") == "/story/7/%C3%A9/b"
    assert application.reverse_url("odd") == "/100%/x.y"
    assert application.reverse_url("inside", "x") == "/in/x"
    with pytest.raises(KeyError, match="missing not found in named urls"):
        application.reverse_url("missing")
    with pytest.raises(ValueError, match="takes 2 arguments, not 1"):
        application.reverse_url("story", 7)
    with pytest.raises(ValueError, match="cannot reverse the url regex"):
        application.reverse_url("nested", 1, 2)


def test_named_and_positional_groups_do_not_mix() -> None:
    with pytest.raises(ValueError, match="names all of its groups or none"):
        PathMatches("/(?P<a>x)/(y)")


def test_handlers_may_be_named_by_a_dotted_path() -> None:
    assert URLSpec("/", "tornado.web.RequestHandler").handler_class is RequestHandler


def test_the_number_of_tried_rules_does_not_grow_with_the_number_of_routes() -> None:
    rules = [named(f"/r{n}/([0-9]+)") for n in range(1000)] + [named(f"/s{n}") for n in range(1000)]
    router = Application(rules).wildcard_router
    for path in ("/r999/1", "/s999", "/nothing"):
        assert len(router.rules.candidates(path)) <= 1


def test_matchers_and_rules_can_be_asked_directly() -> None:
    assert AnyMatches().match(request("/")) == {}
    assert HostMatches("example").match(request("/", "example:80")) == {}
    assert HostMatches("example").match(request("/", "other")) is None
    assert PathMatches("/([0-9]+)").reverse(3) == "/3"
    assert Rule(PathMatches("/(.*)"), RequestHandler).reverse("a") == "/a"
    assert URLSpec("/x/(.*)", RequestHandler).reverse("b") == "/x/b"


@pytest.mark.parametrize(
    ("pattern", "args", "path"),
    [
        ("/a(/b)?", ("/b",), "/a/b"),
        ("/a(/b)?", (None,), "/a"),
        ("/a(?P<rest>/[a-z]+)?/?", ("/b",), "/a/b/"),
        ("/a(/b)*/c", (None,), "/a/c"),
        ("/a(/b){0,2}?", (None,), "/a"),
        ("/([0-9]+)/?", (5,), "/5/"),
        ("/colou?r", (), "/colour"),
        (r"/a\??([0-9])", (5,), None),
        ("/(.*)", (None,), "/None"),
        ("/a(/b)+", (None,), None),
        ("/([0-9]+)", ("x",), None),
        ("/([0-9]+)", (-5,), None),
        (r"/(\w+)", ("é",), None),
        ("/([^/]+)", ("a/b",), None),
        ("/([^/]+)", ("a b",), "/a%20b"),
        ("/([^/]+)", ("",), None),
        ("/(.*)", ("a/b",), "/a/b"),
        ("/(a|b)", ("b",), "/b"),
        ("/(a|b)", ("c",), None),
        ("/(a)|/(b)", ("a", "b"), None),
        ("/[ab]/x", (), None),
        ("/a.b", (), "/a.b"),
        ("/a+", (), None),
        ("/a{2}", (), None),
        (r"/what\?", (), None),
        (r"/a#b", (), None),
        ("/x(?=y)", ("y",), None),
    ],
)
def test_a_reversed_url_is_matched_or_there_is_none(
    pattern: str, args: tuple[Any, ...], path: str | None
) -> None:
    application = Application([URLSpec(pattern, Named, name="it")])
    if path is None:
        with pytest.raises(ValueError, match="cannot reverse the url regex"):
            application.reverse_url("it", *args)
    else:
        assert application.reverse_url("it", *args) == path
        assert PathMatches(pattern).match(request(path)) is not None


_PIECES = [
    "/a",
    r"\.",
    ".",
    "b?",
    "c+",
    "[xy]",
    "([0-9]+)",
    "([^/]+)",
    "(/d)?",
    "(e)*",
    "(.*)",
    "é",
    "|",
]


@given(st.lists(st.sampled_from(_PIECES)), st.lists(st.text("a/d0.?# é%", max_size=3), max_size=4))
def test_no_url_is_reversed_that_its_pattern_does_not_match(
    pieces: list[str], values: list[str]
) -> None:
    matcher = PathMatches(re.compile("/" + "".join(pieces) + "$"))
    try:
        path = str(matcher.reverse(*values[: matcher.regex.groups]))
    except ValueError:
        return
    request_of_path = request(path)
    assert request_of_path.path == path  # no query, no fragment
    assert matcher.match(request_of_path) is not None


@pytest.mark.parametrize(
    ("make", "shown"),
    [
        (
            lambda: Application([("/story/([0-9]+", Named)]),
            r"pattern '/story/\(\[0-9\]\+\$' is not",
        ),
        (lambda: PathMatches("/(?P<1>a)"), "'/.*' is not a regular expression: bad character in"),
        (lambda: HostMatches("*.example.com"), r"'\*.example.com\$' is not .*: nothing to repeat"),
        (lambda: Application().add_handlers("(", []), r"'\(\$' is not a regular expression"),
        (
            lambda: PathTemplate("/{a:odd}", {"odd": ("[", None)}),
            "'/{a:odd}' is not a regular expression: unterminated character set",
        ),
    ],
)
def test_the_error_for_an_invalid_pattern_shows_it(make: Callable[[], Any], shown: str) -> None:
    with pytest.raises(re.error, match=shown):
        make()


@pytest.mark.parametrize(
    ("route", "message"),
    [
        ((b"/", Named), "begins with a pattern or a matcher, not b'/'"),
        ((None, Named), "begins with a pattern or a matcher, not None"),
        (("/odd",), r"a pattern, a handler, .* not \('/odd',\)"),
        (("/odd", Named, {}, "name", 5), r"a pattern, a handler, .* not \('/odd', "),
    ],
)
def test_a_malformed_route_is_refused_when_it_is_added(route: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Application([route])


@pytest.mark.parametrize("pattern", ["/新闻/([0-9]+)", r"/my\ files", "/my files"])
def test_a_pattern_that_can_never_match_is_a_warning(
    pattern: str, caplog: pytest.LogCaptureFixture
) -> None:
    PathMatches(pattern)
    (record,) = caplog.records
    assert "can never match: paths arrive percent-encoded, so write '/" in record.getMessage()
