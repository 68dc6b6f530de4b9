"""The signature of OAuth 1.0: RFC 5849 section 3.4, its vectors, and an independent implementation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oauthlib.oauth1 import Client
from oauthlib.oauth1.rfc5849 import signature as peer

from tornado.auth._oauth1._request import Credentials, authorization_field, signed_parameters
from tornado.auth._oauth1._signature import (
    base_string_uri,
    form_parameters,
    normalized_parameters,
    percent_encode,
    sign,
    signature_base_string,
    signing_key,
)

CLIENT = "dpf43f3p2l4k3l03", "kd94hf93k423kf44"

# Section 1.2: method, URL, parameters of the Authorization field, secret of the token, signature.
PRINTED = [
    (
        "POST",
        "https://photos.example.net/initiate",
        {
            "oauth_timestamp": "137131200",
            "oauth_nonce": "wIjqoS",
            "oauth_callback": "http://printer.example.com/ready",
        },
        "",
        "74KNZJeDHnMBp0EMJ9ZHt/XKycU=",
    ),
    (
        "POST",
        "https://photos.example.net/token",
        {
            "oauth_token": "hh5s93j4hdidpola",
            "oauth_timestamp": "137131201",
            "oauth_nonce": "walatlh",
            "oauth_verifier": "hfdp7dh39dks9884",
        },
        "hdhd0244k9j7ao03",
        "gKgrFCywp7rO0OXSjdot/IHF7IU=",
    ),
    (
        "GET",
        "http://photos.example.net/photos?file=vacation.jpg&size=original",
        {
            "oauth_token": "nnch734d00sl2jdk",
            "oauth_timestamp": "137131202",
            "oauth_nonce": "chapoH",
        },
        "pfkkdhi9sl3r4s00",
        "MdpQcU8iPSUjWoN/UDMsK2sui9I=",
    ),
]


@pytest.mark.parametrize(("method", "url", "parameters", "token_secret", "expected"), PRINTED)
def test_requests_printed_in_section_1_2_have_the_printed_signatures(
    method, url, parameters, token_secret, expected
):
    protocol = {
        "realm": "Photos",
        "oauth_consumer_key": CLIENT[0],
        "oauth_signature_method": "HMAC-SHA1",
        **parameters,
    }
    signed = signed_parameters(
        method,
        url,
        protocol,
        client=Credentials(*CLIENT),
        token=Credentials("any", token_secret),
    )
    assert signed == {**protocol, "oauth_signature": expected}


EXAMPLE = {
    "realm": "Example",
    "oauth_consumer_key": "9djdj82h48djs9d2",
    "oauth_token": "kkk9d7dh3k39sjv7",
    "oauth_signature_method": "HMAC-SHA1",
    "oauth_timestamp": "137131201",
    "oauth_nonce": "7d8f3e4a",
    "oauth_signature": "bYT5CMsGcbgUdFHObYMEfcx6bsw=",
}
EXAMPLE_URL = "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b"
EXAMPLE_BODY = "c2&a3=2+q"
EXAMPLE_BASE = (
    "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D"
    "%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a"
    "%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
)


def test_parameters_of_query_body_and_field_make_the_base_string_of_section_3_4_1_1():
    parameters = [*EXAMPLE.items(), *form_parameters(EXAMPLE_BODY)]
    assert signature_base_string("post", EXAMPLE_URL, parameters) == EXAMPLE_BASE


def test_the_request_of_section_3_1_gets_the_signature_that_its_keys_make():
    # The one that section 3.1 prints does not fit its own keys.
    key = signing_key("j49sk3j29djd", "dh893hdasih9")
    assert sign("HMAC-SHA1", key, EXAMPLE_BASE) == "r6/TJjbCOr97/+UU0NsvSne7s5g="


def test_parameters_are_sorted_after_they_are_encoded():
    # Section 3.4.1.3.2: the example's own order.
    parameters = [("c@", ""), ("a3", "a"), ("b5", "=%3D"), ("a3", "2 q"), ("c2", ""), ("a2", "r b")]
    assert normalized_parameters(parameters) == "a2=r%20b&a3=2%20q&a3=a&b5=%3D%253D&c%40=&c2="


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("azAZ09-._~", "azAZ09-._~"),
        ("!*'();:@&=+$,/?#[] %", "%21%2A%27%28%29%3B%3A%40%26%3D%2B%24%2C%2F%3F%23%5B%5D%20%25"),
        ("\u00e9\u20ac\U0001f600", "%C3%A9%E2%82%AC%F0%9F%98%80"),
        ("\x00\n\x7f", "%00%0A%7F"),
    ],
)
def test_everything_but_unreserved_characters_is_encoded_in_upper_case(text, encoded):
    assert percent_encode(text) == encoded


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://EXAMPLE.COM:80/r%20v/X?id=123", "http://example.com/r%20v/X"),
        ("https://www.example.net:8080/?q=1", "https://www.example.net:8080/"),
        ("https://example.net", "https://example.net/"),
        ("https://example.net:443?q=1#f", "https://example.net/"),
        ("http://example.net:443/", "http://example.net:443/"),
        ("http://user:word@example.net/a", "http://example.net/a"),
        ("http://[::1]:8080/a;b=c/d", "http://[::1]:8080/a;b=c/d"),
        ("https://b\u00fccher.example/\u00e9%C3%A9", "https://xn--bcher-kva.example/%C3%A9%C3%A9"),
    ],
)
def test_scheme_host_port_and_path_are_signed_in_one_form(url, expected):
    assert base_string_uri(url) == expected


@pytest.mark.parametrize("url", ["/path", "ftp://example.com/", "https:///path", ""])
def test_what_is_not_an_http_url_is_not_signed(url):
    with pytest.raises(ValueError, match="not an http or https URL"):
        base_string_uri(url)


def test_raw_brackets_in_a_query_are_signed():
    base = signature_base_string(
        "GET", "https://example.com/a?ids[]=1&ids[]=2", [("oauth_nonce", "n")]
    )
    assert (
        base
        == "GET&https%3A%2F%2Fexample.com%2Fa&ids%255B%255D%3D1%26ids%255B%255D%3D2%26oauth_nonce%3Dn"
    )


def test_a_query_that_is_not_utf_8_is_signed_octet_by_octet():
    assert (
        normalized_parameters(form_parameters("a=%FF%C3%A9&b=100%&=x")) == "=x&a=%FF%C3%A9&b=100%25"
    )


def test_keys_are_encoded_before_they_are_joined():
    assert signing_key("a&b", "\u00e9 c") == "a%26b&%C3%A9%20c"
    assert signing_key("a") == "a&"


def test_plaintext_is_the_key_itself():
    assert sign("PLAINTEXT", signing_key("djr9rjt0jd78jf88", "jjd999tj88uiths3"), "ignored") == (
        "djr9rjt0jd78jf88&jjd999tj88uiths3"
    )


def test_an_unknown_method_names_the_known_ones():
    with pytest.raises(
        ValueError, match="'RSA-SHA1': use one of HMAC-SHA1, HMAC-SHA256, PLAINTEXT"
    ):
        sign("RSA-SHA1", "a&b", "c")


def test_the_field_has_encoded_quoted_pairs():
    field = authorization_field({"oauth_token": 'a"b, c', "oauth_nonce": "n"}, realm="Photos")
    assert field == 'OAuth realm="Photos", oauth_token="a%22b%2C%20c", oauth_nonce="n"'


def test_credentials_do_not_show_their_secret():
    assert repr(Credentials("key", "hidden")) == "<Credentials of 'key'>"


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(
    method=st.sampled_from(["GET", "POST", "put"]),
    # Without ";", which the two read in different ways.
    path=st.text("azAZ09-._~!$&'()*+,=:@/", max_size=20).filter(lambda text: "//" not in text),
    parameters=st.lists(st.tuples(_TEXT, _TEXT), max_size=8),
    secrets=st.tuples(_TEXT, _TEXT),
)
def test_oauthlib_makes_the_same_base_strings_and_signatures(method, path, parameters, secrets):
    url = f"https://Example.COM:8443/{path}"
    base = signature_base_string(method, url, parameters)
    kept = [pair for pair in parameters if pair[0] not in ("realm", "oauth_signature")]
    theirs = peer.signature_base_string(
        method, peer.base_string_uri(url), peer.normalize_parameters(kept)
    )
    assert base == theirs
    key = signing_key(*secrets)
    client = Client("key", client_secret=secrets[0], resource_owner_secret=secrets[1])
    assert sign("HMAC-SHA1", key, base) == peer.sign_hmac_sha1_with_client(base, client)
    assert sign("HMAC-SHA256", key, base) == peer.sign_hmac_sha256_with_client(base, client)
    assert sign("PLAINTEXT", key, base) == peer.sign_plaintext_with_client(base, client)
