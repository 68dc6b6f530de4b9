"""Two providers, one of them dishonest: whose token endpoint gets a code (RFC 9207, RFC 9700 section 4.4)."""

from __future__ import annotations

import json
import urllib.parse
from types import SimpleNamespace

import pytest

from tornado.auth import AuthError, OAuth2Provider, TransactionError
from tornado.auth._oauth2._answer import Answer
from tornado.web import RequestHandler


def query_of(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


def with_query(url, **changes):
    """Return an address with other parameters; None leaves one out."""
    parts = urllib.parse.urlsplit(url)
    query = {**dict(urllib.parse.parse_qsl(parts.query)), **changes}
    left = {name: value for name, value in query.items() if value is not None}
    return parts._replace(query=urllib.parse.urlencode(left)).geturl()


class Dishonest:
    """A provider that sends the user on to an honest one, and waits for the code."""

    def __init__(self, site):
        self.received = []
        self.honest = {}
        dishonest = self

        class Authorize(RequestHandler):
            def get(self):
                asked = {name: self.get_argument(name) for name in self.request.arguments}
                target = dishonest.honest["authorize_url"]
                asked.update(dishonest.honest["parameters"])
                self.redirect(f"{target}?{urllib.parse.urlencode(asked)}")

        class Token(RequestHandler):
            def post(self):
                dishonest.received.append(self.request.body)
                self.write({"access_token": "of the attacker", "token_type": "Bearer"})

        self.url = site([("/auth", Authorize), ("/token", Token)]).url


@pytest.fixture
def two(site, node_provider, client, make_provider, handler_class, settings):
    """A site that asks both, ``/login?with=honest`` or ``/login?with=dishonest``."""
    dishonest = Dishonest(site)
    registered = client("http://127.0.0.1:1/")
    providers = {}

    class Chooser(handler_class):
        def initialize(self):
            pass

        def get_oauth2_provider(self):
            return providers[self.get_argument("with")]

        def get_oauth2_providers(self):
            return tuple(providers.values())

    own = {"key": registered["client_id"], "secret": registered["client_secret"]}
    other = {"key": "us", "secret": "there"}
    running = site(
        [("/login", Chooser), ("/login/(?:dis)?honest", Chooser)],
        node_oauth=own,
        other_oauth=other,
        **settings,
    )
    running.login = f"{running.url}/login"
    providers["honest"] = make_provider(node_provider.issuer)
    providers["dishonest"] = make_provider(dishonest.url, name="other")
    node_provider.configure(client(running.login, f"{running.login}/honest"))
    dishonest.honest = {
        "authorize_url": f"{node_provider.issuer}/auth",
        "parameters": {"client_id": registered["client_id"], "redirect_uri": running.login},
    }
    running.providers, running.dishonest, running.honest = providers, dishonest, node_provider
    return running


def message_of(page):
    return json.loads(page.text)


def test_each_provider_gets_its_own_codes(two, browser):
    back = browser.visit(f"{two.login}?with=honest", until=f"{two.login}?code")
    assert browser.open(back).status == 200
    assert len(two.honest.requests("/token")) == 1
    assert two.dishonest.received == []


def test_s19_a_code_of_the_honest_provider_does_not_go_to_the_dishonest_one(two, browser):
    back = browser.visit(f"{two.login}?with=dishonest", until=f"{two.login}?code")
    assert query_of(back)["iss"] == two.honest.issuer  # the honest one has answered
    page = browser.open(back)
    assert page.status == 403
    assert message_of(page)["kind"] in {"TransactionError", "None"}
    assert two.dishonest.received == []
    assert two.honest.requests("/token") == []


def test_s19_an_error_of_another_issuer_is_not_believed(two, browser):
    back = browser.visit(f"{two.login}?with=dishonest", until=f"{two.login}?", decision="abort")
    assert query_of(back)["error"] == "access_denied"
    answer = message_of(browser.open(back))
    assert answer["kind"] in {"TransactionError", "None"}
    assert "access_denied" not in answer["message"]


def test_s19_an_answer_without_the_announced_issuer_is_refused_before_the_code_is_sent(
    two, browser
):
    back = browser.visit(f"{two.login}?with=honest", until=f"{two.login}?code")
    assert browser.open(with_query(back, iss=None)).status == 403
    assert two.honest.requests("/token") == []


def test_s19_the_issuer_is_compared_as_plain_text(two, browser):
    for change in (lambda text: f"{text}/", str.upper, lambda text: f"{text}#", lambda text: ""):
        back = browser.visit(f"{two.login}?with=honest", until=f"{two.login}?code")
        assert browser.open(with_query(back, iss=change(two.honest.issuer))).status == 403
    assert two.honest.requests("/token") == []


def test_s19_providers_without_an_issuer_need_an_address_each(two, browser, make_provider):
    """With one address for both, the code would go to the dishonest one."""
    two.providers["dishonest"] = make_provider(
        two.dishonest.url, name="other", issuer=None, sends_issuer=False
    )
    back = browser.visit(f"{two.login}?with=dishonest", until=f"{two.login}?code")
    page = browser.open(back)
    assert page.status == 403
    assert "redirect_uri of its own" in message_of(page)["message"] or page.text.count("None")
    assert two.dishonest.received == []


def test_s19_an_answer_that_comes_to_the_address_of_another_provider_is_refused(
    two, browser, make_provider
):
    two.providers["dishonest"] = make_provider(
        two.dishonest.url,
        name="other",
        issuer=None,
        sends_issuer=False,
        redirect_uri=f"{two.login}/dishonest",
    )
    own = f"{two.login}/honest"
    two.dishonest.honest["parameters"]["redirect_uri"] = own
    back = browser.visit(f"{two.login}/dishonest?with=dishonest", until=f"{own}?code")
    assert browser.open(back).status == 403
    assert two.dishonest.received == []


def test_s19_addresses_that_differ_in_their_query_only_are_one_address(two, browser, make_provider):
    """Anybody adds to a query, so an answer to one of them is not told from one to the other."""
    unnamed = {"issuer": None, "sends_issuer": False}
    issuers = {"honest": two.honest.issuer, "dishonest": two.dishonest.url}
    for name, issuer in issuers.items():
        two.providers[name] = make_provider(
            issuer, name=name, redirect_uri=f"{two.login}?p={name}", **unnamed
        )
    two.application.settings.update(honest_oauth={"key": "web"}, dishonest_oauth={"key": "us"})
    back = browser.visit(f"{two.login}?with=dishonest", until=f"{two.login}?code")
    assert browser.open(back).status == 403
    assert two.dishonest.received == []
    assert two.honest.requests("/token") == []


class AnswerAt:
    """A handler that an answer without a state came to."""

    def __init__(self, address):
        parts = urllib.parse.urlsplit(address)
        self.request = SimpleNamespace(
            protocol=parts.scheme, host=parts.netloc, path=parts.path, full_url=lambda: address
        )

    def get_arguments(self, name, strip=True):
        return ["the code"] if name == "code" else []


def check_at(address, *redirect_uris, asked=None):
    """Check an answer to the first of two providers, which have these addresses."""
    providers = [
        OAuth2Provider(
            name=str(number),
            authorize_url=f"https://{number}.example/a",
            token_url=f"https://{number}.example/t",
            redirect_uri=uri,
        )
        for number, uri in enumerate(redirect_uris)
    ]
    return Answer(AnswerAt(address), providers).check_without_transaction(asked)


@pytest.mark.parametrize(
    ("address", "own", "other"),
    [
        ("https://site/a?code=x", "https://site/a", "https://site/b"),
        ("https://site/a?code=x", "https://site/a", None),
        ("http://inner:8000/a?code=x", "https://site/a", "https://site/b"),
        ("https://site/a?code=x", "/a", "/b"),
        ("https://site/a?code=x", "https://site/a", "https://other/a"),
        ("https://site:443/a?code=x", "https://SITE/a", "https://other/a"),
    ],
)
def test_an_answer_at_the_address_of_its_provider_is_taken(address, own, other):
    assert check_at(address, own, other).code == "the code"


@pytest.mark.parametrize(
    ("address", "own", "other"),
    [
        ("https://site/a?code=x", "https://site/a?p=1", "https://site/a?p=2"),
        ("https://site/a?code=x", "https://site/a", "https://site:443/a"),
        ("https://site/a?code=x", "https://site/a", "https://Site/a"),
        ("https://site/a?code=x", "https://site/a", "/a#b"),
        ("https://other/a?code=x", "https://site/a", "https://other/a"),
        ("https://site/b?code=x", "https://site/a", "https://site/b"),
        ("https://other//site/a?code=x", "https://site/a", "https://other/a"),
        ("https://site:x/a?code=x", "https://site/a", "https://other/a"),
    ],
)
def test_s19_an_answer_at_the_address_of_another_provider_is_not_taken(address, own, other):
    with pytest.raises(AuthError):
        check_at(address, own, other)


def test_s19_an_answer_to_a_request_with_another_redirect_uri_is_not_taken():
    addresses = ("https://site/a?code=x", "https://site/a", "https://site/b")
    assert check_at(*addresses, asked="https://site/a")
    with pytest.raises(TransactionError, match="another redirect_uri"):
        check_at(*addresses, asked="https://site/c")


def test_s19_a_handler_with_one_provider_refuses_answers_to_questions_to_another_one(
    site, two, browser, make_provider, handler_class, settings
):
    """Each provider has a handler and an address of its own, and none has an issuer."""
    unnamed = {"issuer": None, "sends_issuer": False}
    honest = make_provider(two.honest.issuer, **unnamed)
    dishonest = make_provider(two.dishonest.url, name="other", **unnamed)
    own = {"key": "web", "secret": "secret"}
    separate = site(
        [
            ("/login/honest", handler_class, {"provider": honest}),
            ("/login/dishonest", handler_class, {"provider": dishonest}),
        ],
        node_oauth=own,
        other_oauth=own,
        **settings,
    )
    address = f"{separate.url}/login/honest"
    two.honest.configure(
        {**own, "client_id": "web", "client_secret": "s" * 40, "redirect_uris": [address]}
    )
    two.dishonest.honest["parameters"]["redirect_uri"] = address
    back = browser.visit(f"{separate.url}/login/dishonest", until=f"{address}?code")
    assert browser.open(back).status == 403
    assert two.dishonest.received == []
    assert two.honest.requests("/token") == []
