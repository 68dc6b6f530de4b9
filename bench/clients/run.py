"""Measure what one GET costs a client: `python bench/clients/run.py`.

All clients fetch the same 1 KB from the same nginx on the loopback interface, over kept
connections where they keep any. Clients run on one core, nginx on another. Rounds are interleaved;
the tables show medians of the client's CPU time per request, and medians of the ratios within the
rounds. `--only download` streams a large file and shows the peak of the resident memory instead.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.harness.errors import SetupError
from bench.harness.process.cores import choose_cores, pin
from bench.harness.process.environment import Environments
from bench.harness.statistics import ratio, summarize
from bench.harness.table import markdown, number, spread, times

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent


class Contestant(NamedTuple):
    """A contestant: a title, an environment and the name in worker.py."""

    title: str
    environment: str
    name: str


CONTESTANTS = [
    Contestant("ours, simple", "workspace", "simple"),
    Contestant("ours, curl", "workspace", "curl"),
    Contestant("upstream, simple", "client-upstream", "simple"),
    Contestant("upstream, curl", "client-upstream", "curl"),
    Contestant("aiohttp", "aiohttp", "aiohttp"),
    Contestant("httpx", "client-httpx", "httpx"),
    Contestant("niquests", "client-niquests", "niquests"),
    Contestant("asyncio streams", "floor", "streams"),
]
REFERENCES = ("upstream, simple", "aiohttp", "asyncio streams")


class Case(NamedTuple):
    """What is measured: how many at a time, and over what."""

    title: str
    concurrency: int
    tls: bool


CASES = [
    Case("one at a time", 1, tls=False),
    Case("100 at a time", 100, tls=False),
    Case("one at a time, TLS, kept connection", 1, tls=True),
]

CONFIG = """
daemon off; master_process off; worker_processes 1; pid {folder}/nginx.pid;
error_log {folder}/error.log crit;
events {{ worker_connections 4096; }}
http {{
    access_log off; keepalive_requests 100000000; keepalive_timeout 600s; sendfile on;
    client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
    uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
    server {{ listen 127.0.0.1:18480 backlog=4096; root {folder}/www; }}
    server {{
        listen 127.0.0.1:18443 ssl; root {folder}/www;
        ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.key;
    }}
}}
"""


@contextmanager
def nginx(core: int | None, megabytes: int) -> Iterator[Path]:
    """Run nginx; yield the file of the authority that vouches for it."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise SetupError("nginx is not installed")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "www").mkdir()
        (folder / "www" / "small").write_bytes(b"x" * 1024)
        with (folder / "www" / "large").open("wb") as large:
            large.truncate(megabytes << 20)
        openssl = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
        subject = ["-subj", "/CN=bench", "-addext", "subjectAltName=IP:127.0.0.1"]
        files = ["-keyout", str(folder / "server.key"), "-out", str(folder / "server.pem")]
        subprocess.run([*openssl, *subject, *files], check=True, capture_output=True)
        config = folder / "nginx.conf"
        config.write_text(CONFIG.format(folder=folder))
        command = [program, "-e", str(folder / "error.log"), "-c", str(config)]
        with subprocess.Popen(command) as process:
            try:
                pin(process.pid, core)
                time.sleep(0.5)
                yield folder / "server.pem"
            finally:
                process.terminate()


class Worker:
    """A contestant's process."""

    def __init__(
        self, stack: ExitStack, python: Path, arguments: list[str], core: int | None
    ) -> None:
        command = [str(python), str(HERE / "worker.py"), *arguments]
        self._process = stack.enter_context(
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        )
        stack.callback(self._process.terminate)
        pin(self._process.pid, core)

    def work(self, command: str) -> tuple[float, float]:
        """Run one command; return CPU seconds and the peak of the memory in bytes."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the worker has no pipes")
        print(command, file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline().split()
        if not answer:
            raise SetupError("the client has ended")
        return float(answer[0]), float(answer[1])


def start(
    stack: ExitStack, chosen: list[Contestant], arguments: list[str], core: int | None
) -> dict[str, Worker]:
    """Start the chosen contestants; leave out those that cannot be set up."""
    environments = Environments(HERE.parent)
    workers = {}
    for contestant in chosen:
        try:
            python = environments.get(contestant.environment).python
            worker = Worker(stack, python, [contestant.name, *arguments], core)
            worker.work("stream")  # the URL once, for a warm start
        except SetupError as error:
            print(f"left out: {contestant.title}: {error}", file=sys.stderr)
            continue
        workers[contestant.title] = worker
    return workers


def table(samples: dict[str, list[float]]) -> str:
    """Return the Markdown table of a case."""
    shown = [title for title in REFERENCES if title in samples]
    rows = [
        [
            title,
            spread(summarize(costs)),
            *(times(ratio(costs, samples[other])) for other in shown),
        ]
        for title, costs in samples.items()
    ]
    return markdown(["client", "µs", *(f"/ {title}" for title in shown)], rows)


def measure(case: Case, chosen: list[Contestant], options: argparse.Namespace, ca: Path) -> str:
    """Run the rounds of a case and return its table."""
    url = "https://127.0.0.1:18443/small" if case.tls else "http://127.0.0.1:18480/small"
    arguments = [url, str(case.concurrency), str(ca) if case.tls else ""]
    samples: dict[str, list[float]] = {}
    with ExitStack() as stack:
        workers = start(stack, chosen, arguments, choose_cores().server)
        for worker in workers.values():
            worker.work(str(options.requests // 5 // case.concurrency * case.concurrency))
        for _ in range(options.rounds):
            for title, worker in workers.items():
                spent, _ = worker.work(str(options.requests))
                samples.setdefault(title, []).append(spent / options.requests * 1e6)
    return table(samples)


def download(chosen: list[Contestant], megabytes: int) -> str:
    """Stream one large file with each client; return the table of time and memory."""
    rows = []
    for contestant in chosen:
        with ExitStack() as stack:
            core = choose_cores().server
            arguments = ["http://127.0.0.1:18480/small", "1", ""]
            before = start(stack, [contestant], arguments, core)
            if not before:
                continue
            _, base = before[contestant.title].work("stream")
        with ExitStack() as stack:
            arguments[0] = "http://127.0.0.1:18480/large"
            python = Environments(HERE.parent).get(contestant.environment).python
            spent, peak = Worker(stack, python, [contestant.name, *arguments], core).work("stream")
        more = (peak - base) / 2**20
        rows.append([contestant.title, number(spent / megabytes * 1e6), number(max(0.0, more))])
    return markdown(["client", "µs per MB", "memory above a small GET, MB"], rows)


def main() -> int:
    """Run the cases and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--requests", type=int, default=1000, help="in one round")
    parser.add_argument("--megabytes", type=int, default=1024, help="size of the download")
    parser.add_argument("--only", default="", help="part of the cases' names")
    parser.add_argument("--contestants", default="", help="parts of names, separated by commas")
    options = parser.parse_args()
    wanted = options.contestants.split(",")
    chosen = [c for c in CONTESTANTS if any(part in c.title for part in wanted)]
    cores = choose_cores()
    print(f"CPU microseconds of the client per request; nginx on core {cores.load}")
    with nginx(cores.load, options.megabytes) as ca:
        for case in CASES:
            if options.only in case.title:
                print(f"\n## {case.title}\n\n{measure(case, chosen, options, ca)}", flush=True)
        if options.only in "download":
            text = download(chosen, options.megabytes)
            print(f"\n## download of {options.megabytes} MB, streamed\n\n{text}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
