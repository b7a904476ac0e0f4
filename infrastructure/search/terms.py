"""The words of a query, as the index has them; and where these find little, those that begin or are spelt like them."""

import math
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal
from uuid import UUID

import asyncpg

from application.search import Term
from domain.search.ranking import INSTEAD_WEIGHT, TERMS_MAX, rarity
from infrastructure.database import Connection
from infrastructure.page_queries import fetch
from infrastructure.sql import sql

# Words that all together stand in fewer documents find little.
LITTLE_DOCUMENTS = 5
HELPED_WORDS_MAX = 8
BEGINNING_MAX = 20
ALIKE_MAX = 5
LOOKED_AT_MAX = 50
LIKENESS_MIN = 0.75
# A shorter word is like too many others.
ALIKE_CHARACTERS_MIN = 4
# A longer one is no word that somebody types, and comparing it takes long.
ALIKE_CHARACTERS_MAX = 32
HELPED_CHARACTERS_MIN = 2
# A lexeme, in how many documents it stands, how like it is to what was asked for (1 is the same), and in what way.
Other = tuple[str, int, float, Literal["prefix", "spelling"]]


async def terms_of(connection: Connection, workspace_id: UUID, row: asyncpg.Record) -> list[Term]:
    """The words that say most, with their weights. `row` is that of `search_words`."""
    words = _words(row)
    terms = [Term(lexeme, asked * rarity(found, row["documents"]), found) for lexeme, asked, found in words if found]
    little = sum(found for _, _, found in words) < LITTLE_DOCUMENTS
    helped = [(lexeme, asked) for lexeme, asked, found in words if _is_helped(lexeme, little=little or not found)]
    for lexeme, asked in helped[:HELPED_WORDS_MAX]:
        terms += _instead(asked, row["documents"], await _others(connection, workspace_id, lexeme))
    return _heaviest(terms)


def weight_of(row: asyncpg.Record) -> float:
    """What all words count for together. `row` is that of `search_words`."""
    return math.fsum(asked * rarity(found, row["documents"]) for _, asked, found in _words(row))


def _words(row: asyncpg.Record) -> list[tuple[str, int, int]]:
    """Each lexeme, how often it is asked for, and in how many documents it stands."""
    return list(zip(row["lexemes"] or (), row["asked"] or (), row["found"] or (), strict=True))


def _instead(asked: int, documents: int, others: Sequence[Other]) -> Iterator[Term]:
    """The others stand in for one word, so together they are as rare as that; which of them was meant, their likeness says."""
    weight = asked * INSTEAD_WEIGHT * rarity(min(sum(found for _, found, _, _ in others), documents), documents)
    for lexeme, found, likeness, why in others:
        yield Term(lexeme, weight * likeness**2, found, why)


def _is_helped(lexeme: str, *, little: bool) -> bool:
    """A character of a script without spaces begins pairs; by itself it stands only at the end of a run."""
    if len(lexeme) < HELPED_CHARACTERS_MIN:
        return not lexeme.isascii()
    return little


async def _others(connection: Connection, workspace_id: UUID, lexeme: str) -> list[Other]:
    """Words that begin with this one, and words that are spelt like it."""
    rows = await fetch(connection, sql("search_beginning"), [workspace_id, lexeme, BEGINNING_MAX])
    others: list[Other] = [(row["lexeme"], row["documents"], len(lexeme) / len(row["lexeme"]), "prefix") for row in rows]
    if ALIKE_CHARACTERS_MIN <= len(lexeme) <= ALIKE_CHARACTERS_MAX:
        rows = await fetch(connection, sql("search_alike"), [workspace_id, lexeme, LOOKED_AT_MAX])
        near_in_length = [row for row in rows if len(row["lexeme"]) <= 2 * ALIKE_CHARACTERS_MAX]
        alike: list[Other] = [
            (row["lexeme"], row["documents"], _likeness(lexeme, row["lexeme"]), "spelling") for row in near_in_length
        ]
        near = [other for other in alike if other[2] >= LIKENESS_MIN]
        others += sorted(near, key=lambda other: (-other[2], -other[1], other[0]))[:ALIKE_MAX]
    return others


def _likeness(word: str, other: str) -> float:
    """Letters in another order, which are the commonest slip, leave few trigrams in common; so trigrams only find candidates."""
    return SequenceMatcher(None, word, other, autojunk=False).ratio()


def _heaviest(terms: Iterable[Term]) -> list[Term]:
    """Each lexeme once, by the strongest reason for it."""
    best: dict[str, Term] = {}
    for term in terms:
        if term.lexeme not in best or best[term.lexeme].weight < term.weight:
            best[term.lexeme] = term
    return sorted(best.values(), key=lambda term: (-term.weight, term.lexeme))[:TERMS_MAX]
