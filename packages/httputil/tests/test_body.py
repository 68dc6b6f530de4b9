from __future__ import annotations

import pytest

from tornado.httputil import (
    HTTPHeaders,
    HTTPInputError,
    ParseBodyConfig,
    ParseMultipartConfig,
    ParseUrlEncodedConfig,
    parse_body_arguments,
    parse_multipart_form_data,
    set_parse_body_config,
)

URLENCODED = "application/x-www-form-urlencoded"
FIELD = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nv\r\n'
FILE = b'--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\nv\r\n'
END = b"--b--\r\n"


def parsed(content_type, body, headers=None, **options):
    arguments, files = {}, {}
    parse_body_arguments(content_type, body, arguments, files, headers, **options)
    return arguments, files


@pytest.mark.parametrize(
    ("content_type", "body", "arguments"),
    [
        (URLENCODED, b"", {}),
        (URLENCODED, b"a=b&c=d&a=e", {"a": [b"b", b"e"], "c": [b"d"]}),
        (URLENCODED + "; charset=utf-8", b"a=&b", {"a": [b""], "b": [b""]}),
        ("Application/X-WWW-Form-Urlencoded", b"a=%ff+%zz", {"a": [b"\xff %zz"]}),
        (URLENCODED, b"a=\xff", {"a": [b"\xff"]}),
        ("multipart/form-data; boundary=b", FIELD + FIELD + END, {"a": [b"v", b"v"]}),
        ('Multipart/form-data; charset=x; BOUNDARY="b"', FIELD + END, {"a": [b"v"]}),
        ("text/plain", b"a=b", {}),
        ("application/json", b"{}", {}),
        ("multipart/mixed; boundary=b", FIELD + END, {}),
        ("", b"a=b", {}),
    ],
)
def test_a_form_gives_arguments_and_another_body_none(content_type, body, arguments):
    assert parsed(content_type, body) == (arguments, {})


def test_a_part_with_a_file_name_is_a_file():
    nameless = FILE.replace(b'"x"', b'""')
    typed = FILE.replace(b'"x"\r\n', b'"y"\r\nContent-Type: image/png\r\n')
    arguments, files = parsed("multipart/form-data; boundary=b", FILE + nameless + typed + END)
    assert arguments == {"f": [b"v"]}
    assert [dict(file) for file in files["f"]] == [
        {"filename": "x", "body": b"v", "content_type": "application/unknown"},
        {"filename": "y", "body": b"v", "content_type": "image/png"},
    ]


def test_arguments_are_added_to_what_is_there():
    arguments, files = {"a": [b"1"]}, {}
    parse_body_arguments(URLENCODED, b"a=2", arguments, files)
    parse_multipart_form_data(b'"b"', FIELD + END, arguments, files)
    assert arguments == {"a": [b"1", b"2", b"v"]}


def test_a_body_that_fails_leaves_nothing_behind():
    arguments, files = {}, {}
    with pytest.raises(HTTPInputError):
        parse_multipart_form_data(b"b", FIELD + FILE, arguments, files)
    assert (arguments, files) == ({}, {})


@pytest.mark.parametrize(
    ("content_type", "body", "complaint"),
    [
        (URLENCODED, b"&".join([b"a=b"] * 1001), "1000"),
        ("multipart/form-data", FIELD + END, "boundary not found"),
        ("multipart/form-data; boundary=", FIELD + END, "boundary not found"),
        ("multipart/form-data; boundary=" + "b" * 71, FIELD + END, "bad multipart boundary"),
        ("multipart/form-data; boundary=b", b"", "no final boundary"),
        ("multipart/form-data; boundary=b", FIELD, "no final boundary"),
        ("multipart/form-data; boundary=b", FIELD * 101 + END, "too many parts, 100"),
        (
            "multipart/form-data; boundary=b",
            FIELD[:-7] + b"\r\nX: " + b"y" * 11_000 + FIELD[-7:] + END,
            "part header too large, 10240",
        ),
    ],
)
def test_a_malformed_form_is_refused(content_type, body, complaint):
    with pytest.raises(HTTPInputError, match=complaint):
        parsed(content_type, body)


@pytest.mark.parametrize("content_type", [URLENCODED, "multipart/form-data; boundary=b"])
def test_a_form_that_is_still_compressed_is_refused(content_type):
    with pytest.raises(HTTPInputError, match="Unsupported Content-Encoding: 'gzip'"):
        parsed(content_type, b"", HTTPHeaders({"Content-Encoding": "gzip"}))
    assert parsed("text/plain", b"", HTTPHeaders({"Content-Encoding": "gzip"})) == ({}, {})


def test_the_limits_may_be_given():
    config = ParseBodyConfig(
        multipart=ParseMultipartConfig(max_parts=1),
        urlencoded=ParseUrlEncodedConfig(max_arguments=1),
    )
    assert parsed(URLENCODED, b"a=b", config=config) == ({"a": [b"b"]}, {})
    with pytest.raises(HTTPInputError, match="x-www-form-urlencoded"):
        parsed(URLENCODED, b"a=b&c=d", config=config)
    with pytest.raises(HTTPInputError, match="too many parts, 1"):
        parsed("multipart/form-data; boundary=b", FIELD + FIELD + END, config=config)
    with pytest.raises(HTTPInputError, match="part header too large, 10 bytes"):
        parse_multipart_form_data(
            b"b", FIELD + END, {}, {}, config=ParseMultipartConfig(max_part_header_size=10)
        )


def test_multipart_can_be_switched_off():
    config = ParseBodyConfig(multipart=ParseMultipartConfig(enabled=False))
    with pytest.raises(HTTPInputError, match="parsing is disabled"):
        parsed("multipart/form-data; boundary=b", FIELD + END, config=config)


def test_the_limits_of_the_process_can_be_changed():
    set_parse_body_config(ParseBodyConfig(multipart=ParseMultipartConfig(max_parts=0)))
    try:
        with pytest.raises(HTTPInputError, match="too many parts, 0"):
            parsed("multipart/form-data; boundary=b", FIELD + END)
    finally:
        set_parse_body_config(ParseBodyConfig())
    assert parsed("multipart/form-data; boundary=b", FIELD + END) == ({"a": [b"v"]}, {})


def test_the_defaults_are_the_documented_ones():
    assert ParseBodyConfig() == ParseBodyConfig(
        multipart=ParseMultipartConfig(enabled=True, max_parts=100, max_part_header_size=10240),
        urlencoded=ParseUrlEncodedConfig(max_arguments=1000),
    )


def test_the_default_limits_have_the_name_that_programs_import():
    from tornado.httputil import _DEFAULT_PARSE_BODY_CONFIG

    assert _DEFAULT_PARSE_BODY_CONFIG.urlencoded.max_arguments == 1000
    assert _DEFAULT_PARSE_BODY_CONFIG.multipart.max_parts == 100
