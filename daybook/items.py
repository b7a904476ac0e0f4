"""The part of the composition that has to do with updates, milestones and principles."""

import msgspec

from application.event_store import EventStore
from application.item_views import MilestoneView, PrincipleView, UpdateView, milestone_view, principle_view, update_view
from application.items import Items
from daybook.world import new_id
from domain.items.milestones import MILESTONES, Milestone
from domain.items.principles import PRINCIPLES, Principle
from domain.items.updates import UPDATES, Update
from infrastructure.database import Database
from infrastructure.items import PostgresItemBook


class ItemParts(msgspec.Struct, frozen=True):
    """The use cases that routes need."""

    updates: Items[Update, UpdateView]
    milestones: Items[Milestone, MilestoneView]
    principles: Items[Principle, PrincipleView]


def item_parts(store: EventStore, database: Database) -> ItemParts:
    return ItemParts(
        updates=Items(store, PostgresItemBook(database, UPDATES), UPDATES, update_view, new_id),
        milestones=Items(store, PostgresItemBook(database, MILESTONES), MILESTONES, milestone_view, new_id),
        principles=Items(store, PostgresItemBook(database, PRINCIPLES), PRINCIPLES, principle_view, new_id),
    )
