"""All use cases of planning, as routes are handed them."""

import msgspec

from application.planning.planning import Planning
from application.planning.reading import Reading
from application.planning.seeding import Seeding
from application.planning.settings import Features


class PlanningCases(msgspec.Struct, frozen=True):
    """Commands, reads, and what a workspace has of planning."""

    commands: Planning
    reading: Reading
    seeding: Seeding
    features: Features
