"""Addresses: several ports, Unix sockets, inherited sockets, TLS."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import ssl
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import trustme

Serve = Callable[..., Any]


def get_by_unix(path: Path) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("localhost")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(30)
        sock.connect(str(path))
        connection.sock = sock
        connection.request("GET", "/")
        response = connection.getresponse()
        return response.status, response.read()


@pytest.mark.slow
def test_several_ports_serve_the_same(serve: Serve) -> None:
    server = serve("hello:app", "--port", "0", "--port", "0")
    ports = re.findall(r"127\.0\.0\.1:(\d+)", server.log.splitlines()[0])

    assert len(set(ports)) == 2
    for port in ports:
        server.port = int(port)
        assert server.get()[0] == 200


def test_a_unix_socket_has_its_mode_and_is_removed_at_the_end(serve: Serve, folder: Path) -> None:
    server = serve("hello:app", "--unix", "web.sock", "--unix-mode", "660", ready=False)
    server.wait_for_line(r"serving hello:app on http\+unix:web.sock with 1 worker ")
    path = folder / "web.sock"

    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    assert get_by_unix(path)[0] == 200
    assert server.end() == 0
    assert not path.exists()


@pytest.mark.slow
def test_a_unix_socket_of_a_newer_server_stays(serve: Serve, folder: Path) -> None:
    old = serve("hello:app", "--unix", "web.sock", ready=False)
    old.wait_for_line("serving")
    (folder / "web.sock").unlink()
    new = serve("hello:app", "--unix", "web.sock", log="new-log", ready=False)
    new.wait_for_line("serving")

    assert old.end() == 0
    assert get_by_unix(folder / "web.sock")[0] == 200


def test_a_unix_socket_of_a_server_that_runs_is_not_replaced(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tornado.serve import main

    monkeypatch.chdir(folder)
    monkeypatch.setattr("os.fork", lambda: pytest.fail("a process was started"))
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind("web.sock")
        sock.listen()

        assert main(["hello:app", "--unix", "web.sock"]) == 1
    assert "on the Unix socket 'web.sock': another program does: stop it" in capsys.readouterr().err


def is_refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=30).close()
    except ConnectionRefusedError:
        return True
    return False


@pytest.mark.parametrize("kind", ["port", "fd", "manager"])
@pytest.mark.slow
def test_new_connections_are_refused_while_the_last_requests_finish(
    serve: Serve, until: Any, kind: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        number = sock.fileno()
        if kind == "port":
            server = serve("hello:app", "--port", "0", "--processes", "2")
        elif kind == "fd":
            server = serve("hello:app", "--fd", str(number), pass_fds=[number])
        else:
            server = serve(
                "hello:app",
                environment={"LISTEN_FDS": "1"},
                preexec_fn=lambda: os.dup2(number, 3),
                pass_fds=[3],
            )
    with ThreadPoolExecutor(1) as client:
        answer = client.submit(server.get, "/slow")
        until((server.folder / "slow-began").exists)
        server.send_signal(signal.SIGTERM)
        server.wait_for_line("SIGTERM: finishing")

        until(lambda: is_refused(server.port))
        assert not answer.done()
        (server.folder / "slow-may-end").touch()
        assert answer.result() == (200, "slow")
    assert server.process.wait(30) == 0


@pytest.mark.slow
def test_programs_of_the_application_do_not_inherit_the_socket(serve: Serve, write: Any) -> None:
    write(
        "page.py",
        """\
        import subprocess
        from tornado.web import Application, RequestHandler

        class Page(RequestHandler):
            def get(self):
                command = ["sh", "-c", "readlink /proc/$$/fd/*"]
                self.write(subprocess.run(command, close_fds=False, capture_output=True).stdout)

        app = Application([("/", Page)])
        """,
    )
    with socket.create_server(("127.0.0.1", 0)) as sock:
        server = serve("page:app", "--fd", str(sock.fileno()), pass_fds=[sock.fileno()])
        inode = os.fstat(sock.fileno()).st_ino

        status, text = server.get()
    assert status == 200
    assert f"socket:[{inode}]" not in text


@pytest.mark.slow
def test_a_listening_socket_is_inherited_by_its_number(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        number = sock.fileno()
        server = serve("hello:app", "--fd", str(number), pass_fds=[number])

        assert server.port == sock.getsockname()[1]
        assert server.get()[0] == 200


@pytest.mark.slow
def test_a_socket_that_does_not_listen_is_refused(serve: Serve) -> None:
    with socket.socket() as sock:
        number = sock.fileno()
        server = serve("hello:app", "--fd", str(number), pass_fds=[number], ready=False)

        assert server.process.wait(30) == 1
    assert f"--fd {number}: this socket does not listen" in server.log


@pytest.mark.slow
def test_sockets_of_a_service_manager_are_used(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        # As a service manager does it: the first descriptor is 3.
        server = serve(
            "hello:app",
            environment={"LISTEN_FDS": "1"},
            preexec_fn=lambda: os.dup2(sock.fileno(), 3),
            close_fds=False,
        )

        assert server.port == sock.getsockname()[1]
        assert server.get()[0] == 200


@pytest.fixture
def authority(folder: Path) -> trustme.CA:
    """Return an authority; it has made `pair.pem`, `key.pem` and `locked.pem` (pass phrase: secret)."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    certificate.private_key_and_cert_chain_pem.write_to_path(folder / "pair.pem")
    for pem in certificate.cert_chain_pems:
        pem.write_to_path(folder / "chain.pem", append=True)
    authority.cert_pem.write_to_path(folder / "authority.pem")
    from cryptography.hazmat.primitives import serialization as form

    key = form.load_pem_private_key(certificate.private_key_pem.bytes(), None)
    locked = key.private_bytes(
        form.Encoding.PEM, form.PrivateFormat.PKCS8, form.BestAvailableEncryption(b"secret")
    )
    (folder / "locked.pem").write_bytes(locked)
    return authority


def get_by_tls(port: int, context: ssl.SSLContext) -> int:
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=context)
    try:
        connection.request("GET", "/")
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


def test_tls_is_served(serve: Serve, authority: trustme.CA) -> None:
    server = serve("hello:app", "--port", "0", "--certfile", "pair.pem", "--processes", "2")
    context = ssl.create_default_context()
    authority.configure_trust(context)

    assert "on https://127.0.0.1" in server.log
    assert get_by_tls(server.port, context) == 200


@pytest.mark.slow
def test_an_encrypted_key_is_opened_by_the_environment(serve: Serve, authority: trustme.CA) -> None:
    server = serve(
        *("hello:app", "--port", "0", "--certfile", "chain.pem", "--keyfile", "locked.pem"),
        environment={"TORNADO_SERVE_PASSWORD": "secret"},
    )
    context = ssl.create_default_context()
    authority.configure_trust(context)

    assert get_by_tls(server.port, context) == 200


@pytest.mark.slow
def test_certificates_of_clients_are_required_where_authorities_are_named(
    serve: Serve, authority: trustme.CA
) -> None:
    server = serve(
        *("hello:app", "--port", "0", "--certfile", "pair.pem", "--ca-certs", "authority.pem")
    )
    context = ssl.create_default_context()
    authority.configure_trust(context)

    with pytest.raises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
        get_by_tls(server.port, context)
    authority.issue_cert("client.example").configure_cert(context)
    assert get_by_tls(server.port, context) == 200


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--keyfile", "locked.pem"], "the key in 'locked.pem' is encrypted: give its pass phrase"),
        (["--keyfile", "locked.pem", "--password", "x"], "--password does not open the key"),
        (["--keyfile", "authority.pem"], "the --keyfile 'authority.pem' holds no private key"),
        (["--ciphers", "NONE-SUCH"], "the ciphers 'NONE-SUCH' select none that there is"),
    ],
)
def test_wrong_keys_are_named(
    folder: Path,
    authority: trustme.CA,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    message: str,
) -> None:
    from tornado.serve import main

    monkeypatch.chdir(folder)
    monkeypatch.setattr("os.fork", lambda: pytest.fail("a process was started"))

    assert main(["hello:app", "--certfile", "chain.pem", *options]) == 1
    assert message in capsys.readouterr().err
