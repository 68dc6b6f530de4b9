"""Discovery: documents that say who may speak for an identifier."""

from __future__ import annotations

import asyncio
import io

import pytest

from tornado.auth import AuthError
from tornado.auth._openid._discovery import (
    check_identifier,
    discover,
    services_of_html,
    services_of_xrds,
    xrds_location,
)
from tornado.auth._openid._message import Assertion
from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.httputil import HTTPHeaders

SIGNON = "http://specs.openid.net/auth/2.0/signon"
OTHER = "http://openid.net/signon/1.1"


def service(type=SIGNON, uri="https://provider.example/openid", local_id=""):
    more = f"<LocalID>{local_id}</LocalID>" if local_id else ""
    return f"<Service priority='0'><Type>{type}</Type><URI> {uri} </URI>{more}</Service>"


def xrds(*descriptors):
    inner = "".join(f"<XRD>{each}</XRD>" for each in descriptors)
    return f"<x:XRDS xmlns:x='xri://$xrds' xmlns='xri://$xrd*($v*2.0)'>{inner}</x:XRDS>".encode()


def test_services_of_the_protocol_are_found():
    document = xrds(
        service()
        + service(OTHER, "https://old.example/")
        + service(uri="https://b.example/", local_id="https://b.example/ada")
    )
    assert services_of_xrds(document) == [
        ("https://provider.example/openid", None),
        ("https://b.example/", "https://b.example/ada"),
    ]


def test_the_last_descriptor_counts():
    assert services_of_xrds(xrds(service(), service(uri="https://last.example/"))) == [
        ("https://last.example/", None)
    ]


@pytest.mark.parametrize("document", [b"", b"<a", b"<a/>", b"\xff\xfe", b"<html></html>", xrds()])
def test_another_document_is_refused(document):
    with pytest.raises(AuthError, match="not an XRDS document"):
        services_of_xrds(document)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_s19_a_document_type_is_refused_before_its_entities_are_read(encoding):
    text = f"<!DOCTYPE a [<!ENTITY b 'bbbbbbbbbb'><!ENTITY c '&b;&b;']>{xrds(service(uri='&c;')).decode()}"
    with pytest.raises(AuthError, match="must not have a document type"):
        services_of_xrds(text.encode(encoding))


PAGE = """<html><head>
<LINK href='https://provider.example/openid?a=1&amp;b=2' REL='openid.server OpenID2.Provider'>
<link rel="openid2.provider" href="https://second.example/">
<link rel="openid2.local_id" href="https://provider.example/ada"/>
<meta http-equiv="X-XRDS-Location" content="https://provider.example/xrds">
</head><body></body></html>"""


def test_links_of_a_page_are_found():
    assert services_of_html(PAGE) == [
        ("https://provider.example/openid?a=1&b=2", "https://provider.example/ada")
    ]
    assert xrds_location(PAGE) == "https://provider.example/xrds"


def test_s19_what_a_visitor_wrote_into_the_body_of_a_page_does_not_count():
    page = f"<html><head></head><body>{PAGE}</body>"
    assert services_of_html(page) == []
    assert services_of_html(f"<html><body>{PAGE}") == []
    assert xrds_location(page) is None


def test_a_page_without_links_has_no_services():
    assert services_of_html("<html><head><link rel=stylesheet href=a.css>") == []
    assert services_of_html("") == []


def test_only_the_beginning_of_a_page_is_read():
    assert services_of_html(" " * 40_000 + PAGE) == []


@pytest.mark.parametrize("page", ["<![foo[ x]]>", "<![[["])
def test_a_page_that_the_parser_gives_up_is_refused(page):
    for read in (services_of_html, xrds_location):
        with pytest.raises(AuthError, match="not HTML that can be read"):
            read(f"<html><head>{page}</head></html>")


def run(function, *arguments):
    """Run a coroutine function with a client of its own loop."""

    async def main():
        client = AsyncHTTPClient(force_instance=True)
        try:
            return await function(client, *arguments)
        finally:
            client.close()

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("claimed_id", "identity"),
    [("http://[#", "http://[#"), ("https://[#a", "https://[#b"), ("", ""), ("#", "#")],
)
def test_an_identifier_that_is_not_a_url_is_refused(claimed_id, identity):
    endpoint = "https://provider.example/openid"
    fields = {"claimed_id": claimed_id, "identity": identity, "op_endpoint": endpoint}
    with pytest.raises(AuthError, match="the claimed identifier must be an absolute URL"):
        run(check_identifier, Assertion(fields, frozenset(fields)))


def test_s19_a_provider_on_another_machine_names_no_identifier_on_this_one(provider):
    identifier = f"{provider.url}/users/alice"
    assert run(discover, identifier, provider.endpoint) == [(provider.endpoint, None)]
    with pytest.raises(AuthError, match="the claimed identifier must not be on this machine"):
        run(discover, identifier, "https://provider.example/openid")
    assert run(discover, identifier, provider.endpoint)


class ElsewhereClient:
    """A client to which an identifier on another machine answers; it keeps what is asked for."""

    def __init__(self, **answer):
        self.answer = answer
        self.asked = []

    async def fetch(self, request, raise_error):
        self.asked.append(request.url)
        headers = HTTPHeaders(self.answer.get("headers", {}))
        body = io.BytesIO(self.answer.get("body", b""))
        return HTTPResponse(request, 200, headers, body)


@pytest.mark.parametrize(
    "answer",
    [
        {"headers": {"X-XRDS-Location": "http://127.0.0.1:6379/"}},
        {"headers": {"X-XRDS-Location": "https://127.0.0.1:8443/"}},
        {"body": b'<meta http-equiv="X-XRDS-Location" content="http://localhost:9200/">'},
    ],
)
def test_s19_an_identifier_on_another_machine_names_no_document_on_this_one(answer):
    client = ElsewhereClient(**answer)
    identifier, endpoint = "https://ada.example/", "https://provider.example/openid"
    with pytest.raises(AuthError, match="the XRDS document must not be on this machine"):
        asyncio.run(discover(client, identifier, endpoint))
    assert client.asked == [identifier]
