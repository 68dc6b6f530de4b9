"""The states of a multipart reader, and what leads from one to the next.

Theory of operation
-------------------

A multipart body (RFC 2046 section 5.1.1, as RFC 7578 uses it for forms) is::

    multipart-body = [ preamble CRLF ] dash-boundary padding CRLF part
                     *( delimiter padding CRLF part ) close-delimiter padding [ CRLF epilogue ]
    dash-boundary  = "--" boundary
    delimiter      = CRLF dash-boundary
    close-delimiter = delimiter "--"
    part           = *( field-line CRLF ) [ CRLF *OCTET ]

The reader acts as if the body was preceded by a CRLF, so that there is only one thing to look for:
the delimiter. In the same way it leaves the CRLF that ends a part's header before the part's
content, so that a delimiter right there ends an empty part.

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
handled at once. In DELIMITER and HEAD octets are held back until the line or the header is
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


class Event(Enum):
    """What the reader found."""

    __hash__ = object.__hash__

    BOUNDARY = "boundary"
    LINE_END = "line end"
    DASHES = "dashes"
    EMPTY_LINE = "empty line"
    FAULT = "fault"


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.PREAMBLE, Event.BOUNDARY): State.DELIMITER,
    (State.DELIMITER, Event.LINE_END): State.HEAD,
    (State.DELIMITER, Event.DASHES): State.EPILOGUE,
    (State.HEAD, Event.EMPTY_LINE): State.BODY,
    (State.BODY, Event.BOUNDARY): State.DELIMITER,
    **{(state, Event.FAULT): State.FAILED for state in State},
}
