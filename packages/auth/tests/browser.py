"""A browser without a screen: it keeps cookies, follows redirects and fills in forms."""

from __future__ import annotations

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

#: Seconds for one request on a machine with too much to do.
PATIENCE = 30


@dataclass
class Form:
    """A form of a page: where it goes, and what it sends by itself."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    inputs: set[str] = field(default_factory=set)


class Forms(HTMLParser):
    """The forms of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        elif tag == "input" and self.found and "name" in given:
            form = self.found[-1]
            form.inputs.add(given["name"])
            if given.get("type") == "hidden" or "value" in given:
                form.values[given["name"]] = given.get("value", "")


@dataclass
class Page:
    """An answer."""

    url: str
    status: int
    headers: Any
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def location(self) -> str | None:
        """Where it redirects to, as a whole address."""
        target = self.headers.get("Location")
        return None if target is None else urllib.parse.urljoin(self.url, target)

    @property
    def query(self) -> dict[str, str]:
        """The query of its address."""
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.url).query))

    @property
    def words(self) -> str:
        """What a person reads."""
        without = re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>", " ", self.text, flags=re.DOTALL)
        return " ".join(without.split())

    @property
    def forms(self) -> list[Form]:
        return Forms(self.text).found


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class Browser:
    """A person with cookies. Two of them are two browsers.

    As browsers do, it sends the cookies of a host to all of its ports.
    """

    def __init__(self) -> None:
        self.cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            _NoRedirects(),
            urllib.request.HTTPCookieProcessor(self.cookies),
            urllib.request.ProxyHandler({}),
        )
        #: The addresses that were asked for, in their order.
        self.history: list[str] = []

    def request(
        self, url: str, data: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> Page:
        """Send one request, by POST if there is data, and follow nothing."""
        self.history.append(url)
        body = None if data is None else urllib.parse.urlencode(data).encode()
        request = urllib.request.Request(url, body, headers or {})
        try:
            response = self._opener.open(request, timeout=PATIENCE)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            return Page(url, response.status, response.headers, response.read())

    def open(self, url: str, data: dict[str, str] | None = None, *, until: str = "\n") -> Page:
        """Follow redirects.

        :param until: an address that begins with this is not asked for; the answer then is the
            redirect to it.
        """
        for _ in range(20):
            page = self.request(url, data)
            target = page.location
            if page.status not in {301, 302, 303, 307, 308} or target is None:
                return page
            if target.startswith(until):
                return page
            url, data = target, None
        raise AssertionError(f"too many redirects: {url}")

    def submit(
        self, page: Page, values: dict[str, str] | None = None, *, until: str = "\n"
    ) -> Page:
        """Send the first form of a page with values that are added to its own."""
        form = page.forms[0]
        given = {**form.values, **(values or {})}
        url = urllib.parse.urljoin(page.url, form.action or page.url)
        if form.method == "post":
            return self.open(url, given, until=until)
        return self.open(f"{url}?{urllib.parse.urlencode(given)}", until=until)

    def visit(
        self,
        url: str,
        *,
        until: str,
        login: str = "alice",
        password: str = "wonderland",
        decision: str = "go",
    ) -> str:
        """Do what a provider asks for, and return the address that it sends the browser back to.

        :param until: how that address begins; it is not asked for.
        :param decision: "go", or "abort" to refuse.
        """
        page = self.open(url, until=until)
        for _ in range(10):
            if page.location is not None and page.location.startswith(until):
                return page.location
            if not page.forms:
                raise AssertionError(f"{page.status} at {page.url}: {page.words}")
            values = {"decision": decision}
            if "password" in page.forms[0].inputs:
                values.update(login=login, password=password)
            if "xsrf" in page.forms[0].inputs:
                values = {"logout": "yes"}  # the page of oidc-provider that confirms a sign-out
            page = self.submit(page, values, until=until)
        raise AssertionError(f"the provider keeps asking: {page.url}")

    def cookie(self, prefix: str) -> list[http.cookiejar.Cookie]:
        """Return the cookies whose names begin with something."""
        return [each for each in self.cookies if each.name.startswith(prefix)]
