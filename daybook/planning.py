"""The part of the composition that has to do with planning."""

import time
from urllib.parse import quote

from api.app import VERSION
from application.event_store import EventStore
from application.planning.cases import PlanningCases
from application.planning.planning import Planning
from application.planning.reading import Reading
from application.planning.seeding import Seeding
from application.planning.settings import Features
from daybook.settings import Settings
from daybook.webhooks import SERVICE
from daybook.world import new_id, now
from infrastructure.database import Database
from infrastructure.planning.book import PostgresEntityBook
from infrastructure.planning.reader import PostgresEntityReader


def instance_headers(settings: Settings) -> list[tuple[bytes, bytes]]:
    """In which planning's answers name who gave them."""
    named = {
        "universe": settings.universe,
        "env": settings.environment,
        "instance": settings.instance,
        "hosting": settings.hosting,
        "version": VERSION,
    }
    prefixes = ("x-daybook", "x-jupiter") if settings.jupiter_headers else ("x-daybook",)
    return [(f"{prefix}-{name}".encode(), quote(text).encode()) for prefix in prefixes for name, text in named.items()]


def planning_cases(store: EventStore, database: Database) -> PlanningCases:
    book = PostgresEntityBook(database)
    planning = Planning(store, book, new_id)
    return PlanningCases(
        commands=planning,
        reading=Reading(PostgresEntityReader(database)),
        seeding=Seeding(store, planning, SERVICE, now),
        features=Features(book, time.monotonic),
    )
