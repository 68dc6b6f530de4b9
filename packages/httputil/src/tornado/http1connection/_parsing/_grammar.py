"""The grammar of HTTP/1.1 heads, as regular expressions.

Each expression stands beside the rule of RFC 9110 or RFC 9112 that it was made from. They run over
text that was decoded as Latin-1, so that one character is one octet. What repeats can match in one
way only, so that giving it back leads nowhere: matching is linear. Only classes of characters are
repeated without giving back (``*+``): Python 3.11 before 3.11.5 gets this wrong for groups.
"""

from __future__ import annotations

import re

from tornado.httputil import FIELD_VALUE, TOKEN

# request-target (RFC 9112 section 3.2), visible ASCII. The forms are told apart later. Browsers send
# characters in queries that RFC 3986 wants encoded (" < > [ ] \ ^ ` { | } and a lone %), so these are
# taken. A "#" is not: no form of a target has a fragment, and readers disagree about where a path
# with one ends.
TARGET = r"[\x21\x22\x24-\x7e]+"

# The same with octets outside ASCII, as curl sends them: not in the grammar of RFC 3986, so this is
# only for servers that ask for it.
NON_ASCII_TARGET = r"[\x21\x22\x24-\x7e\x80-\xff]+"

# field-line = field-name ":" OWS field-value OWS CRLF (RFC 9112 section 5). There is no space
# between name and colon, and no line that starts with a space (obs-fold is refused).
FIELD_LINES = rf"(?:{TOKEN}:{FIELD_VALUE}\r\n)*"

#: request-line CRLF *( field-line CRLF ): method, target, minor version, the block of fields.
REQUEST_HEAD = re.compile(rf"({TOKEN}) ({TARGET}+) HTTP/1\.([01])\r\n({FIELD_LINES})")

#: The text of such an expression that takes targets with octets outside ASCII.
NON_ASCII_REQUEST_HEAD = rf"({TOKEN}) ({NON_ASCII_TARGET}+) HTTP/1\.([01])\r\n({FIELD_LINES})"

#: The request line of HTTP/1.1 alone, with a target in origin-form: method, target.
REQUEST_LINE_1_1 = re.compile(rf"({TOKEN}) (/(?:{TARGET}+)?) HTTP/1\.1")

#: status-line: minor version, code, reason (RFC 9112 section 4; the space before an empty reason is
#: optional in the field).
STATUS_LINE = re.compile(rf"HTTP/1\.([01]) ([1-9][0-9]{{2}})(?: ({FIELD_VALUE}))?")

#: One field-line: name, value. Whitespace after the value is left on it.
FIELD_LINE = re.compile(rf"({TOKEN}):[ \t]*+({FIELD_VALUE})")

#: Method and target as a client sends them.
REQUEST_LINE = re.compile(rf"{TOKEN} {TARGET}")

#: One field-line of a block that matched, as (name, value). Whitespace after the value is left
#: on it: it is rare, and stripping it here would cost every line a second look.
FIELD = re.compile(r"([^:]+):[ \t]*+([^\r]*+)\r\n")

#: One name and one value, to find out which of them is wrong.
TOKEN_TEXT = re.compile(TOKEN)
VALUE_TEXT = re.compile(FIELD_VALUE)

#: A reason phrase, as FIELD_VALUE (RFC 9112 section 4).
REASON_TEXT = VALUE_TEXT

#: A block of fields alone, such as the trailers after the last chunk.
FIELD_BLOCK = re.compile(FIELD_LINES)

#: absolute-form of a target (RFC 9112 section 3.2.2).
ABSOLUTE_FORM = re.compile(r"[A-Za-z][A-Za-z0-9+\-.]*://([^/?#]*)")

#: chunk-size in hexadecimal (RFC 9112 section 7.1). With 15 digits at most, no reader that has
#: 64 bits for it, with or without a sign, sees another number.
CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}")

# chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] ), where the name is a token
# and the value a token or a quoted-string (RFC 9112 section 7.1.1, RFC 9110 section 5.6.4).
_QUOTED_STRING = r'"(?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"'
_EXTENSION = rf";[ \t]*+{TOKEN}(?:[ \t]*+=[ \t]*+(?:{TOKEN}|{_QUOTED_STRING}))?"

#: All extensions of a chunk. The whitespace before the first one, which the RFC lets a recipient
#: take, is refused: readers disagree about it.
CHUNK_EXTENSIONS = re.compile(rf"(?:{_EXTENSION}(?:[ \t]*+{_EXTENSION})*)?".encode())

#: What the extensions may begin with, as long as their line is not complete: no controls.
CHUNK_EXTENSIONS_BEGUN = re.compile(rb"(?:;[\t\x20-\x7e\x80-\xff]*+)?")

#: A line end that some readers take for one and others do not.
BARE_LF = re.compile(rb"(?<!\r)\n")

#: A Content-Length is digits and nothing else, in ASCII (RFC 9110 section 8.6).
DIGITS = re.compile(r"[0-9]{1,18}", re.ASCII)
