import asyncio

import pytest

from tornado.ioloop import IOLoop


@pytest.fixture(params=["asyncio", "uvloop"])
def loop(request):
    """A loop of each implementation that is installed, closed after the test."""
    if request.param == "uvloop":
        pytest.importorskip("uvloop")
    made = IOLoop(make_current=False, uvloop=request.param == "uvloop")
    asyncio.set_event_loop(made.asyncio_loop)
    yield made
    if not made.asyncio_loop.is_closed():
        tasks = asyncio.all_tasks(made.asyncio_loop)
        for task in tasks:
            task.cancel()
        made.run_sync(lambda: asyncio.gather(*tasks, return_exceptions=True))
        made.close(all_fds=True)
    asyncio.set_event_loop(None)
