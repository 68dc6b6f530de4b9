import asyncio
import signal
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from tornado.iostream import IOStream, SSLIOStream, StreamClosedError
from tornado.netutil import bind_sockets, bind_unix_socket
from tornado.tcpserver import TCPServer


class Echo(TCPServer):
    """Echo lines, and note the addresses."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.addresses = []

    async def handle_stream(self, stream, address):
        self.addresses.append(address)
        while True:
            await stream.write(await stream.read_until(b"\n"))

    def close(self):
        self.stop()


def listen(bed, server):
    [sock] = bind_sockets(0, "127.0.0.1")
    bed.keep(server).add_sockets([sock])
    return sock.getsockname()


async def dial(bed, address):
    family = socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX
    stream = bed.keep(IOStream(socket.socket(family)))
    await stream.connect(address)
    return stream


async def echoes(stream, line=b"hello\n"):
    await stream.write(line)
    return await stream.read_until(b"\n") == line


def test_listen_accepts_at_once_on_several_ports(bed, unused_port):
    async def main():
        server = bed.keep(Echo())
        ports = unused_port(), unused_port()
        for port in ports:
            server.listen(port, "127.0.0.1")
        for port in ports:
            stream = await dial(bed, ("127.0.0.1", port))
            assert await echoes(stream)
            assert stream.socket.getsockname() in server.addresses
            stream.close()
        await bed.soon()

    bed.run(main())


def test_bind_opens_the_port_and_start_accepts(bed, unused_port):
    async def main():
        server = bed.keep(Echo())
        port = unused_port()
        server.bind(port, address="127.0.0.1", backlog=5)
        stream = await dial(bed, ("127.0.0.1", port))
        await stream.write(b"early\n")
        await bed.soon()
        assert server.addresses == []
        server.start(1)
        assert await stream.read_until(b"\n") == b"early\n"
        with pytest.raises(RuntimeError, match="started already"):
            server.start()
        another = unused_port()
        server.bind(another, "127.0.0.1")
        late = await dial(bed, ("127.0.0.1", another))
        assert await echoes(late)
        stream.close()
        late.close()
        await bed.soon()

    bed.run(main())


def test_a_server_that_never_started_closes_its_ports(bed, unused_port):
    async def main():
        server = Echo()
        port = unused_port()
        server.bind(port, "127.0.0.1")
        server.stop()
        with pytest.raises(StreamClosedError):
            await dial(bed, ("127.0.0.1", port))

    bed.run(main())


def test_stop_refuses_new_connections_and_keeps_the_open_ones(bed):
    async def main():
        server = Echo()
        address = listen(bed, server)
        stream = await dial(bed, address)
        assert await echoes(stream)
        server.stop()
        server.stop()
        assert await echoes(stream)
        with pytest.raises(StreamClosedError):
            await dial(bed, address)
        stream.close()
        await bed.soon()

    bed.run(main())


def test_a_unix_socket_can_be_served(bed, tmp_path):
    async def main():
        server = bed.keep(Echo())
        path = str(tmp_path / "socket")
        server.add_socket(bind_unix_socket(path))
        stream = await dial(bed, path)
        assert await echoes(stream)
        stream.close()
        await bed.soon()

    bed.run(main())


def test_a_plain_method_may_handle_streams_and_no_task_is_made(bed):
    class Plain(Echo):
        def handle_stream(self, stream, address):
            self.tasks = len(asyncio.all_tasks())
            stream.write_nowait(b"bye\n")
            stream.close_when_written()

    async def main():
        server = Plain()
        stream = await dial(bed, listen(bed, server))
        assert await stream.read_until_close() == b"bye\n"
        assert server.tasks == len(asyncio.all_tasks())

    bed.run(main())


def test_small_answers_are_not_delayed(bed):
    class Look(Echo):
        def handle_stream(self, stream, address):
            option = stream.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            stream.write_nowait(b"on" if option else b"off")
            stream.close_when_written()

    async def main():
        stream = await dial(bed, listen(bed, Look()))
        assert await stream.read_until_close() == b"on"

    bed.run(main())


@pytest.mark.parametrize("is_coroutine", [False, True])
def test_an_error_in_a_handler_is_logged_and_closes_its_stream(bed, caplog, is_coroutine):
    class Broken(Echo):
        def handle_stream(self, stream, address):
            if is_coroutine:
                return self.fail()
            raise LookupError("boo")

        async def fail(self):
            await asyncio.sleep(0)
            raise LookupError("boo")

    async def main():
        address = listen(bed, Broken())
        for _ in range(2):
            stream = await dial(bed, address)
            assert await stream.read_until_close() == b""
        words = "Exception in callback" if is_coroutine else "Error in connection callback"
        assert caplog.text.count(words) == 2
        assert "LookupError: boo" in caplog.text

    bed.run(main())


@pytest.mark.parametrize("result", [True, 5, [1]])
def test_a_result_that_cannot_be_waited_for_is_logged_and_closes_the_stream(bed, caplog, result):
    class Odd(Echo):
        def handle_stream(self, stream, address):
            self.stream = stream
            return result

    async def main():
        server = Odd()
        stream = await dial(bed, listen(bed, server))
        assert await stream.read_until_close() == b""
        assert server.stream.closed()
        assert "BadYieldError" in caplog.text

    bed.run(main())


def test_a_handler_may_work_in_a_thread(bed, caplog):
    class Threaded(Echo):
        def handle_stream(self, stream, address):
            return pool.submit(self.fail)

        def fail(self):
            raise LookupError("boo")

    async def main():
        stream = await dial(bed, listen(bed, Threaded()))
        assert await stream.read_until_close() == b""
        assert "LookupError: boo" in caplog.text

    with ThreadPoolExecutor(1) as pool:
        bed.run(main())


def test_a_peer_that_leaves_is_not_an_error(bed, caplog):
    async def main():
        stream = await dial(bed, listen(bed, Echo()))
        assert await echoes(stream)
        stream.close()
        await bed.soon()
        assert not caplog.records

    bed.run(main())


def test_a_cancelled_handler_closes_its_stream(bed):
    async def main():
        server = Echo()
        stream = await dial(bed, listen(bed, server))
        assert await echoes(stream)
        [running] = server._running
        running.cancel()
        assert await stream.read_until_close() == b""
        assert not server._running

    bed.run(main())


def test_options_reach_the_streams(bed):
    class Look(Echo):
        def handle_stream(self, stream, address):
            self.seen = stream.max_buffer_size, stream.read_chunk_size
            stream.close()

    async def main():
        server = Look(max_buffer_size=10_000, read_chunk_size=100)
        stream = await dial(bed, listen(bed, server))
        await stream.read_until_close()
        assert server.seen == (10_000, 100)

    bed.run(main())


def test_a_server_without_a_handler_says_what_to_define(bed, caplog):
    async def main():
        stream = await dial(bed, listen(bed, bed.keep(type("Bare", (Closing, TCPServer), {})())))
        await stream.read_until_close()
        assert "Bare must define handle_stream" in caplog.text

    class Closing:
        def close(self):
            self.stop()

    bed.run(main())


@pytest.mark.parametrize("as_dict", [False, True])
def test_tls_is_served_from_a_context_or_from_files(bed, authority, tmp_path, as_dict):
    async def main():
        authority.certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
        authority.certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
        files = {"certfile": str(tmp_path / "cert.pem"), "keyfile": str(tmp_path / "key.pem")}
        server = Echo(ssl_options=files if as_dict else authority.server)
        address = listen(bed, server)
        stream = bed.keep(SSLIOStream(socket.socket(), ssl_options=authority.client))
        await stream.connect(address, "localhost")
        assert await echoes(stream)
        stream.close()
        await bed.soon()

    bed.run(main())


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({}, KeyError, 'missing key "certfile"'),
        ({"certfile": "/no/such.pem"}, ValueError, 'certfile "/no/such.pem" does not exist'),
        ({"certfile": __file__, "keyfile": "/no"}, ValueError, 'keyfile "/no" does not exist'),
    ],
)
def test_tls_settings_without_a_certificate_fail_at_the_start(options, error, message):
    with pytest.raises(error, match=message):
        TCPServer(ssl_options=options)


def test_total_and_per_address_limits_refuse_more_and_let_others_in_again(bed, caplog):
    async def main():
        server = Echo(max_connections=2)
        address = listen(bed, server)
        first, second = await dial(bed, address), await dial(bed, address)
        assert await echoes(first)
        assert await echoes(second)
        for _ in range(2):
            third = await dial(bed, address)
            assert await third.read_until_close() == b""
        assert caplog.text.count("refusing connections") == 1
        first.close()
        await bed.soon()
        fourth = await dial(bed, address)
        assert await echoes(fourth)
        second.close()
        fourth.close()
        await bed.soon()
        assert server._limits.open == 0

    bed.run(main())


def test_a_server_may_refuse_addresses(bed):
    class Picky(Echo):
        def admit(self, address):
            return address[0] != "127.0.0.1" and super().admit(address)

    async def main():
        stream = await dial(bed, listen(bed, Picky()))
        assert await stream.read_until_close() == b""

    bed.run(main())


def test_a_connection_keeps_its_place_when_it_goes_over_to_tls(bed, authority):
    class Upgrading(Echo):
        async def handle_stream(self, stream, address):
            await stream.read_until(b"\n")
            await stream.write(b"OK\n")
            secure = await stream.start_tls(True, authority.server)
            await super().handle_stream(secure, address)

    async def main():
        server = Upgrading(max_connections=1, idle_timeout=10)
        address = listen(bed, server)
        plain = await dial(bed, address)
        assert await echoes(plain, b"OK\n")
        secure = bed.keep(await plain.start_tls(False, authority.client, "localhost"))
        assert await echoes(secure)
        assert server._limits.open == 1
        secure.close()
        await bed.soon()
        assert server._limits.open == 0
        assert server._idle._timer is None

    bed.run(main())


@pytest.mark.parametrize("is_tls", [False, True])
def test_a_connection_without_traffic_is_closed(bed, authority, is_tls):
    class Ticker(Echo):
        async def handle_stream(self, stream, address):
            if await stream.read_until(b"\n") == b"tick\n":
                for _ in range(8):
                    stream.write_nowait(b".")
                    await asyncio.sleep(0.05)
                stream.close()
            await stream.read_until_close()

    async def main():
        server = Ticker(idle_timeout=0.3, ssl_options=authority.server if is_tls else None)
        address = listen(bed, server)
        streams = []
        for _ in range(2):
            if is_tls:
                stream = bed.keep(SSLIOStream(socket.socket(), ssl_options=authority.client))
                await stream.connect(address, "localhost")
            else:
                stream = await dial(bed, address)
            streams.append(stream)
        loop = asyncio.get_running_loop()
        start = loop.time()
        await streams[0].write(b"tick\n")
        await streams[1].write(b"idle\n")
        assert await streams[1].read_until_close() == b""
        assert 0.2 < loop.time() - start < 5
        assert await streams[0].read_until_close() == b"........"
        await bed.soon()
        assert server._idle._timer is None

    bed.run(main())


@pytest.mark.parametrize(
    "options", [{"max_connections": 0}, {"max_connections_per_address": -1}, {"idle_timeout": 0}]
)
def test_limits_that_let_nobody_in_are_refused(options):
    with pytest.raises(ValueError, match="must be"):
        TCPServer(**options)


PROGRAM = """
import os, sys, time
from tornado.ioloop import IOLoop
from tornado.process import task_id
from tornado.tcpserver import TCPServer

class Who(TCPServer):
    def handle_stream(self, stream, address):
        stream.write_nowait(b"%d %d" % (task_id(), os.getpid()))
        stream.close_when_written()
        time.sleep(0.02)  # so that the other process takes the next one

server = Who()
server.bind(0, "127.0.0.1")
print(server._pending_sockets[0].getsockname()[1], flush=True)
server.start(2)
IOLoop.current().start()
"""


def test_a_server_may_run_in_several_processes(interpreter):
    with interpreter.start(PROGRAM) as program:
        port = int(program.stdout.readline())
        seen = set()
        while len(seen) < 2:
            clients = [socket.create_connection(("127.0.0.1", port), 5) for _ in range(10)]
            for client in clients:
                seen.add(client.recv(100))
                client.close()
        assert sorted(int(answer.split()[0]) for answer in seen) == [0, 1]
        assert str(program.pid).encode() not in {answer.split()[1] for answer in seen}
        program.send_signal(signal.SIGTERM)
        assert program.wait(10) == 0


def test_a_subclass_may_look_at_a_connection_before_there_is_a_stream(bed):
    class Guarded(Echo):
        def accept_connection(self, connection, address):
            connection.setblocking(True)
            self.secret = connection.recv(6)
            super().accept_connection(connection, ("10.0.0.1", 80))

    async def main():
        server = bed.keep(Guarded())
        address = listen(bed, server)
        with socket.create_connection(address) as client:
            client.sendall(b"secret")
            client.sendall(b"hello\n")
            stream = bed.keep(IOStream(client))
            assert await stream.read_until(b"\n") == b"hello\n"
        assert server.secret == b"secret"
        assert server.addresses == [("10.0.0.1", 80)]
        await bed.soon()

    bed.run(main())


def test_a_server_names_its_listening_sockets_until_it_stops(bed):
    async def main():
        server = Echo()
        addresses = [listen(bed, server), listen(bed, server)]
        assert [sock.getsockname() for sock in server.listening_sockets()] == addresses
        server.stop()
        assert server.listening_sockets() == []

    bed.run(main())


def test_what_waits_in_the_system_can_be_accepted_before_the_end(bed):
    async def main():
        server = Echo()
        address = listen(bed, server)
        clients = [bed.keep(socket.create_connection(address)) for _ in range(3)]
        server.accept_waiting()
        server.stop()
        streams = [bed.keep(IOStream(client)) for client in clients]
        assert all([await echoes(stream) for stream in streams])
        assert len(server.addresses) == 3
        for stream in streams:
            stream.close()
        await bed.soon()

    bed.run(main())
