"""Among which documents is looked, as a piece of SQL."""

from typing import Final

from application.search import Asked, Phrase, Scope
from domain.search.queries import Kind
from infrastructure.database import Connection
from infrastructure.page_queries import NamedPages, Statement, matching

PAGES: Final[Kind] = "page"


async def among(connection: Connection, statement: Statement, asked: Asked, scope: Scope) -> str | None:
    """A query for the ids of documents that may be found; None where all may. Raises `PageNotFound`."""
    wanted = []
    if scope.pages is not None:
        named = await NamedPages.read(connection, statement.workspace_id, scope.pages)
        matched = matching(statement, scope.pages, named, None)
        wanted.append(statement.piece("search_of_pages", {"matched": matched}))
    # What is rarely nearest would not be among the nearest of all kinds.
    if PAGES not in scope.kinds:
        wanted.append(statement.piece("search_of_kinds", kinds=list(scope.kinds)))
    wanted += [_of_phrase(statement, phrase) for phrase in asked.phrases]
    unwanted = [_of_phrase(statement, phrase) for phrase in asked.excluded]
    if not wanted and not unwanted:
        return None
    all_wanted = " INTERSECT ".join(f"({piece})" for piece in wanted or [statement.piece("search_of_all")])
    return " EXCEPT ".join([all_wanted, *(f"({piece})" for piece in unwanted)])


def _of_phrase(statement: Statement, phrase: Phrase) -> str:
    return statement.piece("search_of_phrase", query=phrase.query, lexemes=phrase.lexemes)
