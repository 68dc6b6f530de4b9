"""What most tests need: a loop of each kind, connected streams of each kind, and a clean end."""

import asyncio
import socket
import ssl
import sys

import pytest
import trustme
from hypothesis import settings

from tornado.iostream import IOStream, SSLIOStream

# A machine that does other things as well must not fail an example for being slow.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

LOOPS = ["asyncio"] if sys.platform == "win32" else ["asyncio", "uvloop"]


def loop_factory(name):
    if name == "uvloop":
        import uvloop

        return uvloop.new_event_loop
    return asyncio.SelectorEventLoop


class Authority:
    """A certificate authority, and contexts for both sides of a connection."""

    def __init__(self):
        self.ca = trustme.CA()
        self.certificate = self.ca.issue_cert("localhost", "127.0.0.1", "::1")
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.certificate.configure_cert(self.server)
        self.client = ssl.create_default_context()
        self.ca.configure_trust(self.client)


@pytest.fixture(scope="session")
def authority():
    return Authority()


async def soon():
    """Let the loop turn until what is under way on this machine has happened."""
    for _ in range(20):  # turns count, not time: the machine may be busy with something else
        await asyncio.sleep(0.001)


class Recorder:
    """A protocol that notes what it is told."""

    def __init__(self, stream=None, *, keep_open=False):
        self.data = bytearray()
        self.events = []
        self.keep_open = keep_open
        self.lost = asyncio.Event()
        self.more = asyncio.Event()
        self.eof = asyncio.Event()
        if stream is not None:
            stream.set_protocol(self)

    def data_received(self, data):
        assert type(data) is bytes
        assert data
        self.data += data
        self.events.append("data")
        self.more.set()

    def eof_received(self):
        self.events.append("eof")
        self.eof.set()
        return self.keep_open

    def connection_lost(self, exc):
        self.events.append("lost")
        self.error = exc
        self.lost.set()

    def pause_writing(self):
        self.events.append("pause")

    def resume_writing(self):
        self.events.append("resume")

    async def until(self, count):
        while len(self.data) < count:
            self.more.clear()
            await self.more.wait()


class Bed:
    """Run a test's coroutine and see that it leaves nothing on the loop."""

    Recorder = Recorder
    soon = staticmethod(soon)

    def __init__(self, loop_name, kind, authority):
        self.loop_name = loop_name
        self.kind = kind
        self.authority = authority
        self.closables = []

    def keep(self, closable):
        """Close it when the test ends."""
        self.closables.append(closable)
        return closable

    def sockets(self):
        """Return a connected pair of sockets."""
        if self.kind == "unix":
            return socket.socketpair()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            left = socket.create_connection(listener.getsockname())
            right = listener.accept()[0]
        return left, right

    async def pair(self, **options):
        """Return two connected streams; the options go to the first."""
        left, right = self.sockets()
        if self.kind != "tls":
            return self.keep(IOStream(left, **options)), self.keep(IOStream(right))
        wrapped = self.authority.server.wrap_socket(
            right, server_side=True, do_handshake_on_connect=False
        )
        server = self.keep(SSLIOStream(wrapped))
        client_socket = self.authority.client.wrap_socket(
            left, server_hostname="localhost", do_handshake_on_connect=False
        )
        client = self.keep(SSLIOStream(client_socket, **options))
        await asyncio.gather(client.wait_for_handshake(), server.wait_for_handshake())
        return client, server

    def run(self, main):
        async def everything():
            try:
                return await main
            finally:
                for closable in self.closables:
                    closable.close()
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                self.check_loop()

        with asyncio.Runner(loop_factory=loop_factory(self.loop_name)) as runner:
            return runner.run(everything())

    def check_loop(self):
        """See that no task and no descriptor stays behind."""
        assert asyncio.all_tasks() == {asyncio.current_task()}
        selector = getattr(asyncio.get_running_loop(), "_selector", None)
        if selector is not None:
            assert len(selector.get_map()) == 1, "a descriptor is still watched"


@pytest.fixture(params=LOOPS)
def loop_name(request):
    return request.param


@pytest.fixture
def bed(loop_name, authority):
    """Run on each loop, over plain TCP."""
    return Bed(loop_name, "tcp", authority)


@pytest.fixture(params=["unix", "tcp", "tls"])
def any_bed(request, loop_name, authority):
    """Run on each loop, over each kind of stream."""
    return Bed(loop_name, request.param, authority)
