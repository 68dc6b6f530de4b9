"""Tornado's side. Upstream and ours run this same file, each in its own environment."""

from __future__ import annotations

import asyncio
import logging

from loop import run
from settings import HOST, MAX_BODY, Settings, read_settings

import tornado.escape
import tornado.web


class Hello(tornado.web.RequestHandler):
    def get(self) -> None:
        self.write("Hello, world")


class OwnField(tornado.web.RequestHandler):
    def get(self) -> None:
        self.set_header("X-Request-Kind", "page")
        self.write("Hello, world")


class Order(tornado.web.RequestHandler):
    def post(self) -> None:
        order = tornado.escape.json_decode(self.request.body)
        self.write({"accepted": len(order["lines"]), "order": order})


class Large(tornado.web.RequestHandler):
    def initialize(self, text: str) -> None:
        self.text = text

    def get(self) -> None:
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        self.write(self.text)


class Form(tornado.web.RequestHandler):
    def post(self) -> None:
        note = self.get_body_argument("note")
        file = self.request.files["file"][0]
        self.write(f"{note} {file['filename']} {len(file['body'])}")


class Item(tornado.web.RequestHandler):
    def get(self, number: str) -> None:
        self.write(number)


class Stream(tornado.web.RequestHandler):
    def prepare(self) -> None:
        self.count = 0

    def data_received(self, chunk: bytes) -> None:
        self.count += len(chunk)

    def post(self) -> None:
        self.write(str(self.count))


def make_app(settings: Settings) -> tornado.web.Application:
    web = tornado.web
    files = {"path": str(settings.files)}
    routes = {
        "hello": lambda: [(r"/", Hello)],
        "own-field": lambda: [(r"/", OwnField)],
        "json": lambda: [(r"/orders", Order)],
        "large": lambda: [(r"/", Large, {"text": settings.large})],
        "routes": lambda: [(rf"/item{number}/([0-9]+)", Item) for number in range(settings.routes)],
        "static": lambda: [(r"/files/(.*)", web.StaticFileHandler, files)],
        "form": lambda: [(r"/", Form)],
        "stream": lambda: [(r"/", web.stream_request_body(Stream))],
    }
    return web.Application(routes[settings.case]())


async def main(settings: Settings) -> None:
    make_app(settings).listen(
        settings.port,
        address=HOST,
        max_body_size=MAX_BODY,
        max_buffer_size=MAX_BODY,
        ssl_options=settings.context,
    )
    await asyncio.Event().wait()


if __name__ == "__main__":
    settings = read_settings()
    logging.getLogger("tornado.access").setLevel(logging.ERROR)
    run(main(settings), settings)
