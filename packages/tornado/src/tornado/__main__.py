"""``python -m tornado``: list the installed pieces."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of

from . import version
from ._pieces import PIECES


def report() -> str:
    """Return a line for the meta-package, and one for each piece with its version and modules."""
    modules: dict[str, list[str]] = {}
    for module, distribution in sorted(PIECES.items()):
        modules.setdefault(distribution, []).append(f"tornado.{module}")
    lines = [f"tornado {version}"]
    for distribution, names in sorted(modules.items()):
        lines.append(
            f"  {distribution:20} {_installed_version(distribution):14} {', '.join(names)}"
        )
    return "\n".join(lines)


def _installed_version(distribution: str) -> str:
    try:
        return version_of(distribution)
    except PackageNotFoundError:
        return "not installed"


if __name__ == "__main__":
    print(report())
