"""When a delivery is tried again, and when Daybook stops trying."""

import msgspec

from application.webhook_messages import Reply

GONE = 410
RETRY_AFTER_S_MAX = 24 * 3600.0


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """Waits before the second, third, … attempt. After the last one a delivery has failed."""

    delays_s: tuple[float, ...] = (5, 30, 120, 600, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
    # Each wait is longer or shorter by up to this share, so that a receiver that comes back is not run over at once.
    jitter: float = 0.2
    # A webhook is parked when so many attempts failed running and the first of them is so long ago.
    park_after_failures: int = 10
    park_after_s: float = 24 * 3600.0

    def delay_s(self, attempts: int, reply: Reply, chance: float) -> float | None:
        """The wait after so many attempts, None if that was the last. `chance` is from 0 to 1. A receiver may ask for longer."""
        if attempts > len(self.delays_s):
            return None
        planned = self.delays_s[attempts - 1] * (1 + self.jitter * (2 * chance - 1))
        return max(planned, min(reply.retry_after_s or 0, RETRY_AFTER_S_MAX))
