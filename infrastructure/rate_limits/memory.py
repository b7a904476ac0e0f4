"""Counts in this process alone."""

# In each of two generations of a window's counts. 100,000 buckets with names of 40 characters take 13 MB.
GENERATION_BUCKETS_MAX = 50_000


class MemoryCounters:
    """One dict for the present window of each length, dropped as a whole when the window turns. Nothing has to be swept."""

    def __init__(self) -> None:
        self._windows: dict[int, _Window] = {}

    async def count(self, bucket: str, window: int, window_s: int) -> int:
        return self.add(bucket, window, window_s)

    def add(self, bucket: str, window: int, window_s: int) -> int:
        held = self._windows.get(window_s)
        if held is None or held.number != window:
            held = self._turned(held, window, window_s)
        hits = held.counts.get(bucket)
        if hits is None:
            hits = held.so_far(bucket)
        hits += 1
        held.counts[bucket] = hits
        return hits

    async def close(self) -> None:
        self._windows.clear()

    def _turned(self, held: "_Window | None", window: int, window_s: int) -> "_Window":
        if held is not None and held.number == window + 1:
            # A hit that came late counts in the window that goes on, and must not begin the old one anew.
            return held
        turned = self._windows[window_s] = _Window(window)
        return turned


class _Window:
    """The counts of one window, in two generations.

    When the younger one is full it becomes the older, and what was the older is forgotten. So memory is bounded, and a bucket is
    forgotten only if it rests while 50,000 others come. That is safe: whoever wants a count forgotten has to come as that many
    others first, and nobody is refused because of others.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.counts: dict[str, int] = {}
        self._before: dict[str, int] = {}

    def so_far(self, bucket: str) -> int:
        """What a bucket that is not in `counts` had, as far as it is remembered. There is room for it afterwards."""
        hits = self._before.pop(bucket, 0)
        if len(self.counts) >= GENERATION_BUCKETS_MAX:
            self._before, self.counts = self.counts, {}
        return hits
