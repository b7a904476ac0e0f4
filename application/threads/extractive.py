"""The assistant that comes along: it quotes what the workspace's pages say, and invents nothing. Needs no model, no network."""

import math
from collections.abc import AsyncGenerator
from typing import Final

from application.assistant import Cited, Ended, Piece, Question, Said
from application.search import Result, Results, Search, SearchWish
from domain.search.queries import QUERY_CHARACTERS_MAX, SearchQuery
from domain.search.quotes import quote
from domain.threads.events import Citation

MODEL: Final = "daybook-quotes"
QUOTES_MAX: Final = 4
# Between questions that a book answers and small talk, its pages' nearness in meaning leaves a gap from 0.25 to 0.31.
NEAR_MIN: Final = 0.3
# Words alone may deceive: one that is hardly near has to have so much of what is asked, the rare words counting for more, ...
COVERED_MIN: Final = 0.5
# ... in so many words, and be so near at least.
WORDS_MIN: Final = 2
HARDLY_NEAR_MIN: Final = 0.2
FOUND: Final = "This is what the pages of this workspace say:"
NOTHING: Final = (
    "I found nothing about this on the pages of this workspace. Ask in other words, or about something that is written down here."
)


class ExtractiveAssistant:
    """Answers are the same for the same pages and question."""

    def __init__(self, search: Search) -> None:
        self._search = search

    async def answer(self, question: Question) -> AsyncGenerator[Piece]:
        found, results = await self._found(question)
        yield Said(FOUND if results else NOTHING)
        for result in results:
            citation = _citation(result)
            yield Said(f"\n\n{_shown(citation)}")
            yield Cited(citation)
        if found.semantic in {"pending", "unavailable"} and found.notice:
            yield Said(f"\n\n({found.notice})")
        yield Ended(MODEL)

    async def _found(self, question: Question) -> tuple[Results, list[Result]]:
        """What says something about the question. One without a word that says anything leans on the question before it."""
        asked = [turn.content for turn in question.turns if turn.role == "user"]
        found = await self._search.find(question.workspace_id, _wish(asked[-1]))
        if not found.asked.weight and len(asked) > 1:
            found = await self._search.find(question.workspace_id, _wish("\n".join(asked[-2:])))
        return found, [result for result in found.results if _says_something(result, found)]


def _wish(text: str) -> SearchWish:
    """Quotation marks and dashes are those of somebody who talks."""
    return SearchWish(SearchQuery(text[:QUERY_CHARACTERS_MAX]), ("page",), "hybrid", QUOTES_MAX, explain=True)


def _says_something(result: Result, found: Results) -> bool:
    nearness = result.reasons.semantic
    near = 0.0 if nearness is None else nearness[1].score
    there = {part.lexeme for part in result.reasons.parts}
    words = [term for term in found.asked.terms if term.lexeme in there]
    covered = math.fsum(term.weight for term in words) >= COVERED_MIN * found.asked.weight
    if found.mode == "keyword":
        return bool(words) and covered
    return near >= NEAR_MIN or (covered and len(words) >= WORDS_MIN and near >= HARDLY_NEAR_MIN)


def _citation(result: Result) -> Citation:
    document = result.document
    return Citation(
        page_id=document.id,
        slug=document.page_slug or "",
        title=document.title,
        heading=document.heading,
        anchor=document.anchor,
        quote=quote(document.passage),
    )


def _shown(citation: Citation) -> str:
    """As Markdown: the quotation, and where it stands."""
    lines = [line for line in citation.quote.splitlines() if line.strip()]
    quoted = "".join(f"> {line}\n" for line in lines)
    return f"{quoted}\n— {citation.markdown}"
