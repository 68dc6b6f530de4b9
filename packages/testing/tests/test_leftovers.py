import asyncio
import functools
import gc
import re
import socket
import threading
import weakref

import pytest

from tornado.gen import with_timeout
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop, PeriodicCallback
from tornado.simple_httpclient import SimpleAsyncHTTPClient
from tornado.testing import bind_unused_port
from tornado.testing._watch._leftovers import LeftoverWatch, describe
from tornado.web import Application, RequestHandler


@pytest.fixture
def watch(loop):
    """A watch that was started before the test."""
    made = LeftoverWatch().start(loop)
    yield made
    made.stop()


async def wait_for_ever():
    await asyncio.Event().wait()


def nothing():
    pass


def line_of(function, offset):
    """Return how the line of a function is named, counted from its ``def``."""
    return f"{__file__}:{function.__code__.co_firstlineno + offset}"


def test_a_test_that_does_nothing_leaves_nothing(loop, watch):
    assert watch.find(loop) == []


def test_a_task_is_named_with_the_lines_where_it_was_made_and_where_it_waits(loop, watch):
    async def leave():
        leave.task = asyncio.create_task(wait_for_ever())
        await asyncio.sleep(0)

    loop.run_sync(leave)

    (left,) = watch.find(loop)
    assert left.kind == "task"
    assert left.thing is leave.task
    assert str(left) == (
        f"task wait_for_ever, which waits in wait_for_ever at {line_of(wait_for_ever, 1)}, "
        f"made in {leave.__qualname__} at {line_of(leave, 1)}"
    )


def test_a_callback_that_awaits_is_a_task_that_the_loop_has_made(loop, watch):
    loop.add_callback(wait_for_ever)
    loop.run_sync(functools.partial(asyncio.sleep, 0))

    (left,) = watch.find(loop)
    assert str(left).startswith("task wait_for_ever, which waits in wait_for_ever at ")


@pytest.mark.parametrize("method", ["add_callback", "spawn_callback"])
def test_a_callback_that_awaits_is_named_with_the_line_that_gave_it_to_the_loop(
    loop, watch, method
):
    def first():
        getattr(loop, method)(wait_for_ever)

    def second():
        getattr(loop, method)(functools.partial(wait_for_ever))

    first()
    second()
    loop.run_sync(functools.partial(asyncio.sleep, 0))

    assert {str(each).partition(", made ")[2] for each in watch.find(loop)} == {
        f"in {each.__qualname__} at {line_of(each, 1)}" for each in (first, second)
    }


def test_a_task_that_existed_before_is_not_left_by_the_test(loop):
    async def make():
        make.task = asyncio.create_task(wait_for_ever())

    loop.run_sync(make)
    watch = LeftoverWatch().start(loop)
    assert watch.find(loop) == []
    watch.stop()


def test_a_task_that_is_about_to_end_is_given_time_to(loop, watch):
    async def leave():
        leave.task = asyncio.create_task(asyncio.sleep(0.02))

    loop.run_sync(leave)
    assert [each.kind for each in watch.find(loop)] == ["task"]
    assert watch.find(loop, settle=5) == []
    assert leave.task.done()


@pytest.mark.parametrize("method", ["call_later", "call_at", "add_timeout"])
def test_a_timer_is_named_with_its_callback(loop, watch, method):
    at = 60 if method == "call_later" else loop.time() + 60
    getattr(loop, method)(at, nothing)

    (left,) = watch.find(loop)
    assert left.kind == "timer"
    assert re.fullmatch(r"for nothing, due in (60\.0|5\d\.\d) s", left.description)
    assert left.origin.filename == __file__


def test_a_timer_of_asyncio_is_found_as_well(loop, watch):
    loop.asyncio_loop.call_later(60, functools.partial(nothing))
    (left,) = watch.find(loop)
    assert left.description.startswith("for nothing, due in ")


def test_a_timer_that_has_fired_or_was_removed_is_not_left(loop, watch):
    fired = loop.call_later(0, nothing)
    loop.remove_timeout(loop.call_later(60, nothing))
    loop.run_sync(functools.partial(asyncio.sleep, 0.01))
    assert watch.find(loop) == []
    del fired


def test_waiting_with_a_timeout_leaves_no_timer(loop, watch):
    async def wait():
        future = loop.asyncio_loop.create_future()
        loop.add_callback(future.set_result, 1)
        await with_timeout(loop.time() + 60, future)
        async with asyncio.timeout(60):
            await asyncio.sleep(0)

    loop.run_sync(wait)
    assert watch.find(loop) == []


def test_a_periodic_callback_is_named_once_and_not_with_its_timers(loop, watch):
    series = PeriodicCallback(nothing, 1)
    series.start()
    loop.run_sync(functools.partial(asyncio.sleep, 0.02))

    (left,) = watch.find(loop)
    assert str(left).startswith("periodic callback nothing, which is still running, made in test_")
    series.stop()
    assert watch.find(loop) == []


def test_a_socket_is_named_with_its_address(loop, watch):
    sock, port = bind_unused_port()
    (left,) = watch.find(loop)
    assert str(left).startswith(f"socket on 127.0.0.1:{port}, made in test_a_socket_is_named")
    sock.close()
    assert watch.find(loop) == []


def test_a_connection_is_named_with_both_addresses(loop, watch):
    sock, port = bind_unused_port()
    with sock, socket.create_connection(("127.0.0.1", port)) as connection:
        here = connection.getsockname()[1]
        descriptions = {each.description for each in watch.find(loop)}
    assert descriptions == {
        f"on 127.0.0.1:{port}",
        f"from 127.0.0.1:{here} to 127.0.0.1:{port}",
    }


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # it is dropped on purpose
def test_a_socket_that_only_a_circle_keeps_is_not_left(loop, watch):
    class Holder:
        pass

    gc.disable()
    try:
        holder = Holder()
        holder.itself, holder.sock = holder, bind_unused_port()[0]
        del holder
        assert [each.kind for each in watch.find(loop)] == ["socket"]
        assert watch.find(loop, collect=True) == []
    finally:
        gc.enable()


def test_what_another_thread_makes_is_its_own(loop, watch):
    made = []
    thread = threading.Thread(target=lambda: made.append(bind_unused_port()[0]))
    thread.start()
    thread.join()
    assert watch.find(loop) == []
    made[0].close()


def test_a_client_is_named_until_it_is_closed(loop, watch):
    client = AsyncHTTPClient(force_instance=True)
    (left,) = watch.find(loop)
    assert str(left).startswith("client SimpleAsyncHTTPClient, made in test_a_client_is_named")
    client.close()
    assert watch.find(loop) == []


def test_the_client_that_the_loop_shares_is_nobodys_to_close(loop, watch):
    assert isinstance(AsyncHTTPClient(), SimpleAsyncHTTPClient)
    assert watch.find(loop) == []


class Hello(RequestHandler):
    def get(self):
        self.write("hello")


def test_connections_of_a_client_and_a_server_belong_to_them(loop, watch):
    async def fetch():
        server = HTTPServer(Application([("/", Hello)]))
        sock, port = bind_unused_port()
        server.add_socket(sock)
        response = await AsyncHTTPClient().fetch(f"http://127.0.0.1:{port}/")
        assert response.body == b"hello"
        return server

    server = loop.run_sync(fetch)

    (left,) = watch.find(loop)
    assert left.description.startswith("on 127.0.0.1:")
    server.stop()
    assert watch.find(loop) == []


def test_classes_are_as_they_were_when_no_watch_is_on(loop):
    def methods():
        return (
            vars(asyncio.BaseEventLoop)["create_task"],
            vars(asyncio.BaseEventLoop)["call_at"],
            vars(socket.socket)["__init__"],
            vars(AsyncHTTPClient)["initialize"],
            vars(PeriodicCallback)["start"],
        )

    before = methods()
    first, second = LeftoverWatch().start(loop), LeftoverWatch().start(loop)
    assert methods() != before
    first.stop()
    assert methods() != before
    second.stop()
    second.stop()
    assert methods() == before


def test_a_loop_that_is_closed_has_no_timers(watch):
    other = IOLoop(make_current=False)
    other.call_later(60, nothing)
    other.close()
    assert watch.find() == []


def test_a_description_has_one_line_for_each_thing(loop, watch):
    loop.call_later(60, nothing)
    loop.call_later(60, nothing)
    text = describe("test_it", watch.find(loop))
    assert text.startswith("test_it left behind:\n  - timer for nothing, due in ")
    assert text.count("\n  - ") == 2


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # it is dropped on purpose
def test_nothing_lives_longer_for_being_watched(loop, watch):
    class Callback:
        def __call__(self):
            pass

    callback = Callback()
    kept = [weakref.ref(callback), weakref.ref(sock := bind_unused_port()[0])]
    timer = loop.call_later(60, callback)
    loop.remove_timeout(timer)
    del callback, sock, timer
    gc.collect()
    assert [each() for each in kept] == [None, None]
    assert watch.find(loop) == []


def test_a_loop_that_was_made_after_the_start_is_shown_to_the_watch(watch):
    other = IOLoop(make_current=False)
    watch.add_loop(other)
    watch.add_loop(other)
    other.call_later(60, nothing)
    found = [each.kind for each in watch.find()]
    other.close()
    assert found.count("timer") == 1
