"""Handlers of file descriptors."""

import os
import select
import socket

import pytest

from tornado.platform.asyncio import AsyncIOLoop

READ, WRITE, ERROR, NONE = 0x001, 0x004, 0x018, 0


def turn(ioloop, seconds=0.02):
    ioloop.call_later(seconds, ioloop.stop)
    ioloop.start()


def test_the_masks_are_the_classic_ones(ioloop):
    assert (ioloop.NONE, ioloop.READ, ioloop.WRITE, ioloop.ERROR) == (NONE, READ, WRITE, ERROR)


@pytest.mark.parametrize("by_number", [False, True])
def test_a_handler_gets_the_registered_object_and_the_event(ioloop, pair, by_number):
    left, right = pair
    key = left.fileno() if by_number else left
    calls = []

    def ready(fd, events):
        calls.append((fd, events, left.recv(10)))

    ioloop.add_handler(key, ready, READ)
    turn(ioloop)
    assert calls == []
    right.send(b"hello")
    turn(ioloop)
    assert calls == [(key, READ, b"hello")]
    ioloop.remove_handler(key)
    right.send(b"again")
    turn(ioloop)
    assert len(calls) == 1


def test_both_events_are_reported(ioloop, pair):
    left, right = pair
    events = []
    right.send(b"x")
    ioloop.add_handler(left, lambda fd, event: events.append(event), READ | WRITE)
    turn(ioloop)
    assert set(events) == {READ, WRITE}
    ioloop.remove_handler(left)


def test_the_events_can_be_changed(ioloop, pair):
    left, right = pair
    events = []
    right.send(b"x")
    ioloop.add_handler(left, lambda fd, event: events.append(event), NONE)
    turn(ioloop)
    assert events == []
    for mask, expected in ((READ, {READ}), (WRITE, {WRITE}), (READ | WRITE, {READ, WRITE})):
        ioloop.update_handler(left, mask)
        turn(ioloop)
        assert set(events) == expected
        events.clear()
    ioloop.update_handler(left.fileno(), ERROR)
    turn(ioloop)
    assert events == []
    ioloop.remove_handler(left.fileno())


def test_hang_up_is_reported_to_a_reader(ioloop, pair):
    left, right = pair
    calls = []

    def ready(fd, events):
        calls.append(left.recv(10))
        ioloop.remove_handler(left)

    ioloop.add_handler(left, ready, READ | ERROR)
    right.close()
    turn(ioloop)
    assert calls == [b""]


def test_a_descriptor_has_one_handler(ioloop, pair):
    left, _ = pair
    ioloop.add_handler(left, print, READ)
    for again in (left, left.fileno()):
        with pytest.raises(ValueError, match=f"{left.fileno()} has a handler"):
            ioloop.add_handler(again, print, READ)
    ioloop.remove_handler(left)
    ioloop.add_handler(left, print, READ)
    ioloop.remove_handler(left)


def test_without_a_handler_there_is_nothing_to_update_or_remove(ioloop, pair):
    ioloop.remove_handler(pair[0])
    ioloop.remove_handler(12345)
    with pytest.raises(KeyError):
        ioloop.update_handler(pair[0], READ)


def test_exceptions_of_handlers_are_logged(ioloop, pair, caplog):
    left, right = pair

    def breaks(fd, events):
        left.recv(10)
        raise ValueError("broken")

    ioloop.add_handler(left, breaks, READ)
    right.send(b"x")
    turn(ioloop)
    ioloop.remove_handler(left)
    (record,) = caplog.records
    assert record.name == "tornado.application"
    assert "breaks" in record.getMessage()


def test_a_coroutine_may_be_a_handler(ioloop, pair, caplog):
    left, right = pair
    ended = []

    async def ready(fd, events):
        ioloop.remove_handler(fd)
        ended.append(fd.recv(10))

    ioloop.add_handler(left, ready, READ)
    right.send(b"x")
    turn(ioloop)
    assert ended == [b"x"]


def test_a_closed_object_can_still_be_removed(ioloop, pair):
    left, _ = pair
    ioloop.add_handler(left, print, READ)
    left.close()
    ioloop.remove_handler(left)
    turn(ioloop)


def test_a_number_that_is_used_again_gets_a_handler(ioloop):
    calls = []
    pairs = []
    for _ in range(3):
        left, right = socket.socketpair()
        pairs.append((left, right))
        ioloop.add_handler(left, lambda fd, events: calls.append(fd.recv(10)), READ)
        right.send(b"x")
        turn(ioloop)
        left.close()  # without remove_handler, which is wrong but happens
    assert calls == [b"x"] * 3
    for left, right in pairs:
        ioloop.remove_handler(left)
        right.close()


@pytest.mark.parametrize("left_behind", [READ, WRITE, READ | WRITE])
@pytest.mark.parametrize("wanted", [READ, WRITE, READ | WRITE])
def test_a_number_that_was_left_in_asyncios_selector_gets_a_handler(left_behind, wanted):
    ioloop = AsyncIOLoop(uvloop=False)  # a uvloop does not survive this
    left, right = socket.socketpair()
    for event, add in (
        (READ, ioloop.asyncio_loop.add_reader),
        (WRITE, ioloop.asyncio_loop.add_writer),
    ):
        if left_behind & event:
            add(left.fileno(), print)
    left.close()
    right.close()
    left, right = socket.socketpair()
    left.setblocking(False)
    calls = set()
    try:
        ioloop.add_handler(left, lambda fd, events: calls.add(events), wanted)
        right.send(b"x")
        turn(ioloop)
        assert sum(calls) == wanted
        ioloop.remove_handler(left)
    finally:
        ioloop.close()
        left.close()
        right.close()


def test_a_descriptor_that_is_closed_is_refused(ioloop):
    left, right = socket.socketpair()
    number = left.fileno()
    left.close()
    right.close()
    with pytest.raises((OSError, ValueError)):
        ioloop.add_handler(number, print, READ)
    with pytest.raises((OSError, ValueError)):
        ioloop.add_handler(left, print, READ)
    left, right = socket.socketpair()
    ioloop.add_handler(left, print, READ)
    ioloop.remove_handler(left)
    left.close()
    right.close()


def test_a_pipe_can_be_waited_for(ioloop):
    reader, writer = os.pipe()
    calls = []

    def ready(fd, events):
        calls.append(os.read(fd, 10))

    ioloop.add_handler(reader, ready, READ)
    os.write(writer, b"pipe")
    turn(ioloop)
    ioloop.remove_handler(reader)
    ioloop.close_fd(reader)
    ioloop.close_fd(reader)  # closed already
    os.close(writer)
    assert calls == [b"pipe"]


def test_split_fd_tells_the_number(ioloop, pair):
    left, _ = pair
    assert ioloop.split_fd(left) == (left.fileno(), left)
    assert ioloop.split_fd(7) == (7, 7)


@pytest.mark.skipif(not hasattr(select, "epoll"), reason="needs Linux")
def test_no_registration_is_left_behind(ioloop):
    def registrations():
        count = 0
        for name in os.listdir("/proc/self/fd"):
            try:
                if "eventpoll" in os.readlink(f"/proc/self/fd/{name}"):
                    with open(f"/proc/self/fdinfo/{name}") as info:
                        count += sum(line.startswith("tfd:") for line in info)
            except OSError:
                continue  # the descriptor of the directory that is being listed
        return count

    turn(ioloop)
    before = registrations()
    pairs = [socket.socketpair() for _ in range(50)]
    for left, _ in pairs:
        ioloop.add_handler(left, lambda fd, events: None, READ | WRITE)
    turn(ioloop)
    assert registrations() == before + 50
    for left, right in pairs:
        ioloop.remove_handler(left)
        left.close()
        right.close()
    turn(ioloop)
    assert registrations() == before


def test_standard_input_like_objects_work(ioloop, tmp_path):
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb", buffering=0) as file:
        calls = []
        ioloop.add_handler(file, lambda fd, events: calls.append(fd.read(4)), READ)
        os.write(writer, b"line")
        turn(ioloop)
        ioloop.remove_handler(file)
        os.close(writer)
    assert calls == [b"line"]
