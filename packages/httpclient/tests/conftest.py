"""Loops, clients and peers: tests run with both clients on both loops, unless they say otherwise."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import os
import random
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
import trustme

from tornado.httpclient import AsyncHTTPClient, HTTPRequest

LOOPS = ["asyncio"] if sys.platform == "win32" else ["asyncio", "uvloop"]
CLIENTS = {
    "simple": "tornado.simple_httpclient.SimpleAsyncHTTPClient",
    "curl": "tornado.curl_httpclient.CurlAsyncHTTPClient",
}


def new_loop(kind: str) -> asyncio.AbstractEventLoop:
    if kind == "uvloop":
        import uvloop

        return uvloop.new_event_loop()
    return asyncio.new_event_loop()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run coroutine functions on the loop that the test's parameters name."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    kind = pyfuncitem.funcargs.get("loop_kind", "asyncio")
    helpers = [value for value in pyfuncitem.funcargs.values() if isinstance(value, InLoop)]

    async def test() -> None:
        try:
            await pyfuncitem.obj(**arguments)
        finally:
            for helper in helpers:
                await helper.close()

    with asyncio.Runner(loop_factory=lambda: new_loop(kind)) as runner:
        runner.run(test())
    return True


@pytest.fixture(params=LOOPS)
def loop_kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=list(CLIENTS))
def client_name(request: pytest.FixtureRequest) -> str:
    return request.param


class InLoop:
    """A fixture that must be closed before its loop is."""

    async def close(self) -> None:
        raise NotImplementedError


class Clients(InLoop):
    """A maker of clients: ``make(**options)``; ``fetch`` uses a client without options."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._made: list[AsyncHTTPClient] = []
        self._plain: AsyncHTTPClient | None = None

    def __call__(self, **options: Any) -> Any:
        from tornado.util import import_object

        client = import_object(CLIENTS[self.name])(force_instance=True, **options)
        self._made.append(client)
        return client

    def fetch(self, url: Any, **options: Any) -> Any:
        if self._plain is None:
            self._plain = self()
        return self._plain.fetch(url, **options)

    async def close(self) -> None:
        for client in self._made:
            client.close()


@pytest.fixture
def make(client_name: str, loop_kind: str) -> Clients:
    """Make clients of both kinds."""
    return Clients(client_name)


@pytest.fixture
def simple(loop_kind: str) -> Clients:
    """Make clients in Python."""
    return Clients("simple")


@pytest.fixture
def curl(loop_kind: str) -> Clients:
    """Make clients on libcurl."""
    return Clients("curl")


class Request:
    """A request as the peer saw it."""

    def __init__(self, head: bytes, body: bytes, connection: int) -> None:
        line, *lines = head.decode("latin-1").split("\r\n")
        self.line = line
        self.method, self.target, _ = line.split(" ", 2)
        self.raw = head
        self.body = body
        self.connection = connection
        self.fields: dict[str, str] = {}
        for each in lines:
            name, _, value = each.partition(":")
            self.fields[name.lower()] = value.strip()


async def ending(future: asyncio.Future[Any]) -> Any:
    """Return the response of a fetch or its error; the test fails if there is neither."""
    done, _ = await asyncio.wait({future}, timeout=10)
    if not done:
        future.cancel()
        pytest.fail("the fetch does not end")
    return asyncio.CancelledError() if future.cancelled() else future.exception() or future.result()


@pytest.fixture(name="ending")
def ending_of_a_fetch() -> Any:
    return ending


Answer = Callable[[Request, asyncio.StreamWriter], Awaitable[Any]]


def reply(body: bytes = b"hello", status: str = "200 OK", **fields: str) -> bytes:
    """Return a response with a Content-Length; ``Content_Type`` names a field."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Peer:
    """A hand-made server: it answers each request by fixed bytes, or by a coroutine function."""

    def __init__(self, answer: bytes | Answer, close: bool) -> None:
        self._answer = answer
        self._close = close
        self.requests: list[Request] = []
        self.connections = 0
        self.writers: list[asyncio.StreamWriter] = []
        self.tasks: set[asyncio.Task[None]] = set()
        self.server: Any = None
        self.port = 0
        self.scheme = "http"
        #: Whether requests with an Expect field are answered before their body comes.
        self.refuses_expectations = False

    def url(self, path: str = "/") -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection until it ends, or until the test does."""
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        with suppress(asyncio.CancelledError):
            await self.serve(reader, writer)
        self.tasks.discard(task)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        self.writers.append(writer)
        try:
            while True:
                request = await self._read(reader, writer, number)
                self.requests.append(request)
                if isinstance(self._answer, bytes):
                    writer.write(self._answer)
                    await writer.drain()
                    keep = not self._close
                else:
                    keep = not self._close and await self._answer(request, writer) is not False
                if not keep:
                    break
        except (EOFError, OSError):
            pass
        finally:
            writer.close()

    async def _read(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> Request:
        head = (await reader.readuntil(b"\r\n\r\n"))[:-4]
        request = Request(head, b"", number)
        if self.refuses_expectations and "expect" in request.fields:
            return request
        if "content-length" in request.fields:
            request.body = await reader.readexactly(int(request.fields["content-length"]))
        elif request.fields.get("transfer-encoding") == "chunked":
            while size := int(await reader.readuntil(b"\r\n"), 16):
                request.body += (await reader.readexactly(size + 2))[:-2]
            await reader.readuntil(b"\r\n")
        return request


class Peers(InLoop):
    """A starter of peers: ``peer = await serve(answer)``; ``serve.reply`` makes answers."""

    reply = staticmethod(reply)

    def __init__(self) -> None:
        self._peers: list[Peer] = []

    async def __call__(
        self, answer: bytes | Answer, *, close: bool = False, tls: Any = None, path: str = ""
    ) -> Peer:
        peer = Peer(answer, close)
        if path:
            peer.server = await asyncio.start_unix_server(peer.accept, path)
            self._peers.append(peer)
        else:
            await self._listen(peer, tls)
        return peer

    async def proxy(self, tls: ssl.SSLContext) -> TLSProxy:
        """Start a proxy that is reached over TLS."""
        proxy = TLSProxy(b"", close=False)
        await self._listen(proxy, tls)
        return proxy

    async def digest_proxy(self, answer: bytes) -> DigestProxy:
        """Start a proxy that asks for a digest before it answers."""
        proxy = DigestProxy(answer)
        await self._listen(proxy, None)
        return proxy

    async def _listen(self, peer: Peer, tls: Any) -> None:
        peer.server = await asyncio.start_server(peer.accept, "127.0.0.1", 0, ssl=tls)
        peer.port = peer.server.sockets[0].getsockname()[1]
        peer.scheme = "https" if tls else "http"
        self._peers.append(peer)

    async def close(self) -> None:
        for peer in self._peers:
            peer.server.close()
            for writer in peer.writers:
                with suppress(AttributeError):  # Python 3.11.2, where TLS was closed twice
                    writer.transport.abort()
        tasks = {task for peer in self._peers for task in peer.tasks}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        # Transports are closed in a later turn of the loop, and TLS takes a few more of them.
        has_tls = any(peer.scheme == "https" for peer in self._peers)
        for _ in range(2):
            await asyncio.sleep(0.005 if has_tls else 0)


@pytest.fixture
def serve() -> Peers:
    return Peers()


@pytest.fixture
def unanswered_port() -> Iterator[int]:
    """A port whose backlog is full: the system does not answer attempts to connect."""
    with socket.socket() as listener, ExitStack() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            sock = waiting.enter_context(socket.socket())
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


class TLSProxy(Peer):
    """A proxy that is reached over TLS: it answers requests itself, and opens tunnels."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        try:
            while True:
                request = await self._read(reader, writer, self.connections)
                self.requests.append(request)
                if request.method == "CONNECT":
                    await self._tunnel(request.target, reader, writer)
                    break
                writer.write(reply(b"by the proxy"))
        except (EOFError, OSError):
            pass
        finally:
            writer.close()

    async def _tunnel(
        self, target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        host, _, port = target.rpartition(":")
        back, forth = await asyncio.open_connection(host, int(port))
        self.writers.append(forth)
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        await asyncio.gather(_copy(reader, forth), _copy(back, writer))


class DigestProxy(Peer):
    """A proxy that answers 407 until a request has the right digest, and then gives its answer.

    The user is "bob", the password "secret".
    """

    def __init__(self, answer: bytes) -> None:
        super().__init__(self._reply, close=False)
        self._final = answer
        self.statuses: list[int] = []

    def request(self, password: str = "secret", **options: Any) -> HTTPRequest:
        """Return a request that goes through the proxy."""
        return HTTPRequest(
            "http://a.example/",
            proxy_host="127.0.0.1",
            proxy_port=self.port,
            proxy_username="bob",
            proxy_password=password,
            proxy_auth_mode="digest",
            **options,
        )

    async def _reply(self, request: Request, writer: asyncio.StreamWriter) -> None:
        if self._is_right(request):
            self.statuses.append(200)
            writer.write(self._final)
            return
        self.statuses.append(407)
        challenge = 'Digest realm="proxy", nonce="abc", qop="auth", algorithm=SHA-256'
        status = "407 Proxy Authentication Required"
        writer.write(reply(b"who?", status, Proxy_Authenticate=challenge))

    def _is_right(self, request: Request) -> bool:
        given = request.fields.get("proxy-authorization", "")
        values = dict(re.findall(r'(\w+)="?([^",]*)"?', given))
        if values.get("username") != "bob":
            return False
        secret = _sha256("bob:proxy:secret")
        action = _sha256(f"{request.method}:{values['uri']}")
        nonces = f"{values['nonce']}:{values['nc']}:{values['cnonce']}:{values['qop']}"
        return values["response"] == _sha256(f"{secret}:{nonces}:{action}")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(65536):
        writer.write(piece)
        await writer.drain()
    writer.close()


class Authority:
    """A certificate authority, with the certificates of servers and of a client."""

    def __init__(self, folder: Path) -> None:
        ca = trustme.CA()
        self.file = str(folder / "ca.pem")
        ca.cert_pem.write_to_path(self.file)
        self.server = self._context(ca.issue_cert("localhost", "127.0.0.1"))
        self.other_host = self._context(ca.issue_cert("other.example"))
        client = ca.issue_cert("client@example.org")
        self.client_cert = str(folder / "client.pem")
        self.client_key = str(folder / "client.key")
        for number, blob in enumerate(client.cert_chain_pems):
            blob.write_to_path(self.client_cert, append=number > 0)
        client.private_key_pem.write_to_path(self.client_key)
        self.strict = self._context(ca.issue_cert("127.0.0.1"))
        self.strict.verify_mode = ssl.CERT_REQUIRED
        self.strict.load_verify_locations(self.file)
        certificate = ca.issue_cert("localhost", "127.0.0.1")
        self.server_pem = str(folder / "server.pem")
        certificate.private_key_and_cert_chain_pem.write_to_path(self.server_pem)

    def _context(self, certificate: trustme.LeafCert) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        return context


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


# Programs of other projects.


def require(program: str) -> str:
    """Return the path of a program; without it the test is skipped, or fails if CI is set."""
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
    if path is None:
        message = f"{program} is not installed"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return path


def free_port() -> int:
    """Return a port for a program to listen on, outside the range that the system uses itself."""
    while True:
        port = random.randrange(12_000, 32_000)
        with socket.socket() as sock, suppress(OSError):
            sock.bind(("127.0.0.1", port))
            return port


def run_program(command: list[str], port: int, log: Path) -> Iterator[int]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"{command[0]} did not start: {log.read_text()}")
                time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait(10)


NGINX = """
daemon off; master_process off; worker_processes 1; pid {folder}/nginx.pid;
error_log {folder}/error.log; user root;
events {{ worker_connections 512; }}
http {{
    access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    default_type text/plain; gzip_types *;
    server {{
        listen 127.0.0.1:{port}; root {folder}/www; gzip on; gzip_min_length 1;
        location /idle/ {{ alias {folder}/www/; keepalive_timeout 30ms; }}
        location /slow/ {{ alias {folder}/www/; limit_rate 50k; }}
        location /moved {{ return 302 /hello.txt; }}
    }}
    server {{
        listen 127.0.0.1:{tls_port} ssl; root {folder}/www;
        ssl_certificate {certificate}; ssl_certificate_key {certificate};
    }}
    server {{
        listen 127.0.0.1:{h2_port} ssl http2; root {folder}/www;
        ssl_certificate {certificate}; ssl_certificate_key {certificate};
    }}
}}
"""


class Nginx:
    def __init__(self, port: int, tls_port: int, h2_port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.tls_url = f"https://127.0.0.1:{tls_port}"
        self.h2_url = f"https://127.0.0.1:{h2_port}"


@pytest.fixture(scope="session")
def nginx(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Nginx]:
    """nginx from the system: plain, TLS, gzip, slow, closing idle connections."""
    program = require("nginx")
    folder = tmp_path_factory.mktemp("nginx")
    (folder / "www").mkdir()
    (folder / "www" / "hello.txt").write_text("hello")
    (folder / "www" / "text.txt").write_text("all work and no play\n" * 5000)
    ports = free_port(), free_port(), free_port()
    config = folder / "nginx.conf"
    config.write_text(
        NGINX.format(
            folder=folder,
            port=ports[0],
            tls_port=ports[1],
            h2_port=ports[2],
            certificate=authority.server_pem,
        )
    )
    command = [program, "-e", str(folder / "start.log"), "-c", str(config)]
    for _ in run_program(command, ports[0], folder / "output.log"):
        yield Nginx(*ports)


@pytest.fixture(scope="session")
def tinyproxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """An HTTP proxy that wants user "bob" with password "secret"."""
    program = require("tinyproxy")
    folder = tmp_path_factory.mktemp("tinyproxy")
    port = free_port()
    config = folder / "tinyproxy.conf"
    config.write_text(
        f"Port {port}\nListen 127.0.0.1\nTimeout 30\nAllow 127.0.0.1\nMaxClients 50\n"
        f'BasicAuth bob secret\nLogFile "{folder}/tinyproxy.log"\n'
    )
    command = [program, "-d", "-c", str(config)]
    yield from run_program(command, port, folder / "output.log")


@pytest.fixture(scope="session")
def microsocks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A SOCKS5 proxy that wants user "bob" with password "secret"."""
    program = require("microsocks")
    port = free_port()
    command = [program, "-i", "127.0.0.1", "-p", str(port), "-u", "bob", "-P", "secret"]
    log = tmp_path_factory.mktemp("microsocks") / "output.log"
    yield from run_program(command, port, log)
