"""All concepts of planning. Whatever has to know every one of them asks here."""

from collections.abc import Mapping
from typing import Any

from domain.planning.chapters import CHAPTERS
from domain.planning.circles import CIRCLES, PERSON_CIRCLES
from domain.planning.docs import DOCS
from domain.planning.entities import Concept
from domain.planning.features import Feature
from domain.planning.goals import GOALS
from domain.planning.in_day_blocks import IN_DAY_BLOCKS
from domain.planning.journal_settings import JOURNAL_SETTINGS
from domain.planning.life_plan import LIFE_PLANS
from domain.planning.metric_entries import METRIC_ENTRIES
from domain.planning.metric_settings import METRIC_SETTINGS
from domain.planning.metrics import METRICS
from domain.planning.milestones import LIFE_MILESTONES
from domain.planning.notes import NOTES
from domain.planning.occasions import OCCASIONS
from domain.planning.persons import PERSONS
from domain.planning.prm import PRM_SETTINGS
from domain.planning.projects import PROJECTS
from domain.planning.schedule_events import SCHEDULE_EVENTS_FULL_DAYS, SCHEDULE_EVENTS_IN_DAY
from domain.planning.schedule_streams import SCHEDULE_STREAMS
from domain.planning.settings import PLANNING_SETTINGS
from domain.planning.smart_list_items import SMART_LIST_ITEMS
from domain.planning.smart_lists import SMART_LISTS
from domain.planning.tags import TAG_LINKS, TAGS
from domain.planning.time_blocks import FULL_DAYS_BLOCKS
from domain.planning.time_plan_settings import TIME_PLAN_SETTINGS
from domain.planning.vacations import VACATIONS
from domain.planning.visions import VISIONS
from domain.planning.working_mem import WORKING_MEM_SETTINGS, WORKING_MEMS

CONCEPTS: tuple[Concept[Any], ...] = (
    PLANNING_SETTINGS,
    VACATIONS,
    FULL_DAYS_BLOCKS,
    NOTES,
    TAGS,
    TAG_LINKS,
    LIFE_PLANS,
    PROJECTS,
    GOALS,
    LIFE_MILESTONES,
    CHAPTERS,
    VISIONS,
    DOCS,
    SMART_LISTS,
    SMART_LIST_ITEMS,
    METRICS,
    METRIC_ENTRIES,
    METRIC_SETTINGS,
    SCHEDULE_STREAMS,
    SCHEDULE_EVENTS_IN_DAY,
    SCHEDULE_EVENTS_FULL_DAYS,
    IN_DAY_BLOCKS,
    PRM_SETTINGS,
    CIRCLES,
    PERSONS,
    PERSON_CIRCLES,
    OCCASIONS,
    WORKING_MEM_SETTINGS,
    WORKING_MEMS,
    TIME_PLAN_SETTINGS,
    JOURNAL_SETTINGS,
)
BY_KIND: Mapping[str, Concept[Any]] = {concept.kind: concept for concept in CONCEPTS}
# As which namespaces notes, tags and blocks speak of them.
BY_NOTE_NAMESPACE: Mapping[str, Concept[Any]] = {each.note_namespace: each for each in CONCEPTS if each.note_namespace}
BY_TAG_NAMESPACE: Mapping[str, Concept[Any]] = {each.tag_namespace: each for each in CONCEPTS if each.tag_namespace}
BY_TIME_NAMESPACE: Mapping[str, Concept[Any]] = {each.time_namespace: each for each in CONCEPTS if each.time_namespace}
_ABOUT: Mapping[str, Mapping[str, Concept[Any]]] = {
    NOTES.kind: BY_NOTE_NAMESPACE,
    TAGS.kind: BY_TAG_NAMESPACE,
    TAG_LINKS.kind: BY_TAG_NAMESPACE,
    FULL_DAYS_BLOCKS.kind: BY_TIME_NAMESPACE,
    IN_DAY_BLOCKS.kind: BY_TIME_NAMESPACE,
}
# What the types of planning's events begin with.
PREFIXES = tuple(f"{concept.kind}." for concept in CONCEPTS)


def feature_of(concept: Concept[Any], entity: Any) -> Feature | None:  # noqa: ANN401 - of the concept
    """What it is a part of. What is about something else is a part of what that is a part of, as its namespace says."""
    if concept.kind not in _ABOUT:
        return concept.feature
    about = _ABOUT[concept.kind].get(entity.namespace)
    return None if about is None else about.feature
