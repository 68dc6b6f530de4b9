"""Many tests of handlers in one run: what they make is counted, since times depend on the machine."""

from __future__ import annotations

from typing import Any

import pytest

HEAD = """
    import sys

    import pytest
    import tornado.web

    made = []


    def count(event, arguments):
        if event == "socket.__new__" and arguments[1] not in {-1, 1}:  # of the internet, not local
            made.append(event)
        elif event in {"socket.connect", "socket.bind", "socket.getaddrinfo"}:
            made.append(event)


    sys.addaudithook(count)


    class MainHandler(tornado.web.RequestHandler):
        def get(self, number):
            self.write({"number": int(number)})


    @pytest.fixture
    def app():
        return tornado.web.Application([(r"/([0-9]+)", MainHandler)])
"""
TEST = """

    async def test_{number}(memory_client):
        response = await memory_client.get("/{number}")
        assert response.json() == {{"number": {number}}}
"""
LAST = """

    def test_no_sockets():
        assert made == []
"""


@pytest.mark.slow
def test_a_thousand_tests_of_handlers_open_no_connection(suite: Any) -> None:
    tests = "".join(TEST.format(number=number) for number in range(1000))
    suite.write(test_it=HEAD + tests + LAST)

    run = suite.run_alone("-r", "f", "-q")

    assert run.code == 0, run.output
    assert "1001 passed" in run.output
