"""Exceptions of callbacks and the blocks that they descend from."""

import asyncio
import contextlib
import socket

import pytest

from tornado import gen, stack_context
from tornado.ioloop import IOLoop
from tornado.stack_context import (
    ExceptionStackContext,
    NullContext,
    StackContext,
    handle_exception,
    wrap,
)


def broken():
    raise ZeroDivisionError("broken")


def soon(ioloop):
    ioloop.add_callback(broken)


def later(ioloop):
    ioloop.call_later(0, broken)


def by_future(ioloop):
    future = ioloop.asyncio_loop.create_future()
    ioloop.add_future(future, lambda future: broken())
    future.set_result(None)


def by_coroutine(ioloop):
    async def work():
        await asyncio.sleep(0)
        broken()

    ioloop.add_callback(work)


def by_descendant(ioloop):
    ioloop.add_callback(ioloop.call_later, 0, ioloop.add_callback, broken)


def by_asyncio(ioloop):
    ioloop.asyncio_loop.call_soon(broken)


def by_asyncio_timer(ioloop):
    ioloop.asyncio_loop.call_later(0, broken)


def by_done_callback(ioloop):
    future = ioloop.asyncio_loop.create_future()
    future.add_done_callback(lambda future: broken())
    future.set_result(None)


WAYS = [
    soon,
    later,
    by_future,
    by_coroutine,
    by_descendant,
    by_asyncio,
    by_asyncio_timer,
    by_done_callback,
]


def turn(ioloop, seconds=0.03):
    ioloop.call_later(seconds, ioloop.stop)
    ioloop.start()


@pytest.mark.parametrize("way", WAYS)
def test_a_handler_gets_the_exceptions_of_descendants(ioloop, caplog, way):
    seen = []

    def handler(typ, value, traceback):
        seen.append((typ, str(value), traceback is not None))
        return True

    with ExceptionStackContext(handler):
        way(ioloop)
    turn(ioloop)
    assert seen == [(ZeroDivisionError, "broken", True)]
    assert caplog.records == []


@pytest.mark.parametrize("way", WAYS)
def test_an_exception_that_is_not_handled_is_logged(ioloop, caplog, way):
    with ExceptionStackContext(lambda *args: False):
        way(ioloop)
    turn(ioloop)
    assert [record.levelname for record in caplog.records] == ["ERROR"]


@pytest.mark.parametrize("way", WAYS)
def test_handlers_are_asked_from_the_innermost_block_outwards(ioloop, caplog, way):
    order = []
    with ExceptionStackContext(lambda *args: order.append("outer") or True):
        with ExceptionStackContext(lambda *args: order.append("inner")):
            way(ioloop)
        with ExceptionStackContext(lambda *args: order.append("sibling") or True):
            pass
    turn(ioloop)
    assert order == ["inner", "outer"]


def test_handlers_work_inside_asyncio_run(asyncio_run):
    seen = []

    async def main():
        with ExceptionStackContext(lambda *args: seen.append(args[0]) or True):
            asyncio.get_running_loop().call_soon(broken)
            IOLoop.current().add_callback(broken)
        await asyncio.sleep(0.01)

    asyncio_run(main())
    assert seen == [ZeroDivisionError] * 2


def test_an_exception_handler_of_the_application_stays(asyncio_run):
    seen = []

    async def main():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda loop, context: seen.append("mine"))
        with ExceptionStackContext(lambda *args: seen.append("block")):
            loop.call_soon(broken)
        await asyncio.sleep(0.01)

    asyncio_run(main())
    assert seen == ["mine"]


def test_handlers_of_descriptors_descend_too(ioloop):
    seen = []
    left, right = socket.socketpair()
    with ExceptionStackContext(lambda *args: seen.append(args[0]) or True):
        ioloop.add_handler(left, lambda fd, events: fd.recv(9) and broken(), ioloop.READ)
    for _ in range(2):
        right.send(b"x")
        turn(ioloop)
    ioloop.remove_handler(left)
    left.close()
    right.close()
    assert seen == [ZeroDivisionError] * 2


def test_callbacks_registered_outside_do_not_descend(ioloop, caplog):
    seen = []
    with ExceptionStackContext(lambda *args: seen.append(1) or True):
        pass
    soon(ioloop)
    turn(ioloop)
    assert seen == []
    assert len(caplog.records) == 1


def test_the_block_itself_is_guarded(ioloop):
    seen = []
    with ExceptionStackContext(lambda typ, *rest: seen.append(typ) or True):
        broken()
    assert seen == [ZeroDivisionError]
    with (
        pytest.raises(ZeroDivisionError),
        ExceptionStackContext(lambda *args: False),
    ):
        broken()


def test_a_handler_that_raises_replaces_the_exception(ioloop):
    seen = []

    def replace(typ, value, tb):
        raise KeyError("replaced")

    with (
        ExceptionStackContext(lambda typ, value, tb: seen.append(value) or True),
        ExceptionStackContext(replace),
    ):
        soon(ioloop)
    turn(ioloop)
    assert [error.args for error in seen] == [("replaced",)]


def test_an_exception_that_replaces_another_is_logged(ioloop, caplog):
    def replace(typ, value, tb):
        raise KeyError("replaced")

    with ExceptionStackContext(replace):
        soon(ioloop)
    turn(ioloop)
    assert [record.exc_info[0] for record in caplog.records] == [KeyError]


def test_callbacks_that_a_handler_registers_descend_from_the_outer_block(ioloop):
    order = []

    def inner(typ, value, tb):
        order.append("inner")
        ioloop.add_callback(broken)
        return True

    with (
        ExceptionStackContext(lambda *args: order.append("outer") or True),
        ExceptionStackContext(inner),
    ):
        soon(ioloop)
    turn(ioloop)
    assert order == ["inner", "outer"]


def test_a_block_can_be_turned_off(ioloop, caplog):
    seen = []
    with ExceptionStackContext(lambda *args: seen.append(1) or True) as deactivate:
        soon(ioloop)
    deactivate()
    turn(ioloop)
    assert seen == []
    assert len(caplog.records) == 1


def test_callbacks_in_a_null_context_do_not_descend_from_outer_blocks(ioloop, caplog):
    seen = []
    with ExceptionStackContext(lambda *args: seen.append(1) or True):
        with NullContext():
            soon(ioloop)
        soon(ioloop)
    turn(ioloop)
    assert seen == [1]
    assert len(caplog.records) == 1


def test_wrap_returns_a_function_as_it_is_outside_all_blocks():
    assert wrap(broken) is broken
    assert wrap(None) is None


def test_a_wrapped_function_runs_in_its_blocks(ioloop):
    seen = []
    with ExceptionStackContext(lambda *args: seen.append(1) or True):
        wrapped = wrap(broken)
        assert wrap(wrapped) is wrapped
        assert wrap(None) is None
        fine = wrap(lambda a, b: a + b)
    assert wrapped() is None
    assert fine(1, b=2) == 3
    assert seen == [1]
    turn(ioloop)


def test_libraries_can_offer_exceptions_themselves():
    error = ValueError("v")
    assert handle_exception(error) is error
    with ExceptionStackContext(lambda typ, value, tb: value is error):
        assert handle_exception(error) is None
        other = KeyError()
        assert handle_exception(other) is other


class Recorder:
    """Context managers that record when they are entered and left."""

    def __init__(self):
        self.events = []

    @contextlib.contextmanager
    def __call__(self):
        self.events.append("enter")
        try:
            yield
        finally:
            self.events.append("exit")


@pytest.mark.parametrize("way", [soon, later, by_future])
def test_a_stack_context_is_entered_again_around_callbacks(ioloop, caplog, way):
    context = Recorder()
    with StackContext(context):
        way(ioloop)
    assert context.events == ["enter", "exit"]
    turn(ioloop)
    assert context.events == ["enter", "exit"] * 2
    assert [record.exc_info[0] for record in caplog.records] == [ZeroDivisionError]


def test_a_stack_context_may_swallow_exceptions(ioloop, caplog):
    order = []

    @contextlib.contextmanager
    def swallow():
        try:
            yield
        except ZeroDivisionError:
            order.append("swallowed")

    with (
        ExceptionStackContext(lambda *args: order.append("outer") or True),
        StackContext(swallow),
        ExceptionStackContext(lambda *args: order.append("inner")),
    ):
        soon(ioloop)
        by_descendant(ioloop)
        by_coroutine(ioloop)
    turn(ioloop)
    assert order.count("swallowed") == 2
    assert caplog.records == []


def test_a_stack_context_can_be_turned_off(ioloop):
    context = Recorder()
    with StackContext(context) as deactivate:
        ioloop.add_callback(int)
    deactivate()
    turn(ioloop)
    assert context.events == ["enter", "exit"]


def test_wrap_enters_a_stack_context():
    context = Recorder()
    with StackContext(context):
        wrapped = wrap(lambda: context.events.append("call"))
    wrapped()
    assert context.events == ["enter", "exit", "enter", "call", "exit"]


def test_cancellation_and_results_pass_through_a_stack_context(ioloop, caplog):
    ended = []

    async def work():
        await asyncio.sleep(0)
        ended.append(True)

    def cancelled():
        raise asyncio.CancelledError

    with StackContext(Recorder()):
        ioloop.add_callback(work)
        ioloop.add_callback(cancelled)
    turn(ioloop)
    assert ended == [True]
    assert caplog.records == []


def test_a_generator_may_hold_a_block_open_while_it_waits(ioloop):
    seen = []

    @gen.coroutine
    def work():
        with ExceptionStackContext(lambda *args: seen.append(1) or True):
            yield gen.sleep(0)
            soon(ioloop)
            yield gen.sleep(0)
        return "done"

    assert ioloop.run_sync(work) == "done"
    turn(ioloop)
    assert seen == [1]


def test_a_block_may_be_left_in_another_context(ioloop):
    block = ExceptionStackContext(lambda *args: True)
    import contextvars

    contextvars.copy_context().run(block.__enter__)
    assert block.__exit__(None, None, None) is False


def test_run_with_stack_context_runs_a_coroutine_in_a_block_to_its_end(run):
    caught = []

    def handle(typ, value, tb):
        caught.append(typ)
        return True

    @gen.coroutine
    def work():
        yield gen.moment
        IOLoop.current().add_callback(lambda: 1 / 0)
        yield gen.sleep(0.001)
        raise gen.Return("done")

    async def main():
        return await stack_context.run_with_stack_context(
            stack_context.ExceptionStackContext(handle), work
        )

    assert run(main) == "done"
    assert caught == [ZeroDivisionError]


def test_the_state_can_be_saved_cleared_and_restored(run):
    caught = []

    def handle(typ, value, tb):
        caught.append(typ)
        return True

    async def main():
        state = stack_context._state
        assert state.contexts == ((), None)
        with stack_context.ExceptionStackContext(handle):
            saved = state.contexts
            assert len(saved[0]) == 1
            state.contexts = ((), None)
            try:
                assert stack_context.wrap(print) is print
            finally:
                state.contexts = saved
            IOLoop.current().add_callback(lambda: 1 / 0)
        assert state.contexts == ((), None)
        await gen.sleep(0.001)

    run(main)
    assert caught == [ZeroDivisionError]


def test_the_exception_that_programs_catch_has_its_name():
    assert issubclass(stack_context.StackContextInconsistentError, Exception)
    with stack_context.ExceptionStackContext(lambda typ, value, tb: True, delay_warning=True):
        raise KeyError
