"""The parts of planning that a workspace may do without."""

from collections.abc import Mapping
from typing import Literal, get_args

from domain.errors import DomainError

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
