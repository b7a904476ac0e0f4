"""What something is linked to, by ref_ids, where some of that is archived: it is not shown, and the link keeps it meanwhile."""

from collections.abc import Container, Sequence


def keeping(wanted: Sequence[str], before: Sequence[str], hidden: Container[str]) -> tuple[str, ...]:
    """What is wanted in place of what was shown, with those that were hidden: each behind what it was behind, so that whoever
    sends back what was shown changes nothing.
    """
    kept = list(dict.fromkeys(wanted))
    for place, ref_id in enumerate(before):
        if ref_id in hidden and ref_id not in kept:
            behind = next((each for each in reversed(before[:place]) if each in kept), None)
            kept.insert(0 if behind is None else kept.index(behind) + 1, ref_id)
    return tuple(kept)


def without(ref_ids: Sequence[str], removed: str) -> tuple[str, ...]:
    return tuple(each for each in ref_ids if each != removed)
