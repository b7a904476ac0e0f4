"""Finding things by their words, by their meaning, or by both."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Literal, Protocol
from uuid import UUID

import msgspec

from application.embeddings import Embedder, EmbeddingsUnavailable
from application.search_state import Embedded, Semantic, standing
from domain.pages.queries import Query
from domain.search.fusion import fused
from domain.search.queries import Kind, Mode, SearchQuery
from domain.search.snippets import unmarked

# What is no nearer than this has nothing to do with what is looked for.
SIMILARITY_MIN = 0.1
# Words alone, now, are worth more than a vector later.
EMBEDDING_S = 2.0
LATE = f"What is looked for could not be embedded within {EMBEDDING_S:g} seconds."
# So many more are kept at hand than are asked for, because some may just have been deleted.
SPARE_RESULTS = 20


class Term(msgspec.Struct, frozen=True):
    """A lexeme that is looked for: as it was asked, or one that begins or is spelt like it. `weight` says how much it counts."""

    lexeme: str
    weight: float
    documents: int
    why: Literal["word", "prefix", "spelling"] = "word"


class Phrase(msgspec.Struct, frozen=True):
    """Words next to each other: as they were asked, what a passage has to match, and those of the lexemes that have postings."""

    words: str
    query: str
    lexemes: list[str]


class Asked(msgspec.Struct, frozen=True):
    """What is looked for, as the index of a workspace has it; and what of the index ranking needs."""

    language: str
    documents: int
    # On average, in words that count.
    document_words: float
    embedded: Embedded
    terms: list[Term]
    # Those that have words, as the index knows words.
    phrases: list[Phrase]
    excluded: list[Phrase]
    # Texts of scripts without spaces, to be marked where they stand.
    runs: list[str]
    # What all words that were asked for count for together, also those that no document has.
    weight: float


class Scope(msgspec.Struct, frozen=True):
    """Among what is looked."""

    kinds: Sequence[Kind]
    # What pages have to match; what belongs to no page then matches nothing.
    pages: Query | None


class Hit(msgspec.Struct, frozen=True):
    """A document in a list, with what put it there; `ordinal` is its passage that is nearest."""

    id: UUID
    score: float
    ordinal: int | None = None


class FoundDocument(msgspec.Struct, frozen=True):
    """What is told of a document: as it is now, with the passage that shows why it was found."""

    kind: Kind
    id: UUID
    page_slug: str | None
    page_title: str | None
    title: str
    updated_at: str
    heading: str
    anchor: str
    snippet: str
    # The passage whole, with the matched words between the marks of `domain.search.snippets`; empty like the snippet where it may
    # no longer say so.
    marked: str

    @property
    def passage(self) -> str:
        """As plain text."""
        return unmarked(self.marked)[0]


class Part(msgspec.Struct, frozen=True):
    """What one word contributes to a document's score."""

    lexeme: str
    count: int
    score: float


class Reasons(msgspec.Struct, frozen=True):
    """Where a score comes from: the place in each list, from 1, with what stands there."""

    keyword: tuple[int, Hit] | None
    semantic: tuple[int, Hit] | None
    parts: list[Part]


class Result(msgspec.Struct, frozen=True):
    """A document that was found. The higher the score, the better, within one answer."""

    document: FoundDocument
    score: float
    reasons: Reasons


class Results(msgspec.Struct, frozen=True):
    """Best first. `mode` is how they were found, which may be less than was asked for; `notice` then says why."""

    results: list[Result]
    mode: Mode
    semantic: Semantic
    notice: str | None
    asked: Asked


class SearchWish(msgspec.Struct, frozen=True):
    """What somebody wants to find."""

    query: SearchQuery
    kinds: Sequence[Kind]
    mode: Mode
    limit: int
    pages: Query | None = None
    explain: bool = False


class SearchIndex(Protocol):
    """Reads one workspace. Raises `QueryTooBroad`, `PageNotFound` and `StoreUnavailable`."""

    async def asked(self, workspace_id: UUID, query: SearchQuery) -> Asked: ...

    async def by_words(self, workspace_id: UUID, asked: Asked, scope: Scope) -> list[Hit]: ...

    async def by_meaning(
        self, workspace_id: UUID, asked: Asked, scope: Scope, model: str, vector: Sequence[float], *, limit: int
    ) -> list[Hit]:
        """At least `limit`, where there are so many. Raises `EmbeddingsUnavailable` where the vector compares with none."""
        ...

    async def documents(self, workspace_id: UUID, asked: Asked, hits: Sequence[Hit]) -> Mapping[UUID, FoundDocument]:
        """What is told of those that are still there."""
        ...

    async def parts(self, workspace_id: UUID, asked: Asked, ids: Sequence[UUID]) -> Mapping[UUID, list[Part]]:
        """What each word contributes to each document."""
        ...


class _Meaning(msgspec.Struct, frozen=True):
    """The list by meaning; None where there is none to go by, and why."""

    hits: list[Hit] | None
    state: Semantic
    notice: str | None = None


class Search:
    """The use case."""

    def __init__(self, index: SearchIndex, embedder: Embedder | None) -> None:
        self._index = index
        self._embedder = embedder

    async def find(self, workspace_id: UUID, wish: SearchWish) -> Results:
        asked = await self._index.asked(workspace_id, wish.query)
        scope = Scope(wish.kinds, wish.pages)
        words, meaning = await asyncio.gather(
            self._words(workspace_id, asked, scope, wish.mode), self._meaning(workspace_id, asked, scope, wish)
        )
        mode = wish.mode
        if meaning.hits is None and mode != "keyword":
            mode, words = "keyword", words or await self._words(workspace_id, asked, scope, "keyword")
        ranked = _ranked(mode, words, meaning.hits or [])
        results = await self._told(workspace_id, asked, wish, ranked, _Lists(words, meaning.hits or []))
        return Results(results, mode, meaning.state, meaning.notice if wish.mode != "keyword" else None, asked)

    async def _words(self, workspace_id: UUID, asked: Asked, scope: Scope, mode: Mode) -> list[Hit]:
        # Where no word says anything, filters are still looked at, because they may name pages that are not there.
        wanted = mode != "semantic" and (asked.terms or scope.pages is not None)
        return await self._index.by_words(workspace_id, asked, scope) if wanted else []

    async def _meaning(self, workspace_id: UUID, asked: Asked, scope: Scope, wish: SearchWish) -> _Meaning:
        how = standing(self._embedder, asked.embedded)
        if self._embedder is None or not how.usable or wish.mode == "keyword":
            return _Meaning(None, how.semantic, how.notice)
        # Signs alone mean nothing.
        if not any(character.isalnum() for character in wish.query.text):
            return _Meaning([], how.semantic, how.notice)
        try:
            async with asyncio.timeout(EMBEDDING_S):
                [vector] = await self._embedder.embed([wish.query.text])
            limit = wish.limit + SPARE_RESULTS
            hits = await self._index.by_meaning(workspace_id, asked, scope, self._embedder.model, vector, limit=limit)
        except (EmbeddingsUnavailable, TimeoutError) as error:
            return _Meaning(None, "unavailable", f"{str(error) or LATE} Until then, only words are looked for.")
        return _Meaning([hit for hit in hits if hit.score >= SIMILARITY_MIN], how.semantic, how.notice)

    async def _told(
        self, workspace_id: UUID, asked: Asked, wish: SearchWish, ranked: Sequence[tuple[UUID, float]], lists: "_Lists"
    ) -> list[Result]:
        documents: dict[UUID, FoundDocument] = {}
        first = 0
        # Nearly always the first are all still there; what was just deleted makes room for the next.
        while len(documents) < wish.limit and (chosen := ranked[first : first + wish.limit]):
            documents |= await self._index.documents(workspace_id, asked, [lists.hit(each) for each, _ in chosen])
            first += len(chosen)
        there = [(each, score) for each, score in ranked if each in documents][: wish.limit]
        parts = await self._index.parts(workspace_id, asked, [each for each, _ in there]) if wish.explain else {}
        return [Result(documents[each], score, lists.reasons(each, parts.get(each, []))) for each, score in there]


class _Lists:
    """Both lists, by document."""

    def __init__(self, words: Sequence[Hit], meaning: Sequence[Hit]) -> None:
        self._words = {hit.id: (rank, hit) for rank, hit in enumerate(words, 1)}
        self._meaning = {hit.id: (rank, hit) for rank, hit in enumerate(meaning, 1)}

    def hit(self, document_id: UUID) -> Hit:
        """The one by meaning where there is one, because it knows the passage."""
        return (self._meaning.get(document_id) or self._words[document_id])[1]

    def reasons(self, document_id: UUID, parts: list[Part]) -> Reasons:
        return Reasons(self._words.get(document_id), self._meaning.get(document_id), parts)


def _ranked(mode: Mode, words: Sequence[Hit], meaning: Sequence[Hit]) -> list[tuple[UUID, float]]:
    if mode == "hybrid":
        return fused([[hit.id for hit in words], [hit.id for hit in meaning]])
    return [(hit.id, hit.score) for hit in (words if mode == "keyword" else meaning)]
