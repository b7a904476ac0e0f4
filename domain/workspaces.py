"""Workspaces: what every other thing belongs to. A workspace's own stream has the workspace's id."""

from uuid import UUID

from domain.errors import DomainError, InvalidValue
from domain.events import Event

NAME_CHARACTERS_MAX = 100
# The service's own log: what belongs to no workspace, such as the keys that access tokens are signed with. It has no members.
SERVICE = UUID(int=1)


class WorkspaceCreated(Event, frozen=True, tag="workspace.created"):
    """A workspace began."""

    name: str


class WorkspaceNameTaken(DomainError):
    """Another workspace has this name. Choose another."""

    code = "workspace_name_taken"


def create_workspace(name: str) -> list[WorkspaceCreated]:
    if not name.strip() or len(name) > NAME_CHARACTERS_MAX or not name.isprintable():
        raise InvalidValue(f"A workspace's name is one line of 1 to {NAME_CHARACTERS_MAX} characters.", parameter="name")
    return [WorkspaceCreated(name)]
