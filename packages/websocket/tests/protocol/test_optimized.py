"""The frames that break the protocol once more, under ``python -O``: no check is an assert."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
from tornado.websocket.protocol import Connection, Direction, Inflater, PeerError

if __debug__:
    raise SystemExit("this must run under -O")
BROKEN = {
    "not masked": ("8101 78", 1002),
    "reserved bits": ("a181 00000000 78", 1002),
    "not agreed compression": ("c181 00000000 78", 1002),
    "reserved opcode": ("8381 00000000 78", 1002),
    "long ping": ("89fe007e 00000000", 1002),
    "fragmented ping": ("0981 00000000 78", 1002),
    "highest bit of the length": ("82ff8000000000000000 00000000", 1002),
    "longer length than needed": ("82fe0001 00000000 78", 1002),
    "close code": ("8882 00000000 03ed", 1002),
    "not UTF-8": ("8181 00000000 ff", 1007),
    "not UTF-8, at its beginning": ("0182 00000000 ff", 1007),
    "close reason": ("8883 00000000 03e8ff", 1007),
    "over the limit": ("82fe1000 00000000", 1009),
    "over the limit together": ("0281 00000000 78 80fe03e8 00000000", 1009),
}
for name, (data, code) in BROKEN.items():
    connection = Connection(is_client=False, max_message_size=1000)
    try:
        connection.receive(bytes.fromhex(data))
    except PeerError as error:
        if error.code != code:
            raise SystemExit(f"{name}: {error.code} and not {code}")
    else:
        raise SystemExit(f"{name}: no fault")
try:
    Inflater(Direction()).inflate(bytes.fromhex("f248cdc9c90700"), 4, final=True)
except PeerError as error:
    if error.code != 1009:
        raise SystemExit(f"inflated: {error.code}")
else:
    raise SystemExit("inflated beyond the limit")
print(len(BROKEN))
"""


def test_s21_faults_are_found_under_python_o():
    output = subprocess.run(
        [sys.executable, "-O", "-c", SCRIPT], capture_output=True, text=True, check=False
    )
    assert output.stderr == ""
    assert int(output.stdout) > 10
