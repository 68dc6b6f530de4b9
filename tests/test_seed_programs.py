"""The first programs of the documents, as they are printed there, over real sockets."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from programs import Program, curl, running, unused_port, wait_until_unused, write_program
from seed import HELLO, SITE


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the site and return its address."""
    port = unused_port()
    script = write_program(tmp_path_factory.mktemp("site"), SITE)
    with running(script, port, str(port)):
        yield f"http://127.0.0.1:{port}"


def test_the_first_program_runs_as_printed_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    wait_until_unused(8888)
    with running(write_program(tmp_path, HELLO, "hello.py"), 8888) as program:
        answer = curl("http://127.0.0.1:8888/").stdout
        headers = curl("--include", "http://127.0.0.1:8888/").stdout
        program.wait_until_idle()
        status = program.interrupt()

        assert answer == "Hello, world"
        assert headers.startswith("HTTP/1.1 200 OK")
        assert "Content-Type: text/html; charset=UTF-8" in headers
        assert program.stderr == ""
        assert status == -signal.SIGINT


def test_a_port_in_use_is_one_line_that_names_it_and_says_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("0.0.0.0", 0)) as busy:
        port = busy.getsockname()[1]
        program = Program(write_program(tmp_path, SITE), str(port))
        try:
            status = program.process.wait(30)
            message = program.stderr.strip()
        finally:
            program.close()

    assert status != 0
    assert str(port) in message
    assert "port" in message
    assert "in use" in message
    assert "\n" not in message


@pytest.mark.parametrize("number", ["0", "7", "12345678901234567890"])
def test_a_group_of_the_pattern_becomes_an_argument(site: str, number: str) -> None:
    assert curl(f"{site}/story/{number}").stdout == f"You requested the story {number}"


def test_a_path_that_no_pattern_fits_is_404(site: str) -> None:
    answer = curl("--include", f"{site}/story/seven").stdout

    assert answer.startswith("HTTP/1.1 404 Not Found")
    assert "404: Not Found" in answer


@pytest.mark.parametrize("message", ["hello", "a + b & c", "你好世界", "<b>"])
def test_a_form_is_answered_with_what_was_written(site: str, message: str) -> None:
    answer = curl("--include", "--data-urlencode", f"message={message}", f"{site}/").stdout
    head, _, body = answer.partition("\n\n")

    assert "content-type: text/plain" in head.lower()
    assert body == f"You wrote {message}"


def test_a_form_without_the_field_is_400(site: str) -> None:
    answer = curl("--include", "--data", "other=1", f"{site}/").stdout

    assert answer.startswith("HTTP/1.1 400 ")


@pytest.mark.parametrize("chunked", [False, True], ids=["with-length", "chunked"])
def test_a_file_arrives_with_its_name_type_and_bytes(
    site: str, tmp_path: Path, chunked: bool
) -> None:
    file = tmp_path / "photo.png"
    file.write_bytes(bytes(range(256)) * 300)
    fields = ["--form", f"upload=@{file};type=image/png"]
    how = ["--header", "Transfer-Encoding: chunked"] if chunked else []

    assert curl(*how, *fields, f"{site}/upload").stdout == f"photo.png image/png {256 * 300}"


def test_a_large_upload_waits_for_the_server_to_agree(site: str, tmp_path: Path) -> None:
    """curl asks with Expect: 100-continue before it sends more than a megabyte."""
    file = tmp_path / "film.bin"
    file.write_bytes(b"x" * 3_000_000)
    trace = tmp_path / "trace.txt"
    fields = ["--form", f"upload=@{file};type=video/mp4", "--header", "Expect: 100-continue"]
    answer = curl("--trace-ascii", str(trace), *fields, f"{site}/upload")

    assert answer.stdout == "film.bin video/mp4 3000000"
    assert "HTTP/1.1 100 Continue" in trace.read_text()


def test_a_refusal_is_an_error_page_with_its_status(site: str) -> None:
    answer = curl("--include", f"{site}/private").stdout

    assert answer.startswith("HTTP/1.1 403 Forbidden")
    assert "<title>403: Forbidden</title>" in answer


def test_a_verb_without_a_method_is_405(site: str) -> None:
    assert curl("--include", "--request", "DELETE", f"{site}/").stdout.startswith("HTTP/1.1 405 ")


def test_the_request_object_tells_arguments_path_and_headers(site: str) -> None:
    answer = curl("--user-agent", "a test", f"{site}/facts?a=1&a=2&b=%C3%A9").stdout

    expected = (
        '{"arguments": {"a": ["1", "2"], "b": ["\\u00e9"]}, "path": "/facts", "agent": "a test"}'
    )
    assert answer == expected


@pytest.mark.parametrize(
    ("path", "status", "target"),
    [("/moved", "301 Moved Permanently", "/some-canonical-page"), ("/foo", "302 Found", "/bar")],
)
def test_both_kinds_of_redirect_answer_with_their_status(
    site: str, path: str, status: str, target: str
) -> None:
    lines = curl("--include", f"{site}{path}").stdout.splitlines()

    assert lines[0] == f"HTTP/1.1 {status}"
    assert f"Location: {target}" in lines


def test_the_settings_of_a_route_reach_initialize(site: str) -> None:
    assert curl(f"{site}/user/ann").stdout == "Ann's profile"


def test_an_unchanged_page_is_not_sent_twice(site: str) -> None:
    head = curl("--include", f"{site}/story/1").stdout
    etag = next(line.split(": ")[1] for line in head.splitlines() if line.startswith("Etag: "))

    answer = curl("--include", "--header", f"If-None-Match: {etag}", f"{site}/story/1").stdout

    assert answer.startswith("HTTP/1.1 304 Not Modified")
    assert "You requested" not in answer


def test_one_connection_serves_many_requests(site: str) -> None:
    urls = [f"{site}/story/{number}" for number in range(5)]
    answer = curl("--write-out", "\n%{num_connects} ", *urls)

    assert [line.split()[0] for line in answer.stdout.splitlines()[1:]] == ["1", "0", "0", "0", "0"]


def test_an_old_client_is_answered_and_closed(site: str) -> None:
    answer = curl("--http1.0", "--include", f"{site}/story/1")

    assert answer.stdout.endswith("You requested the story 1")
    assert answer.returncode == 0
