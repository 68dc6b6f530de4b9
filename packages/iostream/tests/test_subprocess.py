import asyncio
import gc
import os
import signal
import subprocess

import pytest

from tornado.ioloop import IOLoop
from tornado.process import CalledProcessError, Subprocess

STREAM = Subprocess.STREAM


@pytest.fixture(params=[True, False], ids=["pidfd", "thread"])
def watching(request, monkeypatch):
    """Hear of the end in both ways."""
    if not request.param:
        monkeypatch.delattr(os, "pidfd_open", raising=False)


def test_pipes_are_streams(bed, watching):
    async def main():
        program = Subprocess(["sort"], stdin=STREAM, stdout=STREAM, stderr=STREAM)
        for pipe in (program.stdin, program.stdout, program.stderr):
            bed.keep(pipe)
        await program.stdin.write(b"pear\napple\nfig\n")
        program.stdin.close()
        assert await program.stdout.read_until_close() == b"apple\nfig\npear\n"
        assert await program.stderr.read_until_close() == b""
        assert await program.wait_for_exit() == 0
        assert program.returncode == 0

    bed.run(main())


def test_other_pipes_are_what_popen_makes_of_them(bed):
    async def main():
        program = Subprocess(["echo", "hi"], stdout=subprocess.PIPE)
        assert await program.wait_for_exit() == 0
        assert program.stdin is None
        assert program.stdout.read() == b"hi\n"
        program.stdout.close()

    bed.run(main())


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("exit 0", 0),
        ("exit 5", 5),
        ("kill -KILL $$", -signal.SIGKILL),
    ],
)
def test_the_exit_status_is_reported_in_every_way(bed, watching, code, status):
    async def main():
        program = Subprocess(["sh", "-c", code], io_loop=IOLoop.current())
        called = asyncio.get_running_loop().create_future()
        program.set_exit_callback(called.set_result)
        waiting = program.wait_for_exit(raise_error=False)
        assert program.returncode is None
        assert await called == status
        assert await waiting == status
        assert program.returncode == status
        assert await program.wait_for_exit(raise_error=False) == status
        if status:
            with pytest.raises(CalledProcessError) as caught:
                await program.wait_for_exit()
            assert caught.value.returncode == status
        late = asyncio.get_running_loop().create_future()
        program.set_exit_callback(late.set_result)
        assert await late == status

    bed.run(main())


def test_waiting_can_be_cancelled_and_begun_again(bed, watching):
    async def main():
        program = Subprocess(["sleep", "0.1"])
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(program.wait_for_exit(), 0.02)
        assert await program.wait_for_exit() == 0

    bed.run(main())


def test_a_program_that_cannot_be_started_leaves_no_descriptor(bed):
    async def main():
        before = sorted(os.listdir("/proc/self/fd"))
        with pytest.raises(FileNotFoundError):
            Subprocess(["/no/such/program"], stdin=STREAM, stdout=STREAM, stderr=STREAM)
        assert sorted(os.listdir("/proc/self/fd")) == before

    bed.run(main())


def test_a_pipeline_of_two_programs(bed):
    async def main():
        lines = Subprocess(["printf", r"b\na\nb\n"], stdout=STREAM)
        unique = Subprocess(["sort", "-u"], stdin=STREAM, stdout=STREAM)
        for pipe in (lines.stdout, unique.stdin, unique.stdout):
            bed.keep(pipe)
        await unique.stdin.write(await lines.stdout.read_until_close())
        unique.stdin.close()
        assert await unique.stdout.read_until_close() == b"a\nb\n"
        await asyncio.gather(lines.wait_for_exit(), unique.wait_for_exit())

    bed.run(main())


def test_the_preparations_of_old_programs_do_nothing():
    Subprocess.initialize()
    Subprocess.uninitialize()


def test_many_programs_end_at_once(bed, watching):
    async def main():
        programs = [Subprocess(["true"]) for _ in range(20)]
        assert await asyncio.gather(*(program.wait_for_exit() for program in programs)) == [0] * 20

    bed.run(main())


@pytest.mark.parametrize("uvloop", [False, True])
def test_a_loop_that_ends_before_the_program_leaves_no_descriptor(uvloop):
    def descriptors():
        gc.collect()
        return set(os.listdir("/proc/self/fd"))

    before = descriptors()
    loop = IOLoop(make_current=False, uvloop=uvloop)

    async def main():
        program = Subprocess(["cat"], stdin=subprocess.PIPE)
        wait = asyncio.ensure_future(program.wait_for_exit())
        await asyncio.sleep(0.01)
        wait.cancel()
        return program

    program = loop.run_sync(main)
    loop.close()
    program.proc.communicate()
    del loop, program
    assert descriptors() <= before
