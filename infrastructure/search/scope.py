"""Among which documents is looked, as a piece of SQL."""

from application.search import Asked, Scope
from infrastructure.database import Connection
from infrastructure.page_queries import NamedPages, Statement, matching


async def among(connection: Connection, statement: Statement, asked: Asked, scope: Scope) -> str | None:
    """A query for the ids of documents that may be found; None where all may. Raises `PageNotFound`."""
    wanted = []
    if scope.pages is not None:
        named = await NamedPages.read(connection, statement.workspace_id, scope.pages)
        matched = matching(statement, scope.pages, named, None)
        wanted.append(statement.piece("search_of_pages", {"matched": matched}))
    wanted += [_of_phrase(statement, asked, phrase) for phrase in asked.phrases]
    unwanted = [_of_phrase(statement, asked, phrase) for phrase in asked.excluded]
    if not wanted and not unwanted:
        return None
    all_wanted = " INTERSECT ".join(f"({piece})" for piece in wanted or [statement.piece("search_of_all")])
    return " EXCEPT ".join([all_wanted, *(f"({piece})" for piece in unwanted)])


def _of_phrase(statement: Statement, asked: Asked, phrase: str) -> str:
    return statement.piece("search_of_phrase", language=asked.language, phrase=phrase)
