"""Webhooks over the API of a service that may send to this machine."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from conftest import Service, Workspace, free_port, run_apart
from receivers import Receiver, eventually, receiving
from standardwebhooks import Webhook as Verifier

from domain.webhooks.decisions import WEBHOOKS_MAX


@pytest.fixture(scope="module")
def sending(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    running = Service(tmp_path_factory.mktemp("sending"), "--webhook-allow-private").start()
    yield running
    running.hang_up()
    running.stop()


@pytest.fixture
def home(sending: Service) -> Workspace:
    return sending.new_workspace()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def register(workspace: Workspace, url: str, **fields: Any) -> tuple[dict[str, Any], str]:
    answer = workspace.client.post("/webhooks", json={"url": url, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()["webhook"], answer.json()["secret"]


def deliveries(workspace: Workspace, webhook: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    answer = workspace.client.get(f"/webhooks/{webhook['id']}/deliveries", params=parameters)
    assert answer.status_code == 200, answer.text
    listed: dict[str, Any] = answer.json()
    return listed


def test_a_receiver_hears_of_events_and_can_verify_who_is_calling(home: Workspace, receiver: Receiver) -> None:
    home.create("Before")
    webhook, secret = register(home, receiver.url, types=["page.*"], description="for a test")
    assert (webhook["status"], webhook["version"], webhook["consecutiveFailures"]) == ("active", 1, 0)
    page = home.create("After", content="text")
    home.client.post("/pages/after/content/append", json={"content": "more"})
    eventually(lambda: len(receiver.received) == 2)
    created, appended = sorted(receiver.received, key=lambda each: each.event["position"])
    for each in (created, appended):
        assert Verifier(secret).verify(each.body, each.headers) == each.event
        assert each.headers["content-type"] == "application/json"
        assert each.path == "/hooks?of=daybook"
    assert created.event["type"] == "page.created"
    assert created.event["streamId"] == page["id"]
    assert created.event["data"]["title"] == "After"
    assert appended.event["version"] == 2
    listed = eventually(lambda: (found := deliveries(home, webhook, status="delivered"))["total"] == 2 and found)
    newest = listed["deliveries"][0]
    assert (newest["id"], newest["type"], newest["attempts"], newest["lastStatus"]) == (
        appended.id,
        "page.content_appended",
        1,
        200,
    )
    assert newest["deliveredAt"]
    assert newest["nextAttemptAt"] is None
    assert deliveries(home, webhook, limit=1, offset=1)["deliveries"][0]["id"] == created.id
    assert deliveries(home, webhook, status="failed") == {"deliveries": [], "total": 0}
    assert home.client.get(f"/webhooks/{webhook['id']}").json()["webhook"]["lastSuccessAt"]


def test_a_webhook_is_changed_under_its_version(home: Workspace, receiver: Receiver, refused: Any) -> None:
    webhook, _ = register(home, receiver.url)
    path = f"/webhooks/{webhook['id']}"
    read = home.client.get(path)
    assert read.json()["webhook"] == webhook
    assert home.client.get(path, headers={"If-None-Match": read.headers["etag"]}).status_code == 304
    assert "daybook-position" not in home.client.patch(path, json={}).headers
    changed = home.client.patch(
        path, json={"active": False, "types": ["page.created"]}, headers={"If-Match": read.headers["etag"]}
    )
    assert changed.status_code == 200, changed.text
    assert int(changed.headers["daybook-position"]) >= 3
    assert {**changed.json()["webhook"], "updatedAt": ""} == {
        **webhook,
        "active": False,
        "status": "paused",
        "types": ["page.created"],
        "version": 2,
        "updatedAt": "",
    }
    stale = refused(home.client.patch(path, json={"active": True}, headers={"If-Match": '"1"'}), 412, "version_stale")
    assert stale["current"] == changed.json()["webhook"]
    refused(home.client.patch(path, json={"active": True, "version": 1}), 409, "version_stale")
    assert home.client.patch(path, json={"active": False, "version": 2}).json()["webhook"]["version"] == 2
    assert home.client.get("/webhooks").json() == {"webhooks": [changed.json()["webhook"]]}


def test_what_happens_during_a_pause_is_sent_afterwards(home: Workspace, receiver: Receiver) -> None:
    webhook, _ = register(home, receiver.url, types=["page.*"], active=False)
    home.create("Meanwhile")
    waiting = deliveries(home, webhook)["deliveries"]
    assert (waiting[0]["status"], waiting[0]["attempts"], waiting[0]["nextAttemptAt"]) == ("pending", 0, None)
    home.client.patch(f"/webhooks/{webhook['id']}", json={"active": True})
    eventually(lambda: receiver.ids == [waiting[0]["id"]])


def test_a_deleted_webhook_is_gone_and_hears_nothing(home: Workspace, receiver: Receiver, refused: Any) -> None:
    webhook, _ = register(home, receiver.url, types=["page.*"])
    other, _ = register(home, receiver.url, types=["page.*"])
    path = f"/webhooks/{webhook['id']}"
    assert home.client.delete(path).json() == {"success": True}
    for method, route in [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("GET", "/deliveries"),
        ("POST", "/test"),
        ("POST", "/resume"),
    ]:
        body = {"active": True} if method == "PATCH" else None
        refused(home.client.request(method, path + route, json=body), 404, "webhook_not_found")
    home.create("Later")
    eventually(lambda: deliveries(home, other, status="delivered")["total"] == 1)
    assert {each.id.split("_")[1] for each in receiver.received} == {other["id"].replace("-", "")}


def test_a_keyed_registration_happens_once_and_shows_the_same_secret(home: Workspace, receiver: Receiver, refused: Any) -> None:
    headers = {"Idempotency-Key": "register"}
    first = home.client.post("/webhooks", json={"url": receiver.url}, headers=headers)
    again = home.client.post("/webhooks", json={"url": receiver.url}, headers=headers)
    assert again.json() == first.json()
    assert again.headers["idempotent-replay"] == "true"
    assert len(home.client.get("/webhooks").json()["webhooks"]) == 1
    refused(home.client.post("/webhooks", json={"url": receiver.url + "x"}, headers=headers), 422, "idempotency_key_reused")
    path = f"/webhooks/{first.json()['webhook']['id']}"
    for _ in range(2):
        assert home.client.delete(path, headers={"Idempotency-Key": "delete"}).json() == {"success": True}


def test_a_rotated_secret_and_the_one_before_both_verify(home: Workspace, receiver: Receiver) -> None:
    webhook, before = register(home, receiver.url)
    rotated = home.client.post(f"/webhooks/{webhook['id']}/rotate-secret").json()
    assert rotated["secret"] != before
    assert rotated["webhook"]["version"] == 2
    home.client.post(f"/webhooks/{webhook['id']}/test")
    for secret in (before, rotated["secret"]):
        assert Verifier(secret).verify(receiver.received[-1].body, receiver.received[-1].headers)


def test_the_test_button_tells_what_the_receiver_said(home: Workspace, receiver: Receiver) -> None:
    webhook, secret = register(home, receiver.url, active=False)
    said = home.client.post(f"/webhooks/{webhook['id']}/test").json()
    assert (said["delivered"], said["status"], said["error"]) == (True, 200, None)
    assert said["durationMs"] >= 0
    body = Verifier(secret).verify(receiver.received[0].body, receiver.received[0].headers)
    assert (body["type"], body["webhookId"]) == ("webhook.test", webhook["id"])
    receiver.always = (500, {}, "kaputt\0 \ud7ff\n".encode())
    said = home.client.post(f"/webhooks/{webhook['id']}/test").json()
    assert (said["delivered"], said["status"]) == (False, 500)
    assert said["error"].startswith("The receiver answered 500. kaputt")
    home.client.patch(f"/webhooks/{webhook['id']}", json={"url": f"http://127.0.0.1:{free_port()}/"})
    said = home.client.post(f"/webhooks/{webhook['id']}/test").json()
    assert said["status"] is None
    assert said["error"] == "The receiver cannot be connected to."


def test_a_delivery_is_made_again_on_request(home: Workspace, receiver: Receiver, refused: Any) -> None:
    webhook, _ = register(home, receiver.url, types=["page.*"])
    home.create("Once")
    done = eventually(lambda: deliveries(home, webhook, status="delivered")["deliveries"])[0]
    path = f"/webhooks/{webhook['id']}/deliveries"
    again = home.client.post(f"{path}/{done['id']}/retry")
    assert (again.status_code, again.json()["delivery"]["status"]) == (200, "pending")
    eventually(lambda: receiver.ids == [done["id"]] * 2)
    for unknown in (done["id"] + "0", "1", "%00", str(uuid4())):
        refused(home.client.post(f"{path}/{unknown}/retry"), 404, "delivery_not_found")


def test_a_parked_webhook_shows_why_and_resumes_where_it_stopped(home: Workspace, receiver: Receiver) -> None:
    receiver.always = 410
    webhook, _ = register(home, receiver.url, types=["page.*"])
    path = f"/webhooks/{webhook['id']}"
    home.create("First")
    parked = eventually(lambda: (found := home.client.get(path).json()["webhook"])["status"] == "parked" and found)
    assert (parked["parkedReason"], parked["version"]) == ("The receiver answered 410 Gone.", 2)
    assert parked["updatedBy"]["kind"] == "service"
    home.create("Second")
    assert deliveries(home, webhook, status="pending")["total"] == 2
    receiver.always = 200
    resumed = home.client.post(f"{path}/resume").json()["webhook"]
    assert (resumed["status"], resumed["parkedReason"], resumed["consecutiveFailures"]) == ("active", None, 0)
    eventually(lambda: deliveries(home, webhook, status="delivered")["total"] == 2)


def test_a_workspace_has_so_many_webhooks_and_no_more(home: Workspace, refused: Any) -> None:
    async def all_at_once() -> list[int]:
        async with home.async_client(8) as client:
            body = {"url": "https://example.org/", "active": False}
            answers = await asyncio.gather(*(client.post("/webhooks", json=body) for _ in range(WEBHOOKS_MAX + 3)))
        return sorted(answer.status_code for answer in answers)

    assert run_apart(all_at_once()) == [201] * WEBHOOKS_MAX + [409] * 3
    listed = home.client.get("/webhooks").json()["webhooks"]
    refused(home.client.post("/webhooks", json={"url": "https://example.org/"}), 409, "too_many_webhooks")
    home.client.delete(f"/webhooks/{listed[0]['id']}")
    register(home, "https://example.org/", active=False)


def test_workspaces_are_apart(sending: Service, home: Workspace, receiver: Receiver, refused: Any) -> None:
    other = sending.new_workspace()
    webhook, _ = register(home, receiver.url, types=["page.*"])
    home.create("Mine")
    mine = eventually(lambda: deliveries(home, webhook, status="delivered")["deliveries"])[0]
    other.create("Theirs")
    path = f"/webhooks/{webhook['id']}"
    for method, route in [("GET", ""), ("DELETE", ""), ("GET", "/deliveries"), ("POST", "/test"), ("POST", "/rotate-secret")]:
        refused(other.client.request(method, path + route), 404, "webhook_not_found")
    refused(other.client.post(f"{path}/deliveries/{mine['id']}/retry"), 404, "webhook_not_found")
    assert other.client.get("/webhooks").json() == {"webhooks": []}
    another, _ = register(other, receiver.url, types=["page.*"])
    other.create("Theirs as well")
    eventually(lambda: deliveries(other, another, status="delivered")["total"] == 1)
    assert [each.event["data"]["title"] for each in receiver.received] == ["Mine", "Theirs as well"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": None},
        {"url": 1},
        {"url": "https://example.org/", "types": []},
        {"url": "https://example.org/", "types": ["page.\u0000"]},
        {"url": "https://example.org/", "types": "page.*"},
        {"url": "https://example.org/", "description": "\u0000"},
        {"url": "https://example.org/", "active": "yes"},
        {"url": "https://example.org/", "secret": "whsec_mine"},
    ],
)
def test_what_is_no_webhook_is_a_problem(home: Workspace, body: dict[str, Any]) -> None:
    answer = home.client.post("/webhooks", json=body)
    assert answer.status_code == 400
    assert answer.json()["code"] in {"invalid_request", "invalid_parameter", "target_forbidden"}


@pytest.mark.parametrize("webhook_id", ["x", "%00", "%ED%A0%80", "00000000-0000-0000-0000-000000000000", "9" * 300])
def test_an_unknown_id_is_not_found(home: Workspace, refused: Any, webhook_id: str) -> None:
    refused(home.client.get(f"/webhooks/{webhook_id}"), 404, "webhook_not_found")


@pytest.mark.parametrize(
    "url", ["http://example.org/", "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/", "https://2130706433/"]
)
def test_by_default_only_the_public_internet_is_sent_to(workspace: Workspace, refused: Any, url: str) -> None:
    assert refused(workspace.client.post("/webhooks", json={"url": url}), 400, "target_forbidden")["parameter"] == "url"


def test_by_default_a_name_that_leads_to_this_machine_is_not_followed(workspace: Workspace) -> None:
    """`localhost.localdomain`, or whatever else the machine's own name is: it passes registration and is caught when sending."""
    hosts = Path("/etc/hosts").read_text().split("\n")
    names = [name for line in hosts if line.startswith("127.") for name in line.split("#")[0].split()[1:]]
    name = next((name for name in names if "localhost" not in name.split(".")[-1]), None)
    if name is None:
        pytest.skip("no name but localhost leads to this machine")
    webhook, _ = register(workspace, f"https://{name}/", active=False)
    said = workspace.client.post(f"/webhooks/{webhook['id']}/test").json()
    assert said["error"] == "The receiver's name leads to an address that is not on the public internet."


def test_no_secret_is_stored_or_logged(sending: Service, home: Workspace, receiver: Receiver) -> None:
    webhook, secret = register(home, receiver.url)
    home.client.post(f"/webhooks/{webhook['id']}/test")
    assert secret not in sending.log()
    assert "whsec" not in home.client.get("/webhooks").text
    assert "whsec" not in home.client.get(f"/webhooks/{webhook['id']}").text
