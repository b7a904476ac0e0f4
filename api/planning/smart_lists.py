"""Smart lists over HTTP, each with the items that were asked for."""

from typing import Annotated

import msgspec
from msgspec import Meta

from api.planning.frame import Change, Create, Find, Load, Resource
from api.planning.noted import NOTED, FindNoted, note_of, tags_of
from api.planning.queries import Archived, Include, LoadQuery, RefIds
from application.planning.plain import plainly_created
from application.planning.ports import Seen
from application.planning.reading import Beside, Shown
from application.planning.smart_lists import ChangeSmartList, CreateSmartList
from domain.planning.notes import NOTES, Note
from domain.planning.smart_list_items import SMART_LIST_ITEMS, SmartListItem
from domain.planning.smart_lists import SMART_LISTS, SmartList
from domain.planning.tags import TAG_LINKS, TAGS, Tag


class FindSmartLists(FindNoted, kw_only=True):
    """Which lists, and what of each. Filters of items are "and", and say which items are shown; no list is left out for them."""

    include_items: Include = False
    include_item_notes: Include = False
    filter_is_done: Annotated[bool | None, Meta(description="Only items that are done, or that are not.")] = None
    filter_tag_names: Annotated[tuple[str, ...], Meta(description="Only items with any of these tags.")] = ()
    filter_tag_ref_id: Annotated[RefIds, Meta(description="Only items with any of these tags.")] = ()
    filter_item_ref_id: Annotated[RefIds, Meta(description="Only these items.")] = ()

    def beside(self) -> Beside:
        noted = super().beside().belonging
        if not (self.include_items or self.include_item_notes):
            return Beside(belonging=noted)
        tagged = self.include_tags or self.filter_tag_names or self.filter_tag_ref_id
        deeper = (*((NOTES,) if self.include_item_notes else ()), *((TAG_LINKS,) if tagged else ()))
        return Beside(belonging=(*noted, SMART_LIST_ITEMS), deeper=deeper)

    def items_of(self, shown: Shown[SmartList]) -> list[Shown[SmartListItem]]:
        return [item for item in shown.each(SMART_LIST_ITEMS) if self._wants(item) and self._wants_tags_of(item)]

    def _wants(self, item: Shown[SmartListItem]) -> bool:
        right_state = self.filter_is_done is None or item.entity.is_done == self.filter_is_done
        return right_state and (not self.filter_item_ref_id or item.ref_id in self.filter_item_ref_id)

    def _wants_tags_of(self, item: Shown[SmartListItem]) -> bool:
        if not (self.filter_tag_names or self.filter_tag_ref_id):
            return True
        tags = [tag.entity for link in item.each(TAG_LINKS) for tag in link.each_named(TAGS)]
        right_name = not self.filter_tag_names or any(tag.name in self.filter_tag_names for tag in tags)
        return right_name and (not self.filter_tag_ref_id or any(tag.ref_id in self.filter_tag_ref_id for tag in tags))


class LoadSmartList(LoadQuery, kw_only=True):
    """How one is looked at."""

    allow_archived_items: Archived = False
    allow_archived_tags: Archived = False
    include_item_tags_and_notes: Include = False

    @property
    def seen(self) -> Seen:
        """Whatever any of these asks for; what shows them leaves out the rest."""
        return Seen(self.allow_archived or self.allow_archived_items or self.allow_archived_tags, super().seen.moment)

    def beside(self) -> Beside:
        return Beside(belonging=(*NOTED, SMART_LIST_ITEMS), deeper=NOTED if self.include_item_tags_and_notes else ())


class SmartListFindResponseEntry(msgspec.Struct):
    """A list, and what was asked for of what belongs to it."""

    smart_list: SmartList
    note: Note | None
    tags: list[Tag]
    smart_list_items: list[SmartListItem] | None
    smart_list_item_generic_tags: dict[str, list[Tag]] | None
    smart_list_item_notes: list[Note] | None


class SmartListsAnswer(msgspec.Struct):
    """Lists in the order of their ref_ids."""

    entries: list[SmartListFindResponseEntry]


class SmartListAnswer(msgspec.Struct):
    """A list with its items; their tags and notes if they were asked for."""

    smart_list: SmartList
    note: Note | None
    tags: list[Tag]
    smart_list_items: list[SmartListItem]
    smart_list_item_generic_tags: dict[str, list[Tag]] | None
    smart_list_item_notes: list[Note] | None


class NewSmartListAnswer(msgspec.Struct):
    """A list as it was made."""

    new_smart_list: SmartList


def _entry(shown: Shown[SmartList], query: FindSmartLists) -> SmartListFindResponseEntry:
    items = query.items_of(shown)
    return SmartListFindResponseEntry(
        smart_list=shown.itself,
        note=note_of(shown),
        tags=tags_of(shown) if query.include_tags else [],
        smart_list_items=[item.itself for item in items] if query.include_items else None,
        smart_list_item_generic_tags=_tags(items) if query.include_items and query.include_tags else None,
        smart_list_item_notes=_notes(items) if query.include_item_notes else None,
    )


def _loaded(shown: Shown[SmartList], query: LoadSmartList) -> SmartListAnswer:
    """Raises `EntityNotFound` for a list that was seen only for the sake of what belongs to it."""
    if shown.entity.archived and not query.allow_archived:
        raise SMART_LISTS.not_found()
    items, more = shown.each(SMART_LIST_ITEMS, archived=query.allow_archived_items), query.include_item_tags_and_notes
    return SmartListAnswer(
        smart_list=shown.itself,
        note=note_of(shown, archived=query.allow_archived),
        tags=tags_of(shown, archived=query.allow_archived_tags),
        smart_list_items=[item.itself for item in items],
        smart_list_item_generic_tags=_tags(items, archived=query.allow_archived_tags) if more else None,
        smart_list_item_notes=_notes(items, archived=query.allow_archived_items) if more else None,
    )


def _tags(items: list[Shown[SmartListItem]], *, archived: bool = True) -> dict[str, list[Tag]]:
    return {item.ref_id: tags_of(item, archived=archived) for item in items}


def _notes(items: list[Shown[SmartListItem]], *, archived: bool = True) -> list[Note]:
    return [note for item in items for note in item.all(NOTES, archived=archived)]


RESOURCE = Resource(
    path="/smart-lists",
    concept=SMART_LISTS,
    one="smart list",
    many="smart lists",
    find=Find(query=FindSmartLists, answer=SmartListsAnswer, entry=_entry),
    create=Create(
        order=CreateSmartList,
        act=plainly_created(SMART_LISTS),
        answer=NewSmartListAnswer,
        made=lambda made: NewSmartListAnswer(made.the(SMART_LISTS)),
    ),
    load=Load(answer=SmartListAnswer, shown=_loaded, beside=LoadSmartList.beside, query=LoadSmartList),
    change=Change(order=ChangeSmartList),
)
