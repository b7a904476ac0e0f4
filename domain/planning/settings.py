"""What a workspace has of planning: each feature can be switched off, which keeps its data."""

from collections.abc import Mapping

import msgspec
from msgspec import UNSET, UnsetType

from domain.events import Change
from domain.planning.entities import COLLECTION, Changed, Concept, Created, Entity, RefId, as_it_is
from domain.planning.errors import RuleBroken
from domain.planning.features import HOSTED, Feature


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
