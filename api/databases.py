"""Typed databases: what the properties of a database's rows, its child pages, may hold."""

from litestar import delete, get, put
from litestar.params import JSONBody
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer
from api.database_shapes import PutSchema, SchemaAnswer, SchemaSet, UnfitRows
from api.page_shapes import Success
from api.pages import REFUSALS, Slug, answers
from api.requests import AnyRequest, guard_from
from api.services import WithServices

_SUCCESS = b'{"success":true}'


@get("/pages/{slug:str}/schema", responses=answers(SchemaAnswer, 200, 404, 409), summary="Get a schema", tags=["databases"])
async def get_schema(request: AnyRequest, slug: Slug, services: WithServices) -> ASGIResponse:
    """What a database asks of its rows; `properties` is null where it asks nothing."""
    caller = await services.requests.caller(request)
    read = await services.databases.schema(caller.workspace_id, slug)
    answer = SchemaAnswer(read.schema, read.version)
    return json_answer(encoded(answer), request=request, version=read.version, variant=read.page_variant)


@put("/pages/{slug:str}/schema", responses=answers(SchemaSet, 200, *REFUSALS), summary="Set a schema", tags=["databases"])
async def put_schema(request: AnyRequest, slug: Slug, data: JSONBody[PutSchema], services: WithServices) -> ASGIResponse:
    """From now on rows take no other properties. Those that are there stay; the answer says how many do not fit."""
    command = await services.requests.command(request)
    schema, guard = data.schema_of_rows(), guard_from(request, data.version)
    outcome, replayed = await services.once(command, lambda: services.pages.set_schema(command, slug, schema, guard))
    unfit = await services.databases.misfits(command.workspace_id, outcome.page.details.id, schema)
    answer = SchemaSet(
        success=True, properties=schema, version=outcome.page.version, nonconforming=UnfitRows(unfit.count, list(unfit.slugs))
    )
    return json_answer(encoded(answer), version=outcome.page.version, replayed=replayed, position=outcome.position)


@delete(
    "/pages/{slug:str}/schema",
    responses=answers(Success, 200, *REFUSALS),
    status_code=200,
    summary="Remove a schema",
    tags=["databases"],
)
async def delete_schema(request: AnyRequest, slug: Slug, services: WithServices) -> ASGIResponse:
    """Rows may have any properties again."""
    command = await services.requests.command(request)
    guard = guard_from(request)
    outcome, replayed = await services.once(command, lambda: services.pages.set_schema(command, slug, None, guard))
    return json_answer(_SUCCESS, version=outcome.page.version, replayed=replayed, position=outcome.position)


HANDLERS = [get_schema, put_schema, delete_schema]
