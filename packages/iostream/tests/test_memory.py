"""How large a stream is while nothing happens on it."""

import asyncio
import socket
import tracemalloc

from tornado.iostream import IOStream

STREAMS = 300


class Idle:
    __slots__ = ("stream",)

    def __init__(self, stream):
        self.stream = stream
        stream.set_protocol(self)


def test_an_idle_stream_with_a_protocol_is_small(authority):
    """Count what the stream, its socket, the loop's registration and a protocol take."""

    async def main():
        pairs = [socket.socketpair() for _ in range(STREAMS)]
        pairs.append(socket.socketpair())
        spare = IOStream(pairs[-1][0])
        spare.set_protocol(object())
        descriptors = [left.detach() for left, _ in pairs[:STREAMS]]
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        connections = [Idle(IOStream(socket.socket(fileno=fd))) for fd in descriptors]
        each = (tracemalloc.get_traced_memory()[0] - before) / STREAMS
        tracemalloc.stop()
        for connection in connections:
            connection.stream.set_protocol(None)
            connection.stream.close()
        spare.set_protocol(None)
        spare.close()
        for _, right in pairs:
            right.close()
        return each

    each = asyncio.run(main())
    print(f"\n{each:.0f} bytes per idle stream")
    assert each < 1800
