"""Loaders: names, folders, caching, settings, and files that change."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from tornado.template import BaseLoader, DictLoader, Loader, ParseError, Template


@pytest.mark.parametrize(
    ("name", "parent", "full"),
    [
        ("b", None, "b"),
        ("b", "a", "b"),
        ("b", "d/a", "d/b"),
        ("../b", "d/e/a", "d/b"),
        ("./b", "d/a", "d/b"),
        ("c/b", "d/a", "d/c/b"),
        ("/b", "d/a", "/b"),
        ("b", "/d/a", "b"),
        ("b", "<string>", "b"),
    ],
)
def test_a_relative_name_is_relative_to_the_template_that_contains_it(
    name: str, parent: str | None, full: str, tmp_path: Path
) -> None:
    assert DictLoader({}).resolve_path(name, parent) == full
    assert Loader(str(tmp_path)).resolve_path(name, parent) == full


def test_a_template_is_compiled_once() -> None:
    loader = DictLoader({"a": "x"})
    template = loader.load("a")
    assert loader.load("a") is template
    assert (template.name, template.loader) == ("a", loader)
    loader.reset()
    assert loader.load("a") is not template


def test_a_faulty_template_is_not_kept() -> None:
    loader = DictLoader({"a": "{% if x %}"})
    for _ in range(2):
        with pytest.raises(ParseError):
            loader.load("a")
    loader.dict["a"] = "fine"
    assert loader.load("a").generate() == b"fine"


def test_a_part_that_does_not_compile_alone_is_reported_when_it_is_loaded_alone() -> None:
    loader = DictLoader({"a": "{% include 'b' %}", "b": "{% include 'c' %}", "c": "{{ a b }}"})
    with pytest.raises(ParseError):
        loader.load("a")
    with pytest.raises(ParseError):
        loader.load("c")


def test_the_error_for_a_missing_template_is_that_of_its_container(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        DictLoader({}).load("a")
    with pytest.raises(FileNotFoundError):
        Loader(str(tmp_path)).load("a")


def test_settings_of_the_loader_are_those_of_its_templates() -> None:
    loader = DictLoader(
        {"a.txt": "{{ '<' }} {{ greeting }}  \n!"},
        autoescape=None,
        namespace={"greeting": "hello"},
        whitespace="oneline",
    )
    assert loader.load("a.txt").generate() == b"< hello !"
    assert loader.load("a.txt").autoescape is None
    loader.namespace["greeting"] = "good day"
    assert loader.load("a.txt").generate() == b"< good day !"
    assert loader.load("a.txt").generate(greeting="mine") == b"< mine !"


def test_files_are_utf_8(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("é{{ 'ü' }}".encode())
    assert Loader(str(tmp_path)).load("a.txt").generate().decode() == "éü"
    (tmp_path / "b.txt").write_bytes(b"\n\xe9")
    with pytest.raises(ParseError, match=r"not UTF-8: .* at b\.txt:2"):
        Loader(str(tmp_path)).load("b.txt")


@pytest.mark.parametrize(
    "name",
    ["../secret", "sub/../../secret", "/etc/passwd", "..", "../root-2/page", "sub/../../root-2/x"],
)
def test_a_name_that_leads_out_of_the_folder_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "root" / "sub").mkdir(parents=True)
    (tmp_path / "root-2").mkdir()
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "root-2" / "page").write_text("secret")
    loader = Loader(str(tmp_path / "root"))
    with pytest.raises(PermissionError, match="outside of the loader's folder"):
        loader.load(name)
    with pytest.raises(ParseError, match="outside of the loader's folder"):
        Template(f"{{% include '{name}' %}}", loader=loader)


def test_a_name_inside_the_folder_may_have_dots(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "page").write_text("page")
    loader = Loader(str(tmp_path))
    assert loader.load("sub/../page").generate() == b"page"
    assert loader.load(str(tmp_path / "page")).generate() == b"page"


@pytest.mark.parametrize("name", ["/anywhere/page.html", "../page.html", "<string>"])
def test_a_template_from_memory_may_have_any_name(name: str, tmp_path: Path) -> None:
    template = Template("{{ 1 / one }}", name=name, loader=Loader(str(tmp_path)))
    assert template.generate(one=1) == b"1.0"


class UpperLoader(BaseLoader):
    """A loader as applications write them: two methods."""

    def resolve_path(self, name: str, parent_path: str | None = None) -> str:
        return name.upper()

    def _create_template(self, name: str) -> Template:
        return Template(f"{name}{{% block b %}}{{% end %}}", name=name, loader=self)


def test_a_loader_of_an_application_needs_two_methods() -> None:
    loader = UpperLoader()
    assert loader.load("a").generate() == b"A"
    child = Template("{% extends c %}{% block b %}!{% end %}", loader=loader)
    assert child.generate() == b"C!"


def test_a_loader_may_return_templates_of_another_engine() -> None:
    class Other:
        def generate(self, **kwargs: object) -> bytes:
            return b"other"

    class OtherLoader(UpperLoader):
        def _create_template(self, name: str) -> Template:
            return Other()  # type: ignore[return-value]  # that is the point

    assert OtherLoader().load("a").generate() == b"other"


def test_the_base_loader_loads_nothing() -> None:
    with pytest.raises(NotImplementedError):
        BaseLoader().load("a")


def test_threads_share_a_loader() -> None:
    files = {f"t{i}": f"{{% include 't{i + 1}' %}}{i}" for i in range(20)} | {"t20": ""}
    loader = DictLoader(files)
    expected = DictLoader(files).load("t0").generate()
    found: list[bytes] = []

    def render() -> None:
        for i in range(20):
            loader.load(f"t{19 - i}")
        found.append(loader.load("t0").generate())

    threads = [threading.Thread(target=render) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def write(path: Path, text: str) -> None:
    """Change a file and its time, even if the clock of the file system is coarse."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text)
    os.utime(path, ns=(before + 10**9, before + 10**9))


def test_files_that_change_are_compiled_again_with_auto_reload(tmp_path: Path) -> None:
    write(tmp_path / "base", "<{% block b %}{% end %}{% include 'part' %}>")
    write(tmp_path / "part", "part")
    write(tmp_path / "leaf", "{% extends 'base' %}{% block b %}leaf{% end %}")
    write(tmp_path / "other", "other")
    loader = Loader(str(tmp_path), auto_reload=True)
    lazy = Loader(str(tmp_path))
    other = loader.load("other")
    for each in (loader, lazy):
        assert each.load("leaf").generate() == b"<leafpart>"
    for name, text, printed in [
        ("leaf", "{% extends 'base' %}{% block b %}LEAF{% end %}", b"<LEAFpart>"),
        ("base", "[{% block b %}{% end %}{% include 'part' %}]", b"[LEAFpart]"),
        ("part", "PART", b"[LEAFPART]"),
    ]:
        write(tmp_path / name, text)
        template = loader.load("leaf")
        assert template.generate() == printed
        assert loader.load("leaf") is template
    assert loader.load("other") is other
    assert lazy.load("leaf").generate() == b"<leafpart>"


def test_a_change_of_size_alone_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "page"
    path.write_text("one")
    status = path.stat()
    loader = Loader(str(tmp_path), auto_reload=True)
    assert loader.load("page").generate() == b"one"
    path.write_text("three")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert loader.load("page").generate() == b"three"


def test_a_file_that_is_gone_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "page"
    path.write_text("one")
    loader = Loader(str(tmp_path), auto_reload=True)
    loader.load("page")
    path.unlink()
    with pytest.raises(FileNotFoundError):
        loader.load("page")


def test_a_change_between_two_loads_of_parts_is_noticed(tmp_path: Path) -> None:
    write(tmp_path / "part", "one")
    write(tmp_path / "page", "{% include 'part' %}")
    loader = Loader(str(tmp_path), auto_reload=True)
    assert loader.load("part").generate() == b"one"
    write(tmp_path / "part", "three")
    assert loader.load("page").generate() == b"three"


def test_a_change_of_a_part_of_which_only_blocks_are_used_is_noticed(tmp_path: Path) -> None:
    write(tmp_path / "base", "<{% block a %}base{% end %}>")
    write(tmp_path / "page", "{% extends 'base' %}{% include 'part' %}")
    write(tmp_path / "part", "{% block a %}part{% end %}")
    loader = Loader(str(tmp_path), auto_reload=True)
    assert loader.load("page").generate() == b"<part>"
    write(tmp_path / "part", "{% block b %}part{% end %}")
    assert loader.load("page").generate() == b"<base>"
    write(tmp_path / "part", "{% block a %}PART{% end %}")
    assert loader.load("page").generate() == b"<PART>"
