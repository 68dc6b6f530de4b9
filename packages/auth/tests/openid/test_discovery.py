"""Discovery: documents that say who may speak for an identifier."""

from __future__ import annotations

import pytest

from tornado.auth import AuthError
from tornado.auth._openid._discovery import services_of_html, services_of_xrds, xrds_location

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
