"""What proxies say, and when it is believed (S22)."""

from __future__ import annotations

from typing import Any

import pytest

import tornado.httpserver as module
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders

PEER = "192.0.2.1"


class Socketless:
    """As much of a stream as a context looks at."""

    socket = None


def context(fields: dict[str, str], peer: Any = PEER, **options: Any) -> tuple[Any, HTTPHeaders]:
    """Give the context of a request with these fields, and the fields afterwards."""
    server = HTTPServer(lambda request: None, **options)
    address = (peer, 1234) if isinstance(peer, str) else peer
    base = module._HTTPRequestContext(Socketless(), address, None, server._policy)
    headers = HTTPHeaders(fields)
    return base.for_request(headers), headers


# fields, options, address, protocol
X_FIELDS = {
    "nothing": ({}, {}, PEER, "http"),
    "one address": ({"X-Forwarded-For": "1.1.1.1"}, {}, "1.1.1.1", "http"),
    "the rightmost": ({"X-Forwarded-For": "1.1.1.1, 2.2.2.2"}, {}, "2.2.2.2", "http"),
    "no list, but a real address": (
        {"X-Real-Ip": "3.3.3.3", "X-Forwarded-For": "1.1.1.1"},
        {},
        "3.3.3.3",
        "http",
    ),
    "a port": ({"X-Forwarded-For": "1.1.1.1:4711"}, {}, "1.1.1.1", "http"),
    "IPv6": ({"X-Forwarded-For": "2001:db8::1"}, {}, "2001:db8::1", "http"),
    "IPv6 in brackets": ({"X-Forwarded-For": "[2001:db8::1]"}, {}, "2001:db8::1", "http"),
    "IPv6 with a port": ({"X-Forwarded-For": "[2001:db8::1]:443"}, {}, "2001:db8::1", "http"),
    "no address": ({"X-Forwarded-For": "unknown"}, {}, PEER, "http"),
    "a name": ({"X-Real-Ip": "www.example.com"}, {}, PEER, "http"),
    "a short address": ({"X-Forwarded-For": "127.1"}, {}, PEER, "http"),
    "a hexadecimal address": ({"X-Real-Ip": "0x7f.0.0.1"}, {}, PEER, "http"),
    "an address that may be octal": ({"X-Forwarded-For": "010.0.0.1"}, {}, PEER, "http"),
    "a character that is no ASCII": ({"X-Real-Ip": "1.1.1.\u0661"}, {}, PEER, "http"),
    "a line end": ({"X-Real-Ip": "1.1.1.1\n"}, {}, PEER, "http"),
    "a scheme": ({"X-Scheme": "https"}, {}, PEER, "https"),
    "a protocol": ({"X-Forwarded-Proto": "http, https"}, {}, PEER, "https"),
    "another protocol": ({"X-Forwarded-Proto": "ftp"}, {}, PEER, "http"),
    "a trusted address is passed": (
        {"X-Forwarded-For": "1.1.1.1, 10.0.0.9"},
        {"trusted_downstream": ["10.0.0.9", PEER]},
        "1.1.1.1",
        "http",
    ),
    "a trusted network is passed": (
        {"X-Forwarded-For": "8.8.8.8, 1.1.1.1, 10.1.2.3, 10.0.0.9"},
        {"trusted_downstream": ["10.0.0.0/8", PEER]},
        "1.1.1.1",
        "http",
    ),
    "a trusted network of IPv6": (
        {"X-Forwarded-For": "1.1.1.1, [fd00::7]:80"},
        {"trusted_downstream": ["fd00::/8", PEER]},
        "1.1.1.1",
        "http",
    ),
    "garbage stops the walk": (
        {"X-Forwarded-For": "1.1.1.1, evil, 10.0.0.9"},
        {"trusted_downstream": ["10.0.0.0/8", PEER]},
        "10.0.0.9",
        "http",
    ),
    "all of them trusted": (
        {"X-Forwarded-For": "10.0.0.8, 10.0.0.9"},
        {"trusted_downstream": ["10.0.0.0/8", PEER]},
        "10.0.0.8",
        "http",
    ),
    "a peer that is not trusted": (
        {"X-Forwarded-For": "1.1.1.1", "X-Scheme": "https"},
        {"trusted_downstream": ["10.0.0.0/8"]},
        PEER,
        "http",
    ),
    "the other family": ({"Forwarded": "for=1.1.1.1;proto=https"}, {}, PEER, "http"),
}


@pytest.mark.parametrize("name", X_FIELDS)
def test_s22_x_fields_say_who_the_client_is(name: str) -> None:
    fields, options, address, protocol = X_FIELDS[name]
    found, _ = context(fields, xheaders=True, **options)
    assert (found.remote_ip, found.protocol) == (address, protocol)


RFC7239 = {
    "nothing": ("", PEER, "http"),
    "an address": ("for=1.1.1.1", "1.1.1.1", "http"),
    "all parameters": ("for=1.1.1.1;proto=https;by=10.0.0.1;host=a.example", "1.1.1.1", "https"),
    "capitals and spaces": ("For=1.1.1.1 ; PROTO=https", "1.1.1.1", "https"),
    "quoted IPv6 with a port": ('for="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17", "http"),
    "an escaped character": (r'for="1.1.1\.1"', "1.1.1.1", "http"),
    "the rightmost": ("for=1.1.1.1;proto=https, for=2.2.2.2", "2.2.2.2", "http"),
    "past a trusted one": (
        "for=9.9.9.9, for=1.1.1.1;proto=https, for=10.0.0.9;proto=http",
        "1.1.1.1",
        "https",
    ),
    "a hidden client": ("for=_hidden;proto=https", PEER, "https"),
    "after a hidden one": ("for=_hidden;proto=https, for=10.0.0.9", "10.0.0.9", "http"),
    "broken": ("for=1.1.1.1;;=, for=", PEER, "http"),
    "an open quote": ('for="1.1.1.1', PEER, "http"),
    "twice the same": ("for=1.1.1.1;for=2.2.2.2", PEER, "http"),
    "a space within": ("for=1.1.1.1 2.2.2.2", PEER, "http"),
}


@pytest.mark.parametrize("name", RFC7239)
def test_s22_forwarded_says_who_the_client_is(name: str) -> None:
    field, address, protocol = RFC7239[name]
    fields = {"Forwarded": field, "X-Forwarded-For": "6.6.6.6", "X-Real-Ip": "6.6.6.6"}
    found, _ = context(fields, forwarded=True, trusted_downstream=["10.0.0.9", PEER])
    assert (found.remote_ip, found.protocol) == (address, protocol)


@pytest.mark.parametrize(
    ("peer", "believed"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("11.1.2.3", False),
        ("127.0.0.1", True),
        ("::1", True),
        ("2001:db8::1", False),
        ("", True),
    ],
)
def test_s22_with_a_list_only_its_members_and_this_machine_are_believed(
    peer: str, believed: bool
) -> None:
    options: dict[str, Any] = {"xheaders": True, "trusted_downstream": ["10.0.0.0/8"]}
    found, _ = context({"X-Real-Ip": "1.1.1.1"}, peer=peer or b"", **options)
    assert (found.remote_ip == "1.1.1.1") is believed


HOSTS = {
    "a name": ({"X-Forwarded-Host": "a.example"}, "a.example"),
    "the last of some": ({"X-Forwarded-Host": "evil.example, a.example"}, "a.example"),
    "a port": (
        {"X-Forwarded-Host": "a.example", "X-Forwarded-Port": "8443", "X-Scheme": "https"},
        "a.example:8443",
    ),
    "the usual port": (
        {"X-Forwarded-Host": "a.example", "X-Forwarded-Port": "443", "X-Scheme": "https"},
        "a.example",
    ),
    "IPv6": ({"X-Forwarded-Host": "[::1]", "X-Forwarded-Port": "81"}, "[::1]:81"),
    "no host": ({"X-Forwarded-Host": "a/b"}, "asked.example"),
    "a user": ({"X-Forwarded-Host": "a@b"}, "asked.example"),
}


@pytest.mark.parametrize("name", HOSTS)
def test_s22_the_host_is_taken_only_where_that_was_asked_for(name: str) -> None:
    fields, host = HOSTS[name]
    fields = {"Host": "asked.example", **fields}
    assert context(fields, xheaders=True, forwarded_host=True)[1]["Host"] == host
    assert context(fields, xheaders=True)[1]["Host"] == "asked.example"


def test_s22_a_server_believes_one_family_of_fields() -> None:
    with pytest.raises(ValueError, match="one of the two"):
        HTTPServer(lambda request: None, xheaders=True, forwarded=True)


def test_a_list_of_proxies_is_checked_at_the_start() -> None:
    with pytest.raises(ValueError, match=r"neither an address nor a network: '10\.0\.0\.0/99'"):
        HTTPServer(lambda request: None, xheaders=True, trusted_downstream=["10.0.0.0/99"])


def test_requests_of_one_connection_do_not_share_what_a_proxy_said() -> None:
    base = module._HTTPRequestContext(Socketless(), (PEER, 1), None)
    assert base.for_request(HTTPHeaders({"X-Real-Ip": "1.1.1.1"})).remote_ip == "1.1.1.1"
    assert base.for_request(HTTPHeaders()).remote_ip == PEER


def test_programs_may_put_their_own_reading_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def apply(self: Any, headers: HTTPHeaders) -> None:
        self.remote_ip = headers["X-Our-Own"]

    monkeypatch.setattr(module._HTTPRequestContext, "_apply_xheaders", apply)
    found, _ = context({"X-Our-Own": "7.7.7.7"}, xheaders=True)
    assert found.remote_ip == "7.7.7.7"


@pytest.mark.parametrize("option", ["trusted_downstream", "proxy_protocol"])
def test_one_text_is_no_list_of_proxies(option: str) -> None:
    with pytest.raises(TypeError, match=r"a list .* is needed: \['10\.0\.0\.9'\]"):
        HTTPServer(lambda request: None, **{option: "10.0.0.9"})


def test_a_host_without_a_family_of_fields_is_an_error() -> None:
    with pytest.raises(ValueError, match="xheaders or forwarded"):
        HTTPServer(lambda request: None, forwarded_host=True)


def test_what_the_socket_says_can_still_be_asked_for() -> None:
    fields = {"X-Forwarded-For": "1.1.1.1", "X-Forwarded-Proto": "https"}
    seen, _ = context(fields, xheaders=True)

    assert (seen.remote_ip, seen.protocol) == ("1.1.1.1", "https")
    assert (seen._orig_remote_ip, seen._orig_protocol) == (PEER, "http")
