import asyncio
import datetime
import re
import socket
import ssl

import pytest

from tornado.iostream import IOStream, SSLIOStream, StreamClosedError
from tornado.netutil import Resolver, bind_sockets, bind_unix_socket
from tornado.tcpclient import TCPClient
from tornado.tcpserver import TCPServer


class Fixed(Resolver):
    """Answer every question with a table."""

    def initialize(self, addresses, delay=0):
        self.addresses = addresses
        self.delay = delay

    async def resolve(self, host, port, family=socket.AF_UNSPEC):
        await asyncio.sleep(self.delay)
        return [
            (socket.AF_INET6 if ":" in ip else socket.AF_INET, (ip, port)) for ip in self.addresses
        ]


class Greeter(TCPServer):
    """Say hello and the peer's address."""

    def handle_stream(self, stream, address):
        stream.write_nowait(b"hello %s\n" % str(address).encode())
        stream.close_when_written()

    def close(self):
        self.stop()


def serve(bed, address="127.0.0.1", **options):
    server = bed.keep(Greeter(**options))
    sockets = bind_sockets(0, address)
    server.add_sockets(sockets)
    return sockets[0].getsockname()[1]


@pytest.fixture
def client_bed(bed):
    bed.client = lambda *arguments: bed.keep(TCPClient(*arguments))
    return bed


def test_a_host_is_reached_by_name_and_by_number(client_bed):
    async def main():
        port = serve(client_bed)
        for host in ("localhost", "127.0.0.1"):
            stream = await client_bed.client().connect(host, port)
            assert type(stream) is IOStream
            assert (await stream.read_until(b"\n")).startswith(b"hello")
            assert stream.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            stream.close()

    client_bed.run(main())


def test_one_family_can_be_chosen(client_bed):
    async def main():
        port = serve(client_bed)
        stream = await client_bed.client().connect("localhost", port, socket.AF_INET)
        assert stream.socket.family == socket.AF_INET
        stream.close()

    client_bed.run(main())


def test_a_unix_socket_is_reached_by_its_path(client_bed, tmp_path):
    async def main():
        server = client_bed.keep(Greeter())
        server.add_socket(bind_unix_socket(str(tmp_path / "socket")))
        stream = await client_bed.client().connect(f"unix:{tmp_path}/socket", 0)
        assert (await stream.read_until(b"\n")).startswith(b"hello")
        stream.close()
        with pytest.raises(StreamClosedError):
            await client_bed.client().connect(f"unix:{tmp_path}/nothing", 0)

    client_bed.run(main())


def test_options_reach_the_stream(client_bed):
    async def main():
        port = serve(client_bed)
        stream = await client_bed.client().connect("localhost", port, max_buffer_size=1234)
        assert stream.max_buffer_size == 1234
        stream.close()

    client_bed.run(main())


def test_tls_verifies_the_name_that_was_asked_for(client_bed, authority):
    async def main():
        port = serve(client_bed, ssl_options=authority.server)
        client = client_bed.client()
        stream = await client.connect("localhost", port, ssl_options=authority.client)
        assert isinstance(stream, SSLIOStream)
        assert (await stream.read_until(b"\n")).startswith(b"hello")
        stream.close()
        other = client_bed.client(Fixed(["127.0.0.1"]))
        with pytest.raises(ssl.SSLCertVerificationError, match=r"example\.com"):
            await other.connect("example.com", port, ssl_options=authority.client)
        stream = await other.connect(
            "example.com", port, ssl_options=authority.client, server_hostname="localhost"
        )
        stream.close()
        with pytest.raises(ssl.SSLCertVerificationError):
            await client.connect("localhost", port, ssl_options={})

    client_bed.run(main())


def test_a_host_that_refuses_is_the_real_error_with_notes_about_all_addresses(
    client_bed, unused_port
):
    async def main():
        client = client_bed.client(Fixed(["127.0.0.1", "127.0.0.2"]))
        port = unused_port()
        with pytest.raises(StreamClosedError) as caught:
            await client.connect("host", port)
        assert isinstance(caught.value.real_error, ConnectionRefusedError)
        assert [note.split(": ")[0] for note in caught.value.__notes__] == [
            f"127.0.0.1:{port}",
            f"127.0.0.2:{port}",
        ]

    client_bed.run(main())


def test_an_unknown_name_is_an_error_of_the_resolver(client_bed):
    async def main():
        with pytest.raises(OSError, match=r"host\.invalid|known|resolution"):
            await client_bed.client().connect("host.invalid", 80)

    client_bed.run(main())


def test_a_name_without_addresses_is_an_error(client_bed):
    async def main():
        with pytest.raises(OSError, match="no address of host"):
            await client_bed.client(Fixed([])).connect("host", 80)
        with pytest.raises(OSError, match="no address of host fits"):
            await client_bed.client(Fixed(["127.0.0.1"])).connect("host", 80, source_ip="::1")

    client_bed.run(main())


def test_the_source_address_and_port_can_be_chosen(client_bed, unused_port):
    async def main():
        port = serve(client_bed)
        mine = unused_port()
        client = client_bed.client()
        stream = await client.connect("127.0.0.1", port, source_ip="127.0.0.3", source_port=mine)
        assert stream.socket.getsockname() == ("127.0.0.3", mine)
        stream.close()
        mine = unused_port()
        stream = await client.connect("127.0.0.1", port, source_port=mine)
        assert stream.socket.getsockname() == ("127.0.0.1", mine)
        stream.close()
        with pytest.raises(OSError, match=re.escape("cannot connect from 192.0.2.7:0")):
            await client.connect("127.0.0.1", port, source_ip="192.0.2.7")

    client_bed.run(main())


class Hanging:
    """An address that accepts no connection and refuses none: its queue is full."""

    def __init__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.address = self.listener.getsockname()
        self.fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(self.address)
            self.fillers.append(filler)

    def close(self):
        for sock in (self.listener, *self.fillers):
            sock.close()


@pytest.mark.parametrize("timeout", [0.1, datetime.timedelta(seconds=0.1)])
def test_a_timeout_says_that_it_was_resolving(client_bed, timeout):
    async def main():
        client = client_bed.client(Fixed(["127.0.0.1"], delay=5))
        with pytest.raises(TimeoutError, match=r"Timeout while resolving host"):
            await client.connect("host", 80, timeout=timeout)

    client_bed.run(main())


def test_a_timeout_says_that_it_was_connecting(client_bed):
    async def main():
        port = client_bed.keep(Hanging()).address[1]
        client = client_bed.client(Fixed(["127.0.0.1"]))
        message = rf"^Timeout while connecting to 127\.0\.0\.1:{port}$"
        with pytest.raises(TimeoutError, match=message):
            await client.connect("host", port, timeout=0.1)

    client_bed.run(main())


def test_a_timeout_says_that_it_was_shaking_hands(client_bed, authority):
    async def main():
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            with pytest.raises(TimeoutError, match=r"during TLS handshake with 127\.0\.0\.1"):
                await client_bed.client().connect(
                    "127.0.0.1", port, ssl_options=authority.client, timeout=0.1
                )
            # The connection is closed, not forgotten.
            accepted = silent.accept()[0]
            while accepted.recv(10_000):
                pass
            accepted.close()

    client_bed.run(main())


def test_a_timeout_of_the_resolver_itself_is_passed_on(client_bed):
    class Slow(Fixed):
        async def resolve(self, *args):
            raise TimeoutError("the name server is asleep")

    async def main():
        with pytest.raises(TimeoutError, match="name server is asleep"):
            await client_bed.client(Slow([])).connect("host", 80, timeout=5)

    client_bed.run(main())


@pytest.mark.parametrize("phase", ["resolving", "connecting", "handshake"])
def test_cancelling_leaves_nothing_open(client_bed, authority, phase):
    async def main():
        hanging = client_bed.keep(Hanging())
        silent = client_bed.keep(socket.create_server(("127.0.0.1", 0)))
        port = (silent.getsockname() if phase == "handshake" else hanging.address)[1]
        client = client_bed.client(Fixed(["127.0.0.1"], delay=5 * (phase == "resolving")))
        options = authority.client if phase == "handshake" else None
        task = asyncio.ensure_future(client.connect("localhost", port, ssl_options=options))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    client_bed.run(main())


def test_a_given_resolver_is_not_closed_with_the_client():
    class Noting(Fixed):
        closed = 0

        def close(self):
            self.closed += 1

    resolver = Noting([])
    TCPClient(resolver).close()
    assert resolver.closed == 0
    TCPClient().close()


def test_a_silent_address_does_not_hold_up_the_next(client_bed):
    async def main():
        port = serve(client_bed)
        hanging = socket.socket()
        hanging.bind(("127.0.0.9", port))
        hanging.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.9", port))
        loop = asyncio.get_running_loop()
        start = loop.time()
        client = client_bed.client(Fixed(["127.0.0.9", "127.0.0.1"]))
        stream = await client.connect("host", port, timeout=10)
        assert stream.socket.getpeername()[0] == "127.0.0.1"
        assert 0.2 < loop.time() - start < 8
        stream.close()
        for sock in (hanging, *fillers):
            sock.close()

    client_bed.run(main())


def test_connect_gives_a_connected_stream(bed):
    async def main():
        with socket.create_server(("127.0.0.1", 0)) as listener:
            client = TCPClient()
            stream = bed.keep(await client.connect("127.0.0.1", listener.getsockname()[1]))
            assert isinstance(stream, IOStream)
            assert stream.socket.getpeername() == listener.getsockname()
            client.close()

    bed.run(main())
