"""Write the pieces into the places that name all of them.

The meta-package names every piece three times: as a dependency for installers, in a table for its
error messages, and as an import for type checkers. ``tools/dependencies.py`` says when one is missing.
The table of README.md has a row for each. The addresses of ``[tool.workspace.urls]`` in the root's
pyproject file are written into the one of every piece.

    python tools/pieces.py
"""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING

from workspace import META_PACKAGE, ROOT, Piece, Workspace, required_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

#: The heading of the first table after ``[project]`` in a pyproject file.
_AFTER_PROJECT = r"(?m)^(\[(?:project\.|dependency-groups|tool\.).*\n)"


def rewrite(file: Path, opening: str, row: str, lines: Iterable[str]) -> None:
    """Replace the rows that follow a line of a file.

    :param row: a pattern of one such row; there may be none yet.
    :raises ValueError: the file does not have that line.
    """
    text = file.read_text(encoding="utf-8")
    start = f"{opening}\n"
    new = "".join(f"{line}\n" for line in lines)
    text, count = re.subn(
        rf"(?m)^({re.escape(start)})(?:{row}\n)*", lambda match: match[1] + new, text, count=1
    )
    if not count:
        raise ValueError(f"{file}: has no line {opening!r}")
    file.write_text(text, encoding="utf-8")


def update_table(workspace: Workspace) -> None:
    """Write one row for each piece into the table of README.md."""
    rewrite(workspace.root / "README.md", "|---|---|---|", r"\|.*", map(row, workspace))


def row(piece: Piece) -> str:
    """Return what the table of README.md says of a piece."""
    names = piece.modules() or ["tornado"]
    modules = ", ".join(f"`{name.removeprefix('tornado.')}`" for name in names)
    return f"| [{piece.name}](packages/{piece.folder.name}) | {modules} | {piece.description} |"


def update_meta_package(workspace: Workspace) -> None:
    """Write the pieces of a workspace into its meta-package."""
    meta = workspace.pieces[META_PACKAGE]
    others = [piece for piece in workspace if piece.name != META_PACKAGE]
    declared = {required_name(line): line for line in meta.dependencies}
    extras = {required_name(line) for line in meta.requirements()} - declared.keys()
    dependencies = sorted(
        declared.get(piece.name, f"{piece.name}>={'.'.join(piece.version.split('.')[:2])},<2")
        for piece in others
        if piece.name not in extras
    )
    owners = {module.partition(".")[2]: p.name for p in others for module in p.modules()}
    top = sorted(module for module in owners if "." not in module)
    package = meta.source / "tornado"
    requirements = (f'    "{line}",' for line in dependencies)
    table = (f'    "{module}": "{name}",' for module, name in sorted(owners.items()))
    imports = (f"    from . import {module} as {module}" for module in top)
    rewrite(meta.folder / "pyproject.toml", "dependencies = [", '    ".*",', requirements)
    rewrite(package / "_pieces.py", "PIECES = {", '    ".*": ".*",', table)
    rewrite(
        package / "__init__.py",
        "    from typing import Any, Final\n",
        r"    from \. import .*",
        imports,
    )


def urls_of(piece: Piece, workspace: Workspace) -> dict[str, str]:
    """Return the addresses that an index should show beside a piece, by their labels."""
    urls: dict[str, str] = workspace.settings().get("urls", {})
    return {label: url.format(folder=piece.folder.name) for label, url in urls.items()}


def update_urls(workspace: Workspace) -> None:
    """Write the addresses of the workspace into every piece, or take the old ones away."""
    for piece in workspace:
        file = piece.folder / "pyproject.toml"
        lines = [
            f"{_key(label)} = {json.dumps(url)}" for label, url in urls_of(piece, workspace).items()
        ]
        table = "\n".join(["[project.urls]", *lines, "", ""]) if lines else ""
        text = re.sub(
            r"(?m)^\[project\.urls\]\n(?:[^\n\[].*\n)*\n*", "", file.read_text(encoding="utf-8")
        )
        before, heading, after = re.split(_AFTER_PROJECT, text, maxsplit=1)
        file.write_text(before + table + heading + after, encoding="utf-8")


def _key(label: str) -> str:
    """Write a key of a TOML table, in quotes where it needs them."""
    return label if re.fullmatch(r"[A-Za-z0-9_-]+", label) else json.dumps(label)


if __name__ == "__main__":
    update_meta_package(Workspace(ROOT))
    update_urls(Workspace(ROOT))
    update_table(Workspace(ROOT))
    sys.exit(0)
