"""Where hits are counted: in the process, on the machine, in PostgreSQL, or in Valkey or Redis. Each is one of the port's
`Counters`.
"""

from infrastructure.rate_limits.machine import MachineCounters
from infrastructure.rate_limits.memory import MemoryCounters
from infrastructure.rate_limits.postgres import PostgresCounters
from infrastructure.rate_limits.redis import RedisCounters

__all__ = ["MachineCounters", "MemoryCounters", "PostgresCounters", "RedisCounters"]
