"""The order of attempts, with connections that answer on a clock of the test's."""

import asyncio
import socket
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.tcpclient._race import connect_first, format_address, interleave

V4, V6 = socket.AF_INET, socket.AF_INET6
addresses = st.lists(st.tuples(st.sampled_from([V4, V6]), st.integers()), unique=True, max_size=12)


@given(addresses)
def test_families_take_turns_and_keep_their_own_order(given_order):
    ordered = interleave(given_order)
    assert sorted(ordered) == sorted(given_order)
    assert ordered[:1] == given_order[:1]
    for family in (V4, V6):
        assert [a for a in ordered if a[0] == family] == [a for a in given_order if a[0] == family]
    counts = [sum(a[0] == family for a in given_order) for family in (V4, V6)]
    turns = [a[0] for a in ordered][: 2 * min(counts)]
    assert all(first != second for first, second in pairwise(turns))


class Attempts:
    """Start connections whose outcomes are known.

    An outcome is an error or None, and which attempt's start it comes with: "" is never.
    """

    def __init__(self, outcomes):
        self.outcomes = outcomes
        self.started = []
        self.closed = set()
        self._waiting = []

    def __call__(self, family, address):
        self.started.append(address)
        future = asyncio.get_running_loop().create_future()
        start, error = self.outcomes[address]
        stream = Stream(address, self)
        settle = future.set_exception if error else future.set_result
        self._waiting.append((start, lambda: future.done() or settle(error or stream)))
        for awaited, answer in self._waiting:
            if awaited == address:
                asyncio.get_running_loop().call_soon(answer)
        return stream, future


class Stream:
    def __init__(self, address, attempts):
        self.address = address
        self.attempts = attempts

    def close(self):
        self.attempts.closed.add(self.address)


def refused():
    return ConnectionRefusedError("refused")


@pytest.mark.parametrize(
    ("outcomes", "winner", "started", "closed"),
    [
        ({"a": ("", None), "b": ("b", None)}, "b", ["a", "b"], {"a"}),
        ({"a": ("b", None), "b": ("", None)}, "a", ["a", "b"], {"b"}),
        ({"a": ("a", refused()), "b": ("b", None)}, "b", ["a", "b"], set()),
        ({"a": ("", None), "b": ("b", refused()), "c": ("c", None)}, "c", ["a", "b", "c"], {"a"}),
    ],
)
def test_the_first_answer_wins_and_the_others_are_closed(bed, outcomes, winner, started, closed):
    async def main():
        attempts = Attempts(outcomes)
        stream, address = await connect_first(
            [(V4, name) for name in outcomes], attempts, delay=0.02
        )
        assert stream.address == address == winner
        assert attempts.started == started
        assert attempts.closed == closed

    bed.run(main())


def test_an_answer_before_the_delay_is_over_starts_no_other(bed):
    async def main():
        attempts = Attempts({"a": ("a", None), "b": ("b", None)})
        async with asyncio.timeout(10):
            _, address = await connect_first([(V4, "a"), (V4, "b")], attempts, delay=60)
        assert address == "a"
        assert attempts.started == ["a"]

    bed.run(main())


def test_a_failure_starts_the_next_attempt_at_once(bed):
    async def main():
        attempts = Attempts({"a": ("a", refused()), "b": ("b", None)})
        async with asyncio.timeout(10):
            _, address = await connect_first([(V4, "a"), (V4, "b")], attempts, delay=60)
        assert address == "b"

    bed.run(main())


def test_all_failures_together_are_the_first_with_notes(bed):
    async def main():
        attempts = Attempts({"a": ("a", refused()), "b": ("b", OSError("unreachable"))})
        with pytest.raises(ConnectionRefusedError) as caught:
            await connect_first([(V4, "a"), (V4, "b")], attempts)
        assert caught.value.__notes__ == ["a: refused", "b: unreachable"]

    bed.run(main())


def test_an_attempt_that_cannot_start_counts_as_failed(bed):
    def cannot(family, address):
        raise OSError(f"cannot use {address}")

    async def main():
        with pytest.raises(OSError, match="cannot use a"):
            await connect_first([(V4, "a"), (V4, "b")], cannot)

    bed.run(main())


def test_cancelling_closes_every_attempt(bed):
    async def main():
        attempts = Attempts({"a": ("", None), "b": ("", None)})
        task = asyncio.ensure_future(connect_first([(V4, "a"), (V4, "b")], attempts, delay=0.01))
        while len(attempts.started) < 2:  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.wait([task])
        assert attempts.closed == {"a", "b"}

    bed.run(main())


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (("127.0.0.1", 80), "127.0.0.1:80"),
        (("::1", 80, 0, 0), "[::1]:80"),
        ("/run/socket", "/run/socket"),
    ],
)
def test_addresses_are_shown_as_one_writes_them(address, text):
    assert format_address(address) == text
