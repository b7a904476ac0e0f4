"""The words of a query, as the index has them; and where these find little, those that begin or are spelt like them."""

from collections.abc import Iterable
from uuid import UUID

import asyncpg

from application.search import Term
from domain.search.ranking import PREFIX_WEIGHT, TERMS_MAX, rarity
from infrastructure.database import Connection
from infrastructure.sql import sql

# Words that all together stand in fewer documents find little.
LITTLE_DOCUMENTS = 5
HELPED_WORDS_MAX = 8
BEGINNING_MAX = 20
ALIKE_MAX = 5
# A shorter word is like too many others.
ALIKE_CHARACTERS_MIN = 4
HELPED_CHARACTERS_MIN = 2


async def terms_of(connection: Connection, workspace_id: UUID, row: asyncpg.Record) -> list[Term]:
    """The words that say most, with their weights. `row` is that of `search_words`."""
    words = list(zip(row["lexemes"] or (), row["asked"] or (), row["found"] or (), strict=True))
    documents = row["documents"]
    terms = [Term(lexeme, asked * rarity(found, documents), found) for lexeme, asked, found in words if found]
    little = sum(found for _, _, found in words) < LITTLE_DOCUMENTS
    helped = [(lexeme, asked) for lexeme, asked, found in words if _is_helped(lexeme, little=little or not found)]
    for lexeme, asked in helped[:HELPED_WORDS_MAX]:
        for row_of_term in await _beginning(connection, workspace_id, lexeme):
            found = row_of_term["documents"]
            terms.append(Term(row_of_term["lexeme"], asked * PREFIX_WEIGHT * rarity(found, documents), found, "prefix"))
        for row_of_term in await _alike(connection, workspace_id, lexeme):
            found, likeness = row_of_term["documents"], row_of_term["likeness"]
            weight = asked * likeness * PREFIX_WEIGHT * rarity(found, documents)
            terms.append(Term(row_of_term["lexeme"], weight, found, "spelling"))
    return _heaviest(terms)


def _is_helped(lexeme: str, *, little: bool) -> bool:
    """A character of a script without spaces begins pairs; by itself it stands only at the end of a run."""
    if len(lexeme) < HELPED_CHARACTERS_MIN:
        return not lexeme.isascii()
    return little


async def _beginning(connection: Connection, workspace_id: UUID, lexeme: str) -> list[asyncpg.Record]:
    return await connection.fetch(sql("search_beginning"), workspace_id, lexeme, BEGINNING_MAX)


async def _alike(connection: Connection, workspace_id: UUID, lexeme: str) -> list[asyncpg.Record]:
    if len(lexeme) < ALIKE_CHARACTERS_MIN:
        return []
    return await connection.fetch(sql("search_alike"), workspace_id, lexeme, ALIKE_MAX)


def _heaviest(terms: Iterable[Term]) -> list[Term]:
    """Each lexeme once, by the strongest reason for it."""
    best: dict[str, Term] = {}
    for term in terms:
        if term.lexeme not in best or best[term.lexeme].weight < term.weight:
            best[term.lexeme] = term
    return sorted(best.values(), key=lambda term: (-term.weight, term.lexeme))[:TERMS_MAX]
