"""Twisted and Tornado in one process."""

import asyncio
import subprocess
import sys

import pytest
from twisted.internet.defer import CancelledError, Deferred, fail, succeed

import tornado.platform.twisted  # noqa: F401 - it lets coroutines yield Deferreds
from tornado import gen

PROGRAM = """
import tornado.platform.twisted
tornado.platform.twisted.install()
from twisted.internet import reactor, task
from tornado import gen
from tornado.ioloop import IOLoop

@gen.coroutine
def main():
    result = yield task.deferLater(reactor, 0.01, lambda: "from twisted")
    print(type(reactor).__name__, result)
    reactor.callWhenRunning(lambda: None)
    reactor.stop()

IOLoop.current().add_callback(main)
reactor.run()
"""


def test_a_coroutine_waits_for_a_deferred(run):
    @gen.coroutine
    def main():
        late = Deferred()
        asyncio.get_running_loop().call_soon(late.callback, "late")
        return [(yield succeed("at once")), (yield late)]

    assert run(main) == ["at once", "late"]


def test_a_deferred_that_fails_raises_in_the_coroutine(run):
    @gen.coroutine
    def main():
        with pytest.raises(KeyError, match="no such thing"):
            yield fail(KeyError("no such thing"))

    run(main)


def test_a_deferred_is_cancelled_with_the_future_that_stands_for_it(run):
    async def main():
        deferred = Deferred()
        seen = []
        deferred.addErrback(seen.append)
        future = gen.convert_yielded(deferred)
        future.cancel()
        await asyncio.sleep(0)
        return [failure.type for failure in seen]

    assert run(main) == [CancelledError]


def test_the_reactor_and_the_loop_share_a_process():
    command = [sys.executable, "-c", PROGRAM]
    output = subprocess.run(command, capture_output=True, check=True, text=True, timeout=50).stdout
    assert output.split(maxsplit=1) == ["AsyncioSelectorReactor", "from twisted\n"]


def test_the_reactor_takes_another_loop_in_the_classic_way():
    program = """if True:
        import tornado.platform.twisted
        from tornado.ioloop import IOLoop
        IOLoop()
        loop = IOLoop(make_current=False)
        tornado.platform.twisted.install(loop)
        from twisted.internet import reactor
        reactor.callLater(0, lambda: print(IOLoop.current() is loop, flush=True))
        reactor.callLater(0, reactor.stop)
        reactor.run()
    """
    command = [sys.executable, "-c", program]
    output = subprocess.run(command, capture_output=True, check=True, text=True, timeout=50).stdout
    assert output == "True\n"


def test_without_twisted_the_module_can_be_imported_and_install_raises():
    program = """if True:
        import sys
        sys.modules["twisted"] = None
        import tornado.platform.twisted
        try:
            tornado.platform.twisted.install()
        except ImportError as error:
            print(error.name)
    """
    command = [sys.executable, "-c", program]
    output = subprocess.run(command, capture_output=True, check=True, text=True, timeout=50).stdout
    assert "twisted" in output
