from __future__ import annotations

import re
import string

import pytest

from tornado.httputil import FIELD_VALUE, TCHAR, TOKEN, is_token

TCHARS = set(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~")


@pytest.mark.parametrize("code", range(0x102))
def test_a_token_has_the_characters_of_rfc_9110_alone(code: int):
    char = chr(code)
    is_tchar = char in TCHARS
    assert bool(is_token(char)) is is_tchar
    assert bool(re.fullmatch(TOKEN, "a" + char)) is is_tchar
    assert bool(re.fullmatch(f"[{TCHAR}]", char)) is is_tchar


def test_a_token_is_not_empty():
    assert not is_token("")


@pytest.mark.parametrize("code", range(0x102))
def test_a_field_value_has_no_control_characters(code: int):
    is_allowed = code == 0x09 or (0x20 <= code < 0x100 and code != 0x7F)
    assert bool(re.fullmatch(FIELD_VALUE, f"a{chr(code)}b")) is is_allowed


def test_a_field_value_may_be_empty():
    assert re.fullmatch(FIELD_VALUE, "")
