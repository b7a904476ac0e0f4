"""Principles: what a workspace goes by."""

from typing import ClassVar

from msgspec import UNSET, UnsetType

from domain.events import Change
from domain.items.errors import PrincipleNotFound
from domain.items.kinds import Archived, Begun, Changed, Changes, Item, Kind, Restored
from domain.items.rules import CONTENT_BYTES_MAX, check_text, check_title


class PrincipleCreated(Begun, frozen=True, kw_only=True, tag="principle.created"):
    """The workspace goes by something from here on."""

    title: str
    content: str = ""


class PrincipleChanged(Changed, frozen=True, kw_only=True, tag="principle.changed"):
    """The principle says something else."""

    title: Change[str] | UnsetType = UNSET
    content: Change[str] | UnsetType = UNSET


class PrincipleArchived(Archived, frozen=True, tag="principle.archived"):
    """The principle went to the trash."""


class PrincipleRestored(Restored, frozen=True, tag="principle.restored"):
    """The principle came back from the trash."""


PrincipleEvent = PrincipleCreated | PrincipleChanged | PrincipleArchived | PrincipleRestored


class Principle(Item, frozen=True, kw_only=True):
    """A principle at one version."""

    kind: ClassVar[str] = "principle"

    title: str
    content: str


class PrincipleChanges(Changes, frozen=True, kw_only=True):
    """What to change: only set fields do."""

    title: str | UnsetType = UNSET
    content: str | UnsetType = UNSET


def _check(principle: PrincipleCreated | Principle) -> None:
    check_title(principle.title)
    check_text(principle.content, "content", CONTENT_BYTES_MAX)


PRINCIPLES = Kind(
    state=Principle,
    changed=PrincipleChanged,
    archived=PrincipleArchived(),
    restored=PrincipleRestored(),
    not_found=PrincipleNotFound,
    check=_check,
)
