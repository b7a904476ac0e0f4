"""The part of the composition that has to do with search: finding, and what keeps things findable."""

import msgspec

from application.embeddings import Embedder
from application.search import Search
from application.search_settings import SearchSettingsCases
from application.search_state import SearchStates
from application.similar import SimilarPages
from infrastructure.database import Database
from infrastructure.event_store.store import PostgresEventStore
from infrastructure.search.embedding import EmbeddingWorker
from infrastructure.search.projection import SearchProjection
from infrastructure.search.reader import PostgresSearchIndex
from infrastructure.search.settings import PostgresSettingsBook
from infrastructure.search.similar import PostgresSimilarPages
from infrastructure.search.state import PostgresIndexState


class SearchParts(msgspec.Struct, frozen=True):
    """The use cases, and what follows the log for them. Without an embedder nothing is found by its meaning."""

    search: Search
    settings: SearchSettingsCases
    states: SearchStates
    similar: SimilarPages
    projection: SearchProjection
    embedding: EmbeddingWorker | None


def search_parts(store: PostgresEventStore, database: Database, embedder: Embedder | None) -> SearchParts:
    return SearchParts(
        search=Search(PostgresSearchIndex(database), embedder),
        settings=SearchSettingsCases(store, PostgresSettingsBook(database)),
        states=SearchStates(PostgresIndexState(database), embedder),
        similar=SimilarPages(PostgresSimilarPages(database), embedder),
        projection=SearchProjection(),
        embedding=EmbeddingWorker(database, embedder) if embedder else None,
    )
