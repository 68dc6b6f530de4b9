import asyncio
import unittest

import pytest

from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.testing import (
    AsyncHTTPTestCase,
    bind_unused_port,
    gen_test,
)
from tornado.web import Application, RequestHandler


class Slow(RequestHandler):
    async def get(self):
        await asyncio.sleep(0.001)
        self.write("slow")


async def wait_for_ever():
    await asyncio.Event().wait()


class Both:
    def get_app(self):
        return Application([("/", Slow)])

    async def asyncSetUp(self):
        await super().asyncSetUp()
        assert IOLoop.current() is self.io_loop

    async def test_native(self):
        assert IOLoop.current() is self.io_loop
        response = await self.http_client.fetch(self.get_url("/"))
        assert response.body == b"slow"

    def test_plain(self):
        assert self.fetch("/").body == b"slow"

    def test_callback(self):
        self.http_client.fetch(self.get_url("/"), self.stop)
        assert self.wait().body == b"slow"

    @gen_test
    async def test_decorated(self):
        response = await self.http_client.fetch(self.get_url("/"))
        assert response.body == b"slow"

    @gen_test
    def test_generator(self):
        response = yield self.http_client.fetch(self.get_url("/"))
        assert response.body == b"slow"

    async def test_left(self):
        self.task = asyncio.create_task(wait_for_ever())


BASES = (AsyncHTTPTestCase, unittest.IsolatedAsyncioTestCase)


@pytest.mark.parametrize("bases", [BASES, BASES[::-1]], ids=["ours first", "unittest's first"])
@pytest.mark.parametrize(
    "name", ["test_native", "test_plain", "test_callback", "test_decorated", "test_generator"]
)
def test_a_case_may_be_one_of_unittest_as_well(run, bases, name):
    ran = run(type("Case", (Both, *bases), {"leftovers": "fail"}), name)
    assert ran.errors == []
    assert ran.failures == []
    assert ran.warned == []


@pytest.mark.parametrize("bases", [BASES, BASES[::-1]], ids=["ours first", "unittest's first"])
def test_a_task_that_such_a_case_leaves_is_named(run, bases):
    (text,) = run(type("Case", (Both, *bases), {"leftovers": "fail"}), "test_left").failures
    assert "task wait_for_ever, which waits in wait_for_ever at" in text


def test_a_plain_case_of_unittest_uses_the_client_of_its_loop(run):
    class Case(unittest.IsolatedAsyncioTestCase):
        async def test(self):
            listener, port = bind_unused_port()
            server = HTTPServer(Application([("/", Slow)]))
            server.add_socket(listener)
            response = await AsyncHTTPClient().fetch(f"http://127.0.0.1:{port}/")
            assert response.body == b"slow"
            server.stop()
            await server.close_all_connections()
            AsyncHTTPClient().close()

    ran = run(Case)
    assert ran.errors == []
