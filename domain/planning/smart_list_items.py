"""Items of smart lists, which are done or not, and may have an address of the web."""

import msgspec
from msgspec import UNSET, UnsetType

from domain.events import Change
from domain.planning.entities import Archived, Changed, Concept, Created, Entity, Lifecycle, RefId, Removed, Unarchived
from domain.planning.names import clean_name
from domain.planning.web_addresses import check_url


class SmartListItemCreated(Created, frozen=True, kw_only=True, tag="smart_list_item.created"):
    """Something was put on a list."""

    smart_list_ref_id: RefId
    name: str
    is_done: bool
    url: str | None = None


class SmartListItemRenamed(Changed, frozen=True, kw_only=True, tag="smart_list_item.renamed"):
    """The item is called something else."""

    name: Change[str] | UnsetType = UNSET


class SmartListItemUrlChanged(Changed, frozen=True, kw_only=True, tag="smart_list_item.url_changed"):
    """The item has another address, or none."""

    url: Change[str | None] | UnsetType = UNSET


class SmartListItemChecked(Changed, frozen=True, kw_only=True, tag="smart_list_item.checked"):
    """The item is done."""

    is_done: Change[bool] | UnsetType = UNSET


class SmartListItemUnchecked(Changed, frozen=True, kw_only=True, tag="smart_list_item.unchecked"):
    """The item is not done after all."""

    is_done: Change[bool] | UnsetType = UNSET


class SmartListItemChanged(SmartListItemRenamed, frozen=True, kw_only=True, tag="smart_list_item.changed"):
    """Several of these at once."""

    is_done: Change[bool] | UnsetType = UNSET
    url: Change[str | None] | UnsetType = UNSET


class SmartListItemArchived(Archived, frozen=True, tag="smart_list_item.archived"):
    """The item was put away."""


class SmartListItemUnarchived(Unarchived, frozen=True, tag="smart_list_item.unarchived"):
    """The item was brought back."""


class SmartListItemRemoved(Removed, frozen=True, tag="smart_list_item.removed"):
    """The item disappeared from every read."""


class SmartListItem(Entity, frozen=True, kw_only=True):
    """One of what a list is of."""

    name: str
    smart_list_ref_id: RefId
    is_done: bool
    url: str | None


def telling(before: SmartListItem, wanted: SmartListItem) -> type[Changed] | None:
    """Which event says that it was checked or unchecked, because their fields do not tell them apart; None where more than that
    is wanted.
    """
    if wanted != msgspec.structs.replace(before, is_done=wanted.is_done):
        return None
    return SmartListItemChecked if wanted.is_done else SmartListItemUnchecked


def _settle(item: SmartListItem) -> SmartListItem:
    url = None if item.url is None else item.url.strip()
    if url is not None:
        check_url(url)
    return msgspec.structs.replace(item, name=clean_name(item.name), url=url)


SMART_LIST_ITEMS = Concept(
    kind="smart_list_item",
    called="item of a smart list",
    entity=SmartListItem,
    created=SmartListItemCreated,
    feature="smart-lists",
    changed=(
        SmartListItemRenamed,
        SmartListItemUrlChanged,
        SmartListItemChecked,
        SmartListItemUnchecked,
        SmartListItemChanged,
    ),
    lifecycle=Lifecycle(SmartListItemArchived, SmartListItemUnarchived, SmartListItemRemoved),
    settle=_settle,
    owner=lambda item: item.smart_list_ref_id,
    note_namespace="smart-list-item",
    tag_namespace="smart-list-item",
)
