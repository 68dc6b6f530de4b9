"""A short round of the fuzzer; ``fuzz/fuzz_http1.py`` runs as long as you like."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

FUZZER = Path(__file__).parents[2] / "fuzz" / "fuzz_http1.py"
SPEC = importlib.util.spec_from_file_location("fuzz_http1", FUZZER)
fuzzer = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(fuzzer)


@pytest.mark.parametrize("name", fuzzer.CHECKS)
def test_wrong_inputs_find_nothing_undocumented(name):
    counted = fuzzer.run(name, inputs=3000, seed=2026)
    assert counted["inputs"] == 3000
    assert counted["bytes"] > 200_000


def test_the_fuzzer_sees_a_parser_that_depends_on_how_its_input_is_cut(monkeypatch):
    class Forgetful(fuzzer.RequestParser):
        def receive(self, data):
            return super().receive(data.replace(b"\n", b" ") if len(data) < 9 else data)

    monkeypatch.setattr(fuzzer, "RequestParser", Forgetful)
    with pytest.raises(AssertionError):
        fuzzer.run("heads", inputs=200, seed=1)
