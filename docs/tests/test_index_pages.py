"""What an index shows of a package: its README as the long description, and its addresses."""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message
from urllib.parse import urlsplit
from zipfile import ZipFile

import pytest
from pages import ROOT, links_in
from pieces import urls_of
from wheels import WheelShelf
from workspace import Workspace

WORKSPACE = Workspace()
SHELF = WheelShelf(ROOT / ".tox" / "wheels")


def metadata(name: str) -> Message:
    """Return what the wheel of a package says about it."""
    with ZipFile(SHELF.wheels([WORKSPACE.pieces[name]])[0]) as wheel:
        (file,) = (each for each in wheel.namelist() if each.endswith(".dist-info/METADATA"))
        return message_from_bytes(wheel.read(file))


@pytest.mark.parametrize("name", WORKSPACE.pieces)
def test_no_link_of_the_long_description_is_relative(name: str) -> None:
    """An index shows the page far from the repository, so such a link is dead there."""
    description = bytes(metadata(name).get_payload(decode=True)).decode()
    links = [urlsplit(link) for link in links_in(description)]

    assert description
    assert [link.geturl() for link in links if not link.netloc and link.path] == []


@pytest.mark.parametrize("name", WORKSPACE.pieces)
def test_the_addresses_are_those_of_the_workspace(name: str) -> None:
    """If this fails, run tools/pieces.py."""
    told = metadata(name).get_all("Project-URL") or []
    urls = urls_of(WORKSPACE.pieces[name], WORKSPACE)

    assert sorted(told) == sorted(f"{label}, {url}" for label, url in urls.items())


def test_relative_links_are_noticed() -> None:
    assert links_in("[page](../docs/web.md) ![image](a.png) [other]\n\n[other]: b.md") == [
        "../docs/web.md",
        "a.png",
        "b.md",
    ]
