"""The TLS contexts of the simple client."""

from __future__ import annotations

import ssl

import pytest

from tornado.httpclient import HTTPRequest
from tornado.simple_httpclient._contexts import Contexts


def test_authorities_are_only_read_if_they_are_used(tmp_path, monkeypatch):
    keys = tmp_path / "keys"
    monkeypatch.setenv("SSLKEYLOGFILE", str(keys))
    unverified = Contexts().find(HTTPRequest("https://localhost/", validate_cert=False))
    assert unverified.verify_mode is ssl.CERT_NONE
    assert not unverified.check_hostname
    assert unverified.cert_store_stats()["x509_ca"] == 0
    assert unverified.keylog_filename == str(keys)
    assert unverified.minimum_version is ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("validate_cert", [None, True])
def test_a_server_is_verified_unless_the_request_says_otherwise(validate_cert):
    context = Contexts().find(HTTPRequest("https://localhost/", validate_cert=validate_cert))
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
