"""A short round of the fuzzer; ``fuzz/fuzz_httputil.py`` runs as long as you like."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

FUZZER = Path(__file__).parent.parent / "fuzz" / "fuzz_httputil.py"
SPEC = importlib.util.spec_from_file_location("fuzz_httputil", FUZZER)
fuzzer = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(fuzzer)


@pytest.mark.parametrize("name", fuzzer.CHECKS)
def test_wrong_inputs_find_nothing_undocumented(name):
    counted = fuzzer.run(name, inputs=3000, seed=2026)
    assert counted["inputs"] == 3000
    assert counted["bytes"] > 50_000


def test_the_fuzzer_sees_a_reader_that_depends_on_how_its_input_is_cut(monkeypatch):
    class Forgetful(fuzzer.MultipartReader):
        def receive(self, data):
            return [event for event in super().receive(data) if len(data) > 5]

    monkeypatch.setattr(fuzzer, "MultipartReader", Forgetful)
    with pytest.raises(AssertionError):
        fuzzer.run("multipart", inputs=200, seed=1)
