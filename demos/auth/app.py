"""A site that knows its users by what others say: OpenID Connect, and OAuth 2.

Run it with ``python demos/auth/app.py`` and open the address that it prints. It starts a provider of
its own, so it needs no account anywhere.
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import os
import secrets
import sys
from pathlib import Path
from typing import Any

import handlers
import signing_in
import signing_out
from providers import Provider, ProvidersError, read_providers
from sessions import Sessions

import tornado.web
from tornado.httpserver import HTTPServer
from tornado.log import enable_pretty_logging
from tornado.netutil import bind_sockets

HERE = Path(__file__).resolve().parent


def make_application(
    providers: list[Provider], secret: str, **settings: Any
) -> tornado.web.Application:
    """Make the site; ``settings`` override those of the demo."""
    defaults = {
        "cookie_secret": secret,
        "default_handler_class": handlers.MissingHandler,
        "login_url": "/",
        "providers": {each.name: each for each in providers},
        "sessions": Sessions(),
        "static_path": str(HERE / "static"),
        "template_path": str(HERE / "templates"),
        "xsrf_cookies": True,
    }
    return tornado.web.Application(
        [
            (r"/", handlers.HomeHandler),
            (r"/sign-out", signing_out.SignOutHandler),
            *(route for each in providers for route in routes_of(each)),
        ],
        **{**defaults, **settings},
    )


def routes_of(provider: Provider) -> list[Any]:
    """Return the addresses of one provider: where users go, and where they come back."""
    here, that = f"/sign-in/{provider.name}", {"provider": provider}
    if provider.kind == "github":
        return [
            (here, signing_in.GitHubHandler, that),
            (f"{here}/callback", signing_in.GitHubCallbackHandler, that),
        ]
    return [
        (here, signing_in.SignInHandler, that),
        (f"{here}/callback", signing_in.CallbackHandler, that),
        (f"{here}/ended", signing_out.BackChannelHandler, that),
        (f"/signed-out/{provider.name}", signing_out.SignedOutHandler, that),
    ]


async def serve(options: argparse.Namespace) -> None:
    """Serve the site and the provider until the program is interrupted."""
    providers = read_providers(options.providers) if options.providers else []
    servers = []
    sockets = bind_sockets(options.port, options.address)
    site = _url(options.address, sockets)
    if not options.no_local_provider:
        local, server = start_local_provider(options, site)
        providers.insert(0, local)
        servers.append(server)
    secret = os.environ.get("AUTH_DEMO_SECRET") or secrets.token_urlsafe(32)
    application = make_application(providers, secret, debug=options.debug, site=site)
    servers.append(HTTPServer(application, max_body_size=128 * 1024))
    servers[-1].add_sockets(sockets)
    for each in providers:
        print(f"{each.title}: comes back to {site}/sign-in/{each.name}/callback")
    print(f"Open {site}/ (Ctrl-C ends)", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        for server in servers:
            server.stop()
        for server in servers:
            await server.close_all_connections()


def start_local_provider(options: argparse.Namespace, site: str) -> tuple[Provider, HTTPServer]:
    """Start the demo's own provider, which knows this one site."""
    from accounts import Client, Issuer  # needs joserfc
    from provider import make_provider

    sockets = bind_sockets(options.provider_port, options.address)
    url = _url(options.address, sockets)
    client = Client(
        id="demo",
        secret=secrets.token_urlsafe(32),
        name="A site",
        redirect_uri=f"{site}/sign-in/local/callback",
        after_sign_out=f"{site}/signed-out/local",
        backchannel=f"{site}/sign-in/local/ended",
    )
    application = make_provider(
        Issuer(url),
        [client],
        static_path=str(HERE / "static"),
        template_path=str(HERE / "templates"),
    )
    server = HTTPServer(application, max_body_size=128 * 1024)
    server.add_sockets(sockets)
    return Provider("local", "the local provider", client.id, client.secret, url), server


def _url(address: str, sockets: list[Any]) -> str:
    host = f"[{address}]" if ":" in address else address
    return f"http://{host}:{sockets[0].getsockname()[1]}"  # port 0 means any free one


def port_number(text: str) -> int:
    """Parse a port of the command line."""
    if not 0 <= int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 65535")
    return int(text)


def parse_command_line() -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(description="Serve a site where others say who its users are.")
    add = parser.add_argument
    add("--port", type=port_number, default=8888, help="the port (default: %(default)s)")
    add("--address", default="127.0.0.1", help="the address (default: %(default)s)")
    add("--providers", metavar="FILE", type=Path, help="real ones: see providers.example.toml")
    add(
        "--provider-port", type=port_number, default=8889,
        help="the port of the demo's own provider (default: %(default)s)",
    )  # fmt: skip
    add("--no-local-provider", action="store_true", help="do without it")
    add("--debug", action="store_true", help="restart when a file changes")
    return parser.parse_args()


def main() -> None:
    """Parse the command line, and serve."""
    options = parse_command_line()
    enable_pretty_logging()
    try:
        asyncio.run(serve(options))
    except KeyboardInterrupt:
        pass  # how to end it
    except ModuleNotFoundError as error:
        sys.exit(f"{error}: pip install -r demos/auth/requirements.txt")
    except ProvidersError as error:
        sys.exit(str(error))
    except OSError as error:
        hint = " (--port and --provider-port choose others)"
        sys.exit(f"{error.strerror}{hint if error.errno == errno.EADDRINUSE else ''}")


if __name__ == "__main__":
    main()
