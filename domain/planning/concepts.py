"""All concepts of planning. Whatever has to know every one of them asks here."""

from collections.abc import Mapping
from typing import Any

from domain.planning.entities import Concept
from domain.planning.settings import PLANNING_SETTINGS
from domain.planning.time_blocks import FULL_DAYS_BLOCKS
from domain.planning.vacations import VACATIONS

CONCEPTS: tuple[Concept[Any], ...] = (PLANNING_SETTINGS, VACATIONS, FULL_DAYS_BLOCKS)
BY_KIND: Mapping[str, Concept[Any]] = {concept.kind: concept for concept in CONCEPTS}
# What the types of planning's events begin with.
PREFIXES = tuple(f"{concept.kind}." for concept in CONCEPTS)
