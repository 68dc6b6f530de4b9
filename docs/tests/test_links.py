from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from pages import ROOT, anchors, links, name_of, pages

PAGES = {name_of(page): page for page in pages()}


@pytest.mark.parametrize("name", PAGES)
def test_every_link_inside_the_repository_points_at_something(name: str) -> None:
    page, broken = PAGES[name], []
    for link in links(page):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        inside = target.is_relative_to(ROOT) and target.exists()
        anchored = not parts.fragment or target.suffix != ".md" or parts.fragment in anchors(target)
        if not (inside and anchored):
            broken.append(link)

    assert broken == []


@pytest.mark.parametrize("name", PAGES)
def test_links_to_the_outside_are_secure(name: str) -> None:
    assert [link for link in links(PAGES[name]) if link.startswith("http://")] == []


def test_the_index_of_the_documents_names_every_page_of_them() -> None:
    index = ROOT / "docs" / "index.md"
    named = {(index.parent / link).resolve() for link in links(index)}

    assert {page for page in (ROOT / "docs").rglob("*.md") if page != index} <= named
