"""Name one environment for each package and Python, so that tox.ini needs no list of packages.

tox loads this file beside tox.ini by itself. Environments run in the order they are named here:
the quick ones first, then the packages from the lowest Python on.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tox.config.loader.memory import MemoryLoader
from tox.config.types import EnvList
from tox.plugin import impl

if TYPE_CHECKING:
    from tox.config.sets import ConfigSet
    from tox.session.state import State

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "tools"))

from environments import default_environments  # noqa: E402 - found by way of the line above


@impl
def tox_add_core_config(core_conf: ConfigSet, state: State) -> None:
    """Put the environments in front of every other source of settings."""
    core_conf.loaders.insert(0, MemoryLoader(env_list=EnvList(default_environments())))
