"""The routes of a resource, made from its declaration."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from litestar import get, post, route
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer, short_hash, streamed_answer
from api.pages import REFUSALS_WITHOUT_BASE, answers
from api.planning.answering import CHANGING, answers_null, carried_out, listed, workspace_with
from api.planning.frame import Change, Command, Create, Find, Load, Resource
from api.planning.histories import EntityHistoryAnswer, timeline
from api.planning.queries import FindQuery, HistoryQuery, Query, read_query
from api.requests import QUERY, AnyRequest, versions_from
from api.services import Services, WithServices
from application.planning.draft import Draft
from application.planning.orders import OrderOnOne
from application.planning.planning import Made
from application.planning.ports import Seen
from application.planning.reading import Beside, Found, Shown
from domain.errors import InvalidValue
from domain.planning.concepts import feature_of
from domain.planning.entities import REF_ID_PATTERN, Kept
from domain.planning.errors import ParentDiffers

TAGS = ["planning"]
CHANGED = "By plain values, or by `should_change` and `value`. What is left out stays; changing nothing keeps the version."
_REF_ID = re.compile(REF_ID_PATTERN)
Act = Callable[[Draft, Kept[Any]], Awaitable[None]]
ActOrdered = Callable[[Draft, Kept[Any], Any], Awaitable[None]]


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
        made += [routes.archive(resource.archive), routes.unarchive(resource.unarchive)]
    if resource.removal:
        made.append(routes.removal(resource.removal.order, resource.removal.act))
    elif resource.remove and resource.concept.lifecycle:
        made.append(routes.removal(OrderOnOne, _unordered(resource.remove)))
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

        @get(self._resource.path, responses=answers(find.answer, 200, 404, 409), **in_document(summary, find.query))
        async def find_all(request: AnyRequest, services: WithServices) -> ASGIResponse:
            """In the order of their ref_ids."""
            query = read_query(request, find.query)
            workspace_id, reading = await workspace_with(request, services, self._concept), services.planning.reading
            pieces = reading.find(workspace_id, self._found(request, query))
            ahead = await find.ahead(reading, workspace_id, query.seen) if find.ahead else {}
            return await listed(request, find.many, pieces, lambda shown: find.entry(shown, query), ahead)

        return find_all

    def create(self, create: Create[Any]) -> HTTPRouteHandler:
        order = create.order
        refusals = answers(create.answer, 200, *REFUSALS_WITHOUT_BASE)
        summary = create.summary or f"Create {self.a_one}"

        @post(self._resource.path + create.way, responses=refusals, status_code=200, **in_document(summary))
        async def create_one(
            request: AnyRequest,
            data: JSONBody[order],  # type: ignore[valid-type] # the declaration's
            services: WithServices,
        ) -> ASGIResponse:
            async def act(draft: Draft) -> None:
                if self._resource.within is not None and create.within is not None:
                    parent = await draft.get(self._resource.within, ref_id_of(request, "ref_id"))
                    if create.within(data) != parent.entity.ref_id:
                        raise ParentDiffers
                await create.act(draft, data)

            async def answer(made: Made) -> bytes:
                return encoded(create.made(made))

            await workspace_with(request, services, self._concept)
            return await carried_out(request, services, act, self._concept, answer)

        return create_one

    def load(self, load: Load[Any, Any]) -> HTTPRouteHandler:
        @get(self._one, responses=answers(load.answer, 200, 404, 409), **in_document(f"Load {self.a_one}", load.query))
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
        said = in_document(f"Change {self.a_one}", described=CHANGED)
        return self._ordered("", change.order, change.act, said, CHANGING)

    def command(self, command: Command[Any, Any]) -> HTTPRouteHandler:
        path, said, order = f"/{command.name}", in_document(command.summary), command.order
        return self._ordered(path, order, command.act, said, [HttpMethod.POST], may_be_left_out=order is OrderOnOne)

    def archive(self, act: Act) -> HTTPRouteHandler:
        said = in_document(f"Archive {self.a_one}", described="With what belongs to it.")
        return self._ended("", OrderOnOne, _unordered(act), said, HttpMethod.DELETE)

    def unarchive(self, act: Act) -> HTTPRouteHandler:
        said = in_document(f"Unarchive {self.a_one}", described="With what was archived together with it.")
        return self._ended("/unarchive", OrderOnOne, _unordered(act), said, HttpMethod.POST)

    def removal(self, order: type[OrderOnOne], act: ActOrdered) -> HTTPRouteHandler:
        said = in_document(f"Remove {self.a_one} for good", described="With what belongs to it.")
        return self._ended("/remove", order, act, said, HttpMethod.DELETE)

    def _ended(
        self, path: str, order: type[OrderOnOne], act: ActOrdered, said: Mapping[str, Any], method: HttpMethod
    ) -> HTTPRouteHandler:
        """Also where it is archived already."""
        return self._ordered(path, order, act, said, [method], archived=True, may_be_left_out=True)

    def _ordered(
        self,
        path: str,
        order: type[OrderOnOne],
        act: ActOrdered,
        said: Mapping[str, Any],
        methods: Sequence[HttpMethod],
        *,
        archived: bool = False,
        may_be_left_out: bool = False,
    ) -> HTTPRouteHandler:
        """A command on one."""

        async def order_one(
            request: AnyRequest,
            services: WithServices,
            data: JSONBody[order],  # type: ignore[valid-type] # the declaration's
        ) -> ASGIResponse:
            return await self._on_one(request, services, data, act, archived=archived)

        async def order_one_perhaps(
            request: AnyRequest,
            services: WithServices,
            data: JSONBody[order | None] = None,  # type: ignore[valid-type] # the declaration's
        ) -> ASGIResponse:
            return await self._on_one(request, services, data or order(), act, archived=archived)

        made = route(self._one + path, http_method=methods, responses=answers_null(), status_code=200, **said)
        return made(order_one_perhaps if may_be_left_out else order_one)

    def history(self) -> HTTPRouteHandler:
        said = in_document(f"The history of {self.a_one}", HistoryQuery)

        @get(f"{self._one}/history", responses=answers(EntityHistoryAnswer, 200, 404, 409), **said)
        async def history_of_one(request: AnyRequest, services: WithServices) -> ASGIResponse:
            """Newest first, with what happened to what belongs to it; of an archived one as well."""
            query, reading = read_query(request, HistoryQuery), services.planning.reading
            shown = await self._shown(request, services, Seen(archived=True), Beside())
            caller = await services.requests.caller(request)
            ref_id = int(shown.entity.ref_id)
            return streamed_answer(timeline(reading.history(caller.workspace_id, ref_id, limit=query.limit, offset=query.offset)))

        return history_of_one

    def _found(self, request: AnyRequest, query: FindQuery) -> Found[Any]:
        return Found(
            concept=self._concept,
            seen=query.seen,
            ref_ids=[int(ref_id) for ref_id in query.ref_ids()] or None,
            owner=None if self._resource.within is None else int(ref_id_of(request, "ref_id")),
            beside=query.beside(),
            keep=query.keep(),
            limit=query.limit,
            offset=query.offset,
        )

    async def _shown(self, request: AnyRequest, services: Services, seen: Seen, beside: Beside) -> Shown[Any]:
        """The one of the address. Raises `EntityNotFound` and `FeatureOff`."""
        ref_id = int(ref_id_of(request, self._param))
        workspace_id = await workspace_with(request, services, self._concept)
        shown = await services.planning.reading.load(workspace_id, self._concept, ref_id, seen, beside)
        self._check_within(request, shown.entity)
        await services.planning.features.check(workspace_id, feature_of(self._concept, shown.entity))
        return shown

    async def _on_one(
        self, request: AnyRequest, services: Services, order: OrderOnOne, act: ActOrdered, *, archived: bool
    ) -> ASGIResponse:
        """A command on the one of the address."""
        ref_id = ref_id_of(request, self._param)
        versions = versions_from(request, order.expected_version)

        async def on_it(draft: Draft) -> None:
            kept = await draft.get(self._concept, ref_id, archived=archived)
            self._check_within(request, kept.entity)
            await services.planning.features.check(workspace_id, feature_of(self._concept, kept.entity))
            await act(draft, draft.about(kept, versions), order)

        workspace_id = await workspace_with(request, services, self._concept)
        return await carried_out(request, services, on_it, self._concept, ref_id=ref_id)

    def _check_within(self, request: AnyRequest, entity: Any) -> None:  # noqa: ANN401 - of the concept
        """Below another entity, only what belongs to that is there."""
        if self._resource.within is not None and self._concept.owner(entity) != ref_id_of(request, "ref_id"):
            raise self._concept.not_found()


def in_document(summary: str, query: type[Query] | None = None, *, described: str | None = None) -> dict[str, Any]:
    """What the document says."""
    return {"summary": summary, "description": described, "tags": TAGS, "opt": {QUERY: query} if query else {}}


def _unordered(act: Act) -> ActOrdered:
    """Does the same whatever the order says beside a version."""
    return lambda draft, kept, _: act(draft, kept)


def ref_id_of(request: AnyRequest, name: str) -> str:
    """Raises `InvalidValue`."""
    ref_id: str = request.path_params[name]
    if _REF_ID.fullmatch(ref_id) is None:
        raise InvalidValue(f"{name} is a number as ref_id shows it.", parameter=name)
    return ref_id
