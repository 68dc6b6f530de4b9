"""Arguments, forms and files."""

from __future__ import annotations

import datetime
import enum
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tornado.web import HTTPError, InvalidArgumentError, MissingArgumentError, RequestHandler

MakeSite = Callable[..., Any]


class Echo(RequestHandler):
    def get(self) -> None:
        self.write({"q": self.get_argument("q"), "all": self.get_arguments("q")})

    def post(self) -> None:
        self.write(
            {
                "any": self.get_arguments("q"),
                "body": self.get_body_arguments("q"),
                "query": self.get_query_arguments("q"),
                "last": self.get_body_argument("q", "none"),
                "first": self.get_query_argument("missing", None),
            }
        )

    def put(self) -> None:
        self.write(
            {
                name: [[f.filename, f.content_type, f.body.decode()] for f in files]
                for name, files in self.request.files.items()
            }
        )


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_the_last_value_counts_and_all_are_there(site: MakeSite) -> None:
    answer = site([("/", Echo)]).fetch("/?q=1&q=+two%20&q=")
    assert answer.text == '{"q": "", "all": ["1", "two", ""]}'


def test_a_missing_argument_is_400_and_named_in_the_log(site: MakeSite, caplog: Any) -> None:
    assert site([("/", Echo)]).fetch("/").status == 400
    assert "Missing argument q" in caplog.text
    assert MissingArgumentError("q").arg_name == "q"


def test_query_and_body_are_told_apart(site: MakeSite) -> None:
    answer = site([("/", Echo)]).fetch("/?q=a", "POST", "q=b&q=%C3%A9", FORM)
    assert answer.text == (
        '{"any": ["a", "b", "\\u00e9"], "body": ["b", "\\u00e9"], "query": ["a"], '
        '"last": "\\u00e9", "first": null}'
    )


def test_controls_in_arguments_become_spaces(site: MakeSite) -> None:
    assert site([("/", Echo)]).fetch("/?q=a%00b%1f%0Ac").text.startswith('{"q": "a b \\nc"')


def test_bad_unicode_is_400(site: MakeSite) -> None:
    running = site([("/", Echo)])
    assert running.fetch("/?q=%FF").status == 400
    assert running.fetch("/", "POST", "q=%FF", FORM).status == 400


def test_too_many_arguments_are_400(site: MakeSite) -> None:
    running = site([("/", Echo)])
    many = "&".join(["q=1"] * 1001)
    assert running.fetch("/?" + many).status == 400
    assert running.fetch("/", "POST", many, FORM).status == 400


def test_files_of_a_form_are_there(site: MakeSite) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n'
        b"Content-Type: text/plain\r\n\r\nhello\r\n--x--\r\n"
    )
    running = site([("/", Echo)])
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    assert (
        running.fetch("/", "PUT", body, headers).text == '{"f": [["a.txt", "text/plain", "hello"]]}'
    )
    assert running.fetch("/", "PUT", body[:40], headers).status == 400


class Decoding(RequestHandler):
    """Show what a subclass returns for arguments and groups."""

    def get(self, *args: Any, **kwargs: Any) -> None:
        self.write(repr((args, kwargs, self.get_arguments("q"), self.get_query_arguments("q"))))

    def post(self, *args: Any) -> None:
        self.write(repr((self.get_argument("q"), self.get_body_argument("q", strip=False))))


def test_a_subclass_decodes_arguments_and_groups_in_its_own_way(site: MakeSite) -> None:
    names: list[str | None] = []

    class Latin(Decoding):
        def decode_argument(self, value: bytes, name: str | None = None) -> str:
            names.append(name)
            return value.decode("latin-1")

    running = site([("/a/(.*)", Latin), ("/b/(?P<n>.*)", Latin)])
    assert running.fetch("/a/%E9?q=%E8+&q=%00").text == "(('é',), {}, ['è', ''], ['è', ''])"
    assert names == [None, "q", "q", "q", "q"]
    assert running.fetch("/b/%FF").text == "((), {'n': 'ÿ'}, [], [])"
    assert names[5:] == ["n"]
    assert running.fetch("/a/", "POST", "q=%E9+", FORM).text == "('é', 'é ')"


def test_a_subclass_may_leave_arguments_as_bytes(site: MakeSite) -> None:
    class Raw(Decoding):
        def decode_argument(self, value: Any, name: str | None = None) -> Any:
            return value

    running = site([("/(.*)", Raw)])
    assert running.fetch("/%FF?q=+%E9+").text == "((b'\\xff',), {}, [b'\\xe9'], [b'\\xe9'])"
    assert running.fetch("/", "POST", "q=+%00", FORM).text == "(b'\\x00', b' \\x00')"


def test_a_subclass_may_make_values_of_arguments(site: MakeSite) -> None:
    class Numbers(Decoding):
        def decode_argument(self, value: bytes, name: str | None = None) -> Any:
            try:
                return int(value) if name == "n" else super().decode_argument(value, name)
            except ValueError as error:
                raise HTTPError(422, "%s is not a number", name) from error

        def get(self, n: int) -> None:
            self.write(repr((n, self.get_arguments("n", strip=False))))

    running = site([("/(?P<n>.*)", Numbers)])
    assert running.fetch("/7?n=5&n=6").text == "(7, [5, 6])"
    assert running.fetch("/x").status == 422
    assert running.fetch("/7?n=x").status == 422


def test_an_argument_can_be_decoded_by_hand(site: MakeSite, caplog: Any) -> None:
    class Manual(RequestHandler):
        def get(self, name: str) -> None:
            self.write(self.decode_argument(bytes.fromhex(name), "name"))

    running = site([("/(.*)", Manual)])
    assert running.fetch("/c3a9").text == "é"
    assert running.fetch("/ff").status == 400
    assert r"Invalid unicode in name: b'\xff'" in caplog.text
    assert running.fetch("/%FF").status == 400
    assert r"Invalid unicode in url: b'\xff'" in caplog.text


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Size(enum.IntEnum):
    SMALL = 1
    LARGE = 2


TYPES: dict[str, Callable[[str], Any]] = {
    "int": int,
    "float": float,
    "bool": bool,
    "color": Color,
    "size": Size,
    "date": datetime.date.fromisoformat,
    "uuid": UUID,
    "decimal": Decimal,
    "key": {"a": 1}.__getitem__,
    "str": str,
}


class Typed(RequestHandler):
    def get(self, getter: str, kind: str) -> None:
        get = getattr(self, f"get_{getter}")
        value = get("page", type=TYPES[kind])
        values = getattr(self, f"get_{getter}s")("page", type=TYPES[kind])
        assert values[-1] == value
        self.write({"value": repr(value), "default": get("missing", None, type=TYPES[kind])})

    post = get


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("int", "12", "12"),
        ("int", "%20-12+", "-12"),
        ("int", "%2B7", "7"),
        ("int", "9" * 4000, "9" * 4000),
        ("int", "9" * 5000, None),
        ("int", "1_000", None),
        ("int", "%EF%BC%91", None),
        ("int", "1.0", None),
        ("int", "", None),
        ("float", "1.5", "1.5"),
        ("float", "1e3", "1000.0"),
        ("float", "-.5", "-0.5"),
        ("float", "1_000.5", None),
        ("float", "%EF%BC%91.5", None),
        ("float", "nan", None),
        ("float", "-inf", None),
        ("float", "1e999", None),
        ("bool", "true", "True"),
        ("bool", "Off", "False"),
        ("bool", "", None),
        ("bool", "2", None),
        ("color", "red", "<Color.RED: 'red'>"),
        ("color", "green", None),
        ("size", "2", "<Size.LARGE: 2>"),
        ("size", "3", None),
        ("size", "LARGE", None),
        ("date", "2026-11-29", "datetime.date(2026, 11, 29)"),
        ("date", "2026-13-29", None),
        ("uuid", "x", None),
        ("decimal", "1.10", "Decimal('1.10')"),
        ("decimal", "x", None),
        ("key", "a", "1"),
        ("key", "b", None),
        ("str", "a%25s", "'a%s'"),
    ],
)
@pytest.mark.parametrize("getter", ["argument", "query_argument", "body_argument"])
def test_arguments_have_types(
    site: MakeSite, caplog: Any, getter: str, kind: str, text: str, value: str | None
) -> None:
    running = site([("/([a-z_]+)/([a-z]+)", Typed)])
    path, fields = f"/{getter}/{kind}", f"page={text}"
    if getter == "body_argument":
        answer = running.fetch(path, "POST", fields, FORM)
    else:
        answer = running.fetch(f"{path}?{fields}")
    if value is not None:
        assert json.loads(answer.body) == {"value": value, "default": None}
        return
    assert (answer.status, answer.reason) == (400, "Invalid argument page")
    assert "400: Invalid argument page" in answer.text
    assert "invalid argument page: " in caplog.text
    assert "Traceback" not in caplog.text


def test_an_invalid_argument_is_an_error_with_its_name(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            self.get_argument(self.get_argument("name"), type=int)

        def write_error(self, status_code: int, **kwargs: Any) -> None:
            error = kwargs["exc_info"][1]
            assert isinstance(error, InvalidArgumentError)
            self.write({"invalid": error.arg_name})

    running = site([("/", Handler)])
    assert running.fetch("/?name=n&n=%3Cx%3E").text == '{"invalid": "n"}'


def test_the_reason_for_an_invalid_argument_can_be_sent_whatever_its_name() -> None:
    error = InvalidArgumentError("a\r\nb: é" + "x" * 100, "value" * 100, "int")
    assert error.reason == r"Invalid argument 'a\r\nb: \xe9" + "x" * 47
    assert str(error.arg_name).startswith("a\r\nb: é")
    assert len(str(error)) < 350


@pytest.mark.expected_errors("Uncaught exception")
def test_a_type_may_end_the_request_itself_and_its_own_errors_are_500(site: MakeSite) -> None:
    def teapot(text: str) -> None:
        raise HTTPError(418)

    def broken(text: str) -> None:
        raise TypeError(text)

    class Handler(RequestHandler):
        def get(self, kind: str) -> None:
            self.get_argument("a", type={"teapot": teapot, "broken": broken}[kind])

    running = site([("/(.*)", Handler)])
    assert running.fetch("/teapot?a=1").status == 418
    assert running.fetch("/broken?a=1").status == 500


def test_typed_values_are_those_of_an_own_decoding(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def decode_argument(self, value: bytes, name: str | None = None) -> str:
            return value.decode("utf-16-le")

        def get(self) -> None:
            self.write({"a": self.get_argument("a", type=int)})

    assert site([("/", Handler)]).fetch("/?a=7%00").text == '{"a": 7}'
