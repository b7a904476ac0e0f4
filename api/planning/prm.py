"""What is set for all persons, over HTTP."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import post
from litestar.params import JSONBody
from litestar.response.base import ASGIResponse

from api.planning.answering import answers_null, carried_out, workspace_with
from api.planning.chosen_projects import chosen_project
from api.planning.handlers import TAGS
from api.planning.singletons import ProjectOf, Singleton
from api.requests import AnyRequest, versions_from
from api.services import WithServices
from application.planning.ports import Seen
from application.planning.prm import ChangeCatchUpProject, change_catch_up_project
from application.planning.reading import Reading, Shown
from domain.planning.circles import CIRCLES_OF_A_PERSON_MAX
from domain.planning.prm import PRM_SETTINGS, PrmSettings
from domain.planning.projects import Project


class PrmSettingsAnswer(msgspec.Struct):
    """The project that catching up belongs to, and how many circles a person is in at most."""

    catch_up_project: Project
    max_circles_per_person: int


async def the_project(reading: Reading, workspace_id: UUID, seen: Seen) -> dict[str, Any]:
    """The project that the settings of persons name, or else the root one; null before there was any."""
    settings = PRM_SETTINGS, lambda each: each.catch_up_project_ref_id
    return {"catch_up_project": await chosen_project(reading, workspace_id, *settings, seen)}


async def _settings(shown: Shown[PrmSettings], project_of: ProjectOf) -> PrmSettingsAnswer:
    return PrmSettingsAnswer(await project_of(shown.entity.catch_up_project_ref_id), CIRCLES_OF_A_PERSON_MAX)


SETTINGS = Singleton(
    path="/prm/settings",
    concept=PRM_SETTINGS,
    the="the settings of persons",
    answer=PrmSettingsAnswer,
    shown=_settings,
)


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


HANDLERS = [change_project]
