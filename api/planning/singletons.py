"""What a workspace has one of, from the start and for good, such as its life plan: its routes, made from its declaration."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from litestar import get, route
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer, short_hash, streamed_answer
from api.pages import answers
from api.planning.answering import CHANGING, answers_null, carried_out, workspace_with
from api.planning.chosen_projects import project_or_root
from api.planning.frame import Answer, Change
from api.planning.handlers import CHANGED, in_document
from api.planning.histories import EntityHistoryAnswer, timeline
from api.planning.queries import HistoryQuery, LoadQuery, read_query
from api.requests import AnyRequest, versions_from
from api.services import Services, WithServices
from application.planning.draft import Draft
from application.planning.orders import ChangeOrder
from application.planning.ports import Seen
from application.planning.reading import Beside, Reading, Shown
from domain.planning.entities import Concept, Entity, RefId
from domain.planning.projects import PROJECTS, Project

S = TypeVar("S", bound=Entity)
# The project of a ref_id, or else the root one, as it was when the rest of the answer was so.
ProjectOf = Callable[[RefId | None], Awaitable[Project]]


class Singleton(msgspec.Struct, Generic[S], frozen=True, kw_only=True):
    """A concept of which each workspace has one, over HTTP."""

    path: str
    concept: Concept[S]
    # As people call it, with its article.
    the: str
    answer: type[Answer]
    shown: Callable[[Shown[S], ProjectOf], Awaitable[Answer]]
    beside: Beside = Beside()
    change: Change[S, Any] | None = None
    # What the document says of a change beside what it says of all.
    changing: str = ""


def handlers_of_the(singleton: Singleton[Any]) -> list[HTTPRouteHandler]:
    """All of its routes."""
    changes = [_change(singleton, singleton.change)] if singleton.change else []
    return [_load(singleton), *changes, _history(singleton)]


def _history(singleton: Singleton[Any]) -> HTTPRouteHandler:
    concept, said = singleton.concept, in_document(f"The history of {singleton.the}", HistoryQuery)

    @get(f"{singleton.path}/history", responses=answers(EntityHistoryAnswer, 200, 409), **said)
    async def history(request: AnyRequest, services: WithServices) -> ASGIResponse:
        """Newest first, with what happened to what belongs to it."""
        query, workspace_id = read_query(request, HistoryQuery), await workspace_with(request, services, concept)
        reading = services.planning.reading
        ref_id = int((await reading.only(workspace_id, concept)).ref_id)
        return streamed_answer(timeline(reading.history(workspace_id, ref_id, limit=query.limit, offset=query.offset)))

    return history


def _load(singleton: Singleton[Any]) -> HTTPRouteHandler:
    summary = f"Load {singleton.the}"

    @get(singleton.path, responses=answers(singleton.answer, 200, 404, 409), **in_document(summary, LoadQuery))
    async def load(request: AnyRequest, services: WithServices) -> ASGIResponse:
        """Its tag begins with the version that a change may name."""
        query, workspace_id = read_query(request, LoadQuery), await workspace_with(request, services, singleton.concept)
        reading = services.planning.reading
        shown = await reading.only(workspace_id, singleton.concept, query.seen, singleton.beside)
        body = encoded(await singleton.shown(shown, partial(_project, reading, workspace_id, query.seen)))
        # What is shown beside it changes without it.
        return json_answer(body, request=request, version=shown.entity.version, variant=short_hash(body))

    return load


def _change(singleton: Singleton[Any], change: Change[Any, Any]) -> HTTPRouteHandler:
    order, summary = change.order, f"Change {singleton.the}"
    said = in_document(summary, described=f"{CHANGED} {singleton.changing}".strip())

    @route(singleton.path, http_method=CHANGING, responses=answers_null(), status_code=200, **said)
    async def change_the(
        request: AnyRequest,
        data: JSONBody[order],  # type: ignore[valid-type] # the declaration's
        services: WithServices,
    ) -> ASGIResponse:
        return await _changed(request, services, singleton, change, data)

    return change_the


async def _project(reading: Reading, workspace_id: UUID, seen: Seen, ref_id: RefId | None) -> Project:
    """What is set came after the root project."""
    project = await project_or_root(reading, workspace_id, ref_id, seen)
    if project is None:
        raise PROJECTS.not_found()
    return project


async def _changed(
    request: AnyRequest, services: Services, singleton: Singleton[Any], change: Change[Any, Any], order: ChangeOrder
) -> ASGIResponse:
    versions = versions_from(request, order.expected_version)

    async def act(draft: Draft) -> None:
        kept = (await draft.all(singleton.concept))[0]
        await change.act(draft, draft.about(kept, versions), order)

    await workspace_with(request, services, singleton.concept)
    return await carried_out(request, services, act, singleton.concept)
