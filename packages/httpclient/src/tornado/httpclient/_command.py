"""The command line: fetch URLs and print their bodies."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._response import HTTPResponse


def main(arguments: Sequence[str] | None = None) -> None:
    """Run ``python -m tornado.httpclient URL ...``.

    The exit status is 1 if a fetch failed.

    :param arguments: in place of those of the command line.
    """
    from ._sync import HTTPClient

    options = _parser().parse_args(arguments)
    failed = False
    with HTTPClient() as client:
        for url in options.urls:
            try:
                response = client.fetch(
                    url,
                    raise_error=False,
                    method=options.method or ("GET" if options.data is None else "POST"),
                    headers=dict(_split_field(field) for field in options.header),
                    body=options.data,
                    follow_redirects=options.follow_redirects,
                    validate_cert=options.validate_cert,
                    connect_timeout=options.timeout,
                    request_timeout=options.timeout,
                    proxy_host=options.proxy_host,
                    proxy_port=options.proxy_port,
                )
            except (OSError, ValueError, KeyError, Exception) as error:  # noqa: BLE001  # shown
                print(f"{url}: {error}", file=sys.stderr)
                failed = True
                continue
            _show(response, options)
            failed = failed or response.error is not None
    if failed:
        raise SystemExit(1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tornado.httpclient", description="Fetch URLs and print their bodies."
    )
    parser.add_argument("urls", nargs="+", metavar="URL")
    parser.add_argument("--print_headers", "-i", action="store_true", help="print the head too")
    parser.add_argument(
        "--print_body", action=argparse.BooleanOptionalAction, default=True, help="print the body"
    )
    parser.add_argument("--follow_redirects", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--validate_cert", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--method", "-X", help="GET, or POST if there is data")
    parser.add_argument("--header", "-H", action="append", default=[], metavar="'NAME: VALUE'")
    parser.add_argument("--data", "-d", help="the body")
    parser.add_argument("--timeout", type=float, default=20.0, help="seconds, 0 for no limit")
    parser.add_argument("--proxy_host")
    parser.add_argument("--proxy_port", type=int)
    return parser


def _split_field(field: str) -> tuple[str, str]:
    name, colon, value = field.partition(":")
    if not colon:
        raise SystemExit(f"no colon in the header {field!r}")
    return name.strip(), value.strip()


def _show(response: HTTPResponse, options: argparse.Namespace) -> None:
    if options.print_headers:
        print(f"HTTP/1.1 {response.code} {response.reason}")
        print(response.headers)
    if options.print_body:
        sys.stdout.flush()
        sys.stdout.buffer.write(response.body)
        sys.stdout.buffer.flush()
