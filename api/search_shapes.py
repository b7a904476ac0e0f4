"""What searching answers."""

from typing import Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from api.answers import encoded
from api.page_shapes import PageSummary
from application.search import Asked, FoundDocument, Part, Reasons, Result, Results
from application.search_settings import SettingsView
from application.search_state import SearchState, Semantic
from application.similar import Likeness, Similar
from domain.search.fusion import RANK_CONSTANT
from domain.search.queries import Kind, Mode
from domain.search.ranking import NORMALISATION, SATURATION

SCORE_DIGITS = 6


class KeywordReason(msgspec.Struct):
    """The place in the list by words, with what each word contributes."""

    rank: int
    score: float
    words: list[Part]


class SemanticReason(msgspec.Struct):
    """The place in the list by meaning, with the cosine of the nearest passage."""

    rank: int
    similarity: float


class ResultExplanation(msgspec.Struct):
    """Where the score comes from. In a hybrid search it is reciprocal rank fusion: what leads both lists has 1."""

    keyword: KeywordReason | None
    semantic: SemanticReason | None


class SearchResult(msgspec.Struct, rename="camel"):
    """Something that was found. `pageSlug` and `pageTitle` are of the page it is or belongs to. `snippet` is text for HTML, with
    `<mark>` around words that match; it is from the section below `heading`, which `anchor` leads to.
    """

    type: Kind
    id: UUID
    page_slug: str | None
    slug: str | None
    page_title: str | None
    title: str
    snippet: str
    heading: str
    anchor: str
    score: float
    updated_at: str
    explain: ResultExplanation | UnsetType = UNSET


class WordExplanation(msgspec.Struct):
    """A word as the index has it: its stem, in how many documents it stands, how much it counts. It was asked for, or begins or
    is spelt like a word that was.
    """

    word: str
    documents: int
    weight: float
    why: Literal["word", "prefix", "spelling"]


class SearchExplanation(msgspec.Struct, rename="camel"):
    """How the query was read, and what the ranking is made with."""

    language: str
    words: list[WordExplanation]
    phrases: list[str]
    excluded: list[str]
    documents: int
    average_words: float
    k1: float
    b: float
    rank_constant: int


class SearchAnswer(msgspec.Struct):
    """The best first. `mode` is how they were found, `semantic` how finding by meaning stands. Where that cannot be had, words
    alone were looked for, and `notice` says why.
    """

    results: list[SearchResult]
    mode: Mode
    semantic: Semantic
    notice: str | None
    explain: SearchExplanation | UnsetType = UNSET


class SimilarPage(PageSummary, rename="camel"):
    """A page, how near it is, and what makes it so."""

    similarity: float
    passages: list[Likeness]


class SimilarAnswer(msgspec.Struct):
    """The nearest first. `notice` says why there are none, where nothing can be known yet."""

    pages: list[SimilarPage]
    semantic: Semantic
    notice: str | None


class SettingsAnswer(msgspec.Struct):
    """The settings, and what can be chosen."""

    settings: SettingsView
    languages: list[str]


class ChooseLanguage(msgspec.Struct, forbid_unknown_fields=True):
    """Another language, on the version that the caller saw."""

    language: str
    version: int | None = None


class StatusAnswer(msgspec.Struct, rename="camel"):
    """How far search is: up to which position of the log, of which head; how many documents it knows, and how many of their
    passages are embedded.
    """

    position: int
    head: int
    documents: int
    semantic: Semantic
    passages: int
    embedded: int
    model: str | None
    notice: str | None


def search_answer(found: Results, *, explained: bool) -> SearchAnswer:
    explain = _explanation(found.asked) if explained else UNSET
    results = [_result(each, explained=explained) for each in found.results]
    return SearchAnswer(results, found.mode, found.semantic, found.notice, explain)


def _result(result: Result, *, explained: bool) -> SearchResult:
    document: FoundDocument = result.document
    return SearchResult(
        type=document.kind,
        id=document.id,
        page_slug=document.page_slug,
        slug=document.page_slug,
        page_title=document.page_title,
        title=document.title,
        snippet=document.snippet,
        heading=document.heading,
        anchor=document.anchor,
        score=round(result.score, SCORE_DIGITS),
        updated_at=document.updated_at,
        explain=_reasons(result.reasons) if explained else UNSET,
    )


def _reasons(reasons: Reasons) -> ResultExplanation:
    keyword, semantic = None, None
    if reasons.keyword is not None:
        rank, hit = reasons.keyword
        parts = [Part(part.lexeme, part.count, round(part.score, SCORE_DIGITS)) for part in reasons.parts]
        keyword = KeywordReason(rank, round(hit.score, SCORE_DIGITS), parts)
    if reasons.semantic is not None:
        rank, hit = reasons.semantic
        semantic = SemanticReason(rank, round(hit.score, SCORE_DIGITS))
    return ResultExplanation(keyword, semantic)


def _explanation(asked: Asked) -> SearchExplanation:
    return SearchExplanation(
        language=asked.language,
        words=[WordExplanation(term.lexeme, term.documents, round(term.weight, SCORE_DIGITS), term.why) for term in asked.terms],
        phrases=[phrase.words for phrase in asked.phrases],
        excluded=[phrase.words for phrase in asked.excluded],
        documents=asked.documents,
        average_words=round(asked.document_words, SCORE_DIGITS),
        k1=SATURATION,
        b=NORMALISATION,
        rank_constant=RANK_CONSTANT,
    )


def state_view(state: SearchState) -> StatusAnswer:
    index, embedded = state.index, state.index.embedded
    return StatusAnswer(
        position=index.position,
        head=index.head,
        documents=index.documents,
        semantic=state.standing.semantic,
        passages=embedded.passages,
        embedded=max(embedded.passages - embedded.pending, 0),
        model=state.model,
        notice=state.standing.notice,
    )


def similar_body(found: Similar) -> bytes:
    """The pages are spliced, because they lie ready."""
    pages = b",".join(
        b'%b,"similarity":%b,"passages":%b}'
        % (page.json[:-1], encoded(round(page.similarity, SCORE_DIGITS)), encoded(page.passages))
        for page in found.pages
    )
    return b'{"pages":[%b],"semantic":%b,"notice":%b}' % (pages, encoded(found.semantic), encoded(found.notice))
