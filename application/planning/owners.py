"""What notes and tags are about."""

from collections.abc import Mapping
from typing import Any

from application.planning.draft import Draft
from application.planning.settings import check_on
from domain.planning.entities import Concept, Kept
from domain.planning.errors import NamespaceEmpty


async def the_owner(draft: Draft, concepts: Mapping[str, Concept[Any]], namespace: str, ref_id: str) -> Kept[Any]:
    """It has to be there, and what its namespace says. Raises `NamespaceEmpty`, `FeatureOff` and `EntityNotFound`."""
    concept = concepts.get(namespace)
    if concept is None:
        raise NamespaceEmpty(namespace=namespace)
    await check_on(draft, concept.feature)
    return await draft.get(concept, ref_id)
