"""Agreeing on compression (RFC 7692 sections 5 and 7.1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.websocket.protocol import (
    Agreement,
    DeflateSettings,
    Direction,
    HandshakeError,
    MisuseError,
    accept_offer,
    check_acceptance,
    make_offer,
)

KEEPING = DeflateSettings(Direction(False), Direction(False))
NAME = "permessage-deflate"


@pytest.mark.parametrize(
    ("offer", "settings", "answer"),
    [
        (NAME, KEEPING, NAME),
        (
            NAME,
            DeflateSettings(),
            f"{NAME}; server_no_context_takeover; client_no_context_takeover",
        ),
        (f"{NAME}; client_max_window_bits", KEEPING, NAME),
        (
            f"{NAME}; client_max_window_bits",
            DeflateSettings(Direction(False), Direction(False, 10)),
            f"{NAME}; client_max_window_bits=10",
        ),
        (f"{NAME}; client_max_window_bits=9", KEEPING, f"{NAME}; client_max_window_bits=9"),
        (f'{NAME}; client_max_window_bits="9"', KEEPING, f"{NAME}; client_max_window_bits=9"),
        (f"{NAME}; client_max_window_bits=8", KEEPING, f"{NAME}; client_max_window_bits=8"),
        (f"{NAME}; server_max_window_bits=12", KEEPING, f"{NAME}; server_max_window_bits=12"),
        (f"{NAME}; server_max_window_bits=8", KEEPING, f"{NAME}; server_max_window_bits=8"),
        (f"{NAME}; server_no_context_takeover", KEEPING, f"{NAME}; server_no_context_takeover"),
        (f"{NAME}; client_no_context_takeover", KEEPING, f"{NAME}; client_no_context_takeover"),
        (f"x-other; a=b, {NAME}", KEEPING, NAME),
        (
            "PERMESSAGE-DEFLATE ;Server_No_Context_Takeover",
            KEEPING,
            f"{NAME}; server_no_context_takeover",
        ),
        # The first offer that can be accepted is taken.
        (
            f"{NAME}; server_max_window_bits=7, {NAME}; server_max_window_bits=11, {NAME}",
            KEEPING,
            f"{NAME}; server_max_window_bits=11",
        ),
        (f", ,{NAME},", KEEPING, NAME),
    ],
)
def test_offers_that_are_accepted(offer, settings, answer):
    accepted = accept_offer(offer, settings)
    assert accepted is not None
    assert accepted[1] == answer


@pytest.mark.parametrize(
    "offer",
    [
        "",
        "x-webkit-deflate-frame",
        f"{NAME}; unknown",
        f"{NAME}; server_max_window_bits",
        f"{NAME}; server_max_window_bits=16",
        f"{NAME}; server_max_window_bits=7",
        f"{NAME}; server_max_window_bits=08",
        f"{NAME}; server_max_window_bits=abc",
        f"{NAME}; client_max_window_bits=0",
        f"{NAME}; server_no_context_takeover=1",
        f"{NAME}; client_no_context_takeover; client_no_context_takeover",
        f"{NAME}; server_max_window_bits=9; server_max_window_bits=10",
    ],
)
def test_offers_that_are_declined(offer):
    assert accept_offer(offer, KEEPING) is None


@pytest.mark.parametrize(
    "value", ["a b", ";", NAME + ";", NAME + "; =1", NAME + '; a="b', '"' + NAME + '"', "a" * 3000]
)
def test_fields_that_are_malformed(value):
    with pytest.raises(HandshakeError, match="Sec-WebSocket-Extensions"):
        accept_offer(value, KEEPING)


@pytest.mark.parametrize(
    "answer",
    [
        "x-other",
        f"{NAME}, {NAME}",
        f"{NAME}; unknown",
        f"{NAME}; server_max_window_bits=16",
        f"{NAME}; client_max_window_bits",
        f"{NAME}; server_no_context_takeover=1",
        f"{NAME}; client_no_context_takeover; client_no_context_takeover",
    ],
)
def test_s21_answers_that_a_client_refuses(answer):
    with pytest.raises(HandshakeError):
        check_acceptance(answer, KEEPING)


def test_s21_an_answer_to_no_offer_is_refused():
    with pytest.raises(HandshakeError, match="was not offered"):
        check_acceptance(NAME, None)
    assert check_acceptance("", None) is None
    assert check_acceptance("", KEEPING) is None


def test_a_server_has_to_agree_to_what_a_client_asks_of_it():
    asked = DeflateSettings(received=Direction(True, 10))
    with pytest.raises(HandshakeError, match="larger window"):
        check_acceptance(f"{NAME}; server_no_context_takeover", asked)
    with pytest.raises(HandshakeError, match="server_no_context_takeover"):
        check_acceptance(f"{NAME}; server_max_window_bits=9", asked)
    agreed = check_acceptance(
        f"{NAME}; server_no_context_takeover; server_max_window_bits=9", asked
    )
    assert agreed is not None
    assert agreed.received == Direction(True, 9)


@pytest.mark.parametrize("bits", [7, 16])
def test_windows_that_do_not_exist(bits):
    with pytest.raises(MisuseError, match="8 to 15"):
        DeflateSettings(sent=Direction(True, bits))


_directions = st.builds(Direction, st.booleans(), st.integers(8, 15))
_settings = st.builds(DeflateSettings, _directions, _directions)


@given(_settings, _settings)
def test_both_sides_understand_the_agreement_alike(client, server):
    accepted = accept_offer(make_offer(client), server)
    assert accepted is not None
    theirs, answer = accepted
    ours = check_acceptance(answer, client)
    assert ours is not None
    assert ours.received == theirs.sent
    assert ours.sent.no_context_takeover >= theirs.received.no_context_takeover
    assert ours.sent.max_window_bits <= theirs.received.max_window_bits
    for one, wanted in ((ours, client), (theirs, server)):
        assert isinstance(one, Agreement)
        assert one.sent.max_window_bits <= wanted.sent.max_window_bits
        assert one.sent.no_context_takeover >= wanted.sent.no_context_takeover


@given(st.text(max_size=60))
def test_any_field_gives_an_agreement_or_an_error(value):
    try:
        accepted = accept_offer(value, KEEPING)
    except HandshakeError:
        return
    if accepted is not None:
        assert NAME in value.lower()
