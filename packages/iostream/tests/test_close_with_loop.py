import socket

import pytest

from tornado.ioloop import IOLoop
from tornado.iostream import IOStream
from tornado.netutil import bind_sockets
from tornado.tcpserver import TCPServer


@pytest.mark.parametrize("uvloop", [False, True])
def test_a_loop_that_is_closed_with_its_descriptors_closes_streams_and_servers(uvloop):
    loop = IOLoop(make_current=False, uvloop=uvloop)
    [listening] = bind_sockets(0, "127.0.0.1")
    ours, theirs = socket.socketpair()
    closed = []

    async def open_both():
        TCPServer().add_sockets([listening])
        stream = IOStream(ours)
        stream.set_close_callback(lambda: closed.append(stream))
        return stream, stream.read_bytes(1)

    stream, read = loop.run_sync(open_both)
    loop.close(all_fds=True)
    assert stream.closed()
    assert read.done()
    read.exception()
    assert [ours.fileno(), listening.fileno()] == [-1, -1]
    theirs.close()
