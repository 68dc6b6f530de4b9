"""How tokens are written and read."""

from __future__ import annotations

import pytest

from tornado.web._identity._xsrf_tokens import Token, new_token, parse_token, write_token

SECRET = bytes.fromhex("0123456789abcdef0123456789abcdef")


@pytest.mark.parametrize("version", [1, 2])
def test_a_token_that_is_written_is_read(version: int) -> None:
    token = new_token()
    read = parse_token(write_token(token, version).decode())
    assert read is not None
    assert (read.version, read.secret) == (version, token.secret)


def test_s18_tokens_are_random_and_masked_differently_each_time() -> None:
    token = new_token()
    assert len({write_token(token, 2) for _ in range(100)}) == 100
    assert len({new_token().secret for _ in range(100)}) == 100
    assert len(token.secret) == 16
    assert token.secret.hex().encode() not in write_token(Token(2, token.secret, 1), 2)


@pytest.mark.parametrize(
    ("text", "token"),
    [
        (SECRET.hex(), (1, SECRET)),
        (SECRET.hex().upper(), (1, SECRET)),
        (f"2|00000000|{SECRET.hex()}|1300000000", (2, SECRET)),
        # Written by tornado 6.6.1 for the same secret.
        ("2|28daa915|29f9ec72a17164fa29f9ec72a17164fa|1795343833", (2, SECRET)),
        ("2|f7a13c10|f68279777e0af1fff68279777e0af1ff|1300000000", (2, SECRET)),
        ("set by something else", (1, b"set by something else")),
    ],
)
def test_tokens_that_others_wrote_are_read(text: str, token: tuple[int, bytes]) -> None:
    read = parse_token(text)
    assert read is not None
    assert read[:2] == token


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2|",
        "2||",
        "2|||1",
        "2|00000000||1",
        "2|0000|aa|1",
        "2|00000000|aa",
        "2|00000000|aa|x",
        "2|00000000|aa|1|",
        "2|0g000000|aa|1",
        "2|00000000|a|1",
        "2|00000000|aa|-1",
        "3|x",
        "99|00000000|aa|1",
        "x" * 1000,
    ],
)
def test_s18_malformed_tokens_are_not_parsed(text: str) -> None:
    assert parse_token(text) is None


def test_there_are_two_versions() -> None:
    with pytest.raises(ValueError, match="unknown xsrf cookie version 3"):
        write_token(new_token(), 3)
