"""What a workspace has of planning: each feature can be switched off, which keeps its data."""

from collections.abc import Mapping
from typing import Literal, get_args

import msgspec
from msgspec import UNSET, UnsetType

from domain.errors import DomainError
from domain.events import Change
from domain.planning.entities import COLLECTION, Changed, Concept, Created, Entity, RefId, as_it_is
from domain.planning.errors import RuleBroken

Feature = Literal[
    "inbox-tasks",
    "working-mem",
    "time-plans",
    "schedule",
    "habits",
    "chores",
    "big-plans",
    "journals",
    "docs",
    "vacations",
    "life-plan",
    "smart-lists",
    "metrics",
    "prm",
    "slack-tasks",
    "email-tasks",
]
# They need a service that hears of messages, which only its makers run.
HOSTED: tuple[Feature, ...] = ("slack-tasks", "email-tasks")
FEATURES: Mapping[Feature, bool] = {feature: feature not in HOSTED for feature in get_args(Feature)}


class FeatureOff(DomainError):
    """This part of planning is switched off here. What it holds is kept; PUT /v1/planning/settings switches it on."""

    code = "feature_off"


class FeatureHosted(RuleBroken):
    """This feature needs a hosted service, and cannot be switched on here."""

    code = "feature_hosted"


class SettingsCreated(Created, frozen=True, kw_only=True, tag="planning_settings.created"):
    """The workspace began to plan."""

    feature_flags: dict[Feature, bool]
    workspace_ref_id: RefId = COLLECTION


class FeaturesSwitched(Changed, frozen=True, kw_only=True, tag="planning_settings.features_switched"):
    """Features were switched on or off."""

    feature_flags: Change[dict[Feature, bool]] | UnsetType = UNSET


class PlanningSettings(Entity, frozen=True, kw_only=True):
    """The settings of a workspace."""

    workspace_ref_id: RefId
    feature_flags: dict[Feature, bool]


def switched(settings: PlanningSettings, wanted: Mapping[Feature, bool]) -> PlanningSettings:
    """Raises `FeatureHosted`."""
    if any(wanted.get(feature) for feature in HOSTED):
        raise FeatureHosted
    return msgspec.structs.replace(settings, feature_flags={**settings.feature_flags, **wanted})


PLANNING_SETTINGS = Concept(
    kind="planning_settings", entity=PlanningSettings, created=SettingsCreated, changed=(FeaturesSwitched,), settle=as_it_is
)
