from __future__ import annotations

import asyncio
import gc
import ssl
import time

import pytest

from tornado.httputil import (
    HTTPFile,
    HTTPHeaders,
    HTTPInputError,
    HTTPServerRequest,
    ParseBodyConfig,
    ParseUrlEncodedConfig,
    RequestStartLine,
    set_parse_body_config,
)


class Context:
    remote_ip = "192.0.2.1"
    protocol = "https"


class Connection:
    """Keep what the request writes."""

    def __init__(self, context=None) -> None:
        self.context = context
        self.written = []
        self.finished = False

    def write(self, chunk):
        self.written.append(chunk)
        future = asyncio.get_running_loop().create_future()
        future.set_result(None)
        return future

    def finish(self):
        self.finished = True


def request(target="/", method="GET", version="HTTP/1.1", body=b"", connection=None, **headers):
    fields = HTTPHeaders({"Host": "example.com"})
    fields.update({name.replace("_", "-"): value for name, value in headers.items()})
    made = HTTPServerRequest(
        start_line=RequestStartLine(method, target, version), headers=fields, connection=connection
    )
    made.body = body
    return made


def test_the_parts_of_the_start_line_are_attributes():
    made = request("/a?b=c", "POST", "HTTP/1.0")
    assert (made.method, made.uri, made.version) == ("POST", "/a?b=c", "HTTP/1.0")
    assert not made.supports_http_1_1()
    assert request().supports_http_1_1()


@pytest.mark.parametrize(
    ("target", "path", "query", "url"),
    [
        ("/", "/", "", "http://example.com/"),
        ("/a%20b?c=d?e", "/a%20b", "c=d?e", "http://example.com/a%20b?c=d?e"),
        ("//host/a", "//host/a", "", "http://example.com//host/a"),
        ("/a?", "/a", "", "http://example.com/a?"),
        ("*", "*", "", "http://example.com*"),
        ("http://other.org:80/a?b", "/a", "b", "http://other.org:80/a?b"),
        ("HTTP://other.org", "/", "", "http://other.org/"),
        ("https://other.org?b=c", "/", "b=c", "http://other.org/?b=c"),
    ],
)
def test_the_target_is_taken_apart(target, path, query, url):
    made = request(target)
    assert (made.path, made.query, made.full_url()) == (path, query, url)


@pytest.mark.parametrize(
    ("headers", "host", "name"),
    [
        ({"Host": "Example.com:8080"}, "Example.com:8080", "example.com"),
        ({"Host": "[::1]:80"}, "[::1]:80", "[::1]"),
        ({"Host": ""}, "", ""),
    ],
)
def test_the_host_comes_from_its_header(headers, host, name):
    made = request(**headers)
    assert (made.host, made.host_name) == (host, name)


def test_an_absolute_target_names_the_host():
    assert request("http://other.org/").host == "other.org"
    with pytest.raises(HTTPInputError, match="Host header"):
        _ = request("http://user@other.org/").host


def test_a_request_of_http_1_0_needs_no_host():
    made = request(version="HTTP/1.0")
    del made.headers["Host"]
    assert made.host == made.host_name == "127.0.0.1"


def test_a_request_of_http_1_1_without_a_host_is_malformed():
    made = request()
    del made.headers["Host"]
    with pytest.raises(HTTPInputError, match="Missing Host header"):
        _ = made.host
    assert "host=None" in repr(made)


def test_the_client_comes_from_the_context_of_the_connection():
    made = request(connection=Connection(Context))
    assert (made.remote_ip, made.protocol) == ("192.0.2.1", "https")
    assert made.full_url() == "https://example.com/"
    for connection in (None, object(), Connection(None)):
        made = request(connection=connection)
        assert (made.remote_ip, made.protocol) == (None, "http")


def test_arguments_come_from_the_query_and_the_body():
    made = request(
        "/?a=1&b=&a=%C3%A9", body=b"a=2&c=+", Content_Type="application/x-www-form-urlencoded"
    )
    assert made.query_arguments == {"a": [b"1", b"\xc3\xa9"], "b": [b""]}
    assert made.body_arguments == {"a": [b"2"], "c": [b" "]}
    assert made.arguments == {"a": [b"1", b"\xc3\xa9", b"2"], "b": [b""], "c": [b" "]}
    assert made.query_arguments["a"] == [b"1", b"\xc3\xa9"]
    assert made.files == {}


def test_files_come_from_a_multipart_body():
    made = request(
        method="POST",
        body=(
            b'--b\r\nContent-Disposition: form-data; name="a"; filename="f.txt"\r\n'
            b"Content-Type: text/plain\r\n\r\nhello\r\n--b--"
        ),
        Content_Type="multipart/form-data; boundary=b",
    )
    assert made.files == {
        "a": [HTTPFile(filename="f.txt", body=b"hello", content_type="text/plain")]
    }
    assert made.files["a"][0].body == b"hello"
    assert made.body_arguments == {}


def test_attributes_are_computed_once_and_may_be_assigned():
    made = request("/?a=1")
    assert made.arguments is made.arguments
    made.arguments = {"b": [b"2"]}
    made.path = "/x"
    made.query = "c=2"
    made.remote_ip = "::1"
    made.host = "y"
    assert (made.arguments, made.path, made.remote_ip) == ({"b": [b"2"]}, "/x", "::1")
    assert made.host_name == "y"
    del made.query
    assert made.query == "a=1"


def test_a_malformed_body_shows_when_it_is_asked_for():
    made = request(body=b"junk", Content_Type="multipart/form-data; boundary=b")
    assert made.query_arguments == {}
    for name in ("body_arguments", "files", "arguments"):
        with pytest.raises(HTTPInputError, match="multipart"):
            getattr(made, name)
    with pytest.raises(HTTPInputError, match="multipart"):
        made._parse_body()


def test_the_body_can_be_parsed_after_the_arguments_were_asked_for():
    made = request("/?a=1", Content_Type="application/x-www-form-urlencoded")
    assert made.arguments == {"a": [b"1"]}
    made.body = b"a=2"
    made._parse_body()
    made._parse_body()
    assert made.arguments == {"a": [b"1", b"2"]}
    assert made.body_arguments == {"a": [b"2"]}


def test_a_body_that_was_collected_is_parsed_when_it_is_set():
    made = request("/?a=1", Content_Type="application/x-www-form-urlencoded")
    assert made.arguments == {"a": [b"1"]}
    made.set_body(b"a=2")
    assert made.body == b"a=2"
    assert made.arguments == {"a": [b"1", b"2"]}


def test_a_malformed_body_is_an_error_when_it_is_set():
    made = request(Content_Type="multipart/form-data; boundary=b")
    with pytest.raises(HTTPInputError, match="multipart"):
        made.set_body(b"junk")


def test_too_many_arguments_in_the_query_are_refused():
    assert len(request("/?" + "&".join(["a=b"] * 1000)).arguments["a"]) == 1000
    with pytest.raises(HTTPInputError, match="1000"):
        _ = request("/?" + "&".join(["a=b"] * 1001)).arguments


def test_the_limit_of_arguments_can_be_changed():
    set_parse_body_config(ParseBodyConfig(urlencoded=ParseUrlEncodedConfig(max_arguments=1)))
    try:
        with pytest.raises(HTTPInputError, match="Invalid query"):
            _ = request("/?a=b&c=d").query_arguments
    finally:
        set_parse_body_config(ParseBodyConfig())
    assert len(request("/?a=b&c=d").query_arguments) == 2


def test_cookies_are_morsels():
    made = request(Cookie='a=b; c="d e"; bad name=x; f=\xe9')
    assert made.cookies["a"].value == "b"
    assert made.cookies["c"].value == "d e"
    assert "bad name" not in made.cookies
    assert dict(request().cookies) == {}


def test_the_repr_shows_the_request_and_keeps_its_secrets():
    made = request(
        "/a", "POST", body=b"password=x", Cookie="session=1", connection=Connection(Context)
    )
    assert repr(made) == (
        "HTTPServerRequest(protocol='https', host='example.com', method='POST', uri='/a', "
        "version='HTTP/1.1', remote_ip='192.0.2.1')"
    )


def test_time_runs_until_the_request_is_finished():
    made = request(connection=Connection())
    first = made.request_time()
    time.sleep(0.002)
    assert 0 <= first < made.request_time()
    made.finish()
    assert made.connection.finished
    done = made.request_time()
    time.sleep(0.002)
    assert made.request_time() == done


def test_the_classic_form_writes_through_the_request():
    async def main():
        made = request(connection=Connection())
        called = []
        await made.write(b"a")
        assert made.connection.written == [b"a"]
        assert made.write("\xe9", callback=lambda: called.append(True)) is None
        assert called == []
        await asyncio.sleep(0)
        assert called == [True]
        assert made.connection.written == [b"a", b"\xc3\xa9"]

    asyncio.run(main())


def test_a_request_without_a_connection_cannot_be_answered():
    with pytest.raises(RuntimeError, match="no connection"):
        request().write(b"a")
    with pytest.raises(RuntimeError, match="no connection"):
        request().finish()


class Stream:
    def __init__(self, socket) -> None:
        self.socket = socket


def test_there_is_no_certificate_without_tls():
    connection = Connection()
    assert request(connection=connection).get_ssl_certificate() is None
    connection.stream = Stream(None)
    assert request(connection=connection).get_ssl_certificate() is None


def test_there_is_no_certificate_before_the_handshake():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    connection = Connection()
    connection.stream = Stream(context.wrap_bio(incoming, outgoing, server_hostname="a"))
    assert request(connection=connection).get_ssl_certificate(binary_form=True) is None


class TLSSocket:
    def getpeercert(self, binary_form=False):
        return b"DER" if binary_form else {"subject": ()}


def test_the_certificate_is_the_one_of_the_connection():
    connection = Connection()
    connection.stream = Stream(TLSSocket())
    assert request(connection=connection).get_ssl_certificate() == {"subject": ()}
    assert request(connection=connection).get_ssl_certificate(binary_form=True) == b"DER"


def test_the_older_arguments_still_work_and_warn():
    with pytest.warns(DeprecationWarning, match="method, uri and version"):
        made = HTTPServerRequest("POST", "/a", "HTTP/1.1", body=b"x", files={"a": []})
    assert (made.method, made.uri, made.version, made.body) == ("POST", "/a", "HTTP/1.1", b"x")
    assert made.files == {"a": []}
    with pytest.warns(DeprecationWarning, match="start_line argument"):
        made = HTTPServerRequest()
    assert (made.method, made.uri, made.version) == ("GET", "/", "HTTP/1.0")
    with pytest.warns(DeprecationWarning, match="host argument"):
        made = HTTPServerRequest(start_line=RequestStartLine("GET", "/", "HTTP/1.1"), host="A:80")
    assert (made.host, made.host_name) == ("A:80", "a")


def test_the_warning_points_at_the_caller():
    with pytest.warns(DeprecationWarning, match="start_line") as caught:
        HTTPServerRequest()
    assert caught[0].filename == __file__


def test_a_subclass_may_add_attributes_of_its_own():
    class Mine(HTTPServerRequest):
        def __init__(self, **arguments) -> None:
            super().__init__(**arguments)
            self.extra = 1

        @property
        def host(self):
            return "Mine"

    made = Mine(start_line=RequestStartLine("GET", "/a", "HTTP/1.1"))
    assert (made.extra, made.path, made.host_name) == (1, "/a", "mine")


def test_a_request_is_gone_without_the_garbage_collector():
    import weakref

    gc.disable()
    try:
        made = request("/?a=1")
        assert made.arguments
        gone = weakref.ref(made)
        del made
        assert gone() is None
    finally:
        gc.enable()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    "others",
    [
        ("10.0.0.1", "https", "example.com", {"file": []}, "connection"),
        ("10.0.0.1", "https"),
        ("10.0.0.1", None, "example.com"),
        ("10.0.0.1", None, None, {"file": []}),
        (None, "https", None, None, "connection"),
    ],
)
def test_a_request_takes_address_and_protocol_in_the_order_of_2_x(others):
    request = HTTPServerRequest("POST", "/", "HTTP/1.1", HTTPHeaders(), b"body", *others)
    address, protocol, host, files, connection = (*others, *(None,) * (5 - len(others)))
    assert (request.method, request.uri, request.version) == ("POST", "/", "HTTP/1.1")
    assert request.body == b"body"
    assert request.remote_ip == address
    assert request.protocol == (protocol or "http")
    assert request.connection == connection
    if host is not None:
        assert request.host == host
    if files is not None:
        assert request.files == files


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_request_takes_address_and_protocol_by_name():
    request = HTTPServerRequest("GET", "/", remote_ip="10.0.0.1", protocol="https")
    assert (request.remote_ip, request.protocol) == ("10.0.0.1", "https")
    modern = HTTPServerRequest("GET", "/", "HTTP/1.1", None, b"", "example.com", {"file": []})
    assert (modern.host, modern.files) == ("example.com", {"file": []})
