"""Files for TLS that cannot be used: one error with the name of the file, before any connection."""

from __future__ import annotations

import os
import shutil
import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

FAULTS: dict[str, tuple[dict[str, str], type[OSError], str]] = {
    "no authorities": (
        {"ca_certs": "missing.pem"},
        FileNotFoundError,
        "cannot read the ca_certs '{}missing.pem': No such file or directory",
    ),
    "a folder of authorities": (
        {"ca_certs": "folder"},
        IsADirectoryError,
        "cannot read the ca_certs '{}folder': Is a directory",
    ),
    "text as authorities": (
        {"ca_certs": "text.pem"},
        ssl.SSLError,
        "the ca_certs '{}text.pem' hold no certificate in PEM form",
    ),
    "an empty file of authorities": (
        {"ca_certs": "empty.pem"},
        ssl.SSLError,
        "the ca_certs '{}empty.pem' hold no certificate in PEM form",
    ),
    "a key as authorities": (
        {"ca_certs": "client.key"},
        ssl.SSLError,
        "the ca_certs '{}client.key' hold no certificate in PEM form",
    ),
    "octets as authorities": (
        {"ca_certs": "octets.der"},
        ssl.SSLError,
        "the ca_certs '{}octets.der' hold no certificate in PEM form",
    ),
    "no certificate": (
        {"client_cert": "missing.pem", "client_key": "client.key"},
        FileNotFoundError,
        "cannot read the client_cert '{}missing.pem': No such file or directory",
    ),
    "no key": (
        {"client_cert": "client.pem", "client_key": "missing.key"},
        FileNotFoundError,
        "cannot read the client_key '{}missing.key': No such file or directory",
    ),
    "text as a certificate": (
        {"client_cert": "text.pem", "client_key": "client.key"},
        ssl.SSLError,
        "the client_cert '{}text.pem' holds no certificate in PEM form",
    ),
    "text as a key": (
        {"client_cert": "client.pem", "client_key": "text.pem"},
        ssl.SSLError,
        "the client_key '{}text.pem' holds no private key in PEM form",
    ),
    "a certificate without its key": (
        {"client_cert": "client.pem"},
        ssl.SSLError,
        "the client_cert '{}client.pem' holds no private key in PEM form",
    ),
    "a key that does not fit": (
        {"client_cert": "client.pem", "client_key": "other.key"},
        ssl.SSLError,
        "the key in '{0}other.key' does not fit the certificate in '{0}client.pem'",
    ),
}


@pytest.fixture
def files(tmp_path: Path, authority: Any) -> Path:
    """A folder with good files and bad ones."""
    shutil.copy(authority.client_cert, tmp_path / "client.pem")
    shutil.copy(authority.client_key, tmp_path / "client.key")
    shutil.copy(authority.file, tmp_path / "ca.pem")
    shutil.copy(authority.server_pem, tmp_path / "other.key")
    (tmp_path / "text.pem").write_text("no certificate\n")
    (tmp_path / "empty.pem").write_text("")
    (tmp_path / "octets.der").write_bytes(bytes(range(256)))
    (tmp_path / "folder").mkdir()
    key = serialization.load_pem_private_key((tmp_path / "client.key").read_bytes(), None)
    encrypted = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    (tmp_path / "encrypted.key").write_bytes(encrypted)
    return tmp_path


def fault(name: str, files: Path) -> tuple[dict[str, str], type[OSError], str]:
    options, error, message = FAULTS[name]
    paths = {option: str(files / file) for option, file in options.items()}
    return paths, error, message.format(f"{files}{os.sep}")


@pytest.mark.parametrize("name", list(FAULTS))
async def test_a_request_names_the_file_before_it_connects(make, serve, authority, files, name):
    options, error, message = fault(name, files)
    peer = await serve(serve.reply(), tls=authority.server)
    plain = await serve(serve.reply())
    client = make(max_clients=1)
    for _ in range(2):
        with pytest.raises(error) as caught:
            await client.fetch(peer.url(), **options)
        assert message in str(caught.value)
        assert "\n" not in str(caught.value)
    assert peer.connections == 0
    assert (await client.fetch(plain.url(), **options)).body == b"hello"
    proxy = {"proxy_host": "127.0.0.1", "proxy_port": peer.port, "proxy_type": "https"}
    with pytest.raises(error):
        await client.fetch(plain.url(), **options, **proxy)
    assert peer.connections == 0
    assert (await client.fetch(peer.url(), ca_certs=authority.file)).body == b"hello"


@pytest.mark.parametrize("name", list(FAULTS))
async def test_a_client_names_the_file_when_it_is_made(make, files, name):
    options, error, message = fault(name, files)
    with pytest.raises(error) as caught:
        make(defaults=options)
    assert message in str(caught.value)


@pytest.mark.parametrize("name", list(FAULTS))
async def test_settings_for_tls_are_checked_as_well(simple, serve, authority, files, name):
    names = {"ca_certs": "ca_certs", "client_cert": "certfile", "client_key": "keyfile"}
    options, error, message = fault(name, files)
    settings = {names[option]: path for option, path in options.items()}
    for option, setting in names.items():
        message = message.replace(f"the {option} ", f"the {setting} ")
    peer = await serve(serve.reply(), tls=authority.server)
    with pytest.raises(error) as caught:
        await simple.fetch(peer.url(), ssl_options=settings)
    assert message in str(caught.value)
    with pytest.raises(error):
        simple(defaults={"ssl_options": settings})
    assert peer.connections == 0


async def test_good_files_can_be_given_as_text_and_as_paths(make, serve, authority, files):
    peer = await serve(serve.reply(), tls=authority.strict)
    renamed = files / "żółw.pem"
    (files / "ca.pem").rename(renamed)
    for kind in (str, Path):
        options = {
            "ca_certs": kind(renamed),
            "client_cert": kind(files / "client.pem"),
            "client_key": kind(files / "client.key"),
        }
        assert (await make.fetch(peer.url(), **options)).body == b"hello"
        assert (await make(defaults=options).fetch(peer.url())).body == b"hello"


async def test_a_file_that_was_replaced_is_read_again(make, serve, authority, files):
    peer = await serve(serve.reply(), tls=authority.server, close=True)
    client = make(max_clients=1)
    options = {"ca_certs": str(files / "ca.pem")}
    assert (await client.fetch(peer.url(), **options)).body == b"hello"
    (files / "ca.pem").write_text("gone")
    with pytest.raises(ssl.SSLError, match=r"ca\.pem"):
        await client.fetch(peer.url(), **options)
    shutil.copy(authority.file, files / "ca.pem")
    assert (await client.fetch(peer.url(), **options)).body == b"hello"


async def test_a_file_of_ssl_options_that_was_replaced_is_read_again(
    simple, serve, authority, files
):
    peer = await serve(serve.reply(), tls=authority.server, close=True)
    client = simple(max_clients=1)
    options = {"ssl_options": {"ca_certs": str(files / "ca.pem"), "cert_reqs": ssl.CERT_REQUIRED}}
    assert (await client.fetch(peer.url(), **options)).body == b"hello"
    (files / "ca.pem").write_text("gone")
    with pytest.raises(ssl.SSLError, match=r"ca\.pem"):
        await client.fetch(peer.url(), **options)


async def test_an_encrypted_key_is_refused_without_a_prompt(simple, serve, authority, files):
    peer = await serve(serve.reply(), tls=authority.strict)
    options = {
        "client_cert": str(files / "client.pem"),
        "client_key": str(files / "encrypted.key"),
    }
    with pytest.raises(ssl.SSLError, match=r"encrypted\.key' is encrypted: give an ssl.SSLContext"):
        await simple.fetch(peer.url(), **options)
    with pytest.raises(ssl.SSLError, match=r"encrypted\.key' is encrypted"):
        simple(defaults=options)


async def test_libcurl_does_not_prompt_for_a_pass_phrase(curl, serve, authority, files):
    peer = await serve(serve.reply(), tls=authority.strict)
    options = {
        "ca_certs": authority.file,
        "client_cert": str(files / "client.pem"),
        "client_key": str(files / "encrypted.key"),
    }
    for client, given in ((curl(), options), (curl(defaults=options), {})):
        with pytest.raises(ssl.SSLError, match=r"encrypted\.key' is encrypted: set pycurl"):
            await client.fetch(peer.url(), **given)
    assert peer.connections == 0


async def test_libcurl_takes_the_pass_phrase_of_a_key(curl, serve, authority, files):
    import pycurl

    peer = await serve(serve.reply(), tls=authority.strict)
    client = curl(
        defaults={
            "ca_certs": authority.file,
            "client_cert": str(files / "client.pem"),
            "client_key": str(files / "encrypted.key"),
        }
    )
    response = await client.fetch(
        peer.url(), prepare_curl_callback=lambda curl: curl.setopt(pycurl.SSLKEYPASSWD, "secret")
    )
    assert response.body == b"hello"
