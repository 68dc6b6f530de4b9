"""TLS to a server with a private certificate."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import trustme

from tornado.database import (
    AsyncConnection,
    Connection,
    InterfaceError,
    OperationalError,
    StatementTimeoutError,
)

CIPHER = "SHOW STATUS LIKE 'Ssl_cipher'"
FILES = ("ca", "other_ca", "server_cert", "server_key", "client_cert", "client_key", "empty")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The files of two authorities, a server and a client."""
    folder = tmp_path_factory.mktemp("tls")
    paths = {name: folder / f"{name}.pem" for name in FILES}
    authority, other = trustme.CA(), trustme.CA()
    server = authority.issue_cert("localhost")
    client = authority.issue_cert("client@example.org")
    authority.cert_pem.write_to_path(str(paths["ca"]))
    other.cert_pem.write_to_path(str(paths["other_ca"]))
    server.cert_chain_pems[0].write_to_path(str(paths["server_cert"]))
    server.private_key_pem.write_to_path(str(paths["server_key"]))
    client.cert_chain_pems[0].write_to_path(str(paths["client_cert"]))
    client.private_key_pem.write_to_path(str(paths["client_key"]))
    paths["empty"].touch()
    return {name: str(path) for name, path in paths.items()}


@pytest.fixture(scope="module")
def port(mariadb: Any, files: dict[str, str]) -> Iterator[int]:
    """A server that offers TLS, with a certificate for localhost."""
    server = type(mariadb)(
        f"--ssl-ca={files['ca']}",
        f"--ssl-cert={files['server_cert']}",
        f"--ssl-key={files['server_key']}",
    )
    with closing(server):
        server.start()
        server.run(
            "CREATE DATABASE test",
            "CREATE USER encrypted@'%' IDENTIFIED BY 'secret' REQUIRE SSL",
            "CREATE USER certified@'%' IDENTIFIED BY 'secret' REQUIRE X509",
            "GRANT ALL ON *.* TO encrypted@'%'",
            "GRANT ALL ON *.* TO certified@'%'",
        )
        yield server.port


def url(port: int, host: str = "localhost", user: str = "encrypted", **options: str) -> str:
    return f"mysql://{user}:secret@{host}:{port}/test?{urlencode(options)}"


def cipher_of(address: str, **options: Any) -> str:
    with Connection(address, **options) as db:
        row = db.get(CIPHER)
        assert row is not None
        return str(row.Value)


def test_a_certificate_of_a_known_authority_is_taken(port: int, files: dict[str, str]) -> None:
    assert cipher_of(url(port, ssl_ca=files["ca"]))
    context = ssl.create_default_context(cafile=files["ca"])
    assert cipher_of(url(port), ssl=context)
    assert cipher_of(url(port), ssl=True, ssl_ca=files["ca"])


@pytest.mark.parametrize(
    "options", [{"ssl": "on"}, {"ssl_verify_identity": "off"}, {"ca": "other_ca"}]
)
def test_a_certificate_of_another_authority_is_refused(
    port: int, files: dict[str, str], options: dict[str, str]
) -> None:
    given = {"ssl_ca": files[options["ca"]]} if "ca" in options else options
    with pytest.raises(
        OperationalError,
        match=r"localhost:\d+: its certificate is refused: .*; ssl_ca names the file",
    ) as caught:
        Connection(url(port, **given))
    assert caught.value.number == 2026
    assert "secret" not in str(caught.value)


def test_a_certificate_of_another_host_is_refused(port: int, files: dict[str, str]) -> None:
    address = url(port, "127.0.0.1", ssl_ca=files["ca"])
    with pytest.raises(OperationalError, match=r"refused: .*127\.0\.0\.1"):
        Connection(address)
    assert cipher_of(f"{address}&ssl_verify_identity=off")


def test_a_check_is_left_out_when_the_program_says_so(port: int, files: dict[str, str]) -> None:
    assert cipher_of(url(port, "127.0.0.1", ssl_verify_cert="off"))
    assert cipher_of(url(port, "127.0.0.1", ssl_ca=files["other_ca"], ssl_verify_cert="off"))


def test_without_options_it_is_encrypted_if_the_server_offers_it(
    port: int, mariadb_place: Any
) -> None:
    assert cipher_of(url(port))
    assert cipher_of(mariadb_place.url) == ""
    for options in ({"ssl": "off"}, {"ssl_disabled": "on"}):
        with pytest.raises(OperationalError, match="Access denied"):
            Connection(url(port, **options))


def test_a_server_without_tls_is_refused(mariadb_place: Any, files: dict[str, str]) -> None:
    with pytest.raises(OperationalError, match="SSL is required but the server doesn't support it"):
        mariadb_place.connect(ssl_ca=files["ca"])


def test_a_client_shows_its_certificate(port: int, files: dict[str, str]) -> None:
    client = {"ssl_cert": files["client_cert"], "ssl_key": files["client_key"]}
    assert cipher_of(url(port, user="certified", ssl_ca=files["ca"], **client))
    with pytest.raises(OperationalError, match="Access denied"):
        Connection(url(port, user="certified", ssl_ca=files["ca"]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ssl": {"ca": "file"}}, "the option ssl is on, off or an ssl.SSLContext, not"),
        ({"ssl": "perhaps"}, "the option ssl is on or off"),
        ({"ssl_ca": "/nowhere/ca.pem"}, "ssl_ca: '/nowhere/ca.pem' cannot be read: No such file"),
        ({"ssl_ca": "{empty}"}, "ssl_ca: .* cannot be read"),
        ({"ssl_cert": "{empty}"}, "ssl_cert or ssl_key: .* cannot be read"),
        ({"ssl_key": "{client_key}"}, "ssl_key comes with ssl_cert"),
        ({"ssl": "off", "ssl_ca": "{ca}"}, "TLS is switched off, and further options"),
        ({"ssl_disabled": "on", "ssl": "on"}, "TLS is switched off, and further options"),
        ({"ssl": ssl.create_default_context(), "ssl_ca": "{ca}"}, "leave ssl_ca out"),
    ],
)
def test_wrong_options_are_errors_of_the_constructor(
    files: dict[str, str], options: dict[str, Any], message: str
) -> None:
    given = {k: v.format(**files) if isinstance(v, str) else v for k, v in options.items()}
    with pytest.raises(InterfaceError, match=message):
        AsyncConnection("mysql://localhost/test", **given)


async def test_statements_are_interrupted_over_tls(port: int, files: dict[str, str]) -> None:
    async with AsyncConnection(url(port, ssl_ca=files["ca"])) as db:
        number = await db.get("SELECT CONNECTION_ID() AS id")
        with pytest.raises(StatementTimeoutError):
            await db.query("SELECT SLEEP(300)", timeout=0.1)
        rows = await asyncio.gather(*[db.get("SELECT CONNECTION_ID() AS id") for _ in range(20)])
        assert rows == [number] * 20  # what TLS sends by itself is not taken for a farewell
        big = "x" * 1_000_000
        assert await db.get("SELECT %s AS big", big) == {"big": big}


def test_a_private_key_is_kept_out_of_errors(port: int, files: dict[str, str]) -> None:
    key = Path(files["client_key"]).read_text()
    with pytest.raises(InterfaceError) as caught:
        Connection(url(port, ssl_cert=files["client_key"]))
    assert key.splitlines()[1] not in str(caught.value)
