import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.util import re_unescape


@given(st.text())
def test_it_undoes_re_escape(text):
    assert re_unescape(re.escape(text)) == text


@pytest.mark.parametrize("pattern", [r"\d", r"a\b", r"\\\w", r"\0", r"\Z"])
def test_a_class_or_an_anchor_cannot_be_unescaped(pattern):
    with pytest.raises(ValueError, match=r"^cannot unescape '.*' in "):
        re_unescape(pattern)


@pytest.mark.parametrize("pattern", ["\\", "a\\", "\\\\\\"])
def test_a_backslash_at_the_end_cannot_be_unescaped(pattern):
    with pytest.raises(ValueError, match="ends with a backslash"):
        re_unescape(pattern)
