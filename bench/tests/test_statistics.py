from __future__ import annotations

import statistics as reference
from itertools import pairwise

import pytest
from bench.harness.statistics import (
    deviation,
    median,
    paired_ratios,
    percentile,
    ratio,
    summarize,
)
from hypothesis import given
from hypothesis import strategies as st

samples = st.lists(st.floats(0.001, 1e6), min_size=1, max_size=50)


@given(samples)
def test_the_median_is_the_standard_librarys(values: list[float]) -> None:
    assert median(values) == pytest.approx(reference.median(values))


@given(samples)
def test_percentiles_grow_from_the_smallest_to_the_greatest(values: list[float]) -> None:
    found = [percentile(values, step / 10) for step in range(11)]
    assert found[0] == min(values)
    assert found[-1] == max(values)
    assert all(low <= high * (1 + 1e-12) for low, high in pairwise(found))


@pytest.mark.parametrize(
    ("share", "value"), [(0.0, 10.0), (0.25, 20.0), (0.5, 30.0), (0.9, 46.0), (1.0, 50.0)]
)
def test_percentiles_are_interpolated(share: float, value: float) -> None:
    assert percentile([50, 10, 40, 20, 30], share) == pytest.approx(value)


def test_one_disturbed_round_moves_neither_median_nor_deviation_much() -> None:
    summary = summarize([10.0, 11.0, 9.0, 10.0, 500.0])
    assert summary.median == 10.0
    assert summary.mad == 1.0
    assert (summary.low, summary.high, summary.samples) == (9.0, 500.0, 5)
    assert summary.spread == 0.1


def test_equal_samples_have_no_deviation() -> None:
    assert deviation([3.0, 3.0, 3.0]) == 0.0


def test_ratios_are_taken_round_by_round() -> None:
    # The machine is twice as slow in the second round, for both.
    assert paired_ratios([10.0, 20.0], [5.0, 10.0]) == [2.0, 2.0]
    assert ratio([10.0, 20.0, 12.0], [5.0, 10.0, 4.0]).median == 2.0


@pytest.mark.parametrize(
    ("mine", "theirs", "message"),
    [
        ([1.0], [1.0, 2.0], "1 rounds cannot be paired with 2"),
        ([1.0], [0.0], "must be greater than zero"),
        ([], [], "no samples"),
    ],
)
def test_what_cannot_be_paired_is_an_error(
    mine: list[float], theirs: list[float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        ratio(mine, theirs)


def test_a_share_outside_of_the_samples_is_an_error() -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        percentile([1.0], 1.5)
