"""Name one environment for each package and Python, so that tox.ini needs no list of packages.

tox loads this file beside tox.ini by itself. Environments begin in the order in which they
are named here: the longest first, so that no core waits for a last long one.

A run whose environments are all skipped, because the machine does not have their Python, succeeds
and says so; tox would call it a failed evaluation.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tox.config.loader.memory import MemoryLoader
from tox.config.types import EnvList
from tox.plugin import impl

if TYPE_CHECKING:
    from collections.abc import Callable

    from tox.config.cli.parser import ToxParser
    from tox.config.sets import ConfigSet
    from tox.session.state import State

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "tools"))

from environments import (  # noqa: E402 - the line above makes it importable
    default_environments,
    without_interpreter,
)


@impl
def tox_add_core_config(core_conf: ConfigSet, state: State) -> None:
    """Put the environments before every other source of settings."""
    core_conf.loaders.insert(0, MemoryLoader(env_list=EnvList(default_environments())))


@impl(trylast=True)  # when the commands are there
def tox_add_option(parser: ToxParser) -> None:
    """Let the commands that run environments succeed when there is nothing to run."""
    for name in ("run", "r", "run-parallel", "p", "legacy", "le"):
        of_command, handler = parser.handlers[name]
        parser.handlers[name] = (of_command, _unless_all_are_skipped(handler))


def _unless_all_are_skipped(handler: Callable[[State], int]) -> Callable[[State], int]:
    def run(state: State) -> int:
        names = list(state.envs.iter())
        skipped = without_interpreter(names) if names else {}
        if not skipped or len(skipped) < len(names):
            return handler(state)
        if not state.conf.core["skip_missing_interpreters"]:
            return handler(state)
        for name, python in skipped.items():
            print(f"{name}: skipped, this machine has no Python {python}")
        return 0

    return run
