"""The other side: many connections, each with one message under way, in one thread."""

from __future__ import annotations

import selectors
import socket
import struct
import time


def echo(port: int, *, size: int, connections: int, seconds: float, awake: bool) -> int:
    """Send messages back and forth for a while.

    :param size: bytes per message; the next one goes out when the last is back.
    :param awake: never sleep, so that the server need not wake this process by its own system call.
        It takes a core of its own.
    :returns: how many messages came back.
    """
    message = bytes(size)
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        sock = socket.create_connection(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(sock, selectors.EVENT_READ, [0])
        sock.sendall(message)
    done = 0
    end = time.perf_counter() + seconds
    view = bytearray(1 << 18)
    pause = 0 if awake else 1
    while time.perf_counter() < end:
        for key, _ in selector.select(pause):
            sock: socket.socket = key.fileobj  # type: ignore[assignment]  # registered above
            got = sock.recv_into(view)
            if not got:
                raise ConnectionError("the server closed the connection")
            key.data[0] += got
            if key.data[0] >= size:
                key.data[0] = 0
                done += 1
                sock.sendall(message)
    for key in list(selector.get_map().values()):
        key.fileobj.close()  # type: ignore[union-attr]  # registered above
    selector.close()
    return done


def accept(port: int, *, connections: int, seconds: float) -> int:
    """Connect, exchange a byte and reset the connection, for a while.

    :param connections: how many are opened before the first of them is used.
    :returns: how many connections were served.
    """
    done = 0
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        opened = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
        for sock in opened:
            sock.sendall(b"x")
        for sock in opened:
            if sock.recv(1) != b"x":
                raise ConnectionError("the server closed the connection")
            # A reset leaves no port in TIME_WAIT: there are too few of them for a long run.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.close()
            done += 1
    return done
