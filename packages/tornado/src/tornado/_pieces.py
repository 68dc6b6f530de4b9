"""The pieces of Tornado: which distribution has which public module."""

from __future__ import annotations

#: Modules that need an extra of their piece, which the meta-package does not install.
NEED_EXTRA = frozenset({"curl_httpclient"})

#: Each public module below ``tornado`` and the distribution that it comes from.
PIECES = {
    "asgi": "tornado-asgi",
    "auth": "tornado-auth",
    "autoreload": "tornado-autoreload",
    "concurrent": "tornado-ioloop",
    "curl_httpclient": "tornado-httpclient",
    "database": "tornado-database",
    "escape": "tornado-escape",
    "gen": "tornado-ioloop",
    "http1connection": "tornado-httputil",
    "httpclient": "tornado-httpclient",
    "httpserver": "tornado-httpserver",
    "httputil": "tornado-httputil",
    "ioloop": "tornado-ioloop",
    "iostream": "tornado-iostream",
    "locale": "tornado-locale",
    "locks": "tornado-ioloop",
    "log": "tornado-log",
    "netutil": "tornado-iostream",
    "options": "tornado-options",
    "platform.asyncio": "tornado-ioloop",
    "platform.caresresolver": "tornado-iostream",
    "platform.twisted": "tornado-ioloop",
    "process": "tornado-iostream",
    "pytest_plugin": "tornado-test",
    "queues": "tornado-ioloop",
    "routing": "tornado-web",
    "serve": "tornado-serve",
    "simple_httpclient": "tornado-httpclient",
    "speedups": "tornado-speedups",
    "stack_context": "tornado-ioloop",
    "tcpclient": "tornado-iostream",
    "tcpserver": "tornado-iostream",
    "template": "tornado-template",
    "testing": "tornado-test",
    "util": "tornado-util",
    "web": "tornado-web",
    "websocket": "tornado-websocket",
    "websocket.protocol": "tornado-websocket",
    "wsgi": "tornado-wsgi",
}
