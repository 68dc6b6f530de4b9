"""The documents' example of a handler that asks another site, as it is printed there."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from programs import curl, running, unused_port, write_program

#: What the documents print.
HANDLER = """\
class MainHandler(tornado.web.RequestHandler):
    @tornado.web.asynchronous
    def get(self):
        http = tornado.httpclient.AsyncHTTPClient()
        http.fetch("http://friendfeed-api.com/v2/feed/bret",
                   callback=self.on_response)

    def on_response(self, response):
        if response.error: raise tornado.web.HTTPError(500)
        json = tornado.escape.json_decode(response.body)
        self.write("Fetched " + str(len(json["entries"])) + " entries "
                   "from the FriendFeed API")
        self.finish()
"""

#: What surrounds it: the site is gone, so a server of this test answers under its name.
PROGRAM = f"""\
import sys
import tornado.escape
import tornado.httpclient
import tornado.ioloop
import tornado.web

{HANDLER}
there = ("127.0.0.1", int(sys.argv[2]))
tornado.httpclient.AsyncHTTPClient.configure(
    None, hostname_mapping={{("friendfeed-api.com", 80): there}}
)
application = tornado.web.Application([(r"/", MainHandler)])
application.listen(int(sys.argv[1]))
tornado.ioloop.IOLoop.instance().start()
"""


class FriendFeed(BaseHTTPRequestHandler):
    """A handler that answers as the site did, or with an error."""

    code = 200

    def do_GET(self) -> None:
        body = json.dumps({"id": "bret", "entries": [{"id": n} for n in range(3)]}).encode()
        self.send_response(self.code if self.path == "/v2/feed/bret" else 404)
        self.send_header("Content-Type", "text/javascript")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""


@pytest.fixture
def friendfeed(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), FriendFeed) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_the_example_fetches_from_a_callback_as_printed(friendfeed: int, tmp_path: Path) -> None:
    port = unused_port()
    with running(write_program(tmp_path, PROGRAM), port, str(port), str(friendfeed)):
        for _ in range(3):
            answer = curl(f"http://127.0.0.1:{port}/").stdout
            assert answer == "Fetched 3 entries from the FriendFeed API"


def test_an_error_of_the_other_site_is_answered_with_500(
    friendfeed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FriendFeed, "code", 503)
    port = unused_port()
    with running(write_program(tmp_path, PROGRAM), port, str(port), str(friendfeed)):
        answer = curl("--include", f"http://127.0.0.1:{port}/").stdout
    assert answer.startswith("HTTP/1.1 500 Internal Server Error")
