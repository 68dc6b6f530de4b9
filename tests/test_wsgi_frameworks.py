"""Sites of Django, Flask, Pyramid and Bottle in our server: docs/wsgi.md has the table."""

from __future__ import annotations

import gc
import http.client
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from wsgiref.validate import validator

import pytest
from wsgi_sites import PIECES, SITES, Control, client_of, contained, form_with_file

# Frameworks leave the temporary files of large bodies to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")


@pytest.fixture(scope="module", params=sorted(SITES))
def framework(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def control() -> Control:
    return Control()


@pytest.fixture(scope="module", params=[8, None], ids=["threads", "loop"])
def port(request: pytest.FixtureRequest, framework: str, control: Control) -> Iterator[int]:
    with contained(control.counted(SITES[framework](control)), threads=request.param) as port:
        yield port
    _collect_files()


def _collect_files() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(autouse=True)
def _fresh(control: Control) -> None:
    control.closed.clear()
    control.may_go_on.clear()


def test_a_page_and_the_handler_beside_it(port: int, control: Control) -> None:
    client = client_of(port)
    for path, expected in (("/hello", b"hello"), ("/own", b"own"), ("/hello", b"hello")):
        client.request("GET", path)
        response = client.getresponse()
        assert (response.status, response.read()) == (200, expected)
    client.close()
    assert control.wait_for_close("/hello") >= 1


@pytest.mark.parametrize("size", [10, 3_000_000])
def test_an_upload_arrives_with_name_and_bytes(port: int, control: Control, size: int) -> None:
    client = client_of(port)
    client.request("POST", "/upload", *form_with_file("photo.png", os.urandom(size)))
    assert client.getresponse().read() == f"photo.png {size}".encode()
    client.close()
    assert control.wait_for_close("/upload") == 1


@pytest.mark.parametrize("size", [10, 60_000])
def test_a_small_body_in_chunks_arrives_everywhere(port: int, size: int) -> None:
    client = client_of(port)
    fields = {"Transfer-Encoding": "chunked", "Content-Type": "application/octet-stream"}
    client.request("POST", "/raw", iter([b"x" * size]), fields, encode_chunked=True)
    assert client.getresponse().read() == str(size).encode()
    client.close()


def test_a_streamed_response_comes_piece_by_piece(port: int, control: Control) -> None:
    client = client_of(port)
    client.request("GET", "/stream")
    response = client.getresponse()
    first = response.readline() + response.readline()
    assert first == PIECES[0] + PIECES[1]
    assert "/stream" not in control.closed
    control.may_go_on.set()
    assert response.read() == PIECES[2]
    client.close()
    assert control.wait_for_close("/stream") == 1


def test_a_file_is_sent_whole(port: int, control: Control, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content := os.urandom(3_000_000))
    client = client_of(port)
    client.request("GET", f"/file{path}")
    response = client.getresponse()
    assert (response.headers["Content-Type"], response.read()) == ("video/mp4", content)
    client.close()
    assert control.wait_for_close(f"/file{path}") == 1


@pytest.mark.expected_errors("Uncaught exception in a WSGI application")
def test_an_error_after_the_first_byte_cuts_the_response(port: int, control: Control) -> None:
    client = client_of(port)
    client.request("GET", "/failing")
    response = client.getresponse()
    with pytest.raises(http.client.IncompleteRead):
        response.read()
    response.close()
    client.close()
    client.request("GET", "/hello")
    assert client.getresponse().read() == b"hello"
    client.close()
    assert control.wait_for_close("/failing") == 1


def test_a_client_that_leaves_ends_a_response_and_closes_it_once(
    port: int, control: Control
) -> None:
    client = client_of(port)
    client.request("GET", "/endless")
    response = client.getresponse()
    assert len(response.read(200_000)) == 200_000
    response.close()
    client.close()
    assert control.wait_for_close("/endless") == 1
    client.request("GET", "/hello")
    assert client.getresponse().read() == b"hello"
    client.close()


@pytest.mark.parametrize("name", sorted(SITES))
def test_nothing_of_it_breaks_a_rule_of_wsgi(name: str) -> None:
    control = Control()
    control.may_go_on.set()
    with contained(validator(SITES[name](control))) as port:
        client = client_of(port)
        for path, expected in (("/hello", b"hello"), ("/stream", b"".join(PIECES))):
            client.request("GET", path)
            assert client.getresponse().read() == expected
        client.request("POST", "/upload", *form_with_file("a.png", b"x" * 100_000))
        assert client.getresponse().read() == b"a.png 100000"
        client.close()
    _collect_files()
