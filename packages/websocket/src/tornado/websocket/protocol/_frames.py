"""The kinds of frames, and the codes that a close frame carries (RFC 6455 sections 5.2 and 7.4)."""

from __future__ import annotations

from enum import IntEnum

#: How much data a control frame holds at most, in bytes (RFC 6455 section 5.5).
MAX_CONTROL_PAYLOAD = 125

#: How long the reason of a close frame is at most, in bytes: two of the payload are the code.
MAX_CLOSE_REASON = MAX_CONTROL_PAYLOAD - 2

FIN = 0x80
RSV1 = 0x40  # "this message is compressed", RFC 7692 section 6
RSV2 = 0x20
RSV3 = 0x10
MASK = 0x80  # in the second byte

CONTINUATION = 0x0
TEXT = 0x1
BINARY = 0x2
CLOSE = 0x8
PING = 0x9
PONG = 0xA


class Opcode(IntEnum):
    """What a frame is (RFC 6455 section 11.8). Those from 8 on are control frames."""

    CONTINUATION = CONTINUATION
    TEXT = TEXT
    BINARY = BINARY
    CLOSE = CLOSE
    PING = PING
    PONG = PONG


class CloseCode(IntEnum):
    """Why a connection is closed (RFC 6455 section 7.4.1, and IANA's registry).

    1005 and 1006 are never sent: they stand for a close frame without a code, and for a connection
    that ended without a close frame.
    """

    NORMAL = 1000
    GOING_AWAY = 1001
    PROTOCOL_ERROR = 1002
    UNSUPPORTED_DATA = 1003
    NO_STATUS_RECEIVED = 1005
    ABNORMAL_CLOSURE = 1006
    INVALID_PAYLOAD = 1007
    POLICY_VIOLATION = 1008
    MESSAGE_TOO_BIG = 1009
    MANDATORY_EXTENSION = 1010
    INTERNAL_ERROR = 1011
    SERVICE_RESTART = 1012
    TRY_AGAIN_LATER = 1013
    BAD_GATEWAY = 1014


#: Codes below 3000 that a close frame may carry; from 3000 to 4999 every one is allowed.
_REGISTERED = frozenset({1000, 1001, 1002, 1003, *range(1007, 1015)})


def is_sendable(code: int) -> bool:
    """Return true if a close frame may carry this code (RFC 6455 section 7.4.2)."""
    return code in _REGISTERED or 3000 <= code <= 4999
