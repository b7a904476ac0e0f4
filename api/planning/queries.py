"""What stands behind the question mark of planning's addresses: a Struct, by which it is read and described."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Meta

from api.requests import AnyRequest, parse_moment
from application.planning.ports import Seen
from application.planning.reading import Beside
from domain.errors import InvalidValue
from domain.planning.entities import Concept, RefId

LIMIT_MAX = 10_000
OFFSET_MAX = 2**31 - 1
# These as values are the same as none.
_NULL = "null"
_NONE = {"enum": ["", None]}
_INTEGER = re.compile(r"-?[0-9]{1,18}")
Q = TypeVar("Q", bound="Query")
Json = dict[str, Any]

Archived = Annotated[bool, Meta(description="Archived ones as well.")]
Include = Annotated[bool, Meta(description="Show it beside each.")]
RefIds = Annotated[tuple[RefId, ...], Meta(description="Only these: repeated, or with commas between.")]
Moment = Annotated[
    str, Meta(description="As it was at this ISO 8601 time, by the times at which things are said to have happened.")
]


class Query(msgspec.Struct, kw_only=True):
    """Parameters with their defaults. Those that nobody knows are passed over, as everywhere in this API."""


class LoadQuery(Query):
    """How one is looked at."""

    allow_archived: Archived = False
    as_of: Moment | None = None
    as_of_too: Moment | None = msgspec.field(default=None, name="asOf")

    @property
    def seen(self) -> Seen:
        return Seen(self.allow_archived, self._moment)

    @property
    def _moment(self) -> datetime | None:
        if self.as_of is not None and self.as_of_too is not None:
            raise InvalidValue("as_of and asOf are the same; send one of them.", parameter="asOf")
        stated = self.as_of or self.as_of_too
        return None if stated is None else parse_moment(stated, "as_of")


class FindQuery(LoadQuery):
    """Which of a concept, in the order of their ref_ids."""

    filter_ref_ids: RefIds = ()
    limit: Annotated[int, Meta(ge=1, le=LIMIT_MAX, description="How many at most; without it, all.")] | None = None
    offset: Annotated[int, Meta(ge=0, le=OFFSET_MAX, description="How many to leave out first.")] = 0

    def ref_ids(self) -> tuple[RefId, ...]:
        """Only these, if any."""
        return self.filter_ref_ids

    def beside(self) -> Beside:
        """What is shown beside each of them."""
        return Beside()

    def keep(self) -> Callable[[Any], bool] | None:
        """For filters of a concept's own: whether an entity is wanted. None where none of them was sent."""
        return None


class HistoryQuery(Query):
    """Which part of a timeline."""

    limit: Annotated[int, Meta(ge=1, le=LIMIT_MAX, description="How many at most; without it, all.")] | None = None
    offset: Annotated[int, Meta(ge=0, le=OFFSET_MAX, description="How many to leave out first.")] = 0


def wanted(*flags: tuple[bool, Concept[Any]]) -> tuple[Concept[Any], ...]:
    """The concepts whose flags are set."""
    return tuple(concept for flag, concept in flags if flag)


def read_query(request: AnyRequest, query: type[Q]) -> Q:
    """Raises `InvalidValue`. Empty values and `null` are the same as none."""
    if not request.scope["query_string"]:
        return query()
    readers, given = _readers(query), dict[str, list[str]]()
    for name, text in request.query_params.multi_items():
        if name in readers and text not in ("", _NULL):
            given.setdefault(name, []).append(text)
    try:
        return msgspec.convert({name: readers[name](texts) for name, texts in given.items()}, query)
    except msgspec.ValidationError as error:
        raise InvalidValue(f"The query does not fit: {error}.") from None


@cache
def described_query(query: type[Query]) -> list[Json]:
    """As the document of the API names parameters."""
    _, components = msgspec.json.schema_components([query], ref_template="{name}")
    described: Mapping[str, Json] = components[query.__name__]["properties"]
    return [_parameter(name, dict(schema)) for name, schema in described.items()]


def _parameter(name: str, schema: Json) -> Json:
    default = schema.pop("default", None)
    if "anyOf" in schema:
        (schema,) = [dict(each) for each in schema["anyOf"] if each != {"type": "null"}]
    described = schema.pop("description", "")
    either: Json = {"anyOf": [schema, _NONE]}
    if default not in (None, ()):
        either["default"] = default
    return {"name": name, "in": "query", "required": False, "description": described, "schema": either}


@cache
def _readers(query: type[Query]) -> Mapping[str, Callable[[list[str]], Any]]:
    """How each parameter's texts become its value, by the type of its field."""
    return {field.encode_name: _READERS.get(_plain(field.type), _last) for field in msgspec.structs.fields(query)}


def _plain(kind: Any) -> Any:  # noqa: ANN401 - any type that a field may have
    while get_origin(kind) in (Annotated, Union, UnionType):
        kind = get_args(kind)[0]
    return get_origin(kind) or kind


def _last(texts: list[str]) -> str:
    return texts[-1]


def _boolean(texts: list[str]) -> bool | str:
    return {"true": True, "false": False}.get(texts[-1].lower(), texts[-1])


def _integer(texts: list[str]) -> int | str:
    return int(texts[-1]) if _INTEGER.fullmatch(texts[-1]) else texts[-1]


def _several(texts: list[str]) -> list[str]:
    """Raises `InvalidValue` where there are nothing but commas: as no filter, it would mean everything."""
    parts = [part for text in texts for part in text.split(",") if part]
    if not parts:
        raise InvalidValue("Nothing but commas names nothing. Leave the parameter out, or name something.")
    return parts


_READERS: Mapping[Any, Callable[[list[str]], Any]] = {bool: _boolean, int: _integer, tuple: _several}
