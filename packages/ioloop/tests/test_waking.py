import asyncio

from tornado.ioloop import set_result_and_wake


def test_the_only_task_that_waits_runs_before_the_call_returns(run):
    async def main():
        future = asyncio.get_running_loop().create_future()
        got = []

        async def wait():
            got.append(await future)

        task = asyncio.ensure_future(wait())
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_soon(
            lambda: (set_result_and_wake(future, "x"), got.append("after"))
        )
        await task
        await asyncio.sleep(0)
        assert got == ["x", "after"]

    run(main)


def test_other_listeners_are_called_in_the_next_round(run):
    async def main():
        loop = asyncio.get_running_loop()
        for listeners in (1, 2):
            future = loop.create_future()
            got = []
            for _ in range(listeners):
                future.add_done_callback(lambda done, got=got: got.append(done.result()))
            set_result_and_wake(future, "x")
            assert got == []
            await asyncio.sleep(0)
            assert got == ["x"] * listeners

    run(main)


def test_a_task_is_not_stepped_inside_another_one(run):
    async def main():
        future = asyncio.get_running_loop().create_future()
        task = asyncio.ensure_future(wait_for(future))
        await asyncio.sleep(0)
        set_result_and_wake(future, "x")
        assert not task.done()
        assert await task == "x"

    run(main)


async def wait_for(future):
    return await future


def test_a_task_that_was_cancelled_before_stays_cancelled(run):
    async def main():
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        task = asyncio.ensure_future(wait_for(future))
        await asyncio.sleep(0)

        def cancel_and_wake():
            task.cancel()
            if not future.done():
                set_result_and_wake(future, "x")

        loop.call_soon(cancel_and_wake)
        await asyncio.wait([task])
        assert task.cancelled()

    run(main)


def test_the_task_runs_in_its_own_context(run):
    import contextvars

    variable = contextvars.ContextVar("variable", default="outside")

    async def main():
        future = asyncio.get_running_loop().create_future()

        async def inside():
            variable.set("inside")
            await future
            return variable.get()

        task = asyncio.ensure_future(inside())
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_soon(set_result_and_wake, future, None)
        assert await task == "inside"
        assert variable.get() == "outside"

    run(main)


def test_an_exception_of_the_task_stays_with_the_task(run):
    async def main():
        future = asyncio.get_running_loop().create_future()

        async def fail():
            await future
            raise LookupError("boo")

        task = asyncio.ensure_future(fail())
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_soon(set_result_and_wake, future, None)
        await asyncio.wait([task])
        assert isinstance(task.exception(), LookupError)

    run(main)
