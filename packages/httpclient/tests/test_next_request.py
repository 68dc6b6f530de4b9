"""Which request follows a response, decided without a connection."""

from __future__ import annotations

import ssl

import pytest

from tornado.httpclient import HTTPRequest
from tornado.httpclient._errors import HTTPProtocolError, RedirectError
from tornado.httpclient._fetch._next_request import NextRequests, expects_continue
from tornado.httpclient._fetch._redirect import redirect_request
from tornado.httpclient._request._authentication import digest_field
from tornado.httpclient._request._request import settle
from tornado.httpclient._request._target import parse_target
from tornado.httputil import HTTPHeaders

URL = "https://a.example/b/c?d"
CHALLENGE = {"Www-Authenticate": 'Digest realm="r", nonce="n", qop="auth"'}

BODY_FIELDS = {
    "Content-Encoding": "gzip",
    "Content-Language": "de",
    "Content-Length": "4",
    "Content-Location": "/there",
    "Content-Type": "text/plain",
    "Expect": "100-continue",
    "Transfer-Encoding": "chunked",
}
SECRET_FIELDS = {"Authorization": "a", "Cookie": "b", "Proxy-Authorization": "c", "Host": "d"}
SECRET_OPTIONS = {
    "auth_username": "u",
    "auth_password": "p",
    "client_cert": "cert",
    "client_key": "key",
    "unix_socket": "/socket",
}


def request_of(url=URL, method="GET", **options):
    """Return a request as a client has it, with the defaults."""
    return settle(HTTPRequest(url, method, **options), HTTPRequest._DEFAULTS)


def redirect(code=302, location="/new", url=URL, **options):
    return redirect_request(HTTPRequest(url, **options), code, location)


def find(request, code, headers, requests=None):
    requests = NextRequests() if requests is None else requests
    return requests.find(request, parse_target(request.url), code, HTTPHeaders(headers))


async def produce(write):
    """Give nothing."""


@pytest.mark.parametrize("with_body", [{"body": b"body"}, {"body_producer": produce}])
def test_a_get_has_nothing_of_a_body(with_body):
    headers = {**BODY_FIELDS, "X-Other": "stays"}
    old = HTTPRequest(URL, "POST", headers=headers, expect_100_continue=True, **with_body)
    new = redirect_request(old, 303, "/new")
    assert new.method == "GET"
    assert new.body is None
    assert new.body_producer is None
    assert not new.expect_100_continue
    assert dict(new.headers) == {"X-Other": "stays"}
    assert (old.method, old.expect_100_continue) == ("POST", True)
    assert dict(old.headers) == headers


@pytest.mark.parametrize("code", [307, 308])
def test_a_method_that_stays_keeps_its_body(code):
    new = redirect(code, method="POST", body=b"body", headers=BODY_FIELDS, expect_100_continue=True)
    assert (new.method, new.body, new.expect_100_continue) == ("POST", b"body", True)
    assert dict(new.headers) == BODY_FIELDS
    assert redirect(code, method="POST", body_producer=produce) is None


@pytest.mark.parametrize(
    ("code", "method", "becomes"),
    [
        *((code, "POST", "GET") for code in (301, 302, 303)),
        *((code, "PUT", "PUT") for code in (301, 302, 307, 308)),
        *((code, "HEAD", "HEAD") for code in (301, 302, 303, 307, 308)),
        *((code, "POST", "POST") for code in (307, 308)),
        (303, "PUT", "GET"),
        (303, "DELETE", "GET"),
    ],
)
def test_the_method_after_a_redirect(code, method, becomes):
    body = {"body": b""} if method in {"POST", "PUT"} else {}
    assert redirect(code, method=method, **body).method == becomes


@pytest.mark.parametrize(
    "location",
    [
        "https://b.example/b/c",
        "https://a.example:444/b/c",
        "http://a.example/b/c",
        "http://a.example:443/b/c",
    ],
)
def test_another_origin_gets_nothing_secret(location):
    certificates = {"certfile": "cert", "keyfile": "key", "ca_certs": "ca"}
    old = HTTPRequest(
        URL, headers={**SECRET_FIELDS, "X": "y"}, ssl_options=certificates, **SECRET_OPTIONS
    )
    new = redirect_request(old, 302, location)
    assert new.url == location
    assert dict(new.headers) == {"X": "y"}
    assert [getattr(new, name) for name in SECRET_OPTIONS] == [None] * len(SECRET_OPTIONS)
    assert new.ssl_options == {"ca_certs": "ca"}
    assert old.ssl_options is certificates
    assert len(certificates) == 3
    assert old.auth_password == "p"


@pytest.mark.parametrize("location", ["/x", "//a.example/x", "https://a.example:443/x", "?y"])
def test_the_same_origin_gets_everything_again(location):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    new = redirect(location=location, headers=SECRET_FIELDS, ssl_options=context, **SECRET_OPTIONS)
    assert dict(new.headers) == SECRET_FIELDS
    assert {name: getattr(new, name) for name in SECRET_OPTIONS} == SECRET_OPTIONS
    assert new.ssl_options is context


def test_a_context_cannot_be_parted():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    assert redirect(location="https://b.example/", ssl_options=context).ssl_options is context


@pytest.mark.parametrize(
    ("before", "after", "user", "follows"),
    [
        ("https://u:p@a.example/", "/x", None, (None, None)),  # the new URL has them too
        ("https://u:p@a.example/", "https://a.example/x", None, ("u", "p")),
        ("https://u:p@a.example/", "https://v:q@a.example/x", None, (None, None)),
        ("https://u:p@a.example/", "https://a.example/x", "given", ("given", None)),
        ("https://a.example/", "/x", None, (None, None)),
        ("https://u:p@a.example/", "https://b.example/x", None, (None, None)),
    ],
)
def test_the_user_of_a_url_stays_on_its_server(before, after, user, follows):
    new = redirect(location=after, url=before, auth_username=user)
    assert (new.auth_username, new.auth_password) == follows


@pytest.mark.parametrize(
    ("before", "after", "body", "follows"),
    [
        ("https://a.example/", "http://a.example/", b"secret", False),
        ("https://a.example/", "http://a.example/", b"", True),
        ("https://a.example/", "https://b.example/", b"body", True),
        ("http://a.example/", "https://a.example/", b"body", True),
        ("http://a.example/", "http://b.example/", b"body", True),
    ],
)
def test_a_body_is_not_sent_where_others_can_read_it(before, after, body, follows):
    new = redirect(307, after, before, method="POST", body=body)
    assert (new is not None) == follows
    assert not follows or new.body == body


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("e", "https://a.example/b/e"),
        (" \t/e f\t ", "https://a.example/e%20f"),
        ("/\xe9", "https://a.example/%E9"),
        ("/\x7f~!", "https://a.example/%7F~!"),
        ("/%41?a=b&c#d", "https://a.example/%41?a=b&c#d"),
        ('/"<>\\^`{|}', "https://a.example/%22%3C%3E%5C%5E%60%7B%7C%7D"),
        ("/\u20ac.txt", "https://a.example/?.txt"),
        ("http://b.example/!~$'()*+,;=:@[]_-.", "http://b.example/!~$'()*+,;=:@[]_-."),
    ],
)
def test_a_location_is_read_as_browsers_do(location, url):
    assert redirect(location=location).url == url


@pytest.mark.parametrize(
    "location", ["ftp://a.example/", "ws://a.example/", "http://", "http://[/"]
)
def test_a_place_that_cannot_be_fetched_is_an_error(location):
    with pytest.raises(RedirectError, match="redirect to"):
        redirect(location=location)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("ws://b.example/x", "http://b.example/x"),
        (" WSS://b.example/x", "https://b.example/x"),
        ("/ws://x", "https://a.example/ws://x"),
    ],
)
def test_a_websocket_may_be_sent_to_another_one(location, url):
    request = HTTPRequest(URL)
    request._switch_callback = print
    assert redirect_request(request, 302, location).url == url


# Which response asks for another request.


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(code):
    assert find(request_of(URL), code, {"Location": "/new"}).url == "https://a.example/new"
    assert find(request_of(URL), code, {}) is None
    assert find(request_of(URL, follow_redirects=False), code, {"Location": "/new"}) is None


@pytest.mark.parametrize("code", [200, 300, 304, 305, 306, 400, 401, 417])
def test_other_responses_are_not_redirects(code):
    assert find(request_of(URL), code, {"Location": "/new"}) is None


@pytest.mark.parametrize(("most", "followed"), [(0, 0), (1, 1), (3, 3)])
def test_redirects_are_counted(most, followed):
    request = request_of(URL, max_redirects=most)
    requests = NextRequests()
    for _ in range(followed):
        assert find(request, 302, {"Location": "/new"}, requests) is not None
        assert requests.find(request, parse_target(URL), 200, HTTPHeaders()) is None
    assert find(request, 302, {"Location": "/new"}, requests) is None


def test_a_redirect_that_cannot_be_made_is_not_counted():
    requests = NextRequests()
    request = request_of(URL, "PUT", body_producer=produce, max_redirects=1)
    assert find(request, 307, {"Location": "/new"}, requests) is None
    assert find(request_of(URL, max_redirects=1), 302, {"Location": "/"}, requests) is not None


def test_several_locations_have_to_be_the_same():
    headers = HTTPHeaders({"Location": "/new"})
    headers.add("Location", "/new")
    request = request_of(URL)
    found = NextRequests().find(request, parse_target(URL), 302, headers)
    assert found.url == "https://a.example/new"
    headers.add("Location", "/other")
    with pytest.raises(HTTPProtocolError, match="different Location fields"):
        NextRequests().find(request, parse_target(URL), 302, headers)


@pytest.mark.parametrize(
    ("url", "options", "answers"),
    [
        (URL, {"auth_username": "u", "auth_password": "p"}, ['username="u"']),
        ("https://v:q@a.example/", {}, ['username="v"', 'uri="/"']),
        ("https://v:q@a.example/", {"auth_username": "u"}, ['username="u"']),
        (URL, {"auth_username": "u"}, ['uri="/b/c?d"']),
        (URL, {}, None),
        (URL, {"auth_username": "u", "auth_mode": "basic"}, None),
        (URL, {"auth_username": "u", "method": "PUT", "body_producer": produce}, None),
    ],
)
def test_a_challenge_is_answered(url, options, answers):
    headers = {"X-Other": "stays"}
    request = request_of(url, **{"auth_mode": "digest", "headers": headers, **options})
    new = find(request, 401, CHALLENGE)
    if answers is None:
        assert new is None
    else:
        assert all(text in new.headers["Authorization"] for text in answers)
        assert "Authorization" not in request.headers


@pytest.mark.parametrize(
    ("url", "options", "password"),
    [
        (URL, {"auth_username": "u", "auth_password": "p"}, "p"),
        ("https://u:q@a.example/b/c?d", {}, "q"),
        ("https://v:q@a.example/b/c?d", {"auth_username": "u", "auth_password": "p"}, "p"),
        (URL, {"auth_username": "u"}, ""),
    ],
)
def test_a_challenge_is_answered_with_the_password(url, options, password):
    challenge = 'Digest realm="r", nonce="n"'  # without qop nothing in the answer is random
    new = find(request_of(url, auth_mode="digest", **options), 401, {"Www-Authenticate": challenge})
    expected = digest_field([challenge], "GET", "/b/c?d", "u", password)
    assert new.headers["Authorization"] == expected


@pytest.mark.parametrize("code", [200, 400, 402, 407])
def test_only_401_is_a_challenge(code):
    request = request_of(URL, auth_mode="digest", auth_username="u", auth_password="p")
    assert find(request, code, CHALLENGE) is None


def test_a_challenge_without_a_digest_is_left_alone():
    request = request_of(URL, auth_mode="digest", auth_username="u", auth_password="p")
    requests = NextRequests()
    assert find(request, 401, {"Www-Authenticate": "Basic"}, requests) is None
    assert find(request, 401, CHALLENGE, requests) is not None  # it has answered none yet


def test_a_challenge_is_answered_once_and_again_after_a_redirect():
    request = request_of(URL, auth_mode="digest", auth_username="u", auth_password="p")
    requests = NextRequests()
    answer = find(request, 401, CHALLENGE, requests)
    assert find(answer, 401, CHALLENGE, requests) is None
    moved = find(answer, 302, {"Location": "/new"}, requests)
    assert "Authorization" not in moved.headers
    assert "Authorization" in find(moved, 401, CHALLENGE, requests).headers


def test_a_field_that_the_program_gave_is_redirected():
    request = request_of(URL, headers={"Authorization": "mine"})
    assert find(request, 302, {"Location": "/new"}).headers["Authorization"] == "mine"


@pytest.mark.parametrize(
    ("options", "expects"),
    [({}, False), ({"expect_100_continue": True}, True), ({"headers": {"expect": "x"}}, True)],
)
def test_an_expectation_that_failed_is_dropped(options, expects):
    request = request_of(URL, "PUT", body=b"body", **options)
    assert expects_continue(request) == expects
    new = find(request, 417, {})
    if not expects:
        assert new is None
        return
    assert not expects_continue(new)
    assert (new.method, new.body) == ("PUT", b"body")
    assert expects_continue(request)
    assert find(request, 416, {}) is None
    assert find(request_of(URL, "PUT", body_producer=produce, **options), 417, {}) is None


# What libcurl makes of a response.


def follow(request, code, headers, requests=None):
    requests = NextRequests() if requests is None else requests
    return requests.follow_performed(request, code, HTTPHeaders(headers))


def test_libcurl_is_believed_about_redirects_only():
    request = request_of(URL, max_redirects=2)
    requests = NextRequests()
    assert follow(request, 401, {"Location": "/new"}, requests) is request
    assert follow(request, 302, {}, requests) is request
    for _ in range(2):
        assert follow(request, 302, {"Location": "/new"}, requests).url == "https://a.example/new"
    assert follow(request, 302, {"Location": "/new"}, requests) is None
    assert follow(request_of(URL, max_redirects=0), 302, {"Location": "/new"}) is None


def test_libcurl_must_not_follow_what_this_client_would_not():
    request = request_of(URL, "PUT", body_producer=produce)
    with pytest.raises(HTTPProtocolError, match="takes a body along"):
        follow(request, 307, {"Location": "/new"})
