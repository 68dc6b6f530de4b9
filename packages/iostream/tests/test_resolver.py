import asyncio
import socket
from concurrent import futures

import pytest

from tornado.netutil import (
    BlockingResolver,
    DefaultExecutorResolver,
    DefaultLoopResolver,
    ExecutorResolver,
    OverrideResolver,
    Resolver,
    ThreadedResolver,
)
from tornado.platform.caresresolver import CaresResolver

KINDS = [
    BlockingResolver,
    CaresResolver,
    DefaultExecutorResolver,
    DefaultLoopResolver,
    ExecutorResolver,
    ThreadedResolver,
]


@pytest.fixture(autouse=True)
def forget_configuration():
    yield
    Resolver.configure(None)


@pytest.mark.parametrize("kind", KINDS)
def test_every_resolver_finds_names_and_addresses(bed, kind):
    async def main():
        resolver = bed.keep(kind())
        found = await resolver.resolve("localhost", 80)
        assert found
        assert set(found) <= {
            (socket.AF_INET, ("127.0.0.1", 80)),
            (socket.AF_INET6, ("::1", 80, 0, 0)),
        }
        assert list(await resolver.resolve("127.0.0.1", 81, socket.AF_INET)) == [
            (socket.AF_INET, ("127.0.0.1", 81))
        ]
        assert list(await resolver.resolve("::1", 82)) == [(socket.AF_INET6, ("::1", 82, 0, 0))]

    bed.run(main())


@pytest.mark.parametrize("kind", KINDS)
def test_every_resolver_refuses_names_that_do_not_exist(bed, kind):
    async def main():
        resolver = bed.keep(kind())
        with pytest.raises(OSError, match=r"known|resolv|found|Temporary|DNS"):
            await resolver.resolve("an invalid name", 80)

    bed.run(main())


def test_an_address_of_the_wrong_family_is_an_error(bed):
    async def main():
        with pytest.raises(OSError, match=r"family|known|supported"):
            await DefaultLoopResolver().resolve("127.0.0.1", 80, socket.AF_INET6)

    bed.run(main())


def test_cares_can_be_cancelled_and_closed_while_it_asks(bed):
    async def main():
        resolver = CaresResolver()
        asking = asyncio.ensure_future(resolver.resolve("name.invalid", 80))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])
        resolver.close()

    bed.run(main())


def test_the_kind_can_be_configured_by_name(bed):
    async def main():
        assert type(bed.keep(Resolver())) is DefaultLoopResolver
        Resolver.configure("tornado.netutil.ThreadedResolver", num_threads=1)
        resolver = bed.keep(Resolver())
        assert type(resolver) is ThreadedResolver
        assert await resolver.resolve("localhost", 1)

    bed.run(main())


def test_an_executor_is_shut_down_only_if_that_is_asked_for(bed):
    async def main():
        executor = futures.ThreadPoolExecutor(1)
        kept = ExecutorResolver(executor=executor, close_executor=False)
        assert await kept.resolve("localhost", 1)
        kept.close()
        executor.submit(int).result()
        ExecutorResolver(executor=executor).close()
        with pytest.raises(RuntimeError):
            executor.submit(int)

    bed.run(main())


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (("one.example", 80, socket.AF_UNSPEC), ("127.0.0.1", 80)),
        (("two.example", 443, socket.AF_UNSPEC), ("127.0.0.2", 1443)),
        (("three.example", 443, socket.AF_INET), ("127.0.0.3", 1444)),
        (("127.0.0.9", 99, socket.AF_UNSPEC), ("127.0.0.9", 99)),
    ],
)
def test_a_table_is_asked_first(bed, question, answer):
    async def main():
        table = {
            "one.example": "127.0.0.1",
            ("two.example", 443): ("127.0.0.2", 1443),
            ("three.example", 443, socket.AF_INET): ("127.0.0.3", 1444),
        }
        resolver = bed.keep(OverrideResolver(DefaultLoopResolver(), mapping=table))
        assert await resolver.resolve(*question) == [(socket.AF_INET, answer)]

    bed.run(main())


def test_applications_write_resolvers_of_their_own(bed):
    class Fixed(Resolver):
        def initialize(self, address):
            self.address = address
            self.is_closed = False

        def close(self):
            self.is_closed = True

        async def resolve(self, host, port, *args, **kwargs):
            return [(socket.AF_INET, (self.address, port))]

    async def main():
        Resolver.configure(Fixed, address="127.0.0.5")
        resolver = Resolver()
        assert await resolver.resolve("anything", 5) == [(socket.AF_INET, ("127.0.0.5", 5))]
        OverrideResolver(resolver, {}).close()
        assert resolver.is_closed
        with pytest.raises(NotImplementedError, match="Unfinished must define resolve"):
            await Unfinished().resolve("x", 1)

    bed.run(main())


class Unfinished(Resolver):
    """A resolver that cannot resolve."""


def test_resolver_makes_its_default_implementation():
    assert Resolver.configurable_base() is Resolver
    assert type(Resolver()) is Resolver.configurable_default()
