"""The three ways to start a server, with handlers of both generations in one process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from programs import curl, running, unused_port, write_program

HANDLERS = """\
import asyncio, sys
import tornado.ioloop
import tornado.web

class Plain(tornado.web.RequestHandler):
    def get(self):
        self.write("plain")

class Waiting(tornado.web.RequestHandler):
    async def get(self):
        await asyncio.sleep(0.01)
        self.write("waited")

class Hasty(tornado.web.RequestHandler):
    async def get(self):
        self.write("did not wait")

class Broken(tornado.web.RequestHandler):
    async def get(self):
        await asyncio.sleep(0)
        raise tornado.web.HTTPError(418)

def make_app():
    return tornado.web.Application(
        [("/plain", Plain), ("/waiting", Waiting), ("/hasty", Hasty), ("/broken", Broken)])

port = int(sys.argv[1])
"""

STARTS = {
    "instance": "make_app().listen(port)\ntornado.ioloop.IOLoop.instance().start()\n",
    "current": "make_app().listen(port)\ntornado.ioloop.IOLoop.current().start()\n",
    "run": (
        "async def main():\n"
        "    make_app().listen(port)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    ),
}


@pytest.mark.parametrize("start", STARTS)
def test_every_way_serves_handlers_of_both_generations(tmp_path: Path, start: str) -> None:
    port = unused_port()
    site = f"http://127.0.0.1:{port}"
    script = write_program(tmp_path, HANDLERS + STARTS[start])
    with running(script, port, str(port)) as program:
        answers = [curl(f"{site}/{page}").stdout for page in ("plain", "waiting", "hasty")]
        broken = curl("--include", f"{site}/broken").stdout
        program.interrupt()

        assert answers == ["plain", "waited", "did not wait"]
        assert broken.startswith("HTTP/1.1 418 ")
        assert "was never awaited" not in program.stderr


def test_slow_requests_do_not_hold_up_each_other(tmp_path: Path) -> None:
    """Ten requests that sleep take the time of one, which a blocked loop could not do."""
    port = unused_port()
    text = HANDLERS.replace("asyncio.sleep(0.01)", "asyncio.sleep(1)") + STARTS["run"]
    urls = [f"http://127.0.0.1:{port}/waiting"] * 10
    with running(write_program(tmp_path, text), port, str(port)):
        times = curl("--parallel", "--write-out", "%{json}\n", *urls).stdout

    totals = [json.loads(line[line.index("{") :])["time_total"] for line in times.splitlines()]
    assert len(totals) == 10
    assert max(totals) < 8
