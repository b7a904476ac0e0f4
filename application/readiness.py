"""What the service says of itself to whoever watches it."""

import msgspec


class ProjectionState(msgspec.Struct, frozen=True):
    """A view that follows the log: how many events it is behind, over all workspaces, and in how many it stands still."""

    lag: int
    parked: int
