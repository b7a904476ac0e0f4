"""Given hits at certain times, when one more comes, then this is how it stands to its limit."""

import pytest

from application.rate_limits import Limit, RateLimits, Verdict
from infrastructure.rate_limits import memory
from infrastructure.rate_limits.memory import MemoryCounters

LIMIT = Limit("standard", 3)


class Hits:
    """Limits on a clock that stands where it is put."""

    def __init__(self, now: float = 600.0) -> None:
        self.now = now
        self.limits = RateLimits(MemoryCounters(), lambda: self.now)

    async def hit(self, limit: Limit = LIMIT, who: str = "key-1") -> Verdict:
        verdict = await self.limits.hit(limit, who)
        assert verdict is not None
        return verdict


async def given(count: int, now: float = 600.0) -> Hits:
    hits = Hits(now)
    for _ in range(count):
        await hits.hit()
    return hits


async def test_the_last_hit_that_a_limit_allows_is_allowed_and_leaves_nothing() -> None:
    verdict = await (await given(LIMIT.count - 1)).hit()
    assert (verdict.allowed, verdict.remaining) == (True, 0)


async def test_one_more_is_not_allowed_and_none_after_it() -> None:
    hits = await given(LIMIT.count)
    for _ in range(3):
        verdict = await hits.hit()
        assert (verdict.allowed, verdict.remaining, verdict.limit) == (False, 0, LIMIT)


async def test_each_hit_says_how_many_remain() -> None:
    hits = await given(0)
    assert [(await hits.hit()).remaining for _ in range(4)] == [2, 1, 0, 0]


@pytest.mark.parametrize(
    ("now", "retry_after_s"),
    [(600.0, 60), (600.001, 60), (601.0, 59), (658.999, 2), (659.0, 1), (659.001, 1), (659.999999, 1)],
)
async def test_who_waits_as_long_as_he_is_told_is_in_the_next_window(now: float, retry_after_s: int) -> None:
    hits = await given(LIMIT.count, now)
    verdict = await hits.hit()
    assert (verdict.allowed, verdict.reset_at, verdict.retry_after_s) == (False, 660, retry_after_s)
    hits.now += verdict.retry_after_s
    assert (await hits.hit()).allowed


async def test_a_second_early_he_is_not() -> None:
    hits = await given(LIMIT.count, 601.0)
    hits.now += (await hits.hit()).retry_after_s - 0.001
    assert not (await hits.hit()).allowed


async def test_windows_begin_with_the_minute_and_not_with_the_first_hit() -> None:
    hits = await given(LIMIT.count, 659.9)
    assert not (await hits.hit()).allowed
    hits.now = 660.0
    verdict = await hits.hit()
    assert (verdict.allowed, verdict.remaining, verdict.reset_at) == (True, 2, 720)


async def test_a_limit_may_have_windows_of_any_length() -> None:
    hourly, hits = Limit("codes", 1, window_s=3600), Hits(7199.0)
    assert (await hits.hit(hourly)).reset_at == 7200
    assert (await hits.hit(hourly)).retry_after_s == 1
    hits.now = 7200.0
    verdict = await hits.hit(hourly)
    assert (verdict.allowed, verdict.reset_at) == (True, 10_800)


async def test_everybody_has_a_count_of_his_own() -> None:
    hits = await given(LIMIT.count)
    assert (await hits.hit(who="key-2")).remaining == 2


async def test_every_limit_has_a_count_of_its_own() -> None:
    hits = await given(LIMIT.count)
    assert (await hits.hit(Limit("batch", 3))).remaining == 2


async def test_a_limit_of_nought_is_off_and_counts_nothing() -> None:
    hits = Hits()
    assert await hits.limits.hit(Limit("standard", 0), "key-1") is None
    assert (await hits.hit()).remaining == 2


async def test_what_was_counted_is_dropped_when_the_window_turns() -> None:
    counters = MemoryCounters()
    for number in range(1000):
        await counters.count(f"bucket-{number}", 1, 60)
    assert await counters.count("bucket-0", 2, 60) == 1
    (window,) = counters._windows.values()  # noqa: SLF001 - what it holds is what this is about
    assert list(window.counts) == ["bucket-0"]


async def test_memory_is_bounded_and_who_keeps_coming_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "GENERATION_BUCKETS_MAX", 10)
    counters, held = MemoryCounters(), 0
    for number in range(1, 200):
        await counters.count(f"passing-{number}", 1, 60)
        if number % 5 == 0:
            assert await counters.count("staying", 1, 60) == number // 5
        (window,) = counters._windows.values()  # noqa: SLF001 - as above
        held = max(held, len(window.counts) + len(window._before))  # noqa: SLF001 - as above
    assert 10 < held <= 20
    assert await counters.count("passing-1", 1, 60) == 1
