"""Who takes part, and in which environment."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import copy, which
from typing import TYPE_CHECKING

from bench.harness.errors import SetupError
from bench.harness.programs import Program

if TYPE_CHECKING:
    from bench.harness.process.environment import Environments

HERE = Path(__file__).resolve().parent
SERVERS = HERE / "servers.py"

IN_PYTHON, IN_C = {"TORNADO_EXTENSION": "0"}, {"TORNADO_EXTENSION": "1"}
AIOHTTP_IN_PYTHON = {"AIOHTTP_NO_EXTENSIONS": "1", "MULTIDICT_NO_EXTENSIONS": "1"}

OURS, SPEEDUPS = "ours", "ours, speedups"
UPSTREAM, AIOHTTP, PICOWS = "upstream 6.6.1", "aiohttp", "picows"
FLOOR = "bare Protocol"

ECHOES = [
    Program(OURS, "workspace", ("tornado",), IN_PYTHON),
    Program(SPEEDUPS, "workspace", ("tornado",), IN_C),
    Program("ours, speedups, uvloop", "workspace", ("tornado", "uvloop"), IN_C),
    Program(UPSTREAM, "upstream", ("tornado",)),
    Program(AIOHTTP, "aiohttp", ("aiohttp",)),
    Program("aiohttp, pure Python", "aiohttp", ("aiohttp",), AIOHTTP_IN_PYTHON),
    Program("websockets", "websockets", ("websockets",)),
    Program(PICOWS, "picows", ("picows",)),
    Program("picows, uvloop", "picows", ("picows", "uvloop")),
    Program(FLOOR, "floor", ("floor",)),
    Program("bare Protocol, uvloop", "floor", ("floor", "uvloop")),
]
#: Those that can compress.
DEFLATING = [program for program in ECHOES if program.arguments[0] not in {"picows", "floor"}]
BROADCASTS = [
    Program("plain", "workspace", ("broadcast",), IN_C),
    Program("deflate", "workspace", ("broadcast", "deflate"), IN_C),
]
CLIENTS = [
    Program(OURS, "workspace", ("tornado",), IN_PYTHON),
    Program(SPEEDUPS, "workspace", ("tornado",), IN_C),
    Program(UPSTREAM, "upstream", ("tornado",)),
    Program(AIOHTTP, "aiohttp", ("aiohttp",)),
    Program("aiohttp, pure Python", "aiohttp", ("aiohttp",), AIOHTTP_IN_PYTHON),
    Program("websockets", "websockets", ("websockets",)),
    Program(PICOWS, "picows", ("picows",)),
]
REFERENCES = (UPSTREAM, AIOHTTP, PICOWS, FLOOR, "plain")


def make_speedups(environments: Environments) -> None:
    """Build tornado-speedups into the environment of our own, where it is not built already.

    :raises SetupError: it cannot be built.
    """
    python = environments.get("workspace").python
    look = [str(python), "-c", "import tornado.speedups as s; print(s.__file__)"]
    if subprocess.run(look, capture_output=True, check=False).returncode == 0:
        return
    print("building tornado-speedups ...", file=sys.stderr, flush=True)
    package = HERE.parents[1] / "packages" / "speedups"
    uv = which("uv")
    installer = (
        [uv, "pip", "install", "--python", str(python)]
        if uv
        else [str(python), "-m", "pip", "install"]
    )
    place = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    with tempfile.TemporaryDirectory(prefix="bench-speedups-") as folder:
        command = [*installer, "--quiet", "--no-deps", "--target", folder, str(package)]
        built = subprocess.run(command, capture_output=True, text=True, check=False)
        modules = list(Path(folder).glob("tornado/speedups/*.so"))
        if built.returncode or not modules:
            raise SetupError(f"tornado-speedups cannot be built: {built.stderr.strip()[-300:]}")
        site_packages = subprocess.run(place, capture_output=True, text=True, check=True).stdout
        copy(modules[0], Path(site_packages.strip()) / "tornado" / "speedups")


def make_certificate(folder: Path) -> Path:
    """Make a key and a certificate of this machine's own, in one file.

    :raises SetupError: openssl is missing.
    """
    openssl = which("openssl")
    if openssl is None:
        raise SetupError("openssl is not installed")
    path = folder / "server.pem"
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run(
        [openssl, "req", "-x509", *kind, *files, "-subj", "/CN=localhost"],
        capture_output=True,
        check=True,
    )
    parts = [(folder / name).read_text() for name in ("key.pem", "certificate.pem")]
    path.write_text("".join(parts))
    return path
