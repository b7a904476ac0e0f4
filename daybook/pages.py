"""The part of the composition that has to do with pages: what they are, were, say and lead to, one by one and many at once."""

import msgspec

from application.databases import Databases
from application.markdown import MarkdownReader
from application.page_links import PageLinks
from application.page_past import PagePast
from application.page_queries import PageQueries
from application.page_reader import PageReader
from application.pages.batches import Batches, Cases
from application.pages.commands import Pages
from application.pages.contents import Contents
from application.pages.decider import PageDecider
from application.pages.rehearsal import Rehearsal, RehearsedPast
from application.pages.renames import Renames
from application.pages.rows import RowRules
from application.pages.versions import Versions
from application.pages.workbench import Workbench
from application.workspace_past import WorkspacePast
from daybook.world import new_id
from infrastructure.database import Database
from infrastructure.databases import PostgresDatabases
from infrastructure.event_store.store import PostgresEventStore
from infrastructure.markdown import PyromarkReader
from infrastructure.page_links import PostgresPageLinks
from infrastructure.page_past import PostgresPagePast
from infrastructure.page_queries import PostgresPageQueries
from infrastructure.pages import PostgresPages
from infrastructure.workspace_past import PostgresWorkspacePast


class PageParts(msgspec.Struct, frozen=True):
    """The use cases and readers that routes need."""

    pages: Pages
    contents: Contents
    versions: Versions
    batches: Batches
    reader: PageReader
    queries: PageQueries
    databases: Databases
    links: PageLinks
    markdown: MarkdownReader
    past: PagePast
    workspace_past: WorkspacePast


def page_parts(store: PostgresEventStore, database: Database) -> PageParts:
    readers, past, links = PostgresPages(database), PostgresPagePast(database), PostgresPageLinks(database)
    decider, markdown = PageDecider(store, readers), PyromarkReader()

    def make_cases(store: Rehearsal, states: Workbench) -> Cases:
        """The use cases that batches call, on a batch's own view of the workspace."""
        decider, then = PageDecider(store, states), RehearsedPast(past, states, store)
        renames = Renames(states, links, markdown)
        return Cases(
            Pages(store, states, then, decider, renames, new_id),
            Contents(decider, markdown),
            Versions(then, decider, RowRules(states)),
        )

    return PageParts(
        pages=Pages(store, readers, past, decider, Renames(readers, links, markdown), new_id),
        contents=Contents(decider, markdown),
        versions=Versions(past, decider, RowRules(readers)),
        batches=Batches(store, store, readers, decider, make_cases),
        reader=readers,
        queries=PostgresPageQueries(database),
        databases=PostgresDatabases(database),
        links=links,
        markdown=markdown,
        past=past,
        workspace_past=PostgresWorkspacePast(database, past),
    )
