"""What is set for all persons, over HTTP."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import JSONBody
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer, short_hash
from api.pages import answers
from api.planning.answering import answers_null, carried_out, workspace_with
from api.planning.chosen_projects import chosen_project
from api.planning.handlers import TAGS
from api.requests import AnyRequest, versions_from
from api.services import WithServices
from application.planning.prm import ChangeCatchUpProject, change_catch_up_project
from application.planning.reading import Reading
from domain.planning.circles import CIRCLES_OF_A_PERSON_MAX
from domain.planning.prm import PRM_SETTINGS
from domain.planning.projects import Project


class PrmSettingsAnswer(msgspec.Struct):
    """The project that catching up belongs to, and how many circles a person is in at most."""

    catch_up_project: Project
    max_circles_per_person: int


async def the_project(reading: Reading, workspace_id: UUID) -> dict[str, Any]:
    """The project that the settings of persons name, or else the root one."""
    project = await chosen_project(reading, workspace_id, PRM_SETTINGS, lambda settings: settings.catch_up_project_ref_id)
    return {"catch_up_project": project}


@get("/prm/settings", responses=answers(PrmSettingsAnswer, 200, 409), summary="The settings of persons", tags=TAGS)
async def load_prm_settings(request: AnyRequest, services: WithServices) -> ASGIResponse:
    """Its tag begins with the version that `change-catch-up-project` may name."""
    workspace_id, reading = await workspace_with(request, services, PRM_SETTINGS), services.planning.reading
    settings, project = await reading.only(workspace_id, PRM_SETTINGS), await the_project(reading, workspace_id)
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
    await workspace_with(request, services, PRM_SETTINGS)
    versions = versions_from(request, data.expected_version)
    return await carried_out(request, services, lambda draft: change_catch_up_project(draft, data, versions), PRM_SETTINGS)


HANDLERS = [load_prm_settings, change_project]
