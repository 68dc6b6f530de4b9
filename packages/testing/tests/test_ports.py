import socket
import sys

import pytest

from tornado.testing import bind_unused_port, get_unused_port


def test_a_socket_listens_on_a_port_that_nobody_uses():
    sock, port = bind_unused_port()
    with sock:
        assert sock.getsockname() == ("127.0.0.1", port)
        socket.create_connection(("127.0.0.1", port)).close()


def test_the_address_can_be_chosen():
    sock, _ = bind_unused_port(address="127.0.0.2" if sys.platform == "linux" else "127.0.0.1")
    with sock:
        assert sock.getsockname()[0].startswith("127.0.0.")


@pytest.mark.skipif(not hasattr(socket, "SO_REUSEPORT"), reason="the system cannot share ports")
def test_a_port_can_be_shared():
    sock, port = bind_unused_port(reuse_port=True)
    with sock, socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", port))


def test_a_port_alone_can_be_bound():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", get_unused_port()))
