"""Make sure that every contestant does the same work before anything is timed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.harness.errors import ResponseError, VerificationError
from bench.harness.exchange.response import Response, parse_response

if TYPE_CHECKING:
    import socket

    from bench.harness.case import Expectation
    from bench.harness.exchange.endpoint import Endpoint
    from bench.harness.exchange.request import Request

#: How long a contestant may take for one answer, in seconds.
_PATIENCE = 20.0


@dataclass(frozen=True)
class Verified:
    """What a contestant answers, every time."""

    status: int
    #: The bytes of the whole response, the same for each.
    size: int
    head_size: int
    body_size: int
    fields: tuple[tuple[str, str], ...]


def send(connection: socket.socket, request: Request) -> None:
    """Send a whole request over a blocking socket."""
    connection.sendall(request.start)
    for _ in range(request.repeat):
        connection.sendall(request.piece)


def receive(connection: socket.socket) -> Response:
    """Read exactly one response from a blocking socket.

    :raises ResponseError: if the connection ends first, or more than one response arrives.
    """
    data = bytearray()
    while True:
        piece = connection.recv(262_144)
        if not piece:
            raise ResponseError(f"the connection ended after {len(data)} bytes of a response")
        data += piece
        response = parse_response(bytes(data))
        if response:
            if response.size != len(data):
                raise ResponseError(f"{len(data) - response.size} bytes after the response")
            return response


def compare(response: Response, expectation: Expectation) -> None:
    """Check one response.

    :raises VerificationError: for another status or body, or a missing field.
    """
    if response.status != expectation.status:
        raise VerificationError(f"status {response.status} instead of {expectation.status}")
    missing = [name for name in expectation.fields if response.field(name) is None]
    if missing:
        raise VerificationError(f"no field {', '.join(missing)}")
    if not _is_same(response.body, expectation):
        raise VerificationError(
            f"another body: {response.body[:80]!r} instead of {expectation.body[:80]!r}"
        )


def _is_same(body: bytes, expectation: Expectation) -> bool:
    if not expectation.as_json:
        return body == expectation.body
    try:
        return bool(json.loads(body) == json.loads(expectation.body))
    except ValueError:
        return False


def verify(endpoint: Endpoint, request: Request, expectation: Expectation) -> Verified:
    """Ask three times over one connection and compare each answer with what is expected.

    The first answer may differ in size (a cookie, say); from the second on the size must be the
    same, because the loader goes by it.

    :raises VerificationError: if a contestant answers anything else, or closes the connection.
    """
    answers = []
    try:
        with endpoint.connect(_PATIENCE) as connection:
            for _ in range(3):
                send(connection, request)
                answers.append(receive(connection))
                compare(answers[-1], expectation)
    except (OSError, ResponseError) as error:
        raise VerificationError(f"answer {len(answers) + 1}: {error}") from error
    _, second, third = answers
    if second.size != third.size:
        raise VerificationError(f"answers of {second.size} and of {third.size} bytes")
    return Verified(second.status, second.size, second.head_size, len(second.body), second.fields)
