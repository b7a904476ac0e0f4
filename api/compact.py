"""Lists as a compact text: `compact=true`."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import msgspec
from litestar.openapi.spec import OpenAPIMediaType, Operation, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import QueryParameter
from litestar.response.base import ASGIResponse

from api.answers import text_answer
from api.media_types import TEXT, forms
from api.requests import AnyRequest
from api.services import WithServices
from application.compact_text import MAX_TOKENS_MIN, compact
from domain.errors import InvalidValue
from domain.pages.queries import Query

# A text of more pages than this is nobody's reading; lists without a limit end here.
COMPACT_PAGES_MAX = 10_000
MAX_TOKENS_MAX = 10_000_000

Compact = Annotated[bool, QueryParameter(description="Answer a text with one page a line; JSON with it for who asks for JSON.")]
MaxTokens = Annotated[
    int | None,
    QueryParameter(
        name="maxTokens", ge=MAX_TOKENS_MIN, le=MAX_TOKENS_MAX, description="With compact: cut it to so many tokens of 4 bytes."
    ),
]


class CompactText(msgspec.Struct):
    """The text, for readers that asked for JSON."""

    text: str


@dataclass
class ListOrText(Operation):
    """What the document says of a list that may be asked for as a compact text."""

    def __post_init__(self) -> None:
        answer = forms(self)
        answer["text/plain"] = OpenAPIMediaType(schema=TEXT)
        text = Schema(type=OpenAPIType.OBJECT, properties={"text": TEXT}, required=["text"])
        listed = [schema for schema in (answer["application/json"].schema, text) if schema is not None]
        answer["application/json"] = OpenAPIMediaType(schema=Schema(any_of=listed))


def check_compact(*, compact: bool, max_tokens: int | None, cursor: str | None = None) -> None:
    if compact and cursor is not None:
        raise InvalidValue("A compact text has no cursor; send limit and offset.", parameter="cursor")
    if max_tokens is not None and not compact:
        raise InvalidValue("maxTokens cuts the compact text; send compact=true with it.", parameter="maxTokens")


async def compact_answer(
    request: AnyRequest,
    services: WithServices,
    workspace_id: UUID,
    query: Query,
    *,
    limit: int | None,
    offset: int,
    max_tokens: int | None,
) -> ASGIResponse:
    read = await services.page_queries.listed(workspace_id, query, limit=limit or COMPACT_PAGES_MAX, offset=offset)
    return text_answer(compact(read.pages, read.total, max_tokens), request=request)
