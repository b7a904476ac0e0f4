"""What is set for all persons, over HTTP."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import JSONBody
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer, short_hash
from api.pages import answers
from api.planning.answering import answers_null, carried_out, null
from api.planning.chosen_projects import chosen_project
from api.planning.handlers import TAGS
from api.planning.queries import LoadQuery, read_query
from api.requests import QUERY, AnyRequest, versions_from
from api.services import WithServices
from application.planning.ports import Seen
from application.planning.prm import ChangeCatchUpProject, change_catch_up_project
from application.planning.reading import Reading
from domain.planning.circles import CIRCLES_OF_A_PERSON_MAX
from domain.planning.prm import PRM_SETTINGS
from domain.planning.projects import Project


class PrmSettingsAnswer(msgspec.Struct):
    """The project that catching up belongs to, and how many circles a person is in at most."""

    catch_up_project: Project
    max_circles_per_person: int


async def the_project(reading: Reading, workspace_id: UUID, seen: Seen) -> dict[str, Any]:
    """The project that the settings of persons name, or else the root one; null before there was any."""
    settings = PRM_SETTINGS, lambda each: each.catch_up_project_ref_id
    return {"catch_up_project": await chosen_project(reading, workspace_id, *settings, seen)}


@get(
    "/prm/settings",
    responses=answers(PrmSettingsAnswer, 200, 404, 409),
    summary="The settings of persons",
    tags=TAGS,
    opt={QUERY: LoadQuery},
)
async def load_prm_settings(request: AnyRequest, services: WithServices) -> ASGIResponse:
    """Its tag begins with the version that `change-catch-up-project` may name."""
    workspace_id, planning = (await services.requests.caller(request)).workspace_id, services.planning
    await planning.features.check(workspace_id, "prm")
    seen = read_query(request, LoadQuery).seen
    settings = await planning.reading.only(workspace_id, PRM_SETTINGS, seen)
    project = await the_project(planning.reading, workspace_id, seen)
    body = encoded(PrmSettingsAnswer(**project, max_circles_per_person=CIRCLES_OF_A_PERSON_MAX))
    # The project changes without them.
    return json_answer(body, request=request, version=settings.entity.version, variant=short_hash(body))


@post(
    "/prm/change-catch-up-project",
    responses=answers_null(),
    status_code=200,
    summary="Change the project that catching up belongs to",
    tags=TAGS,
)
async def change_project(request: AnyRequest, data: JSONBody[ChangeCatchUpProject], services: WithServices) -> ASGIResponse:
    """The project has to be there."""
    await services.planning.features.check((await services.requests.caller(request)).workspace_id, "prm")
    versions = versions_from(request, data.expected_version)
    return await carried_out(request, services, lambda draft: change_catch_up_project(draft, data, versions), null)


HANDLERS = [load_prm_settings, change_project]
