"""The last moments of a connection: it listens, but not for long, and not to much."""

from __future__ import annotations

import pytest

from tornado.http1connection._server._linger import LINGER_SIZE, LINGER_TIME, Linger

POST = b"POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"


class Stream:
    """What a lingering connection asks of a stream, with the calls in their order."""

    def __init__(self, *, unsent: int = 0, can_write_eof: bool = True) -> None:
        self.write_buffer_size = unsent
        self.can_write_eof = can_write_eof
        self.calls: list[str] = []
        self.protocol: Linger | None = None
        self.is_closed = False

    def write_eof(self) -> None:
        self.calls.append("write_eof")

    def close_when_written(self) -> None:
        self.calls.append("close_when_written")
        if not self.write_buffer_size:
            self.close()

    def close(self) -> None:
        self.calls.append("close")
        self.is_closed = True

    def closed(self) -> bool:
        return self.is_closed

    def set_protocol(self, protocol: Linger) -> None:
        self.protocol = protocol

    def resume_reading(self) -> None:
        self.calls.append("resume_reading")


class Sweep:
    """A sweep that is at the tenth second, and never early or late."""

    def __init__(self) -> None:
        self.watched: set[object] = set()

    def add(self, connection: object, shortest_timeout: float) -> None:
        self.watched.add(connection)

    def discard(self, connection: object) -> None:
        self.watched.discard(connection)

    def after(self, timeout: float) -> float:
        return 10 + timeout


class Connection:
    def __init__(self) -> None:
        self.lost: list[object] = []

    def connection_lost(self, exc: object) -> None:
        self.lost.append(exc)


def linger(stream, write_timeout=None):
    connection, sweep = Connection(), Sweep()
    return Linger(stream, connection, sweep, write_timeout), connection, sweep


def test_the_limits():
    assert LINGER_TIME == 2
    assert LINGER_SIZE == 4_194_304


@pytest.fixture
def lingering(wire, application):
    """Make a connection that has refused a request, and lingers when it is entered."""

    class Lingering(wire):
        async def __aenter__(self):
            await super().__aenter__()
            await self.send(POST)
            assert (await self.read_some()).startswith(b"HTTP/1.1 413 ")
            assert not self.stream.closed()
            return self

    return Lingering(application(), max_body_size=2)


def test_what_a_client_sends_after_the_last_response_is_read_up_to_a_size(run, lingering):
    async def scene():
        async with lingering as client:
            for _ in range(4):
                client.writer.write(b"x" * (LINGER_SIZE // 4))
                await client.writer.drain()
            await client.until(lambda: not client.writer.transport.get_write_buffer_size())
            await client.settle()
            assert not client.stream.closed()
            await client.send(b"x")
            await client.until(client.stream.closed)
            assert client.app.calls[-1] == "closed"

    run(scene())


@pytest.mark.parametrize("piece", [b"", b"x"], ids=["silent", "talking"])
def test_a_connection_does_not_linger_for_long(run, lingering, piece):
    async def scene():
        async with lingering as client:
            for _ in range(3):
                await client.send(piece)
                await client.turn(0.5)
            assert not client.stream.closed()
            for _ in range(4):
                await client.send(piece)
                await client.turn(0.5)
            assert client.stream.closed()
            assert client.app.calls[-1] == "closed"

    run(scene())


def test_the_write_side_is_closed_at_once_where_a_stream_has_one():
    stream = Stream()
    protocol, _, sweep = linger(stream)
    assert stream.calls == ["write_eof", "resume_reading"]
    assert stream.protocol is protocol
    assert sweep.watched == {protocol}
    assert protocol.deadline == 10 + LINGER_TIME


def test_a_stream_without_a_write_side_of_its_own_listens_for_a_while():
    stream = Stream(can_write_eof=False)
    linger(stream)
    assert stream.calls == ["resume_reading"]


def test_a_stream_without_a_write_side_of_its_own_closes_when_all_is_sent():
    stream = Stream(unsent=1, can_write_eof=False)
    protocol, _, _ = linger(stream)
    assert stream.calls == ["close_when_written", "resume_reading"]
    assert stream.protocol is protocol


def test_a_stream_that_closes_at_once_is_not_watched():
    class Broken(Stream):
        def write_eof(self):
            self.close()

    stream = Broken()
    _, connection, sweep = linger(stream)
    assert stream.protocol is None
    assert stream.calls == ["close"]
    assert not sweep.watched
    assert not connection.lost  # its own protocol has been told


def test_bytes_are_thrown_away_up_to_a_size():
    stream = Stream()
    protocol, _, _ = linger(stream)
    protocol.data_received(b"x" * (LINGER_SIZE - 1))
    protocol.data_received(b"x")
    assert not stream.is_closed
    protocol.data_received(b"x")
    assert stream.is_closed


def test_the_end_of_the_input_ends_the_lingering():
    stream = Stream()
    protocol, _, _ = linger(stream)
    assert protocol.eof_received()  # the stream need not close by itself
    assert stream.calls[-2:] == ["close_when_written", "close"]


def test_the_end_of_the_stream_is_passed_on():
    protocol, connection, sweep = linger(Stream())
    error = ConnectionResetError()
    protocol.connection_lost(error)
    assert connection.lost == [error]
    assert not sweep.watched


def test_a_deadline_closes_a_stream_that_has_sent_everything():
    stream = Stream()
    protocol, _, _ = linger(stream, write_timeout=1000)
    protocol.deadline_passed()
    assert stream.is_closed


@pytest.mark.parametrize("times", [2.5, 3])
def test_a_deadline_closes_a_stream_whose_client_takes_nothing_for_the_write_timeout(times):
    stream = Stream(unsent=5)
    protocol, _, _ = linger(stream, write_timeout=times * LINGER_TIME)
    for _ in range(2):
        protocol.deadline = 0
        protocol.deadline_passed()
        assert not stream.is_closed
        assert protocol.deadline == 10 + LINGER_TIME
    protocol.deadline_passed()
    assert stream.is_closed


@pytest.mark.parametrize("times", [1.5, 2])
def test_a_client_that_takes_something_is_given_the_whole_time_again(times):
    stream = Stream(unsent=5)
    protocol, _, _ = linger(stream, write_timeout=times * LINGER_TIME)
    for left in (5, 4, 4, 3, 3):
        stream.write_buffer_size = left
        protocol.deadline_passed()
        assert not stream.is_closed
    protocol.deadline_passed()
    assert stream.is_closed


def test_without_a_write_timeout_a_client_has_as_long_as_it_likes():
    stream = Stream(unsent=5)
    protocol, _, _ = linger(stream)
    for _ in range(100):
        protocol.deadline_passed()
    assert not stream.is_closed
