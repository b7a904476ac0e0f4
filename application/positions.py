"""Reading what one has written: waiting until a position is in the log, or in a view that follows it."""

from typing import Protocol
from uuid import UUID

from domain.errors import DomainError


class PositionNotReached(DomainError):
    """What you asked for has not got to the position of Daybook-Wait-For in time. Send the request again in a second, or without
    the header if an older answer will do.
    """

    code = "position_not_reached"


class Positions(Protocol):
    """Raises `StoreUnavailable`."""

    async def written(self, workspace_id: UUID, position: int) -> None:
        """Waits until the log has got to a position. Raises `PositionNotReached`."""
        ...

    async def reached(self, workspace_id: UUID, projection: str, position: int | None) -> None:
        """Waits until a projection has got to a position, or raises `PositionNotReached`. Without a position it waits for the
        head as it is now, but not for long, and never raises: then the view answers what it has.
        """
        ...
