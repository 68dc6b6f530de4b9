from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = sorted(file.parent.name for file in ROOT.glob("packages/*/pyproject.toml"))


def draft(package: str) -> str:
    """Return what the next release would add to a package's changelog."""
    command = [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "9.9.9"]
    where = ["--config", str(ROOT / "towncrier.toml"), "--dir", str(ROOT / "packages" / package)]
    result = subprocess.run(
        [*command, *where], capture_output=True, text=True, timeout=50, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("package", PACKAGES)
def test_every_fragment_appears_in_the_next_release(package: str) -> None:
    fragments = sorted((ROOT / "packages" / package / "changes").glob("*.md"))
    written = " ".join(draft(package).split())

    assert "9.9.9" in written
    for fragment in fragments:
        assert " ".join(fragment.read_text(encoding="utf-8").split()) in written


@pytest.mark.parametrize("package", PACKAGES)
def test_the_changelog_has_the_line_that_releases_are_added_below(package: str) -> None:
    changelog = (ROOT / "packages" / package / "CHANGELOG.md").read_text(encoding="utf-8")

    assert changelog.count("<!-- towncrier release notes start -->") == 1
    assert "changes/" in changelog
