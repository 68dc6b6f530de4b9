"""What programs write all the time, in both generations, for type checkers; it is not run."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Awaitable
from typing import Any, assert_type

import tornado.gen
import tornado.httpclient
import tornado.httpserver
import tornado.ioloop
import tornado.options
import tornado.web
from tornado.auth import OpenIDConnectMixin
from tornado.httputil import HTTPHeaders
from tornado.options import define, options

define("port", default=8888, help="run on the given port", type=int)


class BaseHandler(tornado.web.RequestHandler):
    def initialize(self, database: dict[str, str], verbose: bool = False) -> None:
        self.database = database

    def get_current_user(self) -> bytes | None:
        return self.get_signed_cookie("user")

    def prepare(self) -> None:
        self.request.connection.set_max_body_size(1 << 20)
        self.request.connection.set_body_timeout(10)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        self.finish({"error": status_code})

    def on_connection_close(self) -> None:
        pass


class StoryHandler(BaseHandler):
    @tornado.web.authenticated
    def get(self, story_id: str) -> None:
        assert_type(self.get_argument("q"), str)
        assert_type(self.get_argument("q", None), str | None)
        assert_type(self.get_argument("page", type=int), int)
        assert_type(self.get_argument("page", 1, type=int), int)
        assert_type(self.get_argument("page", None, type=int), int | None)
        assert_type(self.get_arguments("tag"), list[str])
        assert_type(self.get_query_arguments("tag", type=float), list[float])
        since = self.get_body_argument("since", None, type=datetime.date.fromisoformat)
        assert_type(since, datetime.date | None)
        self.set_header("Location", self.reverse_url("story", story_id))
        self.write({"story": story_id, "user": self.current_user})

    async def post(self, story_id: str) -> None:
        response = await tornado.httpclient.AsyncHTTPClient().fetch("http://example.com/")
        self.write(response.body)
        await self.flush()
        await self.send_file(story_id, root="/srv/stories")


class AsynchronousHandler(tornado.web.RequestHandler):
    async def prepare(self) -> None:
        await asyncio.sleep(0)

    async def get_current_user(self) -> str:
        return await asyncio.sleep(0, "somebody")


class ClassicHandler(BaseHandler):
    @tornado.web.asynchronous
    def get(self) -> None:
        client = tornado.httpclient.AsyncHTTPClient()
        client.fetch("http://example.com/", callback=self.async_callback(self.on_response, "more"))

    def on_response(self, more: str, response: tornado.httpclient.HTTPResponse) -> None:
        self.finish(more)


class GeneratorHandler(BaseHandler):
    @tornado.gen.coroutine
    def get(self) -> Any:
        response = yield tornado.httpclient.AsyncHTTPClient().fetch("http://example.com/")
        self.write(response.body)


@tornado.web.stream_request_body
class UploadHandler(BaseHandler):
    async def data_received(self, chunk: bytes) -> None:
        await asyncio.sleep(0)


class LoginHandler(BaseHandler, OpenIDConnectMixin):
    async def get(self) -> None:
        if self.get_argument("state", None):
            user = await self.get_authenticated_user()
            self.set_signed_cookie("user", f"{user['iss']} {user['sub']}")
            assert_type(self.auth_tokens, dict[str, Any])
            self.redirect(self.auth_transaction.next or "/")
        else:
            await self.authorize_redirect("/login", next=self.get_argument("next", None))


class FilesHandler(tornado.web.StaticFileHandler):
    def set_extra_headers(self, path: str) -> None:
        self.set_header("Cache-Control", "no-cache")

    @classmethod
    def get_absolute_path(cls, root: str, path: str) -> str:
        return super().get_absolute_path(root, path)


class Entry(tornado.web.UIModule):
    def render(self, entry: str, show_comments: bool = False) -> str:
        return self.render_string("entry.html", entry=entry).decode()


async def middleware(handler: tornado.web.RequestHandler, proceed: Any) -> None:
    await proceed()


class Application(tornado.web.Application):
    def __init__(self) -> None:
        handlers = [
            (r"/story/([0-9]+)", StoryHandler, {"database": {}}, "story"),
            tornado.web.url(r"/classic", ClassicHandler, {"database": {}}, name="classic"),
            tornado.web.URLSpec("/generator", GeneratorHandler, {"database": {}}),
            (r"/files/(.*)", FilesHandler, {"path": "/srv"}),
        ]
        settings = {
            "debug": True,
            "cookie_secret": "a secret",
            "ui_modules": {"Entry": Entry},
            "middleware": [middleware],
        }
        super().__init__(handlers, **settings)
        self.on_startup.append(self.connect)

    async def connect(self, application: tornado.web.Application) -> None:
        self.settings["pool"] = await asyncio.sleep(0, "pool")


def make_app(handlers: list[Any]) -> tornado.web.Application:
    settings = {"debug": True, "template_path": "templates"}
    return tornado.web.Application(handlers, **settings)


application = Application()


@application.on_startup
async def connect(application: tornado.web.Application) -> None:
    application.settings["database"] = {}


@application.on_shutdown
def disconnect(application: tornado.web.Application) -> None:
    application.settings["database"].clear()


def on_request(request: tornado.httpserver.HTTPRequest) -> Awaitable[None]:
    body = b"hello"
    headers = HTTPHeaders({"Content-Type": "text/plain"})
    sent: Awaitable[None] = request.connection.respond(200, "OK", headers, body)
    return sent


def main() -> None:
    tornado.options.parse_command_line()
    server = tornado.httpserver.HTTPServer(application, xheaders=True)
    server.listen(options.port)
    tornado.httpserver.HTTPServer(on_request).listen(8889, "127.0.0.1")
    loop = tornado.ioloop.IOLoop.instance()
    tornado.ioloop.PeriodicCallback(lambda: None, 1000).start()
    loop.add_callback(print, "started")
    loop.add_timeout(datetime.timedelta(seconds=1), lambda: None)
    loop.start()


if __name__ == "__main__":
    main()
