"""The routes of a resource, made from its declaration."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from litestar import delete, get, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer, short_hash, streamed_answer
from api.pages import REFUSALS_WITHOUT_BASE, answers
from api.planning.answering import answers_null, carried_out, listed, null
from api.planning.frame import Change, Command, Create, Find, Load, Removal, Resource
from api.planning.histories import EntityHistoryAnswer, timeline
from api.planning.queries import FindQuery, HistoryQuery, Query, read_query
from api.requests import QUERY, AnyRequest, versions_from
from api.services import Services, WithServices
from application.planning.draft import Draft
from application.planning.orders import ChangeOrder, Order
from application.planning.planning import Made
from application.planning.ports import Seen
from application.planning.reading import Beside, Found, Shown
from domain.errors import InvalidValue
from domain.planning.entities import REF_ID_PATTERN, Kept, check_versions
from domain.planning.errors import ParentDiffers

TAGS = ["planning"]
_REF_ID = re.compile(REF_ID_PATTERN)


def handlers_of(resource: Resource[Any]) -> list[HTTPRouteHandler]:
    """All of its routes."""
    routes, made = _Routes(resource), list[HTTPRouteHandler]()
    if resource.find:
        made.append(routes.find(resource.find))
    if resource.create:
        made += [routes.create(create) for create in (resource.create, *resource.creates_too)]
    if resource.load:
        made.append(routes.load(resource.load))
    if resource.change:
        made.append(routes.change(resource.change))
    made += [routes.command(command) for command in resource.commands]
    if resource.archive and resource.concept.lifecycle:
        made += [routes.ending("", f"Archive {routes.a_one}", resource.archive), routes.unarchive()]
    if resource.removal:
        made.append(routes.removal(resource.removal))
    elif resource.remove and resource.concept.lifecycle:
        made.append(routes.ending("/remove", f"Remove {routes.a_one} for good", resource.remove))
    return [*made, routes.history()]


class _Routes:
    """Those of one resource. Each method makes a handler."""

    def __init__(self, resource: Resource[Any]) -> None:
        self._resource = resource
        self._concept = resource.concept
        self._param = "ref_id" if resource.within is None else "sub_ref_id"
        self._one = f"{resource.path}/{{{self._param}:str}}"
        self.a_one = f"{'an' if resource.one[0] in 'aeio' else 'a'} {resource.one}"

    def find(self, find: Find[Any, Any]) -> HTTPRouteHandler:
        summary = f"Find {self._resource.many}"

        @get(self._resource.path, responses=answers(find.answer, 200, 404, 409), **_said(summary, find.query))
        async def find_all(request: AnyRequest, services: WithServices) -> ASGIResponse:
            """In the order of their ref_ids."""
            query = read_query(request, find.query)
            workspace_id, reading = await self._workspace(request, services), services.planning.reading
            pieces = reading.find(workspace_id, self._found(request, query))
            ahead = await find.ahead(reading, workspace_id, query.seen) if find.ahead else {}
            return await listed(request, find.many, pieces, lambda shown: find.entry(shown, query), ahead)

        return find_all

    def create(self, create: Create[Any]) -> HTTPRouteHandler:
        order = create.order
        refusals = answers(create.answer, 200, *REFUSALS_WITHOUT_BASE)
        summary = create.summary or f"Create {self.a_one}"

        @post(self._resource.path + create.way, responses=refusals, status_code=200, **_said(summary))
        async def create_one(
            request: AnyRequest,
            data: JSONBody[order],  # type: ignore[valid-type] # the declaration's
            services: WithServices,
        ) -> ASGIResponse:
            async def act(draft: Draft) -> None:
                if self._resource.within is not None and create.within is not None:
                    parent = await draft.get(self._resource.within, _ref_id(request, "ref_id"))
                    if create.within(data) != parent.entity.ref_id:
                        raise ParentDiffers
                await create.act(draft, data)

            async def answer(made: Made) -> bytes:
                return encoded(create.made(made))

            await self._workspace(request, services)
            return await carried_out(request, services, act, answer)

        return create_one

    def load(self, load: Load[Any, Any]) -> HTTPRouteHandler:
        @get(self._one, responses=answers(load.answer, 200, 404, 409), **_said(f"Load {self.a_one}", load.query))
        async def load_one(request: AnyRequest, services: WithServices) -> ASGIResponse:
            """With all that belongs to it."""
            query = read_query(request, load.query)
            beside = load.beside if isinstance(load.beside, Beside) else load.beside(query)
            shown = await self._shown(request, services, query.seen, beside)
            body = encoded(load.shown(shown, query))
            # What is shown beside it changes without it.
            return json_answer(body, request=request, version=shown.entity.version, variant=short_hash(body))

        return load_one

    def change(self, change: Change[Any, Any]) -> HTTPRouteHandler:
        order = change.order

        @put(self._one, responses=answers_null(), **_said(f"Change {self.a_one}"))
        async def change_one(
            request: AnyRequest,
            data: JSONBody[order],  # type: ignore[valid-type] # the declaration's
            services: WithServices,
        ) -> ASGIResponse:
            """By plain values, or by `should_change` and `value`. What is left out stays; changing nothing keeps the version."""
            versions = versions_from(request, _expected(data))
            return await self._on_one(request, services, lambda draft, kept: change.act(draft, kept, data), versions=versions)

        return change_one

    def command(self, command: Command[Any, Any]) -> HTTPRouteHandler:
        path, said, order = f"{self._one}/{command.name}", _said(command.summary), command.order
        if order is None:

            @post(path, responses=answers_null(), status_code=200, **said)
            async def command_one(request: AnyRequest, services: WithServices) -> ASGIResponse:
                return await self._on_one(request, services, lambda draft, kept: command.act(draft, kept, None))

            return command_one

        @post(path, responses=answers_null(), status_code=200, **said)
        async def order_one(
            request: AnyRequest,
            data: JSONBody[order],  # type: ignore[valid-type] # the declaration's
            services: WithServices,
        ) -> ASGIResponse:
            versions = versions_from(request, _expected(data))
            return await self._on_one(request, services, lambda draft, kept: command.act(draft, kept, data), versions=versions)

        return order_one

    def ending(self, suffix: str, summary: str, act: Callable[[Draft, Kept[Any]], Awaitable[None]]) -> HTTPRouteHandler:
        @delete(self._one + suffix, responses=answers_null(), status_code=200, **_said(summary))
        async def end_one(request: AnyRequest, services: WithServices) -> ASGIResponse:
            """With what belongs to it."""
            return await self._on_one(request, services, act, archived=True)

        return end_one

    def removal(self, removal: Removal[Any, Any]) -> HTTPRouteHandler:
        order, said = removal.order, _said(f"Remove {self.a_one} for good")

        @delete(f"{self._one}/remove", responses=answers_null(), status_code=200, **said)
        async def remove_one(
            request: AnyRequest,
            services: WithServices,
            data: JSONBody[order | None] = None,  # type: ignore[valid-type] # the declaration's
        ) -> ASGIResponse:
            """With what belongs to it."""
            wanted = data or order()
            return await self._on_one(request, services, lambda draft, kept: removal.act(draft, kept, wanted), archived=True)

        return remove_one

    def unarchive(self) -> HTTPRouteHandler:
        @post(f"{self._one}/unarchive", responses=answers_null(), status_code=200, **_said(f"Unarchive {self.a_one}"))
        async def unarchive_one(request: AnyRequest, services: WithServices) -> ASGIResponse:
            """With what was archived together with it."""
            return await self._on_one(request, services, self._resource.unarchive, archived=True)

        return unarchive_one

    def history(self) -> HTTPRouteHandler:
        said = _said(f"The history of {self.a_one}", HistoryQuery)

        @get(f"{self._one}/history", responses=answers(EntityHistoryAnswer, 200, 404, 409), **said)
        async def history_of_one(request: AnyRequest, services: WithServices) -> ASGIResponse:
            """Newest first, with what happened to what belongs to it; of an archived one as well."""
            query, reading = read_query(request, HistoryQuery), services.planning.reading
            shown = await self._shown(request, services, Seen(archived=True), Beside())
            caller = await services.requests.caller(request)
            ref_id = int(shown.entity.ref_id)
            return streamed_answer(timeline(reading.history(caller.workspace_id, ref_id, limit=query.limit, offset=query.offset)))

        return history_of_one

    async def _workspace(self, request: AnyRequest, services: Services) -> Any:  # noqa: ANN401 - its id
        """The caller's. Raises `FeatureOff`."""
        caller = await services.requests.caller(request)
        if self._resource.feature is not None:
            await services.planning.features.check(caller.workspace_id, self._resource.feature)
        return caller.workspace_id

    def _found(self, request: AnyRequest, query: FindQuery) -> Found[Any]:
        return Found(
            concept=self._concept,
            seen=query.seen,
            ref_ids=[int(ref_id) for ref_id in query.ref_ids()] or None,
            owner=None if self._resource.within is None else int(_ref_id(request, "ref_id")),
            beside=query.beside(),
            keep=query.keep(),
            limit=query.limit,
            offset=query.offset,
        )

    async def _shown(self, request: AnyRequest, services: Services, seen: Seen, beside: Beside) -> Shown[Any]:
        """The one of the address. Raises `EntityNotFound`."""
        ref_id = int(_ref_id(request, self._param))
        workspace_id = await self._workspace(request, services)
        shown = await services.planning.reading.load(workspace_id, self._concept, ref_id, seen, beside)
        self._check_within(request, shown.entity)
        return shown

    async def _on_one(
        self,
        request: AnyRequest,
        services: Services,
        act: Callable[[Draft, Kept[Any]], Awaitable[None]],
        *,
        versions: Sequence[int] | None = None,
        archived: bool = False,
    ) -> ASGIResponse:
        """A command on the one of the address; also on an archived one, where that makes sense."""
        ref_id = _ref_id(request, self._param)
        expected = versions_from(request) if versions is None else versions

        async def on_it(draft: Draft) -> None:
            kept = await draft.get(self._concept, ref_id, archived=archived)
            self._check_within(request, kept.entity)
            await act(draft, check_versions(kept, expected))

        await self._workspace(request, services)
        return await carried_out(request, services, on_it, null)

    def _check_within(self, request: AnyRequest, entity: Any) -> None:  # noqa: ANN401 - of the concept
        """Below another entity, only what belongs to that is there."""
        if self._resource.within is not None and self._concept.owner(entity) != _ref_id(request, "ref_id"):
            raise self._concept.not_found()


def _said(summary: str, query: type[Query] | None = None) -> dict[str, Any]:
    """What the document says."""
    return {"summary": summary, "tags": TAGS, "opt": {QUERY: query} if query else {}}


def _expected(order: Order) -> int | None:
    """The version that an order is for, if it names one."""
    return order.expected_version if isinstance(order, ChangeOrder) else None


def _ref_id(request: AnyRequest, name: str) -> str:
    """Raises `InvalidValue`."""
    ref_id: str = request.path_params[name]
    if _REF_ID.fullmatch(ref_id) is None:
        raise InvalidValue(f"{name} is a number as ref_id shows it.", parameter=name)
    return ref_id
