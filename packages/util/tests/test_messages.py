import pytest

from tornado.util import shortened


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("GET", "'GET'"),
        (b"GET", "'GET'"),
        ("", "''"),
        ("it's", '"it\'s"'),
        ("a\r\nb\x1b[31m", r"'a\r\nb\x1b[31m'"),
        ("caf\xe9 \u20ac", r"'caf\xe9 \u20ac'"),
        (b"caf\xe9", r"'caf\xe9'"),
    ],
)
def test_a_value_is_quoted_and_escaped(value, text):
    assert shortened(value) == text


@pytest.mark.parametrize("value", ["x" * 61, b"x" * 61])
def test_sixty_characters_are_shown_of_a_longer_value(value):
    assert shortened(value[:60]) == repr("x" * 60)
    assert shortened(value) == repr("x" * 60 + "...")


def test_the_limit_counts_characters_before_they_are_escaped():
    assert shortened("\n" * 10, limit=3) == r"'\n\n\n...'"
    assert shortened("\n" * 3, limit=3) == r"'\n\n\n'"
