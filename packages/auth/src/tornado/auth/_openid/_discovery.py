"""Discovery: which endpoints may speak for an identifier (OpenID Authentication 2.0 section 7.3).

An identifier is a URL. Its document says who answers for it, in one of two forms: an XRDS document
(Yadis), found at the URL or at an address that the URL's answer names, or links in the head of an
HTML page.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree

from .._addresses import check_address, without_query
from .._errors import AuthError
from .._http import fetch
from ._names import SIGNON

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tornado.httpclient import AsyncHTTPClient, HTTPResponse

    from ._message import Assertion

_XRD = "{xri://$xrd*($v*2.0)}"
_XRDS_TYPE = "application/xrds+xml"

#: How much of a document is read, in bytes: identifiers are anybody's pages.
_MAX_DOCUMENT = 256 * 1024
_MAX_HEAD = 32 * 1024
_HEAD_END = re.compile(r"</head\s*>|<body\b", re.IGNORECASE)


class Service(NamedTuple):
    """An endpoint that may speak for an identifier, and the name of the user there, if it has one."""

    endpoint: str
    local_id: str | None


async def check_identifier(client: AsyncHTTPClient, assertion: Assertion) -> None:
    """Check that the provider may speak for the claimed identifier (section 11.2).

    :raises AuthError: the identifier's own document does not name this endpoint for this user, or it
        could not be read.
    """
    claimed_id, _, _ = assertion.claimed_id.partition("#")
    identity, _, _ = assertion.identity.partition("#")
    endpoint = assertion.fields["op_endpoint"]
    services = await discover(client, claimed_id, endpoint)
    if not any(
        service.endpoint == endpoint and (service.local_id or claimed_id) == identity
        for service in services
    ):
        message = f"{without_query(claimed_id)} does not let {without_query(endpoint)} speak for it"
        raise AuthError(f"{message} as the OpenID answer does")


async def discover(client: AsyncHTTPClient, identifier: str, endpoint: str) -> list[Service]:
    """Return the services of a user's identifier.

    Redirects are not followed: an identifier that redirects stands for another one (section 7.2).

    :param endpoint: the provider that named the identifier.
    :raises AuthError: there was no document.
    """
    response = await _get(client, identifier, "the claimed identifier", endpoint)
    if _is_xrds(response):
        return services_of_xrds(response.body)
    page = response.body.decode("utf-8", "replace")
    location = response.headers.get("X-XRDS-Location") or xrds_location(page)
    if location:
        document = await _get(client, location.strip(), "the XRDS document", identifier)
        return services_of_xrds(document.body)
    return services_of_html(page)


async def _get(client: AsyncHTTPClient, url: str, what: str, named_by: str) -> HTTPResponse:
    check_address(url, what, named_by=named_by)
    accept = f"{_XRDS_TYPE}, text/html; q=0.5"
    response = await fetch(
        client, url, what=what, headers={"Accept": accept}, max_size=_MAX_DOCUMENT
    )
    if response.code != 200:
        raise AuthError(f"{what} at {without_query(url)} answered {response.code}")
    return response


def _is_xrds(response: HTTPResponse) -> bool:
    kind: str = response.headers.get("Content-Type", "")
    return kind.partition(";")[0].strip().lower() == _XRDS_TYPE


class _Elements(ElementTree.TreeBuilder):
    """A builder that refuses document types, because entities can grow without bound."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Called for ``<!DOCTYPE``, before anything that it declares is used."""
        raise AuthError("an XRDS document must not have a document type")


def services_of_xrds(document: bytes) -> list[Service]:
    """Return the services of the last XRD of a document (section 7.3.2.1).

    :raises AuthError: it is not an XRDS document.
    """
    try:
        parser = ElementTree.XMLParser(target=_Elements())  # noqa: S314 - it refuses entities
        root = ElementTree.fromstring(document, parser)  # noqa: S314 - it refuses entities
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise AuthError(f"not an XRDS document: {error}") from None
    descriptors = root.findall(f"{_XRD}XRD")
    if not descriptors:
        raise AuthError("not an XRDS document: it has no XRD")
    return list(_signon_services(descriptors[-1]))


def _signon_services(descriptor: ElementTree.Element) -> Iterator[Service]:
    for element in descriptor.findall(f"{_XRD}Service"):
        types = {_text(type) for type in element.findall(f"{_XRD}Type")}
        if SIGNON in types:
            local_id = element.find(f"{_XRD}LocalID")
            for uri in element.findall(f"{_XRD}URI"):
                yield Service(_text(uri), _text(local_id) or None)


def _text(element: ElementTree.Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


class _Head(HTMLParser):
    """The links and the location of the XRDS document in the head of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: dict[str, str] = {}
        self.location: str | None = None

    def handle_starttag(self, tag: str, attrs: Iterable[tuple[str, str | None]]) -> None:
        """Called for each tag; of several links with one relation, the first counts."""
        attributes = {name: value or "" for name, value in attrs}
        if tag == "link":
            for relation in attributes.get("rel", "").lower().split():
                self.links.setdefault(relation, attributes.get("href", "").strip())
        elif tag == "meta" and attributes.get("http-equiv", "").lower() == "x-xrds-location":
            self.location = self.location or attributes.get("content")


def _head_of(page: str) -> _Head:
    head = _Head()
    start = page[:_MAX_HEAD]
    end = _HEAD_END.search(start)
    try:
        head.feed(start[: end.start()] if end else start)
    except AssertionError:  # of the parser, for marked sections that it does not know
        raise AuthError("the page of the claimed identifier is not HTML that can be read") from None
    return head


def xrds_location(page: str) -> str | None:
    """Return the address of the XRDS document that a page names (Yadis 1.0 section 6.2.5)."""
    return _head_of(page).location


def services_of_html(page: str) -> list[Service]:
    """Return the service that the head of a page links to (section 7.3.3)."""
    links = _head_of(page).links
    endpoint = links.get("openid2.provider")
    return [Service(endpoint, links.get("openid2.local_id") or None)] if endpoint else []
