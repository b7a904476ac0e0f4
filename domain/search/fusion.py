"""One list of two: reciprocal rank fusion, as Cormack, Clarke and Büttcher describe it (SIGIR 2009), with their constant."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

RANK_CONSTANT: Final = 60
# How far down each list is looked.
DEPTH: Final = 200


def fused(lists: Sequence[Sequence[UUID]]) -> list[tuple[UUID, float]]:
    """Ids with their scores, best first. What leads every list has 1; ties go to whoever stands higher in an earlier list."""
    scores: dict[UUID, float] = {}
    for found in lists:
        for rank, each in enumerate(found[:DEPTH], 1):
            scores[each] = scores.get(each, 0.0) + 1 / (RANK_CONSTANT + rank)
    best = len(lists) / (RANK_CONSTANT + 1)
    return sorted(((each, score / best) for each, score in scores.items()), key=lambda found: -found[1])
