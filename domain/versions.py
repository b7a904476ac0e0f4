"""Commands on what somebody has seen: they hold only where it is still as it was."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from domain.errors import VersionStale


class Versioned(Protocol):
    """Grows by one with each event."""

    @property
    def version(self) -> int: ...


V = TypeVar("V", bound=Versioned)


def check_version(state: V, versions: Sequence[int]) -> V:
    """Raises `VersionStale` if the caller names versions and it has none of them."""
    if versions and state.version not in versions:
        raise VersionStale(current=state)
    return state
