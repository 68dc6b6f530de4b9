r"""The grammar of field lines: RFC 9110 sections 5.1, 5.5 and 5.6.2.

::

    field-name     = token
    token          = 1*tchar
    tchar          = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`"
                   / "|" / "~" / DIGIT / ALPHA
    field-value    = *( field-vchar [ 1*( SP / HTAB / field-vchar ) field-vchar ] )
    field-vchar    = VCHAR / obs-text

The expressions are text, so that others can be composed of them. They run over text in which one
character is one octet (Latin-1), and they never give characters back: what follows a token or a
value is always a character that neither of them can hold.
"""

from __future__ import annotations

import re

#: The only two characters that may be trimmed around a field value, RFC 9110 section 5.6.3.
HTTP_WHITESPACE = " \t"

#: The characters of a token, as they are written between the brackets of a regular expression.
TCHAR = r"!#$%&'*+\-.^_`|~0-9A-Za-z"

#: A token, as a regular expression.
TOKEN = rf"[{TCHAR}]++"

#: The characters that a field value may hold, as a regular expression. Blanks at an end, which
#: belong to the line and not to the value, are matched as well.
FIELD_VALUE = r"[\t\x20-\x7e\x80-\xff]*+"

#: Whether a text is a token: returns a match, or None.
is_token = re.compile(TOKEN).fullmatch

#: Whether a text is nothing but complete field lines, in CRLF or LF, and maybe the empty line after
#: them: returns a match, or None.
is_field_block = re.compile(rf"(?:{TOKEN}:{FIELD_VALUE}\r?\n)*(?:\r?\n)?").fullmatch

#: The names and values of such a text. Whitespace after a value is left on it.
find_fields = re.compile(r"([^:\n]+):[ \t]*+([^\r\n]*+)").findall

#: A character that no octet of a field value may be: controls other than HTAB, and non-octets.
find_non_octet = re.compile(r"[^\t\x20-\x7e\x80-\xff]").search

#: The same for values that are text already, where any printable character may stand.
find_control = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]").search
