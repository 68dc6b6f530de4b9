"""Give everybody a turn in every round.

The order rotates from round to round, so that whatever else the machine does, and whatever a
contestant leaves behind for the next one, is spread over all of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence

from bench.harness.errors import BenchError
from bench.harness.result import Line, Skipped

#: Takes one round's samples of the subject of that name: a value per measure.
Take = Callable[[str], Mapping[str, float]]


def interleave(
    case: str, lines: Sequence[Line], take: Take, *, rounds: int, rehearsals: int = 0
) -> tuple[list[Line], list[Skipped]]:
    """Fill the lines with samples, and return those that came to the end and those that did not.

    :param case: the name to show while it runs.
    :param take: is called once per line and round; a line that it fails for is left out from then
        on.
    :param rounds: how many samples each line gets.
    :param rehearsals: rounds before these whose samples are thrown away.
    """
    left = list(lines)
    skipped: list[Skipped] = []
    for turn in range(-rehearsals, rounds):
        told = f"round {turn + 1} of {rounds}" if turn >= 0 else "rehearsal"
        print(f"{case}: {told}", file=sys.stderr, flush=True)
        start = turn % len(left) if left else 0
        for line in left[start:] + left[:start]:
            try:
                samples = take(line.name)
            except BenchError as error:
                skipped.append(Skipped(line.name, str(error)))
                left.remove(line)
                continue
            if turn >= 0:
                for measure, value in samples.items():
                    line.add(measure, value)
    return left, skipped
