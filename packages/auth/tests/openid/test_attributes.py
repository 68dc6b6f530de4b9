"""Attribute exchange: both forms of values, and that only signed ones count."""

from __future__ import annotations

import pytest
from openid.extensions import ax
from openid.message import Message

from tornado.auth._openid._attributes import attribute_request, read_attributes, user_of
from tornado.auth._openid._message import Assertion

AX = "http://openid.net/srv/ax/1.0"
EMAIL = "http://axschema.org/contact/email"
FULL_NAME = "http://axschema.org/namePerson"
FIRST_NAME = "http://axschema.org/namePerson/first"
LAST_NAME = "http://axschema.org/namePerson/last"
LANGUAGE = "http://axschema.org/pref/language"
USERNAME = "http://axschema.org/namePerson/friendly"

CLAIMED = {"claimed_id": "https://provider.example/ada"}


def assertion(fields, unsigned=()):
    everything = CLAIMED | fields
    return Assertion(everything, frozenset(everything) - frozenset(unsigned))


PLAIN = {
    "ns.ax": AX,
    "ax.mode": "fetch_response",
    "ax.type.email": EMAIL,
    "ax.value.email": "ada@example.com",
}


def test_a_plain_value_is_read():
    assert read_attributes(assertion(PLAIN)) == {EMAIL: ["ada@example.com"]}


def test_counted_values_are_read_in_their_order():
    counted = {
        "ns.ext1": AX,
        "ext1.type.ext0": EMAIL,
        "ext1.count.ext0": "2",
        "ext1.value.ext0.1": "ada@example.com",
        "ext1.value.ext0.2": "countess@example.com",
        "ext1.value.ext0.3": "not counted",
    }
    assert read_attributes(assertion(counted)) == {
        EMAIL: ["ada@example.com", "countess@example.com"]
    }


@pytest.mark.parametrize("count", [None, "x", "", "-1", "1000"])
def test_numbered_values_without_a_usable_count_are_read(count):
    fields = {
        "ns.ax": AX,
        "ax.type.email": EMAIL,
        "ax.value.email.1": "ada@example.com",
        **({} if count is None else {"ax.count.email": count}),
    }
    assert read_attributes(assertion(fields)) == {EMAIL: ["ada@example.com"]}


def test_a_count_of_nothing_has_no_values():
    fields = {"ns.ax": AX, "ax.type.email": EMAIL, "ax.count.email": "0"}
    assert read_attributes(assertion(fields)) == {EMAIL: []}
    assert "email" not in user_of(assertion(fields))


@pytest.mark.parametrize("name", ["ns.ax", "ax.type.email", "ax.value.email"])
def test_s19_an_attribute_that_somebody_could_have_added_on_the_way_does_not_count(name):
    assert "email" not in user_of(assertion(PLAIN, unsigned=[name]))


def test_an_answer_of_an_independent_implementation_is_read():
    theirs = ax.FetchResponse()
    theirs.setValues(EMAIL, ["ada@example.com"])
    theirs.setValues(FULL_NAME, ["Ada Lovelace"])
    theirs.setValues(LANGUAGE, ["en-GB"])
    theirs.setValues(USERNAME, ["ada"])
    message = Message("http://specs.openid.net/auth/2.0")
    theirs.toMessage(message)
    fields = {name.removeprefix("openid."): value for name, value in message.toPostArgs().items()}
    assert user_of(assertion(fields)) == {
        "claimed_id": "https://provider.example/ada",
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "locale": "en-gb",
        "username": "ada",
    }


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ({FULL_NAME: "Ada L", FIRST_NAME: "A", LAST_NAME: "B", EMAIL: "c@example.com"}, "Ada L"),
        ({FIRST_NAME: "Ada", LAST_NAME: "Lovelace", EMAIL: "c@example.com"}, "Ada Lovelace"),
        ({LAST_NAME: "Lovelace"}, "Lovelace"),
        ({EMAIL: "ada@example.com"}, "ada"),
        ({}, ""),
    ],
)
def test_a_user_has_the_best_name_that_there_is(attributes, name):
    fields = {"ns.ax": AX}
    for index, (type, value) in enumerate(attributes.items()):
        fields |= {f"ax.type.a{index}": type, f"ax.value.a{index}": value}
    assert user_of(assertion(fields))["name"] == name


def test_a_request_asks_for_the_types_of_the_names():
    request = attribute_request(["name", "email"])
    theirs = ax.FetchRequest()
    theirs.parseExtensionArgs(
        {
            name.removeprefix("openid.ax."): value
            for name, value in request.items()
            if ".ax." in name[:10]
        }
    )
    assert {uri: info.required for uri, info in theirs.requested_attributes.items()} == {
        EMAIL: True,
        FULL_NAME: True,
        FIRST_NAME: True,
        LAST_NAME: True,
    }
    assert request["openid.ns.ax"] == AX


def test_nothing_is_asked_for_without_names():
    assert attribute_request([]) == {}


def test_an_unknown_name_says_what_there_is():
    with pytest.raises(ValueError, match="'phone': use name, email, language, username"):
        attribute_request(["email", "phone"])
