import asyncio
import errno
import os
import resource
import socket
from contextlib import suppress

import pytest

from tornado.netutil import add_accept_handler, bind_sockets


@pytest.fixture
def listener():
    [sock] = bind_sockets(0, "127.0.0.1")
    yield sock
    sock.close()


def dial(listener):
    return socket.create_connection(listener.getsockname())


def test_every_connection_is_handed_over_with_its_address(bed, listener):
    async def main():
        got = []
        stop = add_accept_handler(listener, lambda *pair: got.append(pair))
        peers = [dial(listener) for _ in range(100)]
        await bed.soon()
        assert [address for _, address in got] == [peer.getsockname() for peer in peers]
        stop()
        for connection, _ in got:
            connection.close()
        for peer in peers:
            peer.close()

    bed.run(main())


def test_nothing_is_accepted_after_stop_not_even_the_rest_of_a_batch(bed, listener):
    async def main():
        got = []

        def take_one(connection, address):
            got.append(connection)
            connection.close()
            stop()
            stop()

        stop = add_accept_handler(listener, take_one)
        peers = [dial(listener) for _ in range(3)]
        await bed.soon()
        assert len(got) == 1
        for peer in peers:
            peer.close()

    bed.run(main())


def test_an_error_in_the_callback_costs_one_connection(bed, listener, caplog):
    async def main():
        got = []

        def fail_first(connection, address):
            got.append(connection)
            if len(got) == 1:
                raise LookupError("boo")
            connection.close()

        stop = add_accept_handler(listener, fail_first)
        with dial(listener) as first, dial(listener):
            first.settimeout(5)
            await bed.soon()
            assert len(got) == 2
            assert first.recv(1) == b""
        stop()
        assert caplog.text.count("Error in the accept callback") == 1

    bed.run(main())


def take_all_descriptors(taken):
    with suppress(OSError):
        while True:
            taken.append(os.dup(0))


def test_running_out_of_descriptors_pauses_accepting_and_is_logged_once(
    bed, listener, caplog, monkeypatch
):
    monkeypatch.setattr("tornado.netutil._accept._FIRST_PAUSE", 0.02)

    async def main():
        got = []
        stop = add_accept_handler(listener, lambda connection, address: got.append(connection))
        peers = [dial(listener) for _ in range(3)]
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        used = max(map(int, os.listdir("/proc/self/fd"))) + 1
        resource.setrlimit(resource.RLIMIT_NOFILE, (used, hard))
        fill = []
        try:
            take_all_descriptors(fill)
            await bed.soon()
            assert got == []
            # Accepting goes on pausing, and the one that has waited longest is turned away.
            peers[0].setblocking(False)
            assert await asyncio.get_running_loop().sock_recv(peers[0], 1) == b""
        finally:
            for descriptor in fill:
                os.close(descriptor)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for _ in range(40):
            if got:
                break
            await asyncio.sleep(0.01)
        assert 1 <= len(got) <= 2
        records = [r for r in caplog.records if "cannot accept" in r.getMessage()]
        assert len(records) == 1
        # The ones that waited longest were let in and out again, none was left hanging.
        for peer in peers[: 3 - len(got)]:
            peer.settimeout(1)
            assert peer.recv(1) == b""
        stop()
        for sock in (*got, *peers):
            sock.close()

    bed.run(main())


@pytest.mark.expected_errors("cannot accept connections on")
def test_a_server_can_stop_while_it_is_out_of_descriptors(bed, listener, monkeypatch):
    async def main():
        stop = add_accept_handler(listener, lambda connection, address: connection.close())
        acceptor = stop.__self__
        acceptor.back_off(OSError(errno.EMFILE, "too many"))
        stop()
        assert acceptor.spare is None

    bed.run(main())


def test_the_current_loop_is_used_where_none_runs_yet(listener):
    from tornado.ioloop import IOLoop

    loop = IOLoop()
    try:
        got = []

        def accepted(connection, address):
            got.append(address)
            connection.close()
            loop.stop()

        stop = add_accept_handler(listener, accepted)
        with dial(listener) as peer:
            loop.start()
            assert got == [peer.getsockname()]
        stop()
    finally:
        loop.close()
        IOLoop.clear_current()
