import pytest

from tornado.netutil import is_valid_ip


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("127.0.0.1", True),
        ("4.4.4.4", True),
        ("::1", True),
        ("2620:0:1cfe:face:b00c::3", True),
        ("www.google.com", False),
        ("localhost", False),
        ("4.4.4.4<", False),
        (" 127.0.0.1", False),
        ("", False),
        (" ", False),
        ("\n", False),
        ("\x00", False),
        ("127.0.0.1\x00", False),
        ("::1%nosuchinterface", False),
        ("a" * 100, False),
        ("é" * 300, False),
        ("1.2.3.4.5", False),
        ("[::1]", False),
    ],
)
def test_only_numeric_addresses_are_valid(text, valid):
    assert is_valid_ip(text) is valid
