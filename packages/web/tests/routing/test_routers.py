"""Routers, rules and matchers, as programs combine, override and define them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    HTTPServerRequest,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.routing import (
    AnyMatches,
    DefaultHostMatches,
    HostMatches,
    Matcher,
    PathMatches,
    PathTemplate,
    ReversibleRouter,
    ReversibleRuleRouter,
    Router,
    Rule,
    RuleRouter,
    URLSpec,
)
from tornado.web import Application, RequestHandler

MakeSite = Callable[..., Any]


def request(path: str = "/", **headers: str) -> HTTPServerRequest:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return HTTPServerRequest(
        start_line=RequestStartLine("GET", path, "HTTP/1.1"),
        headers=HTTPHeaders({"Host": "x", **fields}),
    )


class Text(HTTPMessageDelegate):
    """Answer with a text, followed by the body of the request."""

    def __init__(self, connection: Any, text: object) -> None:
        self.connection = connection
        self.body = str(text).encode()

    def data_received(self, chunk: bytes) -> None:
        self.body += chunk

    def finish(self) -> None:
        answer(self.connection, self.body)


def answer(connection: Any, body: bytes) -> None:
    headers = HTTPHeaders({"Content-Length": str(len(body))})
    connection.write_headers(ResponseStartLine("HTTP/1.1", 200, "OK"), headers, body)
    connection.finish()


def tell(request: HTTPServerRequest, **params: Any) -> None:
    """Answer with the parameters of a callable target."""
    answer(request.connection, repr(sorted(params.items())).encode())


class Telling(Router):
    """Answer with the parameters of a nested router."""

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> HTTPMessageDelegate:
        return Text(request.connection, sorted(kwargs.items()))


class Named(RequestHandler):
    def initialize(self, name: str = "-") -> None:
        self.name = name

    def get(self, *args: str, **kwargs: str) -> None:
        self.write(f"{self.name} {args} {kwargs}")

    post = get


# Router


def test_a_router_of_ones_own_is_served(site: MakeSite) -> None:
    running = site(Telling())
    assert running.fetch("/").text == "[]"
    assert running.fetch("/", "POST", b" body").text == "[] body"


def test_a_router_without_a_match_answers_404(site: MakeSite) -> None:
    class Nobody(Router):
        def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> None:
            return None

    running = site(Nobody())
    for method, body in (("GET", None), ("HEAD", None), ("POST", b"body")):
        answered = running.fetch("/", method, body)
        assert (answered.status, answered.body) == (404, b"")


def test_start_request_can_be_wrapped(site: MakeSite) -> None:
    seen: list[Any] = []

    class Watching(Telling):
        def start_request(self, server_conn: object, request_conn: Any) -> HTTPMessageDelegate:
            return Watched(super().start_request(server_conn, request_conn))

    class Watched(HTTPMessageDelegate):
        def __init__(self, delegate: HTTPMessageDelegate) -> None:
            self.delegate = delegate

        def headers_received(self, start_line: Any, headers: HTTPHeaders) -> Any:
            seen.append((start_line.method, start_line.path, headers["X-Seen"]))
            return self.delegate.headers_received(start_line, headers)

        def data_received(self, chunk: bytes) -> Any:
            seen.append(chunk)
            return self.delegate.data_received(chunk)

        def finish(self) -> None:
            seen.append("finish")
            self.delegate.finish()

    assert site(Watching()).fetch("/a", "POST", b"body", {"X-Seen": "1"}).text == "[]body"
    assert seen == [("POST", "/a", "1"), b"body", "finish"]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: Router().find_handler(request()), "Router does not define find_handler"),
        (lambda: ReversibleRouter().reverse_url("a"), "ReversibleRouter does not define reverse"),
        (lambda: Matcher().match(request()), "Matcher does not define match"),
    ],
)
def test_what_a_subclass_has_to_define_is_named(call: Callable[[], object], name: str) -> None:
    with pytest.raises(NotImplementedError, match=name):
        call()


# RuleRouter


def test_process_rule_may_replace_a_rule(site: MakeSite) -> None:
    class Below(RuleRouter):
        def __init__(self, prefix: str, rules: Any) -> None:
            self.prefix = prefix
            super().__init__(rules)

        def process_rule(self, rule: Rule) -> Rule:
            rule = super().process_rule(rule)
            matcher: Any = rule.matcher
            return Rule(PathMatches(self.prefix + matcher.regex.pattern), rule.target)

    router = Below("/v1", [("/a", tell)])
    router.add_rules([Rule(PathMatches("/b"), tell)])
    running = site(router)
    found = {path: running.fetch(path).status for path in ("/a", "/b", "/v1/a", "/v1/b")}
    assert found == {"/a": 404, "/b": 404, "/v1/a": 200, "/v1/b": 200}


def test_process_rule_gets_rules_whatever_they_were_written_as() -> None:
    class Recording(RuleRouter):
        def process_rule(self, rule: Rule) -> Rule:
            seen.append((type(rule.matcher), rule.target, rule.target_kwargs, rule.name))
            return rule

    seen: list[Any] = []
    Recording(
        [
            ("/a", tell),
            ("/b", tell, {"b": 1}),
            ["/c", tell, {"c": 1}, "c"],
            (HostMatches("h"), tell),
            Rule(AnyMatches(), tell, name="any"),
        ]
    )
    assert seen == [
        (PathMatches, tell, {}, None),
        (PathMatches, tell, {"b": 1}, None),
        (PathMatches, tell, {"c": 1}, "c"),
        (HostMatches, tell, {}, None),
        (AnyMatches, tell, {}, "any"),
    ]


POSITIONAL = "[('path_args', [b'1']), ('path_kwargs', {}), ('target_kwargs', {'k': 2})]"


@pytest.mark.parametrize("target", [tell, Telling()], ids=["callable", "router"])
@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/args/1", POSITIONAL),
        ("/named/2", "[('path_args', []), ('path_kwargs', {'n': b'2'})]"),
        ("/settings", "[('target_kwargs', {'k': 2})]"),
        ("/plain", "[]"),
        ("/other", "[]"),
    ],
)
def test_targets_get_what_their_rules_say(
    site: MakeSite, target: Any, path: str, params: str
) -> None:
    router = RuleRouter(
        [
            Rule(PathMatches("/args/(.*)"), target, {"k": 2}),
            Rule(PathMatches("/named/(?P<n>.*)"), target),
            ("/settings", target, {"k": 2}),
            ("/plain", target),
            (AnyMatches(), target),
        ]
    )
    assert site(router).fetch(path).text == params


def test_a_callable_gets_the_whole_request(site: MakeSite) -> None:
    def show(request: HTTPServerRequest) -> None:
        answer(request.connection, repr((request.body, request.body_arguments)).encode())

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    running = site(RuleRouter([("/", show)]))
    assert running.fetch("/", "POST", b"a=1", form).text == "(b'a=1', {'a': [b'1']})"


def test_a_connection_delegate_gets_both_connections(site: MakeSite) -> None:
    class Connections(HTTPServerConnectionDelegate):
        def start_request(self, server_conn: object, request_conn: Any) -> HTTPMessageDelegate:
            return Text(request_conn, server_conn is not None and server_conn is not request_conn)

    assert site(RuleRouter([("/", Connections())])).fetch("/").text == "True"


def test_get_target_delegate_may_know_targets_of_its_own(site: MakeSite) -> None:
    class Texts(RuleRouter):
        def get_target_delegate(
            self, target: Any, request: HTTPServerRequest, **target_params: Any
        ) -> HTTPMessageDelegate | None:
            if isinstance(target, bytes):
                return Text(request.connection, (target, sorted(target_params)))
            return super().get_target_delegate(target, request, **target_params)

    running = site(
        Texts(
            [
                ("/text/(.*)", b"text"),
                (AnyMatches(), RuleRouter([("/nested", tell)])),
                ("/odd", object()),
                ("/odd", b"after"),
                ("/nothing", object()),
            ]
        )
    )
    assert running.fetch("/text/1").text == "(b'text', ['path_args', 'path_kwargs'])"
    assert running.fetch("/nested").text == "[]"
    assert running.fetch("/odd").text == "(b'after', [])"
    assert running.fetch("/nothing").status == 404


# Matchers of paths


class Posted(PathMatches):
    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        return super().match(request) if request.method == "POST" else None


class AnyCase(PathMatches):
    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        return {} if self.regex.match(request.path.lower()) else None


class PostedTemplate(PathTemplate):
    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        return super().match(request) if request.method == "POST" else None


class Slashed(PathMatches):
    def __init__(self, pattern: str) -> None:
        super().__init__(pattern + "/")


@pytest.mark.parametrize("make", [Application, RuleRouter])
@pytest.mark.parametrize(
    "matcher",
    [Posted("/a"), Posted("/(?:a)"), PostedTemplate("/a")],
    ids=["text", "regex", "template"],
)
def test_a_subclass_may_match_less_than_its_pattern(
    site: MakeSite, make: Any, matcher: Matcher
) -> None:
    rules = [
        (matcher, Application([("/a", Named, {"name": "posted"})])),
        ("/a", Application([("/a", Named, {"name": "other"})])),
    ]
    running = site(make(rules))
    assert running.fetch("/a").text == "other () {}"
    assert running.fetch("/a", "POST", b"").text == "posted () {}"
    assert running.fetch("/b", "POST", b"").status == 404


def test_a_subclass_may_match_more_than_its_pattern(site: MakeSite) -> None:
    running = site([(AnyCase("/a"), Named), (Slashed("/b"), Named)])
    statuses = {path: running.fetch(path).status for path in ("/a", "/A", "/b", "/b/", "/c")}
    assert statuses == {"/a": 200, "/A": 200, "/b": 404, "/b/": 200, "/c": 404}


# DefaultHostMatches


class Hosting:
    default_host = "www.example.com"


def test_the_default_host_is_matched_whatever_the_client_asks_for() -> None:
    matcher = DefaultHostMatches(Hosting(), re.compile(r"(www\.)?example\.com$"))
    assert matcher.match(request(Host="other.com")) == {}
    assert matcher.match(request(X_Real_Ip="1.2.3.4")) is None
    other = DefaultHostMatches(Hosting(), re.compile("other"))
    assert other.match(request(Host="other.com")) is None
    assert matcher.reverse("a") is None


def test_the_default_host_may_change_later() -> None:
    application = Application(default_host="a.com")
    matcher = DefaultHostMatches(application, re.compile("b.com"))
    assert matcher.match(request()) is None
    application.default_host = "b.com"
    assert matcher.match(request()) == {}


def test_routes_of_the_default_host_come_after_those_for_all_hosts(site: MakeSite) -> None:
    application = Application([("/", Named, {"name": "any"})], default_host="d.com")
    hosted = [("/only", Named, {"name": "only"}), ("/", Named, {"name": "hosted"})]
    application.add_handlers("d.com", hosted)
    running = site(application)
    assert running.fetch("/only").text == "only () {}"
    assert running.fetch("/only", headers={"X-Real-Ip": "1.2.3.4"}).status == 404
    assert running.fetch("/").text == "any () {}"
    assert running.fetch("/", headers={"Host": "D.com:99"}).text == "hosted () {}"


# From names to URLs


def test_a_reversible_rule_router_knows_its_rules_and_those_below() -> None:
    inner = ReversibleRuleRouter([("/n/(.*)", tell, {}, "deep")])
    router = ReversibleRuleRouter(
        [
            ("/a", tell, {}, "a"),
            Rule(PathMatches("/b/(.*)"), tell, name="b"),
            (HostMatches("h"), tell, {}, "host"),
            ("/n/.*", inner),
            ("/unnamed", tell),
        ]
    )
    router.add_rules([URLSpec("/late", tell, name="late")])
    assert sorted(router.named_rules) == ["a", "b", "host", "late"]
    assert router.reverse_url("a") == "/a"
    assert router.reverse_url("b", 1) == "/b/1"
    assert router.reverse_url("late") == "/late"
    assert router.reverse_url("deep", "x y") == "/n/x%20y"
    assert router.reverse_url("host") is None  # a host is not a path
    assert router.reverse_url("unknown") is None
    with pytest.raises(ValueError, match="takes 1 arguments, not 0"):
        router.reverse_url("b")


def test_of_two_rules_with_one_name_the_last_is_used(caplog: pytest.LogCaptureFixture) -> None:
    router = ReversibleRuleRouter([("/a", tell, {}, "x"), ("/b", tell, {}, "x")])
    assert router.reverse_url("x") == "/b"
    assert [record.getMessage() for record in caplog.records] == [
        "two rules named x; the last one is used"
    ]


def test_names_count_as_process_rule_gives_them() -> None:
    class Prefixed(ReversibleRuleRouter):
        def process_rule(self, rule: Rule) -> Rule:
            rule.name = rule.name and f"api:{rule.name}"
            return super().process_rule(rule)

    router = Prefixed([("/a", tell, {}, "a")])
    assert (router.reverse_url("api:a"), router.reverse_url("a")) == ("/a", None)


def test_an_application_asks_a_reversible_router_of_ones_own(site: MakeSite) -> None:
    class Pages(ReversibleRouter):
        def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> HTTPMessageDelegate:
            return Text(request.connection, "page")

        def reverse_url(self, name: str, *args: Any) -> str | None:
            return f"/pages/{args[0]}" if name == "page" else None

    application = Application([("/pages/.*", Pages()), URLSpec("/", Named, name="home")])
    assert application.reverse_url("page", 7) == "/pages/7"
    assert application.reverse_url("home") == "/"
    with pytest.raises(KeyError, match="missing"):
        application.reverse_url("missing")
    assert site(application).fetch("/pages/7").text == "page"


# Application.get_handler_delegate


def test_get_handler_delegate_may_choose_another_handler(site: MakeSite) -> None:
    seen: list[Any] = []

    class Choosing(Application):
        def get_handler_delegate(
            self,
            request: HTTPServerRequest,
            target_class: Any,
            target_kwargs: Any = None,
            path_args: Any = None,
            path_kwargs: Any = None,
        ) -> Any:
            seen.append((target_class.__name__, target_kwargs or {}, path_args, path_kwargs))
            if "X-Other" in request.headers:
                target_class, target_kwargs = Named, {"name": "other"}
            return super().get_handler_delegate(
                request, target_class, target_kwargs, path_args, path_kwargs
            )

    running = site(Choosing([("/a/(.*)", Named, {"name": "a"}), ("/b/(?P<z>.*)", Named)]))
    assert running.fetch("/a/%41").text == "a ('A',) {}"
    assert running.fetch("/b/1").text == "- () {'z': '1'}"
    assert running.fetch("/a/1", headers={"X-Other": "1"}).text == "other ('1',) {}"
    assert running.fetch("/none").status == 404
    assert running.fetch("/none", headers={"X-Other": "1"}).text == "other () {}"
    assert seen == [
        ("Named", {"name": "a"}, [b"A"], {}),
        ("Named", {}, [], {"z": b"1"}),
        ("Named", {"name": "a"}, [b"1"], {}),
        ("ErrorHandler", {"status_code": 404}, None, None),
        ("ErrorHandler", {"status_code": 404}, None, None),
    ]


def test_a_router_can_ask_an_application_for_a_handler(site: MakeSite) -> None:
    class ByHeader(Router):
        application = Application()

        def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> HTTPMessageDelegate:
            name = request.headers.get("X-Name", "nobody")
            return self.application.get_handler_delegate(
                request, Named, target_kwargs={"name": name}, path_args=[b"caf\xc3\xa9"]
            )

    running = site(ByHeader())
    assert running.fetch("/", headers={"X-Name": "me"}).text == "me ('café',) {}"
    assert running.fetch("/", "POST", b"body").text == "nobody ('café',) {}"


def test_get_handler_delegate_may_give_any_delegate(site: MakeSite) -> None:
    class Texts(Application):
        def get_handler_delegate(
            self, request: Any, target_class: Any, *args: Any, **_: Any
        ) -> Any:
            return Text(request.connection, target_class.__name__)

    running = site(Texts([("/a/(.*)", Named), ("/b", Named)]))
    texts = [running.fetch(path).text for path in ("/a/1", "/b", "/none")]
    assert texts == ["Named", "Named", "ErrorHandler"]
