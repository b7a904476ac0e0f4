"""Smart lists and their items."""

from msgspec import UNSET

from application.planning.draft import Draft
from application.planning.orders import ChangeOrder, Order, U
from domain.planning.entities import Kept, RefId
from domain.planning.smart_list_items import SMART_LIST_ITEMS, SmartListItem, telling


class CreateSmartList(Order):
    """What it is a list of."""

    name: str
    icon: str | None = None


class ChangeSmartList(ChangeOrder):
    """What to change of it; an icon of null takes it away."""

    name: U[str] = UNSET
    icon: U[str | None] = UNSET


class CreateSmartListItem(Order):
    """What to put on which list."""

    smart_list_ref_id: RefId
    name: str
    is_done: bool
    url: str | None = None


class ChangeSmartListItem(ChangeOrder):
    """What to change of it; a url of null takes it away."""

    name: U[str] = UNSET
    is_done: U[bool] = UNSET
    url: U[str | None] = UNSET


async def change_item(draft: Draft, kept: Kept[SmartListItem], order: ChangeSmartListItem) -> None:
    wanted = SMART_LIST_ITEMS.settle(order.applied(kept.entity))
    draft.change(kept, wanted, telling=telling(kept.entity, wanted))
