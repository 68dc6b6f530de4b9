"""A small site made of the documents' first examples.

Run it with ``python demos/first_steps/app.py`` and open the address that it prints.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import Any

from pages import page

from tornado.escape import xhtml_escape
from tornado.log import enable_pretty_logging
from tornado.web import Application, HTTPError, RedirectHandler, RequestHandler


class BaseHandler(RequestHandler):
    """What the pages have in common: the layout, also around errors."""

    def show(self, title: str, content: str) -> None:
        self.write(page(title, content))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        self.show(f"{status_code}: {self._reason}", '<p><a href="/">Back to the beginning</a></p>')


class MainHandler(BaseHandler):
    def get(self) -> None:
        self.show(
            "It runs",
            "<p>These pages are the first examples of the documents: a greeting, a story by its "
            "number, a form, an upload, a redirect and an error. Their source is "
            "<code>demos/first_steps/app.py</code>.</p>",
        )


class HelloHandler(RequestHandler):
    def get(self) -> None:
        self.write("Hello, world")


class StoryHandler(BaseHandler):
    def get(self, story_id: str) -> None:
        self.show("A story", f"<p>You requested the story {story_id}</p>")


class FormHandler(BaseHandler):
    def get(self) -> None:
        self.show(
            "A form",
            '<form action="/form" method="post">'
            '<label for="message">Message</label>'
            '<input type="text" id="message" name="message" required autofocus>'
            '<input type="submit" value="Submit"></form>',
        )

    def post(self) -> None:
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        self.write("You wrote " + self.get_argument("message"))


class UploadHandler(BaseHandler):
    def get(self) -> None:
        self.show(
            "An upload",
            '<form action="/upload" method="post" enctype="multipart/form-data">'
            '<input type="file" name="file" required>'
            '<input type="submit" value="Upload"></form>',
        )

    def post(self) -> None:
        files = self.request.files.get("file")
        if not files:
            raise HTTPError(400, "no file in the form")
        described = [
            f"<dt>{xhtml_escape(file.filename)}</dt>"
            f"<dd>{len(file.body):,} bytes of {xhtml_escape(file.content_type)}</dd>"
            for file in files
        ]
        self.show("Thank you", f"<dl>{''.join(described)}</dl>")


class SecretHandler(BaseHandler):
    def get(self) -> None:
        raise HTTPError(403)


class MissingHandler(BaseHandler):
    def prepare(self) -> None:
        raise HTTPError(404)


def make_application(**settings: Any) -> Application:
    """Make the site."""
    return Application(
        [
            (r"/", MainHandler),
            (r"/hello", HelloHandler),
            (r"/story/([0-9]+)", StoryHandler),
            (r"/form", FormHandler),
            (r"/upload", UploadHandler),
            (r"/old", RedirectHandler, {"url": "/story/1", "permanent": False}),
            (r"/secret", SecretHandler),
        ],
        default_handler_class=MissingHandler,
        **settings,
    )


async def serve(port: int, address: str) -> None:
    """Serve the site until the program is interrupted."""
    server = make_application().listen(port, address, max_body_size=10 * 1024 * 1024)
    print(f"Open http://{address}:{port}/ (Ctrl-C ends)", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        server.stop()
        await server.close_all_connections()


def main() -> None:
    """Read the command line, and serve."""
    parser = argparse.ArgumentParser(description="Serve the documents' first examples.")
    parser.add_argument("--port", type=int, default=8888, help="the port (default: %(default)s)")
    parser.add_argument("--address", default="127.0.0.1", help="the address (default: %(default)s)")
    options = parser.parse_args()
    enable_pretty_logging()
    try:
        asyncio.run(serve(options.port, options.address))
    except KeyboardInterrupt:
        pass  # the way to end it
    except OSError as error:
        sys.exit(f"{error.strerror} (--port chooses another one)")


if __name__ == "__main__":
    main()
