from __future__ import annotations

from upstream_page import outdated, page, tables


def test_the_page_and_the_readme_say_what_the_tables_say() -> None:
    assert list(outdated()) == [], "run python tools/upstream_page.py --write"


def test_every_module_and_reason_is_on_the_page() -> None:
    text = page(tables())

    for table in tables():
        assert f"| {table.module} |" in text
        for group in table.groups:
            assert group.reason in text
            assert all(f"`{test}`" in text for test in group.tests)
