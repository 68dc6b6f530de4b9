"""Summarise samples that were taken on a machine with other things to do.

Medians and the median absolute deviation are used throughout: one disturbed round moves a mean
and a standard deviation, but not these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Summary(NamedTuple):
    """What is shown of a list of samples, all in the samples' own unit."""

    median: float
    #: The median distance from the median (not scaled to a standard deviation).
    mad: float
    low: float
    high: float
    samples: int

    @property
    def spread(self) -> float:
        """The median absolute deviation as a share of the median, 0.0 where the median is 0."""
        return self.mad / self.median if self.median else 0.0


def percentile(samples: Sequence[float], share: float) -> float:
    """Return the value below which `share` of the samples lie, interpolated between neighbours.

    :param samples: at least one value, in any order.
    :param share: from 0.0 (the smallest value) to 1.0 (the greatest).
    :raises ValueError: for no samples, or a share outside of 0 to 1.
    """
    if not samples:
        raise ValueError("no samples to take a percentile of")
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"share must be from 0 to 1, not {share!r}")
    ordered = sorted(samples)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def median(samples: Sequence[float]) -> float:
    """Return the middle value, or the mean of the two middle ones.

    :raises ValueError: for no samples.
    """
    return percentile(samples, 0.5)


def deviation(samples: Sequence[float]) -> float:
    """Return the median absolute deviation from the median.

    :raises ValueError: for no samples.
    """
    middle = median(samples)
    return median([abs(sample - middle) for sample in samples])


def summarize(samples: Sequence[float]) -> Summary:
    """Return the median, spread, extremes and the number of the samples.

    :raises ValueError: for no samples.
    """
    return Summary(median(samples), deviation(samples), min(samples), max(samples), len(samples))


def paired_ratios(samples: Sequence[float], reference: Sequence[float]) -> list[float]:
    """Return each sample divided by the reference's sample of the same round.

    Rounds are interleaved, so a disturbance that lasts longer than a round hits both sides of a
    pair and cancels out.

    :raises ValueError: if the two have not the same number of rounds, or a reference is not
        greater than zero.
    """
    if len(samples) != len(reference):
        raise ValueError(f"{len(samples)} rounds cannot be paired with {len(reference)}")
    for value in reference:
        if value <= 0:
            raise ValueError(f"a reference must be greater than zero, not {value!r}")
    return [sample / value for sample, value in zip(samples, reference, strict=True)]


def ratio(samples: Sequence[float], reference: Sequence[float]) -> Summary:
    """Summarise the paired ratios of two contestants.

    :raises ValueError: as :func:`paired_ratios` does, and for no rounds at all.
    """
    return summarize(paired_ratios(samples, reference))
