"""Tags, and which of them something has."""

import msgspec
from msgspec import UNSET

from application.planning.draft import Draft
from application.planning.orders import ChangeOrder, Order, U
from application.planning.owners import the_owner
from application.planning.settings import check_on
from domain.planning.concepts import BY_TAG_NAMESPACE
from domain.planning.entities import Kept, RefId
from domain.planning.links import keeping, without
from domain.planning.tags import (
    TAG_LINKS,
    TAGS,
    Tag,
    TagCreated,
    TagExists,
    TagLink,
    TagLinkCreated,
    TagNamespace,
    check_linked,
    check_tag_name,
    check_tag_names,
    tag_key,
)


class CreateTag(Order):
    """Its name, and what it is for."""

    namespace: TagNamespace
    name: str


class ChangeTag(ChangeOrder):
    """Its name."""

    name: U[str] = UNSET


class LinkTags(Order):
    """The tags that something has from now on. Missing ones are made, archived ones come back; hidden ones stay, named or not."""

    namespace: TagNamespace
    source_entity_ref_id: RefId
    tag_names: tuple[str, ...]


async def create_tag(draft: Draft, order: CreateTag) -> None:
    """Raises `TagExists`, and `FeatureOff` where all that could have it is switched off."""
    about = BY_TAG_NAMESPACE.get(order.namespace)
    await check_on(draft, about.feature if about else None)
    if await draft.all(TAGS, [tag_key(order.namespace, check_tag_name(order.name))]):
        raise TagExists
    draft.begin(TAGS, TagCreated(ref_id=draft.next_ref_id(), namespace=order.namespace, name=order.name))


async def change_tag(draft: Draft, kept: Kept[Tag], order: ChangeTag) -> None:
    """Raises `TagExists`."""
    wanted = order.applied(kept.entity)
    same = await draft.all(TAGS, [tag_key(wanted.namespace, check_tag_name(wanted.name))])
    if any(tag.stream_id != kept.stream_id for tag in same):
        raise TagExists
    draft.change(kept, wanted)


async def remove_tag(draft: Draft, kept: Kept[Tag]) -> None:
    """Whatever has it has it no longer."""
    for link in await draft.naming(TAG_LINKS, kept.entity.ref_id):
        draft.change(link, msgspec.structs.replace(link.entity, ref_ids=without(link.entity.ref_ids, kept.entity.ref_id)))
    await draft.remove(kept)


async def link_tags(draft: Draft, order: LinkTags) -> None:
    owner = await the_owner(draft, BY_TAG_NAMESPACE, order.namespace, order.source_entity_ref_id)
    ref_ids = await _tags(draft, order.namespace, check_tag_names(order.tag_names))
    for link in await draft.belonging(TAG_LINKS, owner):
        ref_ids = check_linked(keeping(ref_ids, link.entity.ref_ids, await _hidden(draft, link.entity)))
        after = draft.change(draft.about(link), msgspec.structs.replace(link.entity, ref_ids=ref_ids))
        # Perhaps nothing but archived tags came back.
        draft.there_already += [after] if after is link else []
        return
    wanted = TagLinkCreated(
        ref_id=draft.next_ref_id(),
        namespace=order.namespace,
        source_entity_ref_id=owner.entity.ref_id,
        ref_ids=ref_ids,
    )
    draft.begin(TAG_LINKS, wanted)


async def _hidden(draft: Draft, link: TagLink) -> set[str]:
    """Those that are archived, once the command brought back what it names."""
    tags = await draft.several(TAGS, link.ref_ids)
    return {tag.entity.ref_id for tag in tags if tag.entity.archived}


async def _tags(draft: Draft, namespace: TagNamespace, names: list[str]) -> tuple[str, ...]:
    known = {tag.entity.name: tag for tag in await draft.all(TAGS, [tag_key(namespace, name) for name in names])}
    for tag in known.values():
        await draft.unarchive(tag)
    missing = [name for name in names if name not in known]
    known |= {name: draft.begin(TAGS, TagCreated(ref_id=draft.next_ref_id(), namespace=namespace, name=name)) for name in missing}
    return tuple(known[name].entity.ref_id for name in names)
