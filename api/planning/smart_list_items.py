"""Items of smart lists over HTTP, below their lists."""

import msgspec

from api.planning.frame import Change, Create, Load, Resource
from api.planning.noted import NOTED, note_of, tags_of
from api.planning.queries import LoadQuery
from application.planning.plain import plainly_created
from application.planning.reading import Beside, Shown
from application.planning.smart_lists import ChangeSmartListItem, CreateSmartListItem, change_item
from domain.planning.notes import Note
from domain.planning.smart_list_items import SMART_LIST_ITEMS, SmartListItem
from domain.planning.smart_lists import SMART_LISTS
from domain.planning.tags import Tag


class SmartListItemAnswer(msgspec.Struct):
    """An item with all that belongs to it."""

    item: SmartListItem
    note: Note | None
    generic_tags: list[Tag]


class NewSmartListItemAnswer(msgspec.Struct):
    """An item as it was made."""

    new_smart_list_item: SmartListItem


def _loaded(shown: Shown[SmartListItem], _: LoadQuery) -> SmartListItemAnswer:
    return SmartListItemAnswer(item=shown.itself, note=note_of(shown), generic_tags=tags_of(shown))


RESOURCE = Resource(
    path="/smart-lists/{ref_id:str}/items",
    concept=SMART_LIST_ITEMS,
    one="item of a smart list",
    many="items of a smart list",
    within=SMART_LISTS,
    create=Create(
        order=CreateSmartListItem,
        act=plainly_created(SMART_LIST_ITEMS),
        answer=NewSmartListItemAnswer,
        made=lambda made: NewSmartListItemAnswer(made.the(SMART_LIST_ITEMS)),
        within=lambda order: order.smart_list_ref_id,
    ),
    load=Load(answer=SmartListItemAnswer, shown=_loaded, beside=Beside(belonging=NOTED)),
    change=Change(order=ChangeSmartListItem, act=change_item),
)
