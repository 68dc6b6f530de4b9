"""Clocks, memory, cores and environments: what is asked of the system."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bench.harness.errors import SetupError
from bench.harness.process.clock import cpu_seconds, family, parse_duration
from bench.harness.process.cores import Cores, choose_cores, pin
from bench.harness.process.environment import fingerprint, parse_pins, take_snapshot
from bench.harness.process.machine import describe, parse_model
from bench.harness.process.memory import forget_peak, held, parse_kilobytes, peak, resident

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells this much")


def test_the_clock_of_another_process_shows_what_it_works() -> None:
    program = "import time\nwhile time.process_time() < 0.3: pass\nprint(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        used = cpu_seconds(process.pid)
        time.sleep(0.1)
        later = cpu_seconds(process.pid)
        process.communicate(b"\n")
    assert 0.29 <= used < 1.0
    assert used <= later < used + 0.09  # it sleeps, so its clock stands


def test_a_process_that_is_gone_has_no_clock() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    with pytest.raises(ProcessLookupError, match=f"no process {process.pid}"):
        cpu_seconds(process.pid)


@LINUX
def test_children_belong_to_the_family() -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as process:
        assert process.pid in family(os.getpid())


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0:01.25", 1.25), ("2:03.50", 123.5), ("1:00:01", 3601), ("2-00:00:10\n", 172_810)],
)
def test_durations_are_read_as_ps_writes_them(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


def test_held_memory_grows_with_what_is_held() -> None:
    before = held(os.getpid())
    block = bytearray(os.urandom(4096) * 4096)
    assert held(os.getpid()) - before > len(block) // 2


@LINUX
def test_a_peak_is_remembered_until_it_is_forgotten() -> None:
    forget_peak(os.getpid())
    before = peak(os.getpid())
    size = len(bytes(64 * 1024 * 1024).replace(b"\0", b"x"))
    after, now = peak(os.getpid()), resident(os.getpid())
    assert before is not None
    assert after is not None
    assert now is not None
    assert after - before > size // 2
    assert now < after


@pytest.mark.parametrize(
    ("field", "value"), [("Pss", 337 * 1024), ("Rss", 1752 * 1024), ("Swap", None)]
)
def test_kilobytes_are_read_by_field(field: str, value: int | None) -> None:
    assert parse_kilobytes("00-ff [rollup]\nRss:   1752 kB\nPss:    337 kB\n", field) == value


@LINUX
def test_a_pinned_process_runs_on_its_core_only() -> None:
    core = min(os.sched_getaffinity(0))
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as process:
        pin(process.pid, core)
        assert os.sched_getaffinity(process.pid) == {core}
        pin(process.pid, None)
        assert os.sched_getaffinity(process.pid) == {core}


def test_server_and_load_never_share_a_core() -> None:
    cores = choose_cores()
    assert cores == Cores(None, None) or cores.server != cores.load


def test_the_machine_is_described() -> None:
    facts = describe(Cores(1, 0))
    assert facts["pinning"] == "server on core 1, load on core 0"
    assert facts["python"].endswith(sys.version.split()[0])
    assert parse_model("processor : 0\nmodel name\t: AMD EPYC\n") == "AMD EPYC"


def test_pins_are_exact() -> None:
    assert parse_pins("# why\na==1.0\n\nb==2  # reason\n") == ("a==1.0", "b==2")
    with pytest.raises(SetupError, match="'c>=1' is not pinned"):
        parse_pins("c>=1\n")


def test_an_environment_is_made_again_when_its_pins_change() -> None:
    assert fingerprint(("a==1",)) == fingerprint(("a==1",))
    assert fingerprint(("a==1",)) != fingerprint(("a==2",))


def test_a_snapshot_lays_all_packages_out_in_one_folder(tmp_path: Path) -> None:
    site = tmp_path / "site"
    for package, module in (("util", "util"), ("web", "web"), ("web", "routing")):
        folder = tmp_path / "packages" / package / "src" / "tornado" / module
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(f"name = {module!r}\n")
    stale = site / "tornado" / "gone"
    stale.mkdir(parents=True)
    take_snapshot(tmp_path / "packages", site)
    assert sorted(path.name for path in (site / "tornado").iterdir()) == ["routing", "util", "web"]


def test_a_snapshot_of_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="no sources under"):
        take_snapshot(tmp_path, tmp_path / "site")
