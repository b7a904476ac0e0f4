"""Visions: what a life should be like. One is active, and what was before it is kept."""

from typing import Final, Literal

from msgspec import UNSET, UnsetType

from domain.events import Change
from domain.planning.entities import Archived, Changed, Concept, Created, Entity, Lifecycle, RefId, Removed, Unarchived

NAME = "Vision"
ACTIVE: Final = "active"
VisionStatus = Literal["active", "draft", "old"]


class VisionCreated(Created, frozen=True, kw_only=True, tag="vision.created"):
    """A draft was begun, with a note to write it in."""

    life_plan_ref_id: RefId
    name: str = NAME
    status: VisionStatus = "draft"


class VisionActivated(Changed, frozen=True, kw_only=True, tag="vision.activated"):
    """The vision holds from here on."""

    status: Change[VisionStatus] | UnsetType = UNSET


class VisionSuperseded(Changed, frozen=True, kw_only=True, tag="vision.superseded"):
    """Another holds from here on."""

    status: Change[VisionStatus] | UnsetType = UNSET


class VisionArchived(Archived, frozen=True, tag="vision.archived"):
    """The vision was put away."""


class VisionUnarchived(Unarchived, frozen=True, tag="vision.unarchived"):
    """The vision was brought back."""


class VisionRemoved(Removed, frozen=True, tag="vision.removed"):
    """The vision disappeared from every read."""


class Vision(Entity, frozen=True, kw_only=True):
    """What a life should be like, as its note says."""

    name: str
    life_plan_ref_id: RefId
    status: VisionStatus


VISIONS = Concept(
    kind="vision",
    entity=Vision,
    created=VisionCreated,
    feature="life-plan",
    changed=(VisionActivated, VisionSuperseded),
    lifecycle=Lifecycle(VisionArchived, VisionUnarchived, VisionRemoved),
    # At most one is active, archived ones included.
    key=lambda vision: ACTIVE if vision.status == ACTIVE else None,
    note_namespace="vision",
    note_stays=True,
)
