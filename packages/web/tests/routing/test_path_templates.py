"""Paths with typed places, and routes as decorators."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.httputil import HTTPServerRequest, RequestStartLine
from tornado.routing import Converter, HostMatches, PathMatches, PathTemplate, Routes
from tornado.web import Application, RequestHandler

MakeSite = Callable[..., Any]


def request(path: str) -> HTTPServerRequest:
    return HTTPServerRequest(start_line=RequestStartLine("GET", path, "HTTP/1.1"))


@pytest.mark.parametrize(
    ("template", "path", "values"),
    [
        ("/user/{id:int}", "/user/12", {"id": 12}),
        ("/user/{id:int}", "/user/-1", None),
        ("/user/{id:int}", "/user/12x", None),
        ("/user/{id:int}", "/user/" + "9" * 20, None),
        ("/user/{id:int}", "/user/\u0663", None),
        ("/{name}", "/a%20b", {"name": b"a b"}),
        ("/{name}", "/a/b", None),
        ("/{name}", "/", None),
        ("/{name:path}", "/a/b.txt", {"name": b"a/b.txt"}),
        ("/{x:float}/{y:float}", "/1.5/2", {"x": 1.5, "y": 2.0}),
        (
            "/{id:uuid}",
            "/12345678-1234-5678-1234-567812345678",
            {"id": UUID("12345678-1234-5678-1234-567812345678")},
        ),
        ("/a.b", "/a.b", {}),
        ("/a.b", "/axb", None),
        ("/a(b)*", "/a(b)*", {}),
        ("/v{major:int}.{minor:int}", "/v1.2", {"major": 1, "minor": 2}),
        ("/v{major:int}.{minor:int}", "/v1x2", None),
        ("/{name}", "/a%2Fb", None),
        ("/{name}", "/a%2fb", None),
        ("/{name}", "/a%252Fb", {"name": b"a%2Fb"}),
        ("/{name:path}", "/a%2Fb.txt", {"name": b"a/b.txt"}),
        ("/{name:path}", "/a%0Ab%2f", {"name": b"a\nb/"}),
        ("/新闻/{id:int}", "/%E6%96%B0%E9%97%BB/7", {"id": 7}),
        ("/新闻/{id:int}", "/%e6%96%b0%E9%97%bb/7", {"id": 7}),
        ("/新闻/{id:int}", "/%E6%96%B1%E9%97%BB/7", None),
        ("/my files/{id:int}", "/my%20files/7", {"id": 7}),
        ("/my%20files/{id:int}", "/my%20files/7", {"id": 7}),
        ("/my%20files/{id:int}", "/my files/7", None),
        ("/50%/{id:int}", "/50%25/7", {"id": 7}),
        ("/C++ (new)/{id:int}", "/C%2B%2b%20%28new%29/7", {"id": 7}),
        ("/C++ (new)/{id:int}", "/C++%20(new)/7", {"id": 7}),
        ("/C++ (new)/{id:int}", "/C%20%20%20(new)/7", None),
        ("/@{name}:batch", "/%40me%3Abatch", {"name": b"me"}),
        ("/@{name}:batch", "/@me:batch", {"name": b"me"}),
        ("/a|b", "/a|b", {}),
        ("/a|b", "/a%7cb", {}),
        ("/what?", "/what%3F", {}),
        ("/é", "/%C3%A9", {}),
        ("/é", "/%C3%A8", None),
    ],
)
def test_places_have_types(template: str, path: str, values: dict[str, Any] | None) -> None:
    found = PathTemplate(template).match(request(path))
    if values is None:
        assert found is None
    else:
        assert (found or {}).get("path_kwargs", {}) == values


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("/{id:number}", "unknown type 'number' .* float, int, path, str, uuid"),
        ("/{1d}", "bad or repeated name '1d'"),
        ("/{}", "bad or repeated name ''"),
        ("/{a}/{a}", "bad or repeated name 'a'"),
        ("/{a", "unmatched brace"),
        ("/a}", "unmatched brace"),
    ],
)
def test_meaningless_templates_are_refused(template: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PathTemplate(template)


def test_there_may_be_further_types(site: MakeSite) -> None:
    def month(text: str) -> int:
        if not 1 <= int(text) <= 12:
            raise ValueError(text)
        return int(text)

    converters: dict[str, Any] = {"month": Converter("[0-9]{2}", month), "tag": ("[a-z]+", None)}

    class Month(RequestHandler):
        def get(self, m: int, tag: str) -> None:
            self.write({"m": m, "tag": tag})

    running = site([(PathTemplate("/{m:month}/{tag:tag}", converters), Month)])
    assert running.fetch("/07/x").text == '{"m": 7, "tag": "x"}'
    assert running.fetch("/13/x").status == 404


_UNICODE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
_LITERALS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="{}"))


@given(st.integers(0, 10**18), _UNICODE, st.sampled_from(["str", "path"]), _LITERALS)
def test_what_is_reversed_is_matched(number: int, text: str, kind: str, literal: str) -> None:
    template = PathTemplate(f"/{literal}/{{number:int}}/x-{{text:{kind}}}")
    if kind == "str" and "/" in text:
        with pytest.raises(ValueError, match="does not fit text"):
            template.reverse(number, text)
        return
    path = str(template.reverse(number, text))
    assert re.fullmatch(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})+", path)
    found = template.match(request(path))
    assert found is not None
    assert found["path_kwargs"] == {"number": number, "text": text.encode()}
    assert template.match(request(path.replace("/x-", "/y-"))) is None


@given(st.text("/%2FfaA.", min_size=1))
def test_what_is_matched_is_reversed(path: str) -> None:
    template = PathTemplate("/{name}")
    found = template.match(request(f"/{path}"))
    if found is not None:
        try:
            name = found["path_kwargs"]["name"].decode()
        except UnicodeDecodeError:
            return  # the handler answers it with 400
        again = template.match(request(str(template.reverse(name))))
        assert again == found


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="{}%")))
def test_literals_are_matched_however_clients_encode_them(literal: str) -> None:
    template = PathTemplate(f"/{literal}/{{id:int}}")
    encoded = quote(literal)
    in_small_letters = re.sub("%..", lambda octet: octet[0].lower(), encoded)
    for path in (str(template.reverse(7)), f"/{encoded}/7", f"/{in_small_letters}/7"):
        assert template.match(request(path)) is not None, path
        assert path.startswith(template.prefix)


def test_values_may_be_octets() -> None:
    assert PathTemplate("/{name}").reverse("\u00e9".encode()) == "/%C3%A9"
    assert PathTemplate("/{id:int}").reverse(b"7") == "/7"


def test_a_further_type_decides_whether_it_contains_slashes() -> None:
    converters: dict[str, Any] = {"words": ("[a-z/]+", None), "word": ("[^/.]+", None)}
    words = PathTemplate("/{w:words}", converters)
    word = PathTemplate("/{w:word}", converters)
    assert words.match(request("/a/b")) == {"path_args": [], "path_kwargs": {"w": b"a/b"}}
    assert words.reverse("a/b") == "/a/b"
    assert word.match(request("/a%2Fb")) is None
    with pytest.raises(ValueError, match="does not fit w"):
        word.reverse("a/b")


def test_literals_in_any_script_are_served_and_reversed(site: MakeSite) -> None:
    routes = Routes()

    @routes("/新闻/my files/{name}", name="news")
    class News(RequestHandler):
        def get(self, name: str) -> None:
            self.write(self.reverse_url("news", name))

    running = site(routes)
    url = "/%E6%96%B0%E9%97%BB/my%20files/%C3%A9"
    assert running.fetch(url).text == url
    assert running.fetch("/%E6%96%B0%E9%97%BB/my%20files/a%2Fb").status == 404


def test_only_what_fits_is_reversed() -> None:
    template = PathTemplate("/{id:int}/{rest:path}")
    assert template.reverse(5, "a b/c") == "/5/a%20b/c"
    with pytest.raises(ValueError, match="'x' does not fit id"):
        template.reverse("x", "a")
    with pytest.raises(ValueError, match="takes 2 arguments, not 1"):
        template.reverse(5)


@pytest.mark.parametrize(
    ("pattern", "groups"),
    [(r"/a", ("/a", 0)), (r"/a/([0-9]+)/(b)", ("/a/%s/%s", 2)), (r"/(a(b))", (None, None))],
)
def test_instrumentation_can_ask_for_the_path_of_a_pattern(pattern: str, groups: object) -> None:
    assert PathMatches(pattern)._find_groups() == groups


def test_routes_are_declared_beside_their_handlers(site: MakeSite) -> None:
    routes = Routes()

    @routes("/user/{id:int}", name="user")
    class User(RequestHandler):
        def get(self, id: int) -> None:
            self.write({"id": id, "url": self.reverse_url("user", id + 1)})

    @routes(re.compile(r"/old/([a-z]+)"), {"word": "configured"})
    class Old(RequestHandler):
        def initialize(self, word: str) -> None:
            self.word = word

        def get(self, name: str) -> None:
            self.write(f"{self.word} {name}")

    @routes("/{name}")
    class Name(RequestHandler):
        def get(self, name: str) -> None:
            self.write(f"name {name}")

    running = site(routes)
    assert running.fetch("/user/7").text == '{"id": 7, "url": "/user/8"}'
    assert running.fetch("/user/x").status == 404
    assert running.fetch("/old/abc").text == "configured abc"
    assert running.fetch("/%C3%A9").text == "name \u00e9"
    nested = site([(HostMatches("127.0.0.1"), list(routes))])
    assert nested.fetch("/user/7").status == 200


def test_a_tuple_with_a_text_is_still_a_regular_expression(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get(self, *args: str) -> None:
            self.write(f"{args}")

    running = site([("/user/{id:int}", Handler), ("/a{2}", Handler)])
    assert running.fetch("/user/5").status == 404
    assert running.fetch("/user/{id:int}").status == 200
    assert running.fetch("/aa").status == 200


def test_templates_are_looked_up_in_the_table() -> None:
    class Handler(RequestHandler):
        pass

    few = Application([(PathTemplate(f"/r{n}/{{id:int}}"), Handler) for n in range(2)])
    many = Application([(PathTemplate(f"/r{n}/{{id:int}}"), Handler) for n in range(1000)])

    def cost(application: Application, path: str) -> float:
        one_request = request(path)
        best = 1.0
        for _ in range(20):
            began = time.process_time()
            for _ in range(50):
                application.find_handler(one_request)
            best = min(best, time.process_time() - began)
        return best

    assert len(many.wildcard_router.rules.candidates("/r999/1")) == 1
    # One undisturbed attempt is enough: trying a thousand patterns is never this fast.
    assert any(cost(many, "/r999/1") < 4 * cost(few, "/r1/1") for _ in range(6))


def test_routes_may_have_a_prefix_of_their_own(site: MakeSite) -> None:
    members = Routes(prefix="/teams/{team}/my members")
    old = Routes(prefix="/old.site")

    class Echo(RequestHandler):
        def get(self, *args: Any, **kwargs: Any) -> None:
            self.write({"args": args, "kwargs": kwargs})

    members("/{id:int}", name="member")(Echo)
    members("")(Echo)
    old(re.compile("/(a+)$"), name="old")(Echo)
    old(re.compile("^/b$|/c$", re.IGNORECASE))(Echo)
    application = Application([*members, *old])
    running = site(application)
    path = "/teams/red/my%20members/7"
    assert running.fetch(path).text == '{"args": [], "kwargs": {"team": "red", "id": 7}}'
    assert application.reverse_url("member", "red", 7) == path
    assert running.fetch("/teams/red/my%20members").status == 200
    assert running.fetch("/old.site/aa").text == '{"args": ["aa"], "kwargs": {}}'
    assert application.reverse_url("old", "a") == "/old.site/a"
    assert running.fetch("/old.site/C").status == 200
    for absent in ("/7", "/oldxsite/aa", "/c", "/old.sitex/b", "/aa"):
        assert running.fetch(absent).status == 404, absent


@pytest.mark.parametrize("prefix", ["", "/api", "/新闻", "/@me"])
def test_a_regular_expression_is_one_for_the_whole_path(prefix: str) -> None:
    routes = Routes(prefix=prefix)
    routes(re.compile("/([0-9]+)"), name="number")(RequestHandler)
    routes(re.compile("/(a|b)"), name="letter")(RequestHandler)
    routes(re.compile("^/c|/d"))(RequestHandler)
    routes(re.compile("/e  # last", re.VERBOSE))(RequestHandler)
    application = Application(routes)
    path = quote(prefix)

    def count(rest: str) -> int:
        one_request = request(path + rest)
        candidates = application.wildcard_router.rules.candidates(one_request.path)
        return sum(rule.matcher.match(one_request) is not None for rule in candidates)

    for rest in ("/7", "/a", "/b", "/c", "/d", "/e"):
        assert (rest, count(rest), count(f"{rest}/x")) == (rest, 1, 0)
    assert quote(application.reverse_url("number", 7), safe="/%") == f"{path}/7"
    assert quote(application.reverse_url("letter", "b"), safe="/%") == f"{path}/b"
    for name, value in (("number", "7x"), ("letter", "c")):
        with pytest.raises(ValueError, match="cannot reverse"):
            application.reverse_url(name, value)


def test_a_prefix_keeps_the_routes_that_are_there() -> None:
    rules = Routes()
    rules("/a")(RequestHandler)
    both = Routes(rules, prefix="/api")
    both("/b")(RequestHandler)
    assert [rule.reverse() for rule in both] == ["/a", "/api/b"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Routes()("user/{id}"), "begins with a slash, so 'user/{id}' matches nothing"),
        (lambda: PathTemplate("user"), "begins with a slash, so 'user' matches nothing"),
        (lambda: PathTemplate(""), "begins with a slash, so '' matches nothing"),
        (lambda: Routes(prefix="api"), "begins with a slash .* 'api'"),
        (lambda: Routes(prefix="/api/"), "does not end with one: '/api/'"),
        (lambda: Routes(prefix="/"), "does not end with one: '/'"),
        (lambda: Routes(prefix="/{a"), "unmatched brace"),
        (lambda: Routes(prefix="/{a}")("/{a}"), "repeated name 'a' in the path '/{a}/{a}'"),
        (
            lambda: Routes(prefix="/a")(HostMatches("x")),
            "is a matcher, which cannot have the prefix",
        ),
        (lambda: Routes(prefix="/{a}")(re.compile("/b")), "'/b' has to be a template"),
    ],
)
def test_a_meaningless_prefix_is_refused(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
