"""The Markdown pages of the repository and what is in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[2]

#: A comment right above a block of Python that is not to be run; it says why.
NOT_RUN = "<!-- not run: "


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    page: Path
    line: int
    language: str
    file: str  #: the file to write it to, if the page names one after the language or in the first line
    text: str
    excuse: str  #: why it is not run, if the page says so

    @property
    def is_session(self) -> bool:
        """A session with the interpreter: what was typed, and what was answered."""
        return self.language in ("python", "pycon") and self.text.lstrip().startswith(">>>")

    @property
    def is_program(self) -> bool:
        return self.language == "python" and not self.is_session and not self.file


@cache
def pages() -> list[Path]:
    """Return every page that a reader can come across."""
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("packages/*/*.md")]
    found += [*ROOT.glob("bench/*.md"), *ROOT.glob("bench/*/README.md")]
    return sorted(found)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@cache
def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page in order."""
    found, excuse = [], ""
    for token in MarkdownIt("commonmark").parse(page.read_text(encoding="utf-8")):
        if token.type == "fence":
            line = (token.map or [0])[0] + 1
            language, _, file = token.info.strip().partition(" ")
            file = file or _file_in_first_line(token.content)
            found.append(Block(page, line, language, file, token.content, excuse))
        is_excuse = token.type == "html_block" and token.content.startswith(NOT_RUN)
        excuse = token.content[len(NOT_RUN) :].strip(" ->\n") if is_excuse else ""
    return found


def _file_in_first_line(text: str) -> str:
    """Return the file that a program names in a comment at its top: ``# server.py``."""
    match = re.match(r"# ([\w/]+\.py)\n", text)
    return match[1] if match else ""


def write_files(page: Path, folder: Path) -> None:
    """Write the blocks of a page that are files."""
    for block in blocks(page):
        if block.file:
            file = folder / block.file
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")


def links(page: Path) -> list[str]:
    """Return where the links and images of a page point."""
    return links_in(page.read_text(encoding="utf-8"))


def links_in(text: str) -> list[str]:
    """Return where the links and images of a text in Markdown point."""
    found = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        for child in token.children or ():
            target = child.attrGet("href") or child.attrGet("src")
            if target:
                found.append(str(target))
    return found


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, made as repository browsers make them."""
    tokens = MarkdownIt("commonmark").parse(page.read_text(encoding="utf-8"))
    titles = [b.content for a, b in pairwise(tokens) if a.type == "heading_open"]
    kept = ("".join(c for c in title.lower() if c.isalnum() or c in " -_") for title in titles)
    return {title.replace(" ", "-") for title in kept}
