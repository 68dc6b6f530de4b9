"""Where a multipart reader stands, and what moves it on.

Theory of operation
-------------------

A multipart body (RFC 2046 section 5.1.1, as RFC 7578 uses it for forms) is::

    multipart-body = [ preamble CRLF ] dash-boundary padding CRLF part
                     *( delimiter padding CRLF part ) close-delimiter padding [ CRLF epilogue ]
    dash-boundary  = "--" boundary
    delimiter      = CRLF dash-boundary
    close-delimiter = delimiter "--"
    part           = *( field-line CRLF ) [ CRLF *OCTET ]

The reader pretends that the body is preceded by a CRLF, so that there is only one thing to look
for: the delimiter. In the same way it leaves the CRLF that ends a part's header in front of the
part's content, so that a delimiter right there ends an empty part.

========== ========================= ==================================================
state      reads                     until it sees
========== ========================= ==================================================
PREAMBLE   nothing of interest       a delimiter
DELIMITER  the rest of that line     a line end (a part begins) or two dashes (the end)
HEAD       field lines of a part     an empty line
BODY       the content of a part     a delimiter
EPILOGUE   nothing of interest       -
FAILED     nothing any more          -
========== ========================= ==================================================

In PREAMBLE and BODY everything but the last few octets, which may be the start of a delimiter, is
dealt with at once. In DELIMITER and HEAD octets are held back until the line or the header is
complete, up to a limit. So what is buffered is bounded by the longest header that is allowed.
"""

from __future__ import annotations

from enum import Enum


class State(Enum):
    """What the next octet belongs to."""

    __hash__ = object.__hash__  # Enum hashes by name, in Python: a sixth of the time of small forms

    PREAMBLE = "preamble"
    DELIMITER = "delimiter"
    HEAD = "head"
    BODY = "body"
    EPILOGUE = "epilogue"
    FAILED = "failed"


class Sight(Enum):
    """What the reader saw."""

    __hash__ = object.__hash__

    BOUNDARY = "boundary"
    LINE_END = "line end"
    DASHES = "dashes"
    EMPTY_LINE = "empty line"
    FAULT = "fault"


TRANSITIONS: dict[tuple[State, Sight], State] = {
    (State.PREAMBLE, Sight.BOUNDARY): State.DELIMITER,
    (State.DELIMITER, Sight.LINE_END): State.HEAD,
    (State.DELIMITER, Sight.DASHES): State.EPILOGUE,
    (State.HEAD, Sight.EMPTY_LINE): State.BODY,
    (State.BODY, Sight.BOUNDARY): State.DELIMITER,
    **{(state, Sight.FAULT): State.FAILED for state in State},
}
