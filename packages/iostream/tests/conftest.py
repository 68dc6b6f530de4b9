"""What most tests need: a loop of each kind, connected streams of each kind, and a clean end."""

import asyncio
import json
import os
import random
import signal
import socket
import ssl
import subprocess
import sys
from contextlib import suppress

import pytest
import trustme
from hypothesis import settings

from tornado.iostream import IOStream, SSLIOStream

# A machine that does other things as well must not fail an example for being slow.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

#: The size of sockets' buffers in bytes. They hold a piece that TLS sends as a whole, but no megabyte.
BUFFER = 200_000

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
    for turn in range(30):  # turns count, not time: the machine may be busy with something else
        await asyncio.sleep(0 if turn % 5 else 0.001)


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
        """Return a connected pair of sockets; a megabyte is more than they hold."""
        if self.kind == "unix":
            pair = socket.socketpair()
        else:
            with socket.create_server(("127.0.0.1", 0)) as listener:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
                pair = (socket.create_connection(listener.getsockname()), listener.accept()[0])
        for sock in pair:
            for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
                sock.setsockopt(socket.SOL_SOCKET, option, BUFFER)
        return pair

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


@pytest.fixture
def unused_port():
    """Return a function that finds a port that nobody uses; no system gives it to somebody else."""

    def find():
        while True:
            port = random.randrange(12_000, 32_000)
            with socket.socket() as sock, suppress(OSError):
                sock.bind(("127.0.0.1", port))
                return port

    return find


@pytest.fixture(params=["unix", "tcp", "tls"])
def any_bed(request, loop_name, authority):
    """Run on each loop, over each kind of stream."""
    return Bed(loop_name, request.param, authority)


#: A Python that has the modules imported, and forks for each program that it is sent.
FORKING = """
import json, os, signal, socket, sys, time
import tornado.gen, tornado.ioloop, tornado.iostream, tornado.netutil, tornado.process
import tornado.tcpclient, tornado.tcpserver

control = socket.socket(fileno=int(sys.argv.pop()))
while True:
    message, descriptors, _, _ = socket.recv_fds(control, 65536, 3)
    if not message:
        sys.exit()
    request = json.loads(message)
    if "pid" in request:
        end = time.monotonic() + request["seconds"]
        while not (ended := os.waitpid(request["pid"], os.WNOHANG))[0] and time.monotonic() < end:
            time.sleep(0.002)
        answer = os.waitstatus_to_exitcode(ended[1]) if ended[0] else None
    else:
        answer = os.fork()
        if answer == 0:
            break
        for descriptor in descriptors:
            os.close(descriptor)
    control.send(json.dumps(answer).encode())
control.close()
os.setsid()
for number, descriptor in enumerate(descriptors):
    os.dup2(descriptor, number)
    os.close(descriptor)
exec(compile(request["code"], "<string>", "exec"), {"__name__": "__main__"})
"""


class Program:
    """A Python program in a process and a session of its own."""

    def __init__(self, ask, pid, stdout, stderr):
        self._ask = ask
        self._status = None
        self.pid = pid
        self.stdout = os.fdopen(stdout, "rb")
        self.stderr = os.fdopen(stderr, "rb")

    def poll(self, seconds=0):
        if self._status is None:
            self._status = self._ask({"pid": self.pid, "seconds": seconds})
        return self._status

    def wait(self, seconds=20):
        if self.poll(seconds) is None:
            raise TimeoutError(f"the program has not ended within {seconds} seconds")
        return self._status

    def finish(self):
        """Wait for the end of the program, and of all that hold its pipes.

        :returns: the exit status, the output and the log.
        """
        output, log = self.stdout.read().decode(), self.stderr.read().decode()
        return self.wait(), output, log

    def send_signal(self, number):
        if self.poll() is None:
            os.kill(self.pid, number)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.wait()
        self.stdout.close()
        self.stderr.close()


class Interpreter:
    """Start programs without the time that Python takes to start and to import."""

    def __init__(self):
        self._control, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-W", "error", "-c", FORKING, str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()])

    def _ask(self, request, descriptors=()):
        socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)
        return json.loads(self._control.recv(100))

    def start(self, code):
        stdout, stdout_of_program = os.pipe()
        stderr, stderr_of_program = os.pipe()
        theirs = [os.open(os.devnull, os.O_RDONLY), stdout_of_program, stderr_of_program]
        pid = self._ask({"code": code}, theirs)
        for descriptor in theirs:
            os.close(descriptor)
        return Program(self._ask, pid, stdout, stderr)

    def run(self, code):
        """Run a program; return its exit status, output and log."""
        with self.start(code) as program:
            return program.finish()

    def close(self):
        self._control.close()
        self._process.wait(10)


@pytest.fixture(scope="session")
def interpreter():
    """Run Python programs: ``interpreter.run(code)`` or ``interpreter.start(code)``."""
    interpreter = Interpreter()
    yield interpreter
    interpreter.close()
