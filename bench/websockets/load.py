"""The other side: many connections, each with one message under way, in one thread."""

from __future__ import annotations

import selectors
import socket
import time
import zlib
from itertools import cycle

_KEY = b"\x37\xfa\x21\x3d"

_REQUEST = (
    "GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{extension}\r\n"
)
_EXTENSION = (
    "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
    "client_no_context_takeover\r\n"
)


def frame(payload: bytes, *, deflate: bool) -> bytes:
    """Return a masked binary frame."""
    first = 0x82
    if deflate:
        first |= 0x40
        compressor = zlib.compressobj(wbits=-15)
        payload = (compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]
    size = len(payload)
    if size < 126:
        head = bytes((first, 0x80 | size))
    elif size < 65536:
        head = bytes((first, 0xFE)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, 0xFF)) + size.to_bytes(8, "big")
    return head + _KEY + bytes(byte ^ key for byte, key in zip(payload, cycle(_KEY), strict=False))


def payload_of(size: int) -> bytes:
    """Return a message that compresses like the JSON of an application."""
    row = b'{"id": %d, "name": "item %d", "price": %d.99, "tags": ["new", "sale"]}, '
    data = b"".join(
        row % (number, number * 7, number * 31 % 100) for number in range(size // 50 + 2)
    )
    return data[:size]


def connect(port: int, *, deflate: bool) -> socket.socket:
    """Open a websocket."""
    sock = socket.create_connection(("127.0.0.1", port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    request = _REQUEST.format(port=port, extension=_EXTENSION if deflate else "")
    sock.sendall(request.encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        piece = sock.recv(65536)
        if not piece:
            raise ConnectionError("the server closed the connection")
        answer += piece
    if b" 101 " not in answer.split(b"\r\n", 1)[0]:
        raise ConnectionError(f"no websocket: {answer[:200]!r}")
    if deflate != (b"permessage-deflate" in answer):
        raise ConnectionError(f"another agreement on compression: {answer[:500]!r}")
    return sock


def _answer_length(sock: socket.socket, message: bytes) -> int:
    """Send a message and return how long its answer is, which all others have too."""
    sock.sendall(message)
    sock.settimeout(5)
    data = b""
    while True:
        data += sock.recv(1 << 20)
        length = _whole(data)
        if length is not None and len(data) >= length:
            sock.settimeout(None)
            return length


def _whole(data: bytes) -> int | None:
    """Return the length of the frame that data begins with, None while its head is not whole."""
    if len(data) < 2:
        return None
    size = data[1]
    if size < 126:
        return 2 + size
    width = 2 if size == 126 else 8
    if len(data) < 2 + width:
        return None
    return 2 + width + int.from_bytes(data[2 : 2 + width], "big")


def echo(
    port: int, *, size: int, connections: int, seconds: float, awake: bool, deflate: bool = False
) -> int:
    """Send messages back and forth for a while.

    :param size: bytes per message; the next one goes out when the last is back.
    :param awake: never sleep, so that the server need not wake this process by its own system call.
        It takes a core of its own.
    :returns: how many messages came back.
    """
    message = frame(payload_of(size), deflate=deflate)
    selector = selectors.DefaultSelector()
    socks = [connect(port, deflate=deflate) for _ in range(connections)]
    length = _answer_length(socks[0], message)
    for sock in socks:
        selector.register(sock, selectors.EVENT_READ, [0])
        sock.sendall(message)
    done = 0
    end = time.perf_counter() + seconds
    view = bytearray(1 << 18)
    pause = 0 if awake else 1
    while time.perf_counter() < end:
        for key, _ in selector.select(pause):
            ready: socket.socket = key.fileobj  # type: ignore[assignment]  # registered above
            got = ready.recv_into(view)
            if not got:
                raise ConnectionError("the server closed the connection")
            key.data[0] += got
            if key.data[0] >= length:
                key.data[0] -= length
                done += 1
                ready.sendall(message)
    selector.close()
    for sock in socks:
        sock.close()
    return done


def receive_broadcasts(
    port: int, *, size: int, connections: int, seconds: float, deflate: bool
) -> int:
    """Let one connection send, all receive, and the next message wait for the last receiver.

    :returns: how many messages were received, by all together.
    """
    message = frame(payload_of(size), deflate=deflate)
    selector = selectors.DefaultSelector()
    socks = [connect(port, deflate=deflate) for _ in range(connections)]
    time.sleep(0.2)  # the last of them may not be in the server's set yet
    length = _answer_length(socks[0], message)
    for sock in socks[1:]:
        missing = length
        while missing:
            missing -= len(sock.recv(missing))
    for sock in socks:
        selector.register(sock, selectors.EVENT_READ, [0])
    view = bytearray(1 << 18)
    received = waiting = 0
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or waiting:
        if not waiting:
            socks[0].sendall(message)
            waiting = connections
        for key, _ in selector.select(1):
            ready: socket.socket = key.fileobj  # type: ignore[assignment]  # registered above
            key.data[0] += ready.recv_into(view)
            if key.data[0] >= length:
                key.data[0] -= length
                waiting -= 1
                received += 1
    selector.close()
    for sock in socks:
        sock.close()
    return received
