"""Programs that end while a thread sends a response or reads a body."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys

import pytest

PATIENCE = 30.0

PROGRAM = """
import asyncio, signal, sys
from concurrent.futures import ThreadPoolExecutor
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.wsgi import WSGIContainer

count = 0

def app(environ, start_response):
    global count
    if environ["REQUEST_METHOD"] == "POST":
        try:
            while environ["wsgi.input"].read(1000):
                count += 1
        except OSError as error:
            print("over:", error, flush=True)
            raise
    start_response("200 OK", [("Content-Type", "text/plain")])
    return pieces()

def pieces():
    global count
    try:
        while True:
            yield b"x" * 65536
            count += 1
    finally:
        print("over: the response", flush=True)

async def main():
    [listener] = bind_sockets(0, "127.0.0.1")
    HTTPServer(WSGIContainer(app, ThreadPoolExecutor(2))).add_sockets([listener])
    print(listener.getsockname()[1], flush=True)
    seen = 0
    while not count or seen != count:  # until the thread waits
        seen = count
        await asyncio.sleep(0.2)
    print("waits", flush=True)
    if sys.argv[1] == "signal":
        await asyncio.Event().wait()

if sys.argv[1] == "stop":
    asyncio.new_event_loop().run_until_complete(main())  # and is not closed
else:
    asyncio.run(main())
"""

REQUESTS = {
    "response": b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "body": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 200_000,
}


@pytest.mark.parametrize("what", REQUESTS)
@pytest.mark.parametrize("ending", ["signal", "stop"])
def test_a_program_ends_while_a_thread_waits_for_a_client(what, ending):
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, ending],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with program, contextlib.ExitStack() as undo:
        undo.callback(program.kill)
        port = int(program.stdout.readline())
        client = undo.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE))
        client.sendall(REQUESTS[what])
        assert program.stdout.readline() == "waits\n"
        if ending == "signal":
            program.send_signal(signal.SIGINT)
        program.wait(PATIENCE)
        assert program.stdout.read().count("over: the ") == 1
