"""Arguments, forms and files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tornado.web import MissingArgumentError, RequestHandler

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
    assert "missing argument q" in caplog.text
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
