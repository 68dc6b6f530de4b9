"""Character references of HTML, replaced by their characters."""

from __future__ import annotations

import re
from html import unescape

from ._text import text_of

# A decimal reference of any length. Eight digits are enough: they can exceed the last character.
_LONG_REFERENCE = re.compile(r"&#0*([0-9]{1,8})[0-9]*")


def xhtml_unescape(value: str | bytes) -> str:
    """Replace every character reference by its character, as HTML 5 does.

    References may be named (``&eacute;``) or numeric. Unknown names are not changed; numbers that do
    not mean a character become U+FFFD.

    >>> xhtml_unescape("&lt;b&gt; &#x41;&#66; &nope;")
    '<b> AB &nope;'

    :param value: text, or UTF-8 bytes.
    :raises TypeError: the value is something else.
    """
    text = value if type(value) is str else text_of(value)
    if "&" not in text:
        return text
    try:
        return unescape(text)
    except ValueError:
        # Python does not convert decimal numbers of thousands of digits.
        return unescape(_LONG_REFERENCE.sub(r"&#\1", text))
