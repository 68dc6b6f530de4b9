"""What tracebacks with local variables show of a sign-in."""

from __future__ import annotations

from typing import Any

from tornado.auth._oauth2._answer import Checked
from tornado.auth._oauth2._exchange import SignedIn


def test_s19_no_code_and_no_token_is_in_a_repr() -> None:
    parts: Any = "not secret"
    checked = Checked(parts, parts, "the-code")
    signed_in = SignedIn(parts, parts, parts, {"access_token": "the-token"})
    assert "the-code" not in repr(checked)
    assert "the-token" not in repr(signed_in)
    assert "not secret" in repr(checked)
    assert "not secret" in repr(signed_in)
