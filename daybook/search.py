"""The part of the composition that has to do with search: finding, and how it is set. What keeps things findable is in
`background.py`.
"""

import msgspec

from application.embeddings import Embedder
from application.search import Search
from application.search_settings import SearchSettingsCases
from application.search_state import SearchStates
from application.similar import SimilarPages
from infrastructure.database import Database
from infrastructure.event_store.store import PostgresEventStore
from infrastructure.search.reader import PostgresSearchIndex
from infrastructure.search.settings import PostgresSettingsBook
from infrastructure.search.similar import PostgresSimilarPages
from infrastructure.search.state import PostgresIndexState


class SearchParts(msgspec.Struct, frozen=True):
    """The use cases. Without an embedder nothing is found by its meaning."""

    search: Search
    settings: SearchSettingsCases
    states: SearchStates
    similar: SimilarPages


def search_parts(store: PostgresEventStore, database: Database, embedder: Embedder | None) -> SearchParts:
    return SearchParts(
        search=Search(PostgresSearchIndex(database), embedder),
        settings=SearchSettingsCases(store, PostgresSettingsBook(database)),
        states=SearchStates(PostgresIndexState(database), embedder),
        similar=SimilarPages(PostgresSimilarPages(database), embedder),
    )
