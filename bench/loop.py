"""What the loop costs: CPU microseconds per operation, beside plain asyncio and other Tornados.

    python bench/loop.py                            # this interpreter
    python bench/loop.py --against other/bin/python # and another one, in turns
    python bench/loop.py --uvloop

Each contestant does the same work in a process of its own. Rounds are interleaved, and the smallest
CPU time of a case counts: it is the one with the least noise.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import gc
import json
import subprocess
import sys
import time

CASES = {}
PLAIN = {}


def case(name, count, into=CASES):
    def register(function):
        into[name] = (function, count)
        return function

    return register


# -- Tornado, whichever this interpreter has ------------------------------------------------------


@case("IOLoop.current()", 100_000)
async def current(count):
    from tornado.ioloop import IOLoop

    call = IOLoop.current
    for _ in range(count):
        call()


@case("callback after callback", 50_000)
async def chain(count):
    from tornado.ioloop import IOLoop

    loop, done, left = IOLoop.current(), asyncio.Event(), count

    def call():
        nonlocal left
        left -= 1
        if left:
            loop.add_callback(call)
        else:
            done.set()

    loop.add_callback(call)
    await done.wait()


@case("many callbacks, one argument", 100_000)
async def batch(count):
    from tornado.ioloop import IOLoop

    loop = IOLoop.current()
    for number in range(count):
        loop.add_callback(abs, number)
    await asyncio.sleep(0)
    await asyncio.sleep(0)


@case("timer set and removed", 50_000)
async def timers(count):
    from tornado.ioloop import IOLoop

    loop = IOLoop.current()
    for handle in [loop.call_later(100 + number % 100, abs, 1) for number in range(count)]:
        loop.remove_timeout(handle)


@case("gen.coroutine, nothing to wait for", 50_000)
async def quick(count):
    from tornado import gen

    @gen.coroutine
    def inner():
        return 1
        yield

    @gen.coroutine
    def outer():
        return (yield inner())

    for _ in range(count // 2):
        await outer()


@case("gen.coroutine, waits once", 20_000)
async def waits(count):
    from tornado import gen

    @gen.coroutine
    def wait():
        yield None

    for _ in range(count):
        await wait()


@case("gen.multi of 5 sleeps", 2_000)
async def multi(count):
    from tornado import gen

    for _ in range(count):
        await gen.multi([gen.sleep(0) for _ in range(5)])


@case("gen.with_timeout", 5_000)
async def timeout(count):
    from tornado import gen

    limit, loop = datetime.timedelta(seconds=10), asyncio.get_running_loop()
    for _ in range(count):
        future = loop.create_future()
        loop.call_soon(future.set_result, None)
        await gen.with_timeout(limit, future)


async def free(lock, count):
    for _ in range(count):
        async with lock:
            pass


async def contended(lock, count):
    async def work():
        for _ in range(count // 10):
            async with lock:
                await asyncio.sleep(0)

    await asyncio.gather(*[work() for _ in range(10)])


async def through(queue, count):
    async def produce():
        for number in range(count):
            await queue.put(number)

    async def consume():
        for _ in range(count):
            await queue.get()
            queue.task_done()

    await asyncio.gather(produce(), consume())


@case("lock, free", 50_000)
async def lock_free(count):
    from tornado import locks

    await free(locks.Lock(), count)


@case("lock, ten want it", 10_000)
async def lock_contended(count):
    from tornado import locks

    await contended(locks.Lock(), count)


@case("queue, put and get", 20_000)
async def queue(count):
    from tornado import queues

    await through(queues.Queue(10), count)


# -- the same with asyncio alone ------------------------------------------------------------------


@case("callback after callback", 50_000, PLAIN)
async def plain_chain(count):
    loop, done, left = asyncio.get_running_loop(), asyncio.Event(), count

    def call():
        nonlocal left
        left -= 1
        if left:
            loop.call_soon(call)
        else:
            done.set()

    loop.call_soon(call)
    await done.wait()


@case("many callbacks, one argument", 100_000, PLAIN)
async def plain_batch(count):
    loop = asyncio.get_running_loop()
    for number in range(count):
        loop.call_soon(abs, number)
    await asyncio.sleep(0)
    await asyncio.sleep(0)


@case("timer set and removed", 50_000, PLAIN)
async def plain_timers(count):
    loop = asyncio.get_running_loop()
    for handle in [loop.call_later(100 + number % 100, abs, 1) for number in range(count)]:
        handle.cancel()


@case("gen.coroutine, waits once", 20_000, PLAIN)
async def plain_task(count):
    async def wait():
        await asyncio.sleep(0)

    for _ in range(count):
        await asyncio.create_task(wait())


@case("gen.with_timeout", 5_000, PLAIN)
async def plain_timeout(count):
    loop = asyncio.get_running_loop()
    for _ in range(count):
        future = loop.create_future()
        loop.call_soon(future.set_result, None)
        await asyncio.wait_for(future, 10)


@case("lock, free", 50_000, PLAIN)
async def plain_free(count):
    await free(asyncio.Lock(), count)


@case("lock, ten want it", 10_000, PLAIN)
async def plain_contended(count):
    await contended(asyncio.Lock(), count)


@case("queue, put and get", 20_000, PLAIN)
async def plain_queue(count):
    await through(asyncio.Queue(10), count)


# -- measuring ------------------------------------------------------------------------------------


def measure(cases, run):
    """Return the CPU microseconds per operation of each case."""
    found = {}
    for function, _ in cases.values():
        run(function(10))  # imports and caches
    for name, (function, count) in cases.items():
        gc.collect()
        begin = time.process_time()
        run(function(count))
        found[name] = (time.process_time() - begin) / count * 1e6
    return found


def in_process(python, plain, uvloop):
    command = [python, __file__, "--measure", *["--plain"] * plain, *["--uvloop"] * uvloop]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--against", help="another interpreter with a Tornado of its own")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--uvloop", action="store_true")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--plain", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        run = asyncio.run
        if options.uvloop:
            import uvloop

            run = uvloop.run
        print(json.dumps(measure(PLAIN if options.plain else CASES, run)))
        return
    contestants = {"ours": (sys.executable, False), "asyncio": (sys.executable, True)}
    if options.against:
        contestants["other"] = (options.against, False)
    best = {name: {} for name in contestants}
    for _ in range(options.rounds):
        for name, (python, plain) in contestants.items():
            for key, value in in_process(python, plain, options.uvloop).items():
                best[name][key] = min(value, best[name].get(key, value))
    print("| operation |", " | ".join(contestants), "|")
    print("|---|", "|".join("--:" for _ in contestants), "|")
    for key in CASES:
        values = [best[name].get(key) for name in contestants]
        cells = ["-" if value is None else f"{value:.2f}" for value in values]
        print(f"| {key} |", " | ".join(cells), "|")


if __name__ == "__main__":
    main()
