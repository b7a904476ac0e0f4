"""What entities name of the life plan, as their concepts declare it: it has to be there, and what is removed is replaced."""

from collections.abc import Mapping
from typing import Any

import msgspec

from application.planning.draft import Draft
from application.planning.settings import check_on
from domain.planning.concepts import BY_KIND, CONCEPTS
from domain.planning.entities import Concept, Entity, Kept


async def check_references(draft: Draft, concept: Concept[Any], fields: Mapping[str, Any], before: Entity | None = None) -> None:
    """Of what is wanted of an entity. What it names already may have been archived since. Raises `EntityNotFound` and
    `FeatureOff`.
    """
    named = {name: value for name, value in fields.items() if name in concept.references and value}
    new = {name: value for name, value in named.items() if before is None or getattr(before, name) != value}
    for feature in {BY_KIND[concept.references[name]].feature for name in new}:
        await check_on(draft, feature)
    for name, value in new.items():
        for ref_id in _several(value):
            await draft.get(BY_KIND[concept.references[name]], ref_id)


async def reassign(draft: Draft, removed: Kept[Any], heir: str | None) -> None:
    """Whatever names what is removed names its heir instead, or nothing. Archived ones as well, because they may come back."""
    for concept in CONCEPTS:
        fields = [name for name, kind in concept.references.items() if kind == removed.concept.kind]
        for kept in await draft.naming(concept, removed.entity.ref_id) if fields else ():
            values = {name: instead(getattr(kept.entity, name), removed.entity.ref_id, heir) for name in fields}
            draft.change(kept, msgspec.structs.replace(kept.entity, **values))


def instead(value: Any, ref_id: str, heir: str | None) -> Any:  # noqa: ANN401 - one ref_id, several, or none
    """A value without what is removed."""
    if not isinstance(value, tuple):
        return heir if value == ref_id else value
    return tuple(dict.fromkeys(each for each in (heir if one == ref_id else one for one in value) if each is not None))


def _several(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,)
