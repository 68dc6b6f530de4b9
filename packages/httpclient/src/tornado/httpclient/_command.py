"""The command line: fetch URLs and print their bodies."""

from __future__ import annotations

import argparse
import logging
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._response._response import HTTPResponse

#: The values of ``--logging``, as `tornado.options` has them.
_LEVELS = ("debug", "info", "warning", "error", "none")

_SWITCHES = frozenset({"print_headers", "print_body", "follow_redirects", "validate_cert"})
_LOG_FORMAT = "[%(levelname)1.1s %(asctime)s %(name)s] %(message)s"
_VALUES = {
    **dict.fromkeys(("true", "t", "yes", "y", "on", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "off", "0"), False),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run ``python -m tornado.httpclient URL ...``.

    The exit status is 1 if a fetch failed, and standard error says why.

    :param arguments: the arguments; by default those of the command line.
    """
    from ._sync import HTTPClient

    given = sys.argv[1:] if arguments is None else arguments
    parser = _parser()
    options = parser.parse_args([_argument(argument, parser) for argument in given])
    if options.logging != "none":
        logging.basicConfig(level=options.logging.upper(), format=_LOG_FORMAT)
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
            except (OSError, ValueError, KeyError, Exception) as error:  # noqa: BLE001 - it is printed
                print(f"{url}: {error}", file=sys.stderr)
                failed = True
                continue
            _print(response, options)
            if response.error is not None:
                prefix = "" if len(options.urls) == 1 else f"{url}: "
                print(f"{prefix}{response.error}", file=sys.stderr)
                failed = True
    if failed:
        raise SystemExit(1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tornado.httpclient", description="Fetch URLs and print their bodies."
    )
    parser.add_argument("urls", nargs="+", metavar="URL")
    switch = argparse.BooleanOptionalAction
    parser.add_argument(
        "--print_headers", "-i", action=switch, default=False, help="print the head as well"
    )
    parser.add_argument("--print_body", action=switch, default=True)
    parser.add_argument("--follow_redirects", action=switch, default=True)
    parser.add_argument("--validate_cert", action=switch, default=True)
    parser.add_argument("--method", "-X", help="GET, or POST if there is data")
    parser.add_argument("--header", "-H", action="append", default=[], metavar="'NAME: VALUE'")
    parser.add_argument("--data", "-d", help="the body")
    parser.add_argument("--timeout", type=float, default=20.0, help="seconds, 0 for no limit")
    parser.add_argument(
        "--logging", type=str.lower, choices=_LEVELS, default="none", help="the level of the log"
    )
    parser.add_argument("--proxy_host")
    parser.add_argument("--proxy_port", type=int)
    return parser


def _argument(argument: str, parser: argparse.ArgumentParser) -> str:
    """Return an argument in the spelling of the parser.

    Like `tornado.options`, this accepts dashes instead of underscores, and switches with a value:
    ``--print-body=false``.
    """
    name, equals, value = argument.partition("=")
    if not name.startswith("--"):
        return argument
    name = name[2:].replace("-", "_")
    if name in _SWITCHES and equals:
        if value.lower() not in _VALUES:
            parser.error(f"--{name} is true or false, not {value!r}")
        return f"--{name}" if _VALUES[value.lower()] else f"--no-{name}"
    if name.removeprefix("no_") in _SWITCHES:
        name = name.replace("no_", "no-", 1)
    return f"--{name}{equals}{value}"


def _split_field(field: str) -> tuple[str, str]:
    name, colon, value = field.partition(":")
    if not colon:
        raise SystemExit(f"no colon in the header {field!r}")
    return name.strip(), value.strip()


def _print(response: HTTPResponse, options: argparse.Namespace) -> None:
    if options.print_headers:
        print(f"HTTP/1.1 {response.code} {response.reason}")
        print(response.headers)
    if options.print_body:
        sys.stdout.flush()
        sys.stdout.buffer.write(response.body)
        sys.stdout.buffer.flush()
