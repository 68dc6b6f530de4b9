"""The messages of OpenID 2.0: what an answer must have, cover and match before it is verified."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from openid.message import Message

from tornado.auth import AuthError, ProviderError
from tornado.auth._openid._message import (
    authentication_request,
    check_endpoint,
    check_nonce_time,
    check_return_to,
    check_verification,
    read_assertion,
    read_key_values,
    verification_request,
)

OPENID_2 = "http://specs.openid.net/auth/2.0"
ENDPOINT = "https://provider.example/openid"
SIGNED = "op_endpoint,return_to,response_nonce,assoc_handle,claimed_id,identity"
ANSWER = {
    "openid.ns": OPENID_2,
    "openid.mode": "id_res",
    "openid.op_endpoint": ENDPOINT,
    "openid.return_to": "https://site.example/login?openid_state=abc",
    "openid.response_nonce": "2026-11-29T12:00:00ZUNIQUE",
    "openid.assoc_handle": "{HMAC-SHA1}{handle}",
    "openid.claimed_id": "https://provider.example/users/ada#1",
    "openid.identity": "https://provider.example/users/ada",
    "openid.signed": SIGNED,
    "openid.sig": "c2lnbmF0dXJl",
}
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC).timestamp()


def arguments(**changes):
    fields = ANSWER | {f"openid.{name}": value for name, value in changes.items()}
    return {name: [value.encode()] for name, value in fields.items() if value is not None}


def test_a_whole_answer_is_read():
    assertion = read_assertion({**arguments(), "openid_state": [b"abc"], "x": [b"1", b"2"]})
    assert assertion.claimed_id == "https://provider.example/users/ada#1"
    assert assertion.identity == "https://provider.example/users/ada"
    assert assertion.signed == set(SIGNED.split(","))


@pytest.mark.parametrize(
    "name", ["ns", "op_endpoint", "return_to", "response_nonce", "assoc_handle", "signed", "sig"]
)
@pytest.mark.parametrize("value", [None, ""])
def test_an_answer_without_a_required_field_is_refused(name, value):
    with pytest.raises(AuthError, match=rf"lacks openid\.{name}$"):
        read_assertion(arguments(**{name: value}))


@pytest.mark.parametrize("name", ["claimed_id", "identity"])
def test_an_answer_that_names_no_user_is_refused(name):
    with pytest.raises(AuthError, match="names no user"):
        read_assertion(arguments(**{name: None}))


@pytest.mark.parametrize("name", SIGNED.split(","))
def test_s19_a_field_that_the_signature_does_not_cover_is_refused(name):
    rest = ",".join(each for each in SIGNED.split(",") if each != name)
    with pytest.raises(AuthError, match=rf"does not cover openid\.{name}$"):
        read_assertion(arguments(signed=rest))


def test_s19_a_field_that_comes_twice_is_refused():
    twice = arguments() | {"openid.claimed_id": [b"https://a.example/", b"https://b.example/"]}
    with pytest.raises(AuthError, match=r"'openid\.claimed_id' more than once"):
        read_assertion(twice)


def test_a_field_that_is_not_utf_8_is_refused():
    with pytest.raises(AuthError, match="is not UTF-8"):
        read_assertion(arguments() | {"openid.identity": [b"\xff"]})


@pytest.mark.parametrize(
    "namespace", ["http://openid.net/signon/1.1", "http://openid.net/signon/1.0"]
)
def test_an_older_version_is_refused(namespace):
    with pytest.raises(AuthError, match=r"not of version 2\.0"):
        read_assertion(arguments(ns=namespace))


@pytest.mark.parametrize("mode", ["cancel", "setup_needed"])
def test_a_user_who_refused_is_an_error_of_the_provider(mode):
    with pytest.raises(ProviderError, match="did not sign in") as caught:
        read_assertion({"openid.mode": [mode.encode()], "openid.ns": [OPENID_2.encode()]})
    assert caught.value.error == mode


def test_what_the_provider_says_about_an_error_is_in_ours():
    with pytest.raises(ProviderError, match=r"an error: 'realm\\n is wrong'"):
        read_assertion({"openid.mode": [b"error"], "openid.error": [b"realm\n is wrong"]})


@pytest.mark.parametrize("mode", [None, "checkid_setup", "ID_RES"])
def test_another_mode_is_refused(mode):
    with pytest.raises(AuthError, match=r"unknown openid\.mode"):
        read_assertion(arguments(mode=mode))


def test_s19_another_endpoint_than_the_one_asked_is_refused():
    assertion = read_assertion(arguments())
    check_endpoint(assertion, ENDPOINT)
    for other in (f"{ENDPOINT}/", ENDPOINT.upper(), "https://attacker.example/openid"):
        with pytest.raises(AuthError, match=r"is of 'https://provider\.example/openid', but"):
            check_endpoint(assertion, other)


RETURN_TO = "https://site.example/login?openid_state=abc&next=%2Fa"


@pytest.mark.parametrize(
    ("return_to", "address"),
    [
        (RETURN_TO, f"{RETURN_TO}&openid.mode=id_res"),
        (RETURN_TO, "https://SITE.example:443/login?x=&next=/a&openid_state=abc"),
        ("https://site.example/login", "https://site.example/login?anything=1"),
        ("https://site.example?a=", "https://site.example/?a="),
        ("http://site.example/a?ids[]=1&ids[]=2", "http://site.example/a?ids[]=1&ids[]=2&b"),
    ],
)
def test_an_answer_for_this_address_is_taken(return_to, address):
    check_return_to(read_assertion(arguments(return_to=return_to)), address)


@pytest.mark.parametrize(
    "address",
    [
        "http://site.example/login?openid_state=abc&next=/a",
        "https://site.example:8443/login?openid_state=abc&next=/a",
        "https://other.example/login?openid_state=abc&next=/a",
        "https://site.example/Login?openid_state=abc&next=/a",
        "https://site.example/login/?openid_state=abc&next=/a",
        "https://site.example/login?openid_state=other&next=/a",
        "https://site.example/login?openid_state=abc",
        "https://site.example/login",
        "https://site.example:0/login?openid_state=abc&next=/a",
        "https://site.example:x/login?openid_state=abc&next=/a",
    ],
)
def test_s19_an_answer_for_another_address_is_refused(address):
    with pytest.raises(AuthError, match=r"OpenID answer (is for|came without)"):
        check_return_to(read_assertion(arguments(return_to=RETURN_TO)), address)


def test_a_parameter_that_return_to_has_twice_must_come_twice():
    assertion = read_assertion(arguments(return_to="https://site.example/?a=1&a=1"))
    check_return_to(assertion, "https://site.example/?a=1&b=2&a=1")
    with pytest.raises(AuthError, match="came without 'a'"):
        check_return_to(assertion, "https://site.example/?a=1")


@pytest.mark.parametrize("seconds", [-300, -1, 0, 299, 300])
def test_a_nonce_of_our_time_is_taken(seconds):
    check_nonce_time(read_assertion(arguments()), NOON + seconds)


@pytest.mark.parametrize(
    ("seconds", "message"), [(301, "made 301 seconds ago"), (-301, "301 seconds in the future")]
)
def test_s19_a_nonce_of_another_time_is_refused(seconds, message):
    with pytest.raises(AuthError, match=message):
        check_nonce_time(read_assertion(arguments()), NOON + seconds)


@pytest.mark.parametrize(
    "nonce",
    [
        "unique",
        "2026-11-29T12:00:00",
        "2026-11-29 12:00:00Z",
        "2026-13-29T12:00:00Z",
        "2026-11-29T12:00:00+00:00Z",
        "2026-11-29T12:00:00Z\u00e9",
        "2026-11-29T12:00:00Z a",
        "2026-11-29T12:00:00Z\n",
        "\u0662026-11-29T12:00:00Z",
        "2026-11-29T12:00:00Z" + "a" * 236,
    ],
)
def test_s19_a_malformed_nonce_is_refused(nonce):
    with pytest.raises(AuthError, match="does not begin with a time"):
        check_nonce_time(read_assertion(arguments(response_nonce=nonce)), NOON)


def test_the_longest_nonce_is_taken():
    longest = "2026-11-29T12:00:00Z" + "~" * 235
    check_nonce_time(read_assertion(arguments(response_nonce=longest)), NOON)


def test_the_verification_asks_with_every_field_as_it_came():
    request = verification_request(read_assertion(arguments(**{"ext.x": " \u00e9 + "})))
    assert request == ANSWER | {"openid.mode": "check_authentication", "openid.ext.x": " \u00e9 + "}


def test_key_value_form_of_an_independent_implementation_is_read():
    theirs = Message.fromOpenIDArgs({"ns": OPENID_2, "is_valid": "true", "note": "a:b \u00e9"})
    fields = read_key_values(theirs.toKVForm())
    assert fields == {"ns": OPENID_2, "is_valid": "true", "note": "a:b \u00e9"}
    check_verification(fields)


@pytest.mark.parametrize("body", [b"<html>", b"is_valid", b"a:1\na:2\n", b"\xff:1\n"])
def test_another_direct_answer_is_refused(body):
    with pytest.raises(AuthError, match="direct answer of the OpenID provider"):
        read_key_values(body)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"ns": OPENID_2},
        {"is_valid": "true"},
        {"ns": OPENID_2, "is_valid": "false"},
        {"ns": OPENID_2, "is_valid": "True"},
        {"ns": OPENID_2, "is_valid": " true"},
        {"ns": OPENID_2, "error": "no"},
    ],
)
def test_s19_only_is_valid_true_confirms_an_answer(fields):
    with pytest.raises(AuthError, match="does not confirm"):
        check_verification(fields)


def test_a_request_lets_the_user_choose_the_identifier():
    request = authentication_request(
        return_to="https://site.example/login",
        realm="https://site.example/",
        extensions=[{"openid.ns.x": "urn:x"}, {"openid.x.y": "z"}],
    )
    assert request == {
        "openid.ns": OPENID_2,
        "openid.mode": "checkid_setup",
        "openid.claimed_id": f"{OPENID_2}/identifier_select",
        "openid.identity": f"{OPENID_2}/identifier_select",
        "openid.return_to": "https://site.example/login",
        "openid.realm": "https://site.example/",
        "openid.ns.x": "urn:x",
        "openid.x.y": "z",
    }
