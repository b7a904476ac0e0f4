"""The change feed: everything, once, in order, however often a reader is cut off."""

import asyncio
import contextlib
import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest
from conftest import Service, Workspace
from eventsourcing.persistence import StoredEvent

from api import event_stream
from application.feed import FeedRead
from daybook.desk import operator_command, operator_desk
from daybook.world import new_id
from domain.keys import KeyWish
from infrastructure.recorder import SynchronousRecorder

STREAM = {"Accept": "text/event-stream"}


def read(workspace: Workspace, **parameters: Any) -> dict[str, Any]:
    response = workspace.client.get("/events", params=parameters)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_an_event_is_shown_with_its_place_its_who_and_its_data(workspace: Workspace) -> None:
    page = workspace.create("Plan", content="first")
    headers = {"Daybook-Effective-At": "2024-03-01T09:00:00Z", "Daybook-Message": "caf%C3%A9"}
    answered = workspace.client.post("/pages/plan/content/append", json={"content": "more"}, headers=headers)
    answer = read(workspace, types="page.*")
    assert answer["next"] == answer["head"] == answer["events"][-1]["position"]
    created, appended = answer["events"]
    assert created["type"] == "page.created"
    assert created["data"] | {"title": "Plan", "content": "first", "type": "page.created"} == created["data"]
    assert appended["id"] == str(appended["position"]) == str(created["position"] + 1)
    assert (appended["type"], appended["version"], appended["schemaVersion"]) == ("page.content_appended", 2, 1)
    assert appended["pageId"] == appended["streamId"] == page["id"]
    assert appended["at"] == "2024-03-01T09:00:00.000000Z"
    assert appended["recordedAt"] > "2026"
    assert appended["message"] == "café"
    assert created["message"] is None
    assert appended["requestId"] == answered.headers["x-request-id"]
    assert appended["actor"]["kind"] == "key"
    assert appended["dataBase64"] is None


def test_pages_of_the_feed_follow_one_another(workspace: Workspace) -> None:
    for number in range(7):
        workspace.create(f"Page {number}")
    head = read(workspace)["head"]
    seen, after = [], 0
    while True:
        answer = read(workspace, after=after, limit=3)
        assert len(answer["events"]) <= 3
        seen += [event["position"] for event in answer["events"]]
        if after == answer["next"]:
            break
        after = answer["next"]
    assert seen == list(range(1, head + 1))
    assert answer == {"events": [], "next": head, "head": head}
    assert read(workspace, after="latest") == answer


def test_types_choose_and_what_was_passed_over_is_not_looked_at_again(workspace: Workspace) -> None:
    workspace.create("One")
    workspace.client.put("/pages/one/content", json={"content": "text"})
    head = read(workspace)["head"]
    replaced = read(workspace, types="page.content_replaced")
    assert [event["type"] for event in replaced["events"]] == ["page.content_replaced"]
    assert replaced["next"] == head
    assert {event["type"] for event in read(workspace, types="workspace.*,page.created")["events"]} == {
        "workspace.created",
        "page.created",
    }
    assert read(workspace, types="no.such_type,page.nothing.*") == {"events": [], "next": head, "head": head}
    limited = read(workspace, types="page.*,workspace.*,key.*", limit=1)
    assert limited["next"] == limited["events"][0]["position"] == 1


@pytest.mark.parametrize(
    "types", ["", ",", "page.*,", "*", "page*", "pa*ge.*", ".*", "page. *", "a\x00b", "x" * 201, "a," * 50 + "a"]
)
def test_malformed_types_are_refused(shared: Workspace, types: str, refused: Any) -> None:
    body = refused(shared.client.get("/events", params={"types": types}), 400, "invalid_parameter")
    assert body["parameter"] == "types"


@pytest.mark.parametrize("types", ["x" * 200, "a," * 49 + "a"])
def test_types_at_their_limits_are_taken(shared: Workspace, types: str) -> None:
    assert read(shared, types=types)["events"] == []


@pytest.mark.parametrize(
    "parameters",
    [{"after": "-1"}, {"after": "x"}, {"after": "1.5"}, {"after": "1" * 20}, {"after": "٣"}, {"limit": "0"}, {"limit": "1001"}],
)
def test_a_malformed_place_is_refused(shared: Workspace, parameters: dict[str, str]) -> None:
    assert shared.client.get("/events", params=parameters).status_code == 400
    assert shared.client.get("/events", params=parameters, headers=STREAM).status_code == 400


@pytest.mark.parametrize("after", ["1000", "9223372036854775807", "9223372036854775808", "9" * 19])
def test_a_position_that_the_log_does_not_reach_is_told_and_not_waited_for(shared: Workspace, after: str, refused: Any) -> None:
    refused(shared.client.get("/events", params={"after": after}), 409, "position_unknown")
    refused(shared.client.get("/events", params={"after": after}, headers=STREAM), 409, "position_unknown")
    refused(shared.client.get("/events", headers={**STREAM, "Last-Event-ID": after}), 409, "position_unknown")


def test_a_malformed_last_event_id_is_refused(shared: Workspace, refused: Any) -> None:
    for stated in ("x", "-1", "1 2", "1" * 20):
        refused(shared.client.get("/events", headers={**STREAM, "Last-Event-ID": stated}), 400, "invalid_parameter")


def test_an_answer_that_has_not_changed_is_not_sent_again(workspace: Workspace) -> None:
    first = workspace.client.get("/events")
    again = workspace.client.get("/events", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    workspace.create("A page")
    assert workspace.client.get("/events", headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_a_large_log_comes_in_answers_of_bounded_size(workspace: Workspace) -> None:
    workspace.create("Large")
    for letter in "abcd":
        assert workspace.client.put("/pages/large/content", json={"content": letter * (3 * 1024 * 1024)}).status_code == 200
    seen, after, answers = 0, 0, 0
    while True:
        response = workspace.client.get("/events", params={"after": after, "limit": 1000})
        assert len(response.content) < 13 * 1024 * 1024
        answer = response.json()
        if not answer["events"]:
            break
        seen, after, answers = seen + len(answer["events"]), answer["next"], answers + 1
    assert seen == answer["head"]
    assert answers == 2


def test_no_hash_of_a_secret_is_sent(workspace: Workspace) -> None:
    response = workspace.client.get("/events", params={"types": "key.*"})
    (issued,) = response.json()["events"]
    assert issued["data"]["name"] == "test key"
    assert "secret_hash" not in response.text
    assert "secretHash" not in response.text
    assert list(issued["data"]) == ["type", "number", "name", "environment", "last_four"]


def test_one_workspace_sees_nothing_of_another(service: Service, workspace: Workspace) -> None:
    service.new_workspace().create("Not for you")
    assert "Not for you" not in workspace.client.get("/events").text


def test_without_a_key_there_is_nothing(shared: Workspace, refused: Any) -> None:
    for headers in ({}, STREAM):
        refused(httpx.get(f"{shared.url}/v1/events", headers=headers), 401, "unauthorized")


def test_events_of_other_programs_travel_as_base64(new_service: Callable[..., Service]) -> None:
    # On a database of its own, because an event of a newer release keeps this one from rebuilding any workspace of it.
    service = new_service()
    workspace = service.new_workspace()
    recorder = SynchronousRecorder(service.service_dsn, workspace.id)
    try:
        recorder.insert_events(
            [
                StoredEvent(new_id(), 1, "library.module:Class\nid: 1", b"\xff\x00\n\n"),
                StoredEvent(new_id(), 1, "page.models:Class", b"{not json"),
                StoredEvent(new_id(), 1, "page.of_a_newer_release", b'{"type": "x",\n "a": 1}'),
            ]
        )
    finally:
        recorder.close()
    foreign, unlike, newer = read(workspace, after=read(workspace)["head"] - 3)["events"]
    assert (foreign["data"], foreign["dataBase64"]) == (None, "/wAKCg==")
    assert (unlike["data"], unlike["dataBase64"]) == (None, "e25vdCBqc29u")
    assert (newer["data"], newer["dataBase64"]) == ({"type": "x", "a": 1}, None)
    events = asyncio.run(_first_events(workspace, foreign["position"] - 1, 3))
    assert [event["name"] for event in events] == ["other", "page.models:Class", "page.of_a_newer_release"]
    assert [event["data"] for event in events] == [foreign, unlike, newer]


async def _first_events(workspace: Workspace, after: int, count: int) -> list[dict[str, Any]]:
    events = []
    async with workspace.async_client() as client, client.stream("GET", f"/events?after={after}", headers=STREAM) as response:
        async for event in server_sent(response):
            events.append(event)
            if len(events) == count:
                break
    return events


async def server_sent(response: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    """As an event source reads: fields up to an empty line."""
    assert response.status_code == 200, await response.aread()
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
        else:
            if "data" in fields:
                yield {"id": int(fields["id"]), "name": fields["event"], "data": json.loads(fields["data"])}
            fields = {}


async def test_a_stream_starts_at_the_beginning_and_goes_on(workspace: Workspace) -> None:
    async with workspace.async_client() as client, client.stream("GET", "/events", headers=STREAM) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-accel-buffering"] == "no"
        events = server_sent(response)
        first = await anext(events)
        assert (first["id"], first["name"]) == (1, "workspace.created")
        await anext(events)
        written = await client.post("/pages", json={"title": "Now"})
        created = await asyncio.wait_for(anext(events), 5)
        assert created["name"] == "page.created"
        assert created["data"]["requestId"] == written.headers["x-request-id"]
        polled = (await client.get("/events", params={"after": created["id"] - 1})).json()
        assert polled["events"] == [created["data"]]


async def test_a_stream_goes_on_after_the_last_event_seen_whatever_the_address_says(workspace: Workspace) -> None:
    workspace.create("One")
    workspace.create("Two")
    headers = {**STREAM, "Last-Event-ID": "3"}
    async with workspace.async_client() as client, client.stream("GET", "/events?after=1", headers=headers) as response:
        assert (await anext(server_sent(response)))["id"] == 4


async def test_a_stream_from_the_latest_shows_only_what_comes(workspace: Workspace) -> None:
    workspace.create("Before")
    async with workspace.async_client() as client, client.stream("GET", "/events?after=latest", headers=STREAM) as response:
        await client.post("/pages", json={"title": "After"})
        assert (await anext(server_sent(response)))["data"]["data"]["title"] == "After"


async def test_a_stream_of_some_types_skips_the_others(workspace: Workspace) -> None:
    async with (
        workspace.async_client() as client,
        client.stream("GET", "/events?types=page.content_appended", headers=STREAM) as response,
    ):
        for number in range(3):
            await client.post("/pages", json={"title": f"Page {number}"})
            await client.post(f"/pages/page-{number}/content/append", json={"content": "text"})
        events = server_sent(response)
        assert [(await anext(events))["name"] for _ in range(3)] == ["page.content_appended"] * 3


async def test_an_event_arrives_soon_after_it_was_acknowledged(workspace: Workspace) -> None:
    took_s = []
    async with workspace.async_client() as client, client.stream("GET", "/events?after=latest", headers=STREAM) as response:
        events = server_sent(response)
        for number in range(20):
            await client.post("/pages", json={"title": f"Page {number}"})
            acknowledged = time.monotonic()
            await anext(events)
            took_s.append(time.monotonic() - acknowledged)
            await asyncio.sleep(0.02)
    assert sorted(took_s)[10] < 0.25, took_s


async def test_a_stream_of_a_service_that_ends_ends_with_it(new_service: Any) -> None:
    service = new_service()
    workspace = service.new_workspace()
    async with workspace.async_client() as client, client.stream("GET", "/events", headers=STREAM) as response:
        lines = response.aiter_lines()
        await anext(lines)
        begun = time.monotonic()
        stopped = asyncio.create_task(asyncio.to_thread(service.stop))
        async for _ in lines:
            pass
        await stopped
        assert time.monotonic() - begun < 30


async def test_a_revoked_key_hears_no_more(service: Service, workspace: Workspace) -> None:
    number = workspace.key.split("_")[2].split(".")[0]
    async with workspace.async_client() as client, client.stream("GET", "/events", headers=STREAM) as response:
        events = server_sent(response)
        await anext(events)
        done = await asyncio.to_thread(service.daybook, "keys", "revoke", number, "--workspace", workspace.name)
        assert done.returncode == 0, done.stderr
        revoked_s = time.monotonic()
        assert "page.created" not in [event["name"] async for event in events]
        assert time.monotonic() - revoked_s < 10


async def test_a_quiet_stream_gives_signs_of_life_and_brings_its_place_along(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the beat can be made quick: on the stream itself, over a log that has nothing it wants up to position 7."""
    monkeypatch.setattr(event_stream, "HEARTBEAT_S", 0.05)

    class Silent:
        closing = False

        async def read(self, *_: Any, **__: Any) -> FeedRead:
            return FeedRead([], 7, 7)

        async def grown(self, _: Any, __: int, timeout_s: float) -> None:
            await asyncio.sleep(timeout_s)

    async def check() -> None:
        pass

    streams = event_stream.EventStreams(Silent())  # type: ignore[arg-type]  # a fake of what is asked here
    stream = streams.stream(new_id(), 0, None, check)
    assert [await anext(stream) for _ in range(3)] == [event_stream.OPENING, b"id: 7\n\n", b":\n\n"]


class Unsteady:
    """A reader that is cut off at random moments and goes on where it was."""

    def __init__(self, client: httpx.AsyncClient, chance: random.Random) -> None:
        self.client = client
        self.chance = chance
        self.seen: list[int] = []

    async def read(self, attempt: Callable[[], Awaitable[None]], written: asyncio.Event) -> None:
        """Until everything that was written has been seen."""
        while not (written.is_set() and self.seen and self.seen[-1] >= await self._head()):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.chance.uniform(0.01, 0.6)):
                    await attempt()

    async def page(self) -> None:
        after = self.seen[-1] if self.seen else 0
        while True:
            response = await self.client.get("/events", params={"after": after, "limit": self.chance.choice((1, 7, 100))})
            self.seen += [event["position"] for event in response.json()["events"]]
            if after == (after := response.json()["next"]):
                await asyncio.sleep(0.005)

    async def listen(self) -> None:
        headers = {**STREAM, "Last-Event-ID": str(self.seen[-1])} if self.seen else STREAM
        async with self.client.stream("GET", "/events", headers=headers) as response:
            async for event in server_sent(response):
                self.seen.append(event["id"])
                assert event["data"]["position"] == event["id"]

    async def _head(self) -> int:
        response = await self.client.get("/events", params={"after": "latest"})
        return int(response.json()["head"])


async def _write(client: httpx.AsyncClient, number: int) -> None:
    for turn in range(25):
        if turn % 5 == 4:
            response = await client.post("/pages", json={"title": f"Made by {number} in {turn}"})
        else:
            response = await client.post(f"/pages/page-{number % 8}/content/append", json={"content": f"{number} {turn}"})
        response.raise_for_status()


async def test_many_readers_that_are_cut_off_at_random_see_every_event_once_and_in_order(
    service: Service, workspace: Workspace
) -> None:
    written = asyncio.Event()
    async with workspace.async_client(200) as client:
        for number in range(8):
            await client.post("/pages", json={"title": f"Page {number}"})
        readers = [Unsteady(client, random.Random(number)) for number in range(12)]  # noqa: S311 - a test's choices
        reading = [
            asyncio.create_task(reader.read((reader.page, reader.listen)[number % 2], written))
            for number, reader in enumerate(readers)
        ]
        await asyncio.gather(*(_write(client, number) for number in range(32)))
        written.set()
        await asyncio.gather(*reading)
    connection = await asyncpg.connect(service.owner_dsn)
    rows = await connection.fetch("SELECT position FROM daybook.event WHERE workspace_id = $1 ORDER BY position", workspace.id)
    await connection.close()
    log = [row["position"] for row in rows]
    assert len(log) > 800
    for reader in readers:
        skipped, doubled = set(log) - set(reader.seen), len(reader.seen) - len(set(reader.seen))
        assert (skipped, doubled) == (set(), 0)
        assert reader.seen == log


async def test_what_an_operator_does_wakes_a_stream(service: Service, workspace: Workspace) -> None:
    async with workspace.async_client() as client, client.stream("GET", "/events?after=latest", headers=STREAM) as response:
        async with operator_desk(service.owner_dsn, service.settings.server_key(), "local") as desk:
            await desk.keys.issue(operator_command(workspace.id), KeyWish("another"))
        begun = time.monotonic()
        assert (await anext(server_sent(response)))["name"] == "key.issued"
        assert time.monotonic() - begun < 5
