"""Programs of 2.x to 4.x with threads, executors and test cases, each with a loop of its own."""

# ruff: noqa: C408, PT009 - written as people wrote it then

from __future__ import annotations

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from classic_servers import serve

import tornado.escape
import tornado.gen
import tornado.httpclient
import tornado.httpserver
import tornado.ioloop
import tornado.iostream
import tornado.netutil
import tornado.process
import tornado.queues
import tornado.stack_context
import tornado.web
from tornado.concurrent import run_on_executor

# -- 3.x and 4.x: a server in a thread of its own, work in threads, other programs ------------------


class WorkHandler(tornado.web.RequestHandler):
    executor = ThreadPoolExecutor(2)

    def initialize(self, io_loop):
        self.io_loop = io_loop

    @run_on_executor
    def work(self, number):
        time.sleep(0.001)
        return threading.current_thread() is not threading.main_thread(), number * 2

    @tornado.web.asynchronous
    @tornado.gen.coroutine
    def get(self):
        elsewhere, result = yield self.work(int(self.get_argument("n")))
        yield tornado.gen.Task(self.io_loop.add_timeout, self.io_loop.time() + 0.001)
        self.write({"elsewhere": elsewhere, "result": result})
        self.finish()

    @tornado.web.asynchronous
    def post(self):
        self.work(4, callback=self.on_work)

    def on_work(self, result):
        self.finish(tornado.escape.json_encode(result))


class ListHandler(tornado.web.RequestHandler):
    def initialize(self, io_loop):
        self.io_loop = io_loop

    @tornado.gen.coroutine
    def get(self):
        process = tornado.process.Subprocess(
            [sys.executable, "-c", "print('one'); print('two')"],
            stdout=tornado.process.Subprocess.STREAM,
            io_loop=self.io_loop,
        )
        output, status = yield [
            tornado.gen.Task(process.stdout.read_until_close),
            tornado.gen.Task(process.set_exit_callback),
        ]
        self.write("%d: %s" % (status, tornado.escape.native_str(output).split()))


def test_a_server_in_a_thread_has_a_loop_of_its_own():
    loop = tornado.ioloop.IOLoop(make_current=False)
    ready = threading.Event()
    urls = []

    def run():
        loop.make_current()
        application = tornado.web.Application(
            [
                (r"/work", WorkHandler, dict(io_loop=loop)),
                (r"/list", ListHandler, dict(io_loop=loop)),
            ]
        )
        server, url = serve(application, loop)
        urls.append(url)
        ticks = []
        periodic = tornado.ioloop.PeriodicCallback(lambda: ticks.append(1), 5, loop)
        periodic.start()
        loop.add_callback(ready.set)
        loop.start()
        periodic.stop()
        server.stop()
        loop.close(all_fds=True)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(20)
    client = tornado.httpclient.HTTPClient()
    try:
        answer = tornado.escape.json_decode(client.fetch(urls[0] + "/work?n=21").body)
        assert answer == {"elsewhere": True, "result": 42}
        posted = client.fetch(urls[0] + "/work", method="POST", body="")
        assert tornado.escape.json_decode(posted.body) == [True, 8]
        assert client.fetch(urls[0] + "/list").body == b"0: ['one', 'two']"
        with pytest.raises(RuntimeError, match="io_loop runs in another thread"):
            tornado.httpclient.AsyncHTTPClient(loop)
    finally:
        client.close()
        loop.add_callback(loop.stop)
        thread.join(20)
    assert not thread.is_alive()


# -- 2.x: test cases with a loop of their own --------------------------------------------------------


def test_a_test_case_of_2_x_has_its_own_loop_and_stops_by_callback():
    testing = pytest.importorskip("tornado.testing")
    import unittest

    class HelloHandler(tornado.web.RequestHandler):
        @tornado.web.asynchronous
        def get(self):
            self.settings["io_loop"].add_callback(self.async_callback(self.later))

        def later(self):
            self.finish("Hello")

    class HelloTest(testing.AsyncHTTPTestCase, testing.LogTrapTestCase):
        def get_new_ioloop(self):
            return tornado.ioloop.IOLoop()

        def get_app(self):
            return tornado.web.Application([("/", HelloHandler)], io_loop=self.io_loop)

        def test_hello(self):
            self.http_client.fetch(self.get_url("/"), self.stop)
            response = self.wait(timeout=20)
            self.assertEqual(response.body, b"Hello")

        def test_own_client(self):
            client = tornado.httpclient.AsyncHTTPClient(self.io_loop, 1, force_instance=True)
            client.fetch(self.get_url("/"), callback=self.stop)
            self.assertEqual(self.wait(timeout=20).code, 200)
            client.close()

    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(HelloTest).run(result)
    assert (result.testsRun, result.errors, result.failures) == (2, [], [])
