"""Tornado's side. Upstream and ours run this same file, each in its own environment."""

from __future__ import annotations

import asyncio
import logging

from settings import HOST, MAX_BODY, Settings, read_settings

import tornado.escape
import tornado.web


class Hello(tornado.web.RequestHandler):
    def get(self) -> None:
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


@tornado.web.stream_request_body
class Stream(tornado.web.RequestHandler):
    def prepare(self) -> None:
        self.count = 0

    def data_received(self, chunk: bytes) -> None:
        self.count += len(chunk)

    def post(self) -> None:
        self.write(str(self.count))


def make_app(settings: Settings) -> tornado.web.Application:
    files = {"path": str(settings.files)}
    routes = {
        "hello": [(r"/", Hello)],
        "json": [(r"/orders", Order)],
        "large": [(r"/", Large, {"text": settings.large})],
        "routes": [(rf"/item{number}/([0-9]+)", Item) for number in range(settings.routes)],
        "static": [(r"/files/(.*)", tornado.web.StaticFileHandler, files)],
        "form": [(r"/", Form)],
        "stream": [(r"/", Stream)],
    }
    return tornado.web.Application(routes[settings.case])


class Item(tornado.web.RequestHandler):
    def get(self, number: str) -> None:
        self.write(number)


async def main(settings: Settings) -> None:
    make_app(settings).listen(
        settings.port, address=HOST, max_body_size=MAX_BODY, max_buffer_size=MAX_BODY
    )
    await asyncio.Event().wait()


if __name__ == "__main__":
    settings = read_settings()
    logging.getLogger("tornado.access").setLevel(logging.ERROR)
    if settings.loop == "uvloop":
        import uvloop

        uvloop.run(main(settings))
    else:
        asyncio.run(main(settings))
