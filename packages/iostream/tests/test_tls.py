import socket
import ssl
import threading

import pytest

from tornado.netutil import ssl_options_to_context, ssl_wrap_socket
from tornado.netutil._tls import default_context


def test_a_context_is_returned_as_it_is():
    context = ssl.create_default_context()
    assert ssl_options_to_context(context, server_side=True) is context


@pytest.mark.parametrize(
    ("server_side", "verifies", "protocol"),
    [
        (None, False, ssl.PROTOCOL_TLS),
        (True, False, ssl.PROTOCOL_TLS_SERVER),
        (False, True, ssl.PROTOCOL_TLS_CLIENT),
    ],
)
def test_each_side_has_its_defaults(server_side, verifies, protocol):
    context = ssl_options_to_context({}, server_side=server_side)
    assert context.protocol == protocol
    assert context.check_hostname is verifies
    assert context.verify_mode == (ssl.CERT_REQUIRED if verifies else ssl.CERT_NONE)
    assert context.options & ssl.OP_NO_COMPRESSION
    assert context.options & ssl.OP_NO_RENEGOTIATION
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_verification_can_be_switched_off_and_on(authority, tmp_path):
    off = ssl_options_to_context({"cert_reqs": ssl.CERT_NONE}, server_side=False)
    assert not off.check_hostname
    assert off.verify_mode == ssl.CERT_NONE
    authority.ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    options = {"cert_reqs": ssl.CERT_REQUIRED, "ca_certs": str(tmp_path / "ca.pem")}
    on = ssl_options_to_context(options, server_side=True)
    assert on.verify_mode == ssl.CERT_REQUIRED
    assert len(on.get_ca_certs()) == 1


def test_a_single_version_and_ciphers_can_be_chosen():
    options = {"ssl_version": ssl.PROTOCOL_TLSv1_2, "ciphers": "ECDHE+AESGCM"}
    context = ssl_options_to_context(options)
    assert context.protocol == ssl.PROTOCOL_TLSv1_2
    chosen = [cipher["name"] for cipher in context.get_ciphers()]
    assert all("GCM" in name or name.startswith("TLS_") for name in chosen)


def test_an_unknown_setting_is_refused_by_name():
    with pytest.raises(ValueError, match=r"unknown TLS settings bogus: choose from .*certfile"):
        ssl_options_to_context({"bogus": 1})


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        ssl_options_to_context({"certfile": str(tmp_path / "no.pem")}, server_side=True)


def test_wrapped_sockets_talk_tls(authority, tmp_path):
    authority.certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    authority.ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    left, right = socket.socketpair()

    def serve():
        options = {"certfile": str(tmp_path / "server.pem")}
        with ssl_wrap_socket(left, options, server_side=True) as server:
            server.sendall(server.recv(10).upper())

    thread = threading.Thread(target=serve)
    thread.start()
    options = {"cert_reqs": ssl.CERT_REQUIRED, "ca_certs": str(tmp_path / "ca.pem")}
    with ssl_wrap_socket(right, options, server_hostname="localhost", server_side=False) as client:
        client.sendall(b"hello")
        assert client.recv(10) == b"HELLO"
    thread.join()


def test_default_contexts_are_made_once_and_verify_servers():
    client = default_context(server_side=False)
    assert default_context(server_side=False) is client
    assert client.verify_mode == ssl.CERT_REQUIRED
    assert default_context(server_side=True).verify_mode == ssl.CERT_NONE
