"""Made-up workspaces for the tests of the tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path


class Tree:
    """A workspace on disk that tests fill piece by piece."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.root)

    def write(self, name: str, text: str = "") -> Path:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def piece(
        self,
        folder: str,
        files: dict[str, str],
        *,
        needs: tuple[str, ...] = (),
        name: str = "",
        extra: tuple[str, ...] = (),
        test: tuple[str, ...] = (),
    ) -> None:
        """Write a package whose files are named from its ``src/tornado``."""
        self.write(
            f"packages/{folder}/pyproject.toml",
            "[build-system]\nrequires = ['hatchling>=1.25']\nbuild-backend = 'hatchling.build'\n"
            f"[project]\nname = '{name or f'tornado-{folder}'}'\nversion = '1.0.0'\n"
            "description = 'a piece'\n"
            f"requires-python = '>=3.11'\ndependencies = {list(needs)!r}\n"
            f"[project.optional-dependencies]\nextra = {list(extra)!r}\n"
            f"[dependency-groups]\ntest = {list(test)!r}\n"
            "[tool.hatch.build.targets.wheel]\npackages = ['src/tornado']\n",
        )
        for file, text in files.items():
            self.write(f"packages/{folder}/src/tornado/{file}", text)

    def tests(self, folder: str, text: str, file: str = "test_it.py") -> None:
        self.write(f"packages/{folder}/tests/{file}", text)
