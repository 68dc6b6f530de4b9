"""Templates that await, and templates that are rendered piece by piece."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from tornado.template import DictLoader, Template


async def later(value: object) -> object:
    await asyncio.sleep(0)
    return value


async def count(end: int) -> AsyncIterator[int]:
    for number in range(end):
        await asyncio.sleep(0)
        yield number


async def no_items() -> AsyncIterator[int]:
    for number in ():
        yield number


NAMES = {"later": later, "count": count, "no_items": no_items, "rp": repr}

CASES = [
    ("plain {{ 1 }}", b"plain 1"),
    ("{{ await later('<') }}", b"&lt;"),
    ("{% raw await later('<') %}", b"<"),
    ("{% set x = await later(3) %}{{ x }}", b"3"),
    ("{% if await later(0) %}a{% else %}b{% end %}", b"b"),
    ("{% for x in await later([1, 2]) %}{{ x }}{% end %}", b"12"),
    ("{% async for x in count(3) %}{{ x }}{% end %}", b"012"),
    ("{% async for x in count(3) %}{% if x == 1 %}{% break %}{% end %}{{ x }}{% end %}", b"0"),
    ("{% async for x in no_items() %}{{ x }}{% else %}none{% end %}", b"none"),
    ("{{ [x async for x in count(2)] }}", b"[0, 1]"),
    ("{% apply rp %}a{{ await later(1) }}{% end %}", b"b'a1'"),
    ("{% try %}{{ await later(1 / 0) }}{% except %}E{% end %}", b"E"),
    ("{{ 'await' }}", b"await"),
]


@pytest.mark.parametrize(("text", "printed"), CASES)
def test_a_template_can_await(text: str, printed: bytes) -> None:
    async def collect() -> bytes:
        return b"".join([piece async for piece in Template(text).stream_async(**NAMES)])

    assert asyncio.run(Template(text).generate_async(**NAMES)) == printed
    assert asyncio.run(collect()) == printed


@pytest.mark.parametrize(("text", "printed"), [case for case in CASES if "async" in case[0]])
def test_the_error_for_a_template_that_awaits_says_how_to_render_it(
    text: str, printed: bytes
) -> None:
    with pytest.raises(RuntimeError, match=r"awaits something: use generate_async\(\)"):
        Template(text).generate(**NAMES)
    with pytest.raises(RuntimeError, match=r"awaits something: use stream_async\(\)"):
        Template(text).stream(**NAMES)


def test_any_template_of_a_page_may_await() -> None:
    files = {
        "base": "<{% block a %}{% end %}>",
        "leaf": "{% extends base %}{% block a %}{% include part %}{% end %}",
        "part": "{{ await later(5) }}",
    }
    template = DictLoader(files).load("leaf")
    assert asyncio.run(template.generate_async(later=later)) == b"<5>"


def test_templates_await_concurrently() -> None:
    order: list[str] = []

    async def note(name: str) -> str:
        order.append(name)
        await asyncio.sleep(0)
        order.append(name)
        return name

    async def render() -> list[bytes]:
        template = Template("<{{ await note(name) }}>")
        one, two = (template.generate_async(name=name, note=note) for name in "ab")
        return list(await asyncio.gather(one, two))

    assert asyncio.run(render()) == [b"<a>", b"<b>"]
    assert order == ["a", "b", "a", "b"]


def test_pieces_are_yielded_when_they_are_ready() -> None:
    done: list[int] = []

    def work() -> Iterator[int]:
        for number in range(3):
            done.append(number)
            yield number

    pieces = Template("head{% for x in work() %}<{{ x }}>{% end %}foot").stream(work=work)
    assert next(pieces) == b"head"
    assert done == []
    assert next(pieces) == b"<0>"
    assert done == [0]
    assert list(pieces) == [b"<1>", b"<2>", b"foot"]


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("", b""),
        ("a", b"a"),
        ("{{ '' }}", b""),
        ("{% set x = 1 %}", b""),
        ("{% raw b'\\xff' %}é", b"\xff\xc3\xa9"),
        ("{% apply rp %}a{% raw 'é' %}{% end %}z", b"b'a\\xc3\\xa9'z"),
        ("{% try %}a{{ 1 / 0 }}{% except %}E{% finally %}F{% end %}", b"aEF"),
    ],
)
def test_the_pieces_together_are_the_whole_output(text: str, printed: bytes) -> None:
    pieces = list(Template(text).stream(rp=repr))
    assert b"".join(pieces) == Template(text).generate(rp=repr) == printed
    assert all(pieces)


def test_the_output_before_an_await_is_yielded_before_it_waits() -> None:
    async def read() -> list[bytes]:
        gate: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        pieces = Template("<head>{{ title }}{{ await gate }}foot").stream_async(
            title="Tea", gate=gate
        )
        first = await asyncio.wait_for(anext(pieces), 5)
        gate.set_result("body")
        return [first, *[piece async for piece in pieces]]

    first, *rest = asyncio.run(read())
    assert (first, b"".join(rest)) == (b"<head>Tea", b"bodyfoot")


def test_a_stream_can_be_left_early() -> None:
    closed: list[bool] = []

    def work() -> Iterator[int]:
        try:
            yield 1
            yield 2
        finally:
            closed.append(True)

    pieces = Template("{% for x in work() %}{{ x }}{% end %}").stream(work=work)
    next(pieces)
    pieces.close()
    assert closed == [True]


LEFT = [
    "{% try %}{{ 1 }}{{ 2 }}{% except %}never{% end %}never",
    "{% while True %}{% try %}{{ 1 }}{{ 2 }}{% except %}never{% end %}{% end %}",
    "{% try %}{{ 1 }}{{ 2 }}{% finally %}{% for x in 'ab' %}{{ x }}{% end %}never{% end %}",
]


@pytest.mark.parametrize("text", LEFT)
def test_a_stream_that_is_left_early_prints_no_more(text: str) -> None:
    pieces = Template(text).stream()
    assert next(pieces) == b"1"
    # What goes wrong here is an error that nobody can catch: pytest turns it into one of the test.
    pieces.close()


@pytest.mark.parametrize("text", LEFT)
def test_an_asynchronous_stream_that_is_left_early_prints_no_more(text: str) -> None:
    faults: list[object] = []

    async def leave() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
        pieces = Template("{% set await later(0) %}" + text).stream_async(later=later)
        assert await anext(pieces) == b"1"
        await pieces.aclose()  # type: ignore[attr-defined]  # it is a generator
        await asyncio.sleep(0)

    asyncio.run(leave())
    assert faults == []


def test_a_template_that_awaits_can_be_cancelled_in_spite_of_its_except() -> None:
    async def cancel() -> None:
        gate: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        template = Template("{% try %}{{ await gate }}{% except %}never{% end %}")
        task = asyncio.create_task(template.generate_async(gate=gate))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
