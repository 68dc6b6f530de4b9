"""Several processes of one program, and other programs as children.

`fork_processes` spreads a server over the processors; `Subprocess` runs another program and gives
its pipes as streams::

    program = Subprocess(["sort"], stdin=Subprocess.STREAM, stdout=Subprocess.STREAM)
    await program.stdin.write(words)
    program.stdin.close()
    print(await program.stdout.read_until_close())
    await program.wait_for_exit()
"""

from __future__ import annotations

from tornado.util import publish

from ._count import cpu_count
from ._fork import fork_processes, task_id
from ._subprocess import Subprocess

__all__ = ["Subprocess", "cpu_count", "fork_processes", "task_id"]

publish(
    globals(),
    aliases={
        "CalledProcessError": "subprocess",
        "PipeIOStream": "tornado.iostream",
        "future_set_exception_unless_cancelled": "tornado.concurrent",
        "future_set_result_unless_cancelled": "tornado.concurrent",
    },
)
