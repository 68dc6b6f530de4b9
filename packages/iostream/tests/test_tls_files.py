"""Certificates and keys that a server cannot use: it says so when it is made."""

import socket
import ssl

import pytest
from cryptography.hazmat.primitives import serialization

from tornado.iostream import SSLIOStream
from tornado.netutil import TLSFiles, bind_sockets, ssl_options_to_context
from tornado.tcpserver import TCPServer


@pytest.fixture
def files(authority, tmp_path):
    """Return a function that gives the path of a file by its name."""
    other = authority.ca.issue_cert("localhost")
    authority.certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    authority.certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    authority.certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "both.pem")
    other.private_key_pem.write_to_path(tmp_path / "other-key.pem")
    (tmp_path / "text.pem").write_text("no certificate\n")
    (tmp_path / "broken.pem").write_text(
        "-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n"
    )
    (tmp_path / "broken-key.pem").write_text(
        "-----BEGIN PRIVATE KEY-----\nbm90aGluZw==\n-----END PRIVATE KEY-----\n"
    )
    key = serialization.load_pem_private_key((tmp_path / "key.pem").read_bytes(), None)
    for name, form in (
        ("encrypted.pem", serialization.PrivateFormat.PKCS8),
        ("old-encrypted.pem", serialization.PrivateFormat.TraditionalOpenSSL),
    ):
        secret = serialization.BestAvailableEncryption(b"secret")
        (tmp_path / name).write_bytes(key.private_bytes(serialization.Encoding.PEM, form, secret))
    (tmp_path / "folder").mkdir()
    return lambda name: str(tmp_path / name)


# What is given, the error, the file that the message names, and what it says.
WRONG = {
    "a key of another certificate": (
        {"certfile": "cert.pem", "keyfile": "other-key.pem"},
        ssl.SSLError,
        "other-key.pem",
        "does not fit",
    ),
    "no certificate": (
        {"certfile": "text.pem", "keyfile": "key.pem"},
        ssl.SSLError,
        "text.pem",
        "no certificate in PEM form",
    ),
    "a certificate that is damaged": (
        {"certfile": "broken.pem", "keyfile": "key.pem"},
        ssl.SSLError,
        "broken.pem",
        "no certificate in PEM form",
    ),
    "a key instead of a certificate": (
        {"certfile": "key.pem", "keyfile": "key.pem"},
        ssl.SSLError,
        "key.pem",
        "no certificate in PEM form",
    ),
    "no key": (
        {"certfile": "cert.pem", "keyfile": "text.pem"},
        ssl.SSLError,
        "text.pem",
        "no private key in PEM form",
    ),
    "no keyfile": ({"certfile": "cert.pem"}, ssl.SSLError, "cert.pem", "name its file as keyfile"),
    "a key that is damaged": (
        {"certfile": "cert.pem", "keyfile": "broken-key.pem"},
        ssl.SSLError,
        "broken-key.pem",
        "cannot use",
    ),
    "a folder": (
        {"certfile": "folder", "keyfile": "key.pem"},
        IsADirectoryError,
        "folder",
        "cannot read",
    ),
    "a missing certificate": ({"certfile": "no.pem"}, ValueError, "no.pem", "does not exist"),
    "a missing key": (
        {"certfile": "cert.pem", "keyfile": "no.pem"},
        ValueError,
        "no.pem",
        "does not exist",
    ),
    "missing authorities": (
        {"certfile": "both.pem", "ca_certs": "no.pem"},
        FileNotFoundError,
        "no.pem",
        "cannot read the ca_certs",
    ),
    "no authorities": (
        {"certfile": "both.pem", "ca_certs": "text.pem"},
        ssl.SSLError,
        "text.pem",
        "no certificate in PEM form",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_server_names_the_file_that_it_cannot_use(files, what):
    names, error, file, text = WRONG[what]
    options = {key: files(name) for key, name in names.items()}
    with pytest.raises(error) as caught:
        TCPServer(ssl_options=options)
    assert files(file) in str(caught.value)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("what", WRONG)
def test_a_program_that_does_not_catch_it_ends_with_one_line(interpreter, files, what):
    names, _, file, text = WRONG[what]
    options = {key: files(name) for key, name in names.items()}
    program = f"from tornado.tcpserver import TCPServer\nTCPServer(ssl_options={options!r})"
    status, _, log = interpreter.run(program)
    (line,) = log.splitlines()
    assert status == 1
    assert files(file) in line
    assert text in line


@pytest.mark.parametrize("name", ["encrypted.pem", "old-encrypted.pem"])
def test_a_server_without_a_terminal_names_the_key_that_is_encrypted(interpreter, files, name):
    options = {"certfile": files("cert.pem"), "keyfile": files(name)}
    program = f"from tornado.tcpserver import TCPServer\nTCPServer(ssl_options={options!r})"
    status, _, log = interpreter.run(program)
    assert status == 1
    # OpenSSL asks on standard error where there is no terminal, and nobody answers.
    lines = [line for line in log.splitlines() if "pass phrase:" not in line]
    assert len(lines) == 1
    assert f"the key in {files(name)!r} is encrypted" in lines[0]


@pytest.mark.parametrize("options", [{}, {"certfile": None}])
def test_a_server_without_a_certificate_is_not_made(options):
    with pytest.raises(KeyError, match='missing key "certfile" in ssl_options'):
        TCPServer(ssl_options=options)


def test_ciphers_that_nobody_knows_are_named(files):
    with pytest.raises(ssl.SSLError, match="'nonsense'"):
        TCPServer(ssl_options={"certfile": files("both.pem"), "ciphers": "nonsense"})


def test_authorities_of_a_client_are_named(files):
    with pytest.raises(ssl.SSLError, match=r"text\.pem' hold no certificate"):
        ssl_options_to_context({"ca_certs": files("text.pem")}, server_side=False)


def test_a_context_for_clients_serves_nobody():
    with pytest.raises(ValueError, match=r"for clients.*Purpose\.CLIENT_AUTH"):
        TCPServer(ssl_options=ssl.create_default_context())


def test_settings_that_are_replaced_later_count(bed, authority, files):
    class Greeting(TCPServer):
        async def handle_stream(self, stream, address):
            await stream.write(b"hello")
            stream.close()

    async def main():
        other = authority.ca.issue_cert("other.example")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        other.configure_cert(context)
        server = Greeting(ssl_options={"certfile": files("both.pem")})
        [listener] = bind_sockets(0, "127.0.0.1")
        server.add_socket(listener)
        for name in ("localhost", "other.example"):
            stream = bed.keep(SSLIOStream(socket.socket(), ssl_options=authority.client))
            await stream.connect(listener.getsockname(), name)
            assert await stream.read_until_close() == b"hello"
            server.ssl_options = context
        server.stop()

    bed.run(main())


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"certfile": "cert.pem", "keyfile": "other-key.pem"}, "does not fit"),
        ({"certfile": "cert.pem"}, "name its file as keyfile"),
        ({"certfile": "cert.pem", "keyfile": "encrypted.pem"}, "load it into an ssl.SSLContext"),
        ({"certfile": "cert.pem", "keyfile": "folder"}, "cannot read the keyfile"),
        ({"ca_certs": "text.pem"}, "hold no certificate in PEM form"),
    ],
)
def test_the_files_of_a_client_can_be_checked_before_they_are_used(files, settings, text):
    with pytest.raises(OSError, match=text):
        TLSFiles.of_settings({key: files(name) for key, name in settings.items()}).check()


def test_files_that_can_be_used_pass_and_a_replaced_one_has_another_state(files):
    good = TLSFiles.of_settings({"certfile": files("cert.pem"), "keyfile": files("key.pem")})
    good.check()
    before = good.states()
    assert good.states() == before
    with open(files("key.pem"), "a") as key:
        key.write("\n")
    assert good.states() != before
    encrypted = good._replace(key=files("encrypted.pem"))
    encrypted.check(takes_encrypted_keys=True)
    TLSFiles.of_settings({}).check()
    assert TLSFiles.of_settings({"ca_certs": ""}).states() == (None, None, None)
