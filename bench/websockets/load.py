"""The other side: many connections, each with one message under way, in one thread."""

from __future__ import annotations

import selectors
import socket
import ssl
import struct
import time
import zlib
from itertools import cycle

#: Seconds after which something that should come has failed.
_PATIENCE = 10.0

_KEY = b"\x37\xfa\x21\x3d"

_REQUEST = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
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


def connect(
    port: int,
    *,
    deflate: bool = False,
    tls: bool = False,
    path: str = "/",
    buffer: int | None = None,
) -> socket.socket:
    """Open a websocket.

    :param buffer: bytes that the system may keep for this client to read.
    """
    sock = socket.socket()
    if buffer is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    sock.settimeout(_PATIENCE)
    sock.connect(("127.0.0.1", port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        sock = context.wrap_socket(sock)
    request = _REQUEST.format(port=port, path=path, extension=_EXTENSION if deflate else "")
    sock.sendall(request.encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        piece = sock.recv(1)  # not a byte of a message that follows
        if not piece:
            raise ConnectionError("the server closed the connection")
        answer += piece
    sock.setblocking(True)  # a timeout of Python's would ask the system before each call
    timeval = struct.pack("ll", int(_PATIENCE), 0)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeval)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeval)
    if b" 101 " not in answer.split(b"\r\n", 1)[0]:
        raise ConnectionError(f"no websocket: {answer[:200]!r}")
    if deflate != (b"permessage-deflate" in answer):
        raise ConnectionError(f"another agreement on compression: {answer[:500]!r}")
    if deflate and b"server_no_context_takeover" not in answer:
        raise ConnectionError("the server compresses with what it has sent before, as nobody asked")
    return sock


def answer_length(sock: socket.socket, message: bytes) -> int:
    """Send a message and return how long its answer is, which all others have too."""
    sock.sendall(message)
    data = b""
    while True:
        data += _received(sock)
        length = _whole(data)
        if length is not None and len(data) >= length:
            return length


def _skip(sock: socket.socket, size: int) -> None:
    """Receive so many bytes."""
    while size:
        data = sock.recv(min(size, 1 << 20))
        if not data:
            raise ConnectionError("the server closed the connection")
        size -= len(data)


def _received(sock: socket.socket) -> bytes:
    data = sock.recv(1 << 20)
    if not data:
        raise ConnectionError("the server closed the connection")
    return data


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


class Echo:
    """Connections that send messages back and forth.

    :param size: bytes per message; the next one goes out when the last is back.
    :param awake: never sleep, so that the server need not wake this process by its own system call.
        It takes a core of its own.
    """

    def __init__(
        self,
        port: int,
        *,
        size: int,
        connections: int,
        awake: bool,
        deflate: bool = False,
        tls: bool = False,
    ) -> None:
        self._message = frame(payload_of(size), deflate=deflate)
        self._socks = [connect(port, deflate=deflate, tls=tls) for _ in range(connections)]
        self._length = answer_length(self._socks[0], self._message)
        self._pause = 0 if awake else 1
        self._view = bytearray(1 << 18)

    def __call__(self, seconds: float) -> int:
        """Send for a while, wait for what is under way, and return how many messages came back."""
        message, length, pause, view = self._message, self._length, self._pause, self._view
        with selectors.DefaultSelector() as selector:
            for sock in self._socks:
                selector.register(sock, selectors.EVENT_READ, [0])
                sock.sendall(message)
            done, waiting = 0, len(self._socks)
            end = time.perf_counter() + seconds
            while waiting:
                now = time.perf_counter()
                if now > end + _PATIENCE:
                    raise ConnectionError(f"{waiting} answers do not come")
                for key, _ in selector.select(pause):
                    sock: socket.socket = key.fileobj  # type: ignore[assignment]  # registered above
                    got = sock.recv_into(view)
                    if not got:
                        raise ConnectionError("the server closed the connection")
                    key.data[0] += got
                    if key.data[0] >= length:
                        key.data[0] -= length
                        done += 1
                        if now < end:
                            sock.sendall(message)
                        else:
                            waiting -= 1
        return done


class Broadcast:
    """Connections of which one sends, and all receive; the next message waits for the last receiver."""

    def __init__(self, port: int, *, size: int, connections: int, deflate: bool) -> None:
        self._message = frame(payload_of(size), deflate=deflate)
        self._socks = [connect(port, deflate=deflate) for _ in range(connections)]
        time.sleep(0.2)  # the last of them may not be in the server's set yet
        self._length = answer_length(self._socks[0], self._message)
        for sock in self._socks[1:]:
            _skip(sock, self._length)

    def __call__(self, seconds: float) -> int:
        """Send for a while; return how many messages were received, by all together."""
        done = 0
        end = time.perf_counter() + seconds
        while not done or time.perf_counter() < end:
            done += len(self.times())
        return done

    def times(self) -> list[float]:
        """Send a message, and return the milliseconds after which each connection had it."""
        taken = []
        view = bytearray(1 << 16)
        with selectors.DefaultSelector() as selector:
            for sock in self._socks:
                selector.register(sock, selectors.EVENT_READ, [0])
            began = time.perf_counter()
            self._socks[0].sendall(self._message)
            while len(taken) < len(self._socks):
                ready = selector.select(_PATIENCE)
                if not ready:
                    raise ConnectionError(f"only {len(taken)} receive the message")
                for key, _ in ready:
                    sock: socket.socket = key.fileobj  # type: ignore[assignment]  # registered above
                    got = sock.recv_into(view)
                    if not got:
                        raise ConnectionError("the server closed the connection")
                    key.data[0] += got
                    if key.data[0] >= self._length:
                        taken.append((time.perf_counter() - began) * 1000)
        return taken

    def add(self, sock: socket.socket) -> None:
        """Let one more take part."""
        self._socks.append(sock)

    def remove(self, sock: socket.socket) -> None:
        """Let one less take part."""
        self._socks.remove(sock)


def exchange(sock: socket.socket, message: bytes, length: int, count: int) -> None:
    """Send a message so many times, each after the answer to the one before."""
    for _ in range(count):
        sock.sendall(message)
        _skip(sock, length)
