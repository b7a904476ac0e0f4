"""Counts in Valkey or Redis, where one is configured."""

from collections.abc import Mapping

from infrastructure.rate_limits.gathering import Gathered, Hit

PREFIX = "daybook:rate:"


class RedisCounters:
    """One key for each bucket and window. It expires a window's length after its last hit, so no process sweeps."""

    def __init__(self, url: str) -> None:
        """Raises `ValueError` if this is no URL of a Redis."""
        from redis.asyncio import Redis  # noqa: PLC0415 - a twentieth of a second, for those alone who count in one
        from redis.asyncio.retry import Retry  # noqa: PLC0415 - as above
        from redis.backoff import NoBackoff  # noqa: PLC0415 - as above

        # Not tried again in there: what may have been counted would be counted twice. And a round has its own time.
        self._redis = Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_timeout=None, socket_connect_timeout=None)
        self._gathered = Gathered(self._add, "Redis")

    async def count(self, bucket: str, window: int, window_s: int) -> int:
        return await self._gathered.count(bucket, window, window_s)

    async def close(self) -> None:
        await self._gathered.close()
        await self._redis.aclose()

    async def _add(self, amounts: Mapping[Hit, int]) -> Mapping[Hit, int]:
        pipeline = self._redis.pipeline(transaction=False)
        for (bucket, window, window_s), hits in amounts.items():
            key = f"{PREFIX}{bucket}/{window}"
            pipeline.incrby(key, hits)
            pipeline.expire(key, window_s)
        answers = await pipeline.execute()
        return dict(zip(amounts, answers[::2], strict=True))
