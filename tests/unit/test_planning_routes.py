"""What the frame of planning's routes can carry and no concept uses yet: entities below others, and commands of their own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.di import Provide
from msgspec import UNSET, UnsetType
from planning_memory import Book, MemoryReader, Store

from api import problems
from api.bodies import StrictRequest
from api.planning.frame import Change, Command, Create, Find, Load, Resource
from api.planning.handlers import handlers_of
from api.planning.queries import FindQuery, LoadQuery
from application.event_store import Command as Envelope
from application.planning.draft import Draft
from application.planning.orders import ChangeOrder, Order, U
from application.planning.plain import plainly_created
from application.planning.planning import Planning
from application.planning.reading import Beside, Reading, Shown
from domain.events import Actor
from domain.events import Change as Changing
from domain.planning.entities import (
    Archived,
    Changed,
    Concept,
    Created,
    Entity,
    Kept,
    Lifecycle,
    RefId,
    Removed,
    Unarchived,
)


class BoxCreated(Created, frozen=True, kw_only=True, tag="box.created"):
    name: str


class BoxRenamed(Changed, frozen=True, kw_only=True, tag="box.renamed"):
    name: Changing[str] | UnsetType = UNSET


class BoxArchived(Archived, frozen=True, tag="box.archived"):
    pass


class BoxUnarchived(Unarchived, frozen=True, tag="box.unarchived"):
    pass


class BoxRemoved(Removed, frozen=True, tag="box.removed"):
    pass


class Box(Entity, frozen=True, kw_only=True):
    name: str


class ThingCreated(Created, frozen=True, kw_only=True, tag="thing.created"):
    name: str
    box_ref_id: RefId


class ThingChanged(Changed, frozen=True, kw_only=True, tag="thing.changed"):
    name: Changing[str] | UnsetType = UNSET
    box_ref_id: Changing[RefId] | UnsetType = UNSET


class ThingArchived(Archived, frozen=True, tag="thing.archived"):
    pass


class ThingUnarchived(Unarchived, frozen=True, tag="thing.unarchived"):
    pass


class ThingRemoved(Removed, frozen=True, tag="thing.removed"):
    pass


class Thing(Entity, frozen=True, kw_only=True):
    name: str
    box_ref_id: RefId


BOXES = Concept(
    kind="box",
    entity=Box,
    created=BoxCreated,
    changed=(BoxRenamed,),
    lifecycle=Lifecycle(BoxArchived, BoxUnarchived, BoxRemoved),
)
THINGS = Concept(
    kind="thing",
    entity=Thing,
    created=ThingCreated,
    changed=(ThingChanged,),
    lifecycle=Lifecycle(ThingArchived, ThingUnarchived, ThingRemoved),
    owner=lambda thing: thing.box_ref_id,
)


class CreateBox(Order):
    name: str


class CreateThing(Order):
    name: str
    box_ref_id: RefId


class ChangeThing(ChangeOrder):
    name: U[str] = UNSET


class MoveThing(ChangeOrder, kw_only=True):
    box_ref_id: RefId


class BoxAnswer(msgspec.Struct):
    box: Box
    things: list[Thing]


class ThingAnswer(msgspec.Struct):
    thing: Thing


class ThingsAnswer(msgspec.Struct):
    things: list[Thing]


async def move(draft: Draft, kept: Kept[Thing], order: MoveThing) -> None:
    box = await draft.get(BOXES, order.box_ref_id)
    draft.change(kept, msgspec.structs.replace(kept.entity, box_ref_id=box.entity.ref_id))


async def shout(draft: Draft, kept: Kept[Thing], _: None) -> None:
    draft.change(kept, msgspec.structs.replace(kept.entity, name=kept.entity.name.upper()))


def boxed(shown: Shown[Box], _: LoadQuery) -> BoxAnswer:
    return BoxAnswer(box=shown.itself, things=shown.all(THINGS))


BOX: Resource[Box] = Resource(
    path="/boxes",
    concept=BOXES,
    one="box",
    many="boxes",
    create=Create(
        order=CreateBox, act=plainly_created(BOXES), answer=BoxAnswer, made=lambda made: BoxAnswer(made.the(BOXES), [])
    ),
    load=Load(answer=BoxAnswer, shown=boxed, beside=Beside(belonging=(THINGS,))),
)
THING: Resource[Thing] = Resource(
    path="/boxes/{ref_id:str}/things",
    concept=THINGS,
    one="thing",
    many="things",
    within=BOXES,
    create=Create(
        order=CreateThing,
        act=plainly_created(THINGS),
        answer=ThingAnswer,
        made=lambda made: ThingAnswer(made.the(THINGS)),
        within=lambda order: order.box_ref_id,
    ),
    find=Find(query=FindQuery, answer=ThingsAnswer, entry=lambda shown, _: shown.itself, many="things"),
    load=Load(answer=ThingAnswer, shown=lambda shown, _: ThingAnswer(shown.itself)),
    change=Change(order=ChangeThing),
    commands=(
        Command(name="move", summary="Move a thing", order=MoveThing, act=move),
        Command(name="shout", summary="Shout", act=shout),
    ),
)
WORKSPACE = UUID(int=1)


class Requests:
    """Everybody is let in."""

    async def caller(self, _: Any) -> Any:
        return SimpleNamespace(workspace_id=WORKSPACE)

    async def command(self, _: Any) -> Envelope:
        return Envelope(WORKSPACE, uuid4(), datetime.now(UTC), Actor("key", "1", "a key"))


class Once:
    async def once(self, _: Any, run: Callable[[], Awaitable[Any]], __: Any) -> tuple[Any, bool]:
        return await run(), False


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    book = Book()
    store: Any = Store(book)
    planning = SimpleNamespace(commands=Planning(store, book, uuid4), reading=Reading(MemoryReader(book)))
    services = SimpleNamespace(requests=Requests(), idempotency=Once(), planning=planning)
    app = Litestar(
        [*handlers_of(BOX), *handlers_of(THING)],
        dependencies={"services": Provide(lambda: services, sync_to_thread=False)},
        exception_handlers=problems.HANDLERS,
        request_class=StrictRequest,
    )
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def made(client: httpx.AsyncClient) -> tuple[str, str, str]:
    """Two boxes, and a thing in the first."""
    boxes = [(await client.post("/boxes", json={"name": name})).json()["box"]["ref_id"] for name in "ab"]
    answer = await client.post(f"/boxes/{boxes[0]}/things", json={"name": "x", "box_ref_id": boxes[0]})
    assert answer.status_code == 200, answer.text
    return boxes[0], boxes[1], answer.json()["thing"]["ref_id"]


async def test_what_lies_below_another_is_there_and_nowhere_else(client: httpx.AsyncClient) -> None:
    box, other, thing = await made(client)
    shown = (await client.get(f"/boxes/{box}/things/{thing}")).json()["thing"]
    assert (await client.get(f"/boxes/{box}/things")).json() == {"things": [shown]}
    assert (await client.get(f"/boxes/{other}/things")).json() == {"things": []}
    assert (await client.get(f"/boxes/{box}")).json()["things"] == [shown]
    for wrong in (other, thing, "999"):
        path = f"/boxes/{wrong}/things/{thing}"
        for method, suffix in (
            ("GET", ""),
            ("GET", "/history"),
            ("PUT", ""),
            ("DELETE", ""),
            ("DELETE", "/remove"),
            ("POST", "/unarchive"),
            ("POST", "/shout"),
        ):
            answer = await client.request(method, path + suffix, json={} if method == "PUT" else None)
            assert (answer.status_code, answer.json()["code"]) == (404, "entity_not_found"), (method, suffix)
    assert (await client.put(f"/boxes/{box}/things/{thing}", json={"name": "y"})).json() is None
    assert (await client.get(f"/boxes/{box}/things/{thing}")).json()["thing"]["name"] == "y"


async def test_the_body_names_the_parent_of_the_address(client: httpx.AsyncClient) -> None:
    box, other, _ = await made(client)
    differs = await client.post(f"/boxes/{box}/things", json={"name": "x", "box_ref_id": other})
    assert (differs.status_code, differs.json()["code"]) == (422, "parent_differs")
    nowhere = await client.post("/boxes/999/things", json={"name": "x", "box_ref_id": "999"})
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "entity_not_found")


async def test_commands_of_its_own_take_a_body_or_none(client: httpx.AsyncClient) -> None:
    box, other, thing = await made(client)
    path = f"/boxes/{box}/things/{thing}"
    assert (await client.post(f"{path}/shout")).json() is None
    assert (await client.get(path)).json()["thing"]["name"] == "X"
    stale = await client.post(f"{path}/move", json={"box_ref_id": other, "expected_version": 1})
    assert (stale.status_code, stale.json()["current"]["version"]) == (409, 2)
    assert (await client.post(f"{path}/move", json={})).status_code == 400
    assert (await client.post(f"{path}/move", json={"box_ref_id": other})).json() is None
    assert (await client.get(path)).status_code == 404
    assert (await client.get(f"/boxes/{other}/things/{thing}")).json()["thing"]["version"] == 3


async def test_what_lies_below_another_goes_with_it(client: httpx.AsyncClient) -> None:
    box, _, thing = await made(client)
    await client.delete(f"/boxes/{box}")
    assert (await client.get(f"/boxes/{box}/things/{thing}")).status_code == 404
    archived = (await client.get(f"/boxes/{box}/things/{thing}", params={"allow_archived": True})).json()["thing"]
    assert archived["archived"] is True
    held = await client.post(f"/boxes/{box}/things/{thing}/unarchive")
    assert (held.status_code, held.json()["code"]) == (409, "owner_archived")
    await client.delete(f"/boxes/{box}/remove")
    assert (await client.get(f"/boxes/{box}/things/{thing}", params={"allow_archived": True})).status_code == 404
