"""Smart lists: books to read, films to see, whatever people keep lists of."""

import msgspec
from msgspec import UNSET, UnsetType

from domain.events import Change
from domain.planning.entities import (
    COLLECTION,
    Archived,
    Changed,
    Concept,
    Created,
    Entity,
    Lifecycle,
    RefId,
    Removed,
    Unarchived,
)
from domain.planning.names import clean_icon, clean_name


class SmartListCreated(Created, frozen=True, kw_only=True, tag="smart_list.created"):
    """A list was begun."""

    name: str
    icon: str | None = None
    smart_list_collection_ref_id: RefId = COLLECTION


class SmartListRenamed(Changed, frozen=True, kw_only=True, tag="smart_list.renamed"):
    """The list is called something else."""

    name: Change[str] | UnsetType = UNSET


class SmartListIconChanged(Changed, frozen=True, kw_only=True, tag="smart_list.icon_changed"):
    """The list has another icon, or none."""

    icon: Change[str | None] | UnsetType = UNSET


class SmartListChanged(SmartListIconChanged, frozen=True, kw_only=True, tag="smart_list.changed"):
    """The list is called something else and has another icon."""

    name: Change[str] | UnsetType = UNSET


class SmartListArchived(Archived, frozen=True, tag="smart_list.archived"):
    """The list was put away with its items."""


class SmartListUnarchived(Unarchived, frozen=True, tag="smart_list.unarchived"):
    """The list was brought back with its items."""


class SmartListRemoved(Removed, frozen=True, tag="smart_list.removed"):
    """The list disappeared from every read, and so did its items."""


class SmartList(Entity, frozen=True, kw_only=True):
    """What the items of a list have in common."""

    name: str
    smart_list_collection_ref_id: RefId
    icon: str | None


def _settle(smart_list: SmartList) -> SmartList:
    return msgspec.structs.replace(smart_list, name=clean_name(smart_list.name), icon=clean_icon(smart_list.icon))


SMART_LISTS = Concept(
    kind="smart_list",
    entity=SmartList,
    created=SmartListCreated,
    feature="smart-lists",
    changed=(SmartListRenamed, SmartListIconChanged, SmartListChanged),
    lifecycle=Lifecycle(SmartListArchived, SmartListUnarchived, SmartListRemoved),
    settle=_settle,
    note_namespace="smart-list",
    tag_namespace="smart-list",
)
