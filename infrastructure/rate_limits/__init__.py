"""Where hits are counted: here, in PostgreSQL, or in Valkey or Redis. Each is one of `application.rate_limits.Counters`."""

from infrastructure.rate_limits.memory import MemoryCounters
from infrastructure.rate_limits.postgres import PostgresCounters
from infrastructure.rate_limits.redis import RedisCounters

__all__ = ["MemoryCounters", "PostgresCounters", "RedisCounters"]
