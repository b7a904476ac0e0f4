"""Which versions are kept whole: it follows from the log, and bounds both what is stored and what is read."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from domain.pages.snapshots import EVENT_BYTES, LEAST_BYTES, Meter

TEXT_BYTES_MAX = 4 * 1024 * 1024
# What an event adds to the text or takes from it, and how long its data is: at least as long as what it adds.
STEPS = st.lists(
    st.tuples(st.one_of(st.integers(-200, 200), st.integers(-TEXT_BYTES_MAX, TEXT_BYTES_MAX)), st.integers(0, 300)), max_size=400
)


def lived(steps: list[tuple[int, int]]) -> list[tuple[Meter, int, int]]:
    """After each event: the meter, the size of the text, the bytes of the event."""
    meter, size, after = Meter(), 0, []
    for change, beside in steps:
        added = min(max(change, 0), TEXT_BYTES_MAX - size)
        size = max(size + min(change, 0), 0) + added
        meter = meter.after(added + beside)
        after.append((meter, size, added + beside))
        if meter.due:
            meter = Meter(size)
    return after


@given(STEPS)
def test_snapshots_take_no_more_than_twice_what_the_log_weighs(steps: list[tuple[int, int]]) -> None:
    after = lived(steps)
    stored = sum(size for meter, size, _ in after if meter.due)
    assert stored <= 2 * sum(EVENT_BYTES + data for _, _, data in after)


@given(STEPS)
def test_what_has_to_be_read_is_bounded_by_the_size_of_the_snapshot(steps: list[tuple[int, int]]) -> None:
    for meter, _, data in lived(steps):
        assert meter.weight_bytes < max(meter.snapshot_bytes, LEAST_BYTES) + EVENT_BYTES + data


def test_a_small_page_has_one_every_sixty_versions() -> None:
    versions = [version for version, (meter, _, _) in enumerate(lived([(50, 100)] * 1000), 1) if meter.due]
    assert {later - earlier for earlier, later in itertools.pairwise([0, *versions])} == {60}


def test_a_large_page_has_them_as_far_apart_as_it_is_large() -> None:
    versions = [version for version, (meter, _, _) in enumerate(lived([(1024 * 1024, 0), *[(0, 200)] * 2000]), 1) if meter.due]
    assert versions == [1, 468, 935, 1402, 1869]


def test_a_snapshot_is_due_at_the_weight_of_the_last_one_and_not_before() -> None:
    assert not Meter(0, LEAST_BYTES - 1).due
    assert Meter(0, LEAST_BYTES).due
    assert not Meter(LEAST_BYTES + 9, LEAST_BYTES + 8).due
    assert Meter(LEAST_BYTES + 9, LEAST_BYTES + 9).due
