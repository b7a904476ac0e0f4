"""Every route of the document, with keys and tokens that should not open it: nobody sees or changes what is another's.

The tests of strangers run on two services: the one everybody uses, and one whose statements name no workspace any more, so that
nothing but row-level security keeps the two apart.
"""

import base64
import itertools
import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import asyncpg
import httpx
import jwt
import pytest
from api_samples import MARK, PERSON, UNKNOWN, UNKNOWN_ID, Operation, Samples, operations
from conftest import Service, Workspace, caught_up, run_apart
from people import Person, sign_in
from planning_places import FIRST_METRIC
from unfiltered import counted, statements, without_filter
from unfiltered_service import UnfilteredService

from api.batch_actions import ACTIONS
from application.credentials import signing_secret
from domain.scopes import ALL
from domain.workspaces import SERVICE
from infrastructure.database import NO_WORKSPACE

FILTERED, ALONE = "filtered", "row-level security alone"
BASES = ("", "/api")
STREAM = {"Accept": "text/event-stream"}
_numbers = itertools.count(1)
# The parameters that are ids and nothing else.
IDS = ("webhook_id", "delivery_id", "member_id", "update_id", "milestone_id", "principle_id", "thread_id", "message_id")
UNKNOWNS = {**{name: [UNKNOWN_ID] for name in IDS}, **UNKNOWN}


# Places: a service with two workspaces, one of which knows nothing of the other.


@dataclass
class Place:
    """An owner's workspace with something of everything in it, and a stranger with a key and a person of their own."""

    service: Service
    samples: Samples
    stranger: Workspace
    person: Person

    @property
    def owner(self) -> Workspace:
        return self.samples.workspace

    @property
    def operations(self) -> list[Operation]:
        """All that ask for a key."""
        return [each for each in operations(self.owner) if not each.opened]

    def real(self, operation: Operation) -> list[dict[str, str]]:
        """Every real thing it can be about."""
        return combinations(operation, self.samples.known(operation.path))

    def traces(self) -> list[str]:
        """What only the owner's answers may hold. Numbers and slugs are left out: others have the same."""
        ids = [each for values in self.samples.path.values() for each in values if len(each) > 30]
        return [MARK, PERSON, str(self.owner.id), self.owner.name, self.owner.key.partition(".")[2], *ids]

    def check_no_trace(self, answer: httpx.Response, what: object, *said: str) -> None:
        """But for what was `said` in the question."""
        assert answer.status_code < 500, (what, answer.text)
        text = answer.text + str(answer.headers.multi_items())
        for each in said:
            text = text.replace(each, "")
        found = [trace for trace in self.traces() if trace in text]
        assert not found, (what, found, answer.text)

    def seen(self) -> dict[str, Any]:
        """All that the owner can see, and how far the log goes."""
        caught_up(self.owner)
        reads = [each for each in self.operations if each.method == "GET"]
        answers = {
            " ".join([each.name, *values.values()]): lasting(ask(each, self.owner.client, values))
            for each in reads
            for values in self.real(each)
        }
        assert {status for status, _ in answers.values()} <= {200, 404, 409}
        return {**answers, "head": self.owner.client.get("/events", params={"after": "latest"}).json()["head"]}


@pytest.fixture(scope="module", params=[FILTERED, ALONE])
def place(request: pytest.FixtureRequest) -> Place:
    return make_place(request.getfixturevalue("service" if request.param == FILTERED else "unfiltered"))


@pytest.fixture(scope="module")
def filtered(service: Service) -> Place:
    """For what is decided before anything is read of a workspace."""
    return make_place(service)


@pytest.fixture(scope="module")
def unfiltered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UnfilteredService]:
    running = UnfilteredService(tmp_path_factory.mktemp("unfiltered")).start()
    yield running
    running.hang_up()
    running.stop()


def make_place(service: Service) -> Place:
    samples = Samples(service.new_workspace())
    owner, stranger = samples.workspace, service.new_workspace()
    owner.create("Live", content=MARK, properties={MARK: MARK}, status="idea", owner=PERSON)
    owner.create("Old", content=MARK)
    owner.client.patch("/pages/old", json={"slug": "new"})
    trashed = owner.create("Trashed", content=MARK)
    owner.client.delete("/pages/trashed")
    samples.path["slug"] += ["live", "old", "new", "trashed", trashed["id"]]
    stranger.create("Mine", content="Of my own.")
    person = sign_in(stranger, f"stranger-{next(_numbers)}@acme.io", "owner")
    caught_up(owner)
    return Place(service, samples, stranger, person)


def combinations(operation: Operation, known: dict[str, list[str]]) -> list[dict[str, str]]:
    values = itertools.product(*(known[name] for name in operation.parameters))
    return [dict(zip(operation.parameters, each, strict=True)) for each in values]


def unknown(operation: Operation) -> dict[str, str]:
    """What was never there."""
    return {name: UNKNOWN.get(name, [UNKNOWN_ID])[0] for name in operation.parameters}


def ask(
    operation: Operation,
    client: httpx.Client,
    values: dict[str, str],
    *,
    base: str = "",
    query: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    """With a body that works."""
    path = re.sub(r"\{(\w+)\}", lambda found: quote(values[found[1]], safe=""), operation.path)
    url = str(client.base_url).removesuffix("/").removesuffix("/v1") + base + path
    return client.request(
        operation.method,
        url,
        params={**operation.query(), **(query or {})},
        json=operation.body(),
        headers=headers,
    )


def variants(operation: Operation) -> Iterator[dict[str, Any]]:
    """Queries that make an operation read something else than it does without them: the past, another form."""
    yield {}
    others = {
        "asOf": datetime.now(UTC).isoformat(),
        "version": 1,
        "compact": True,
        "from": 1,
        "toAsOf": datetime.now(UTC).isoformat(),
    }
    for name in parameters_in_query(operation) & others.keys():
        yield {name: others[name]}


def parameters_in_query(operation: Operation) -> set[str]:
    return {each["name"] for each in operation.described.get("parameters", []) if each.get("in") == "query"}


def lasting(answer: httpx.Response) -> tuple[int, Any]:
    """Without what changes by itself."""
    return answer.status_code, _lasting(answer.json() if answer.content[:1] == b"{" else answer.text)


def _lasting(value: Any) -> Any:
    match value:
        case dict():
            return {name: _lasting(each) for name, each in value.items() if name not in {"requestId", "lastUsedAt"}}
        case list():
            return [_lasting(each) for each in value]
    return value


def bearer(credential: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {credential}"}


# Strangers.


def test_to_a_strangers_key_what_another_workspace_has_is_not_there(place: Place) -> None:
    check_a_stranger(place, place.stranger.client, BASES)


def test_to_a_strangers_person_it_is_not_there_either(place: Place) -> None:
    check_a_stranger(place, place.person.client(), BASES[:1])


def check_a_stranger(place: Place, client: httpx.Client, bases: Sequence[str]) -> None:
    """With every real id of the owner's, in every form of every operation."""
    before, asked = place.seen(), 0
    for operation, base in itertools.product(place.operations, bases):
        for query in variants(operation):
            # What is another's is not told from what never was.
            unknowns = combinations(operation, UNKNOWNS) if operation.parameters else []
            nevers = [lasting(ask(operation, client, values, base=base, query=query)) for values in unknowns]
            for values in place.real(operation):
                met = ask(operation, client, values, base=base, query=query)
                place.check_no_trace(met, (operation.name, values, query))
                if operation.parameters:
                    assert met.status_code == 404, (operation.name, values, query, met.text)
                    assert lasting(met) in nevers, (operation.name, values, query)
                asked += 1
    assert asked >= 250 * len(bases), "the document has lost its operations"
    assert place.seen() == before, "a stranger left something behind"


@pytest.mark.parametrize("kind", ["key", "person"])
def test_nobody_can_name_a_workspace_they_are_not_in(place: Place, kind: str, refused: Any) -> None:
    before, client = place.seen(), place.stranger.client if kind == "key" else place.person.client()
    assert client.get("/me", headers={"X-Workspace-Id": str(place.stranger.id)}).status_code == 200
    others = [str(place.owner.id).upper(), str(SERVICE), str(NO_WORKSPACE), str(uuid4()), place.owner.name, ""]
    for operation in place.operations:
        for values in place.real(operation):
            answer = ask(operation, client, values, headers={"X-Workspace-Id": str(place.owner.id)})
            refused(answer, 403, "not_a_member")
            place.check_no_trace(answer, operation.name)
        for name in others:
            refused(ask(operation, client, values, base="/api", headers={"X-Workspace-Id": name}), 403, "not_a_member")
    assert place.seen() == before


def test_ids_of_another_workspace_lead_nowhere_wherever_a_query_names_them(place: Place) -> None:
    given = [*place.samples.path["slug"], *place.samples.path["member_id"], *place.samples.path["key_id"], str(place.owner.id)]
    mine = {"slug": ["mine"]}
    for operation in place.operations:
        if operation.method != "GET" or not set(operation.parameters) <= mine.keys():
            continue
        for name, value in itertools.product(parameters_in_query(operation), given):
            for values in combinations(operation, mine):
                answer = ask(operation, place.stranger.client, values, query={name: value})
                place.check_no_trace(answer, (operation.name, name, value), value)


@pytest.mark.parametrize(
    "query",
    [
        {"text": "colour"},
        {"text": MARK},
        {"text": "x"},
        {"where": f"{MARK}={MARK}"},
        {"where": f"{MARK}~not"},
        {"where": f"{MARK}!=x"},
        {"status": "idea"},
        {"status": "none"},
        {"owner": PERSON},
        {"owner": "none"},
        {"type": "page"},
        {"parent": "/"},
        {"updatedSince": "2020-01-01T00:00:00Z"},
        {"sort": "-updatedAt"},
        {"sort": "title"},
        {"sort": "order"},
        {"sort": f"property.{MARK}"},
        {"sort": "status", "limit": 1, "offset": 1},
        {"blocked-by": "sample"},
    ],
    ids=str,
)
def test_no_query_finds_another_workspaces_pages(place: Place, query: dict[str, Any]) -> None:
    for form in ({}, {"limit": 5}, {"compact": True}, {"asOf": datetime.now(UTC).isoformat()}):
        answer = place.stranger.client.get("/pages/query", params={**query, **form})
        if "asOf" not in form:
            assert answer.status_code == 200, answer.text
        if form == {} and "limit" not in query:
            # Nor does it count them.
            assert answer.json()["totalCount"] == len(answer.json()["pages"])
        # A compact answer and a refusal repeat what was asked.
        place.check_no_trace(answer, (query, form), *(str(each) for each in query.values()))


NAMING: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/pages/mine/move", {}),
    ("PATCH", "/pages/mine", {}),
    ("POST", "/pages", {"title": "x"}),
]


def test_no_body_leads_into_another_workspace(place: Place) -> None:
    before, client, pages = place.seen(), place.stranger.client, place.samples.path["slug"]
    for (method, path, body), name in itertools.product(NAMING, ("parentId", "parentSlug", "before", "after")):
        nevers = [lasting(client.request(method, path, json={**body, name: each})) for each in UNKNOWNS["slug"]]
        for each in pages:
            answer = client.request(method, path, json={**body, name: each})
            assert answer.status_code in {400, 404, 409}, (path, name, each, answer.text)
            assert lasting(answer) in nevers, (path, name, each)
            place.check_no_trace(answer, (path, name, each))
    blocked = client.post("/pages", json={"title": "Blocked", "blockedBy": pages})
    place.check_no_trace(blocked, "a blocked page", *pages)
    place.check_no_trace(client.get("/pages/query", params={"blocked-by": "sample"}), "what is blocked", *pages)
    client.delete("/pages/blocked")
    assert place.seen() == before


def test_nothing_is_said_of_a_page_of_another_workspace(place: Place) -> None:
    before, client = place.seen(), place.stranger.client
    milestone = client.post("/milestones", json={"title": "Mine", "date": "2026-03-01"}).json()["milestone"]
    for (method, path, body), name in itertools.product(
        [
            ("POST", "/updates", {"content": "x"}),
            ("POST", "/milestones", {"title": "x", "date": "2026-03-01"}),
            ("PATCH", f"/milestones/{milestone['id']}", {}),
        ],
        ("page", "pageId", "pageSlug"),
    ):
        for each in place.samples.path["slug"]:
            answer = client.request(method, path, json={**body, name: each})
            assert (answer.status_code, answer.json()["code"]) == (404, "page_not_found"), (path, name, each)
            place.check_no_trace(answer, (path, name, each))
    assert client.get(f"/milestones/{milestone['id']}").json()["milestone"] == milestone
    client.delete(f"/milestones/{milestone['id']}")
    assert place.seen() == before


def test_no_action_of_a_batch_reaches_into_another_workspace(place: Place) -> None:
    before = place.seen()
    assert {each["action"] for each in ON_PAGES} == ACTIONS.keys() - {"create"}
    for action, (kind, reference) in itertools.product(ON_PAGES, named(place.samples.path["slug"][:2])):
        for options in ({"dryRun": True}, {}, {"atomic": False}):
            answer = place.stranger.client.post("/pages/batch", json={"actions": [{**action, kind: reference}], **options})
            (result,) = answer.json()["results"]
            assert (result["status"], result["error"]["code"]) == (404, "page_not_found"), (action, reference, answer.text)
            place.check_no_trace(answer, (action, reference), reference)
    for kind, reference in named(place.samples.path["slug"]):
        create = {"action": "create", "title": "Below", "parentId" if kind == "id" else "parentSlug": reference}
        answer = place.stranger.client.post("/pages/batch", json={"actions": [create]})
        assert answer.json()["results"][0]["status"] == 404
        place.check_no_trace(answer, create, reference)
    assert place.seen() == before


ON_PAGES: list[dict[str, Any]] = [
    {"action": "update", "title": "x"},
    {"action": "move", "position": "last"},
    {"action": "delete"},
    {"action": "restore"},
    {"action": "revert", "version": 1},
    {"action": "append", "content": "x"},
    {"action": "prepend", "content": "x"},
    {"action": "replace", "content": "x"},
    {"action": "findReplace", "find": "colour", "replace": "x"},
    {"action": "editSection", "path": "Sample/Second", "operation": "append", "content": "x"},
]


def named(references: Sequence[str]) -> list[tuple[str, str]]:
    """As slugs, and ids as ids as well."""
    return [("slug", each) for each in references] + [("id", each) for each in references if len(each) > 30]


def test_cursors_and_idempotency_keys_of_another_workspace_are_worth_nothing(place: Place) -> None:
    for path in ("/pages", "/audit"):
        cursor = place.owner.client.get(path, params={"limit": 1}).json()["nextCursor"]
        assert cursor is not None
        answer = place.stranger.client.get(path, params={"cursor": cursor})
        assert answer.status_code == 200, answer.text
        place.check_no_trace(answer, path)
    for path, body in (
        ("/pages", {"title": "Once"}),
        ("/pages/batch", {"actions": [{"action": "create", "title": "Twice"}]}),
        ("/keys", {"name": "once"}),
        ("/webhooks", {"url": "https://nowhere.invalid/", "types": ["page.*"], "active": False}),
        ("/principles", {"title": "Once"}),
    ):
        headers = {"Idempotency-Key": f"the same for both, of {path}"}
        answers = [each.client.post(path, json=body, headers=headers) for each in (place.owner, place.stranger)]
        assert {answer.status_code for answer in answers} <= {200, 201}, [answer.text for answer in answers]
        assert not any("idempotent-replay" in answer.headers for answer in answers), path
        assert answers[0].json() != answers[1].json()


def test_links_lead_to_no_page_of_another_workspace(place: Place) -> None:
    before = place.seen()
    targets = place.samples.path["slug"]
    linking = place.stranger.create(f"Linking {next(_numbers)}", content="\n\n".join(f"[[{each}]]" for each in targets))
    caught_up(place.stranger)
    answer = place.stranger.client.get(f"/pages/{linking['id']}/links")
    links = answer.json()["links"]
    assert len(links) == len(targets)
    assert [each for each in links if each.get("page") is not None] == []
    place.check_no_trace(answer, "links", *targets)
    place.stranger.client.patch(
        f"/pages/{linking['id']}", params={"rewriteLinks": True}, json={"slug": f"linked-{next(_numbers)}"}
    )
    assert place.seen() == before, "the owner sees a link from elsewhere"


def test_a_stream_tells_of_nothing_that_happens_elsewhere(place: Place) -> None:
    with place.stranger.client.stream("GET", "/events", params={"after": "latest"}, headers=STREAM) as stream:
        place.owner.create(f"Elsewhere {next(_numbers)}", content=MARK)
        here = place.stranger.create(f"Here {next(_numbers)}")
        data = next(line for line in stream.iter_lines() if line.startswith("data: "))
    assert json.loads(data.removeprefix("data: "))["pageId"] == here["id"]


def test_a_workspace_works_beside_another_with_the_same_slugs(place: Place, refused: Any) -> None:
    here = place.service.new_workspace()
    person, client = sign_in(here, f"here-{next(_numbers)}@acme.io", "owner"), here.client
    pages = {here.create(title, **fields)["slug"]: fields for title, fields in OF_ONES_OWN}
    assert list(pages) == ["sample", "sample-child"]
    written = client.post("/pages/sample/content/append", json={"content": "More."}, headers={"Idempotency-Key": "once"})
    again = client.post("/pages/sample/content/append", json={"content": "More."}, headers={"Idempotency-Key": "once"})
    assert (written.status_code, again.headers["idempotent-replay"], again.json()) == (200, "true", written.json())
    caught_up(here)

    assert client.get("/me").json()["workspace"] == {"id": str(here.id), "name": here.name}
    listed = client.get("/pages").json()
    assert ([page["slug"] for page in listed["pages"]], listed["totalPages"]) == (["sample", "sample-child"], 2)
    assert here.get("sample")["content"] == "Mine alone.\nMore."
    for query, found in (
        ({"text": "mine alone"}, ["sample"]),
        ({"under": "sample"}, ["sample-child"]),
        ({"status": "idea", "where": "a=1"}, ["sample-child"]),
        ({"updatedSince": "2020-01-01T00:00:00Z", "sort": "-title"}, ["sample-child", "sample"]),
    ):
        answer = client.get("/pages/query", params=query)
        assert [page["slug"] for page in answer.json()["pages"]] == found, (query, answer.text)
    assert len(client.get("/pages/history").json()["history"]) == 3
    events = client.get("/events", params={"types": "page.*"}).json()["events"]
    assert [each["type"] for each in events] == ["page.created", "page.created", "page.content_appended"]
    assert [each["version"] for each in client.get("/pages/sample/versions").json()["versions"]] == [2, 1]
    assert client.get("/pages/sample", params={"version": 1}).json()["page"]["content"] == "Mine alone."
    assert "\n+More.\n" in client.get("/pages/sample/diff").text
    assert [each["page"]["slug"] for each in client.get("/pages/sample/backlinks").json()["backlinks"]] == ["sample-child"]

    for method, path, body in (
        ("POST", "/pages/sample-child/move", {"parentId": None}),
        ("PATCH", "/pages/sample", {"slug": "renamed"}),
        ("DELETE", "/pages/sample", None),
        ("POST", "/pages/renamed/restore", None),
        ("POST", "/pages/batch", {"actions": [{"action": "create", "title": "Sample"}]}),
        ("POST", "/webhooks", {"url": "https://nowhere.invalid/", "types": ["page.*"], "active": False}),
        ("POST", "/members", {"email": "another@acme.io", "role": "reader"}),
    ):
        answer = client.request(method, path, json=body)
        assert answer.status_code in {200, 201}, (method, path, answer.text)
    assert len(client.get("/keys").json()["keys"]) == len(client.get("/webhooks").json()["webhooks"]) == 1
    assert [each["email"] for each in client.get("/members").json()["members"]] == [person.email, "another@acme.io"]
    assert client.get("/audit").json()["entries"][0]["type"] == "member.invited"

    refresh = {"refreshToken": person.tokens["refreshToken"]}
    assert httpx.post(f"{here.url}/v1/auth/refresh", json=refresh).status_code == 200
    refused(httpx.post(f"{here.url}/v1/auth/refresh", json=refresh), 401, "refresh_refused")
    refused(person.client().get("/me"), 401, "unauthorized")


OF_ONES_OWN: list[tuple[str, dict[str, Any]]] = [
    ("Sample", {"content": "Mine alone."}),
    ("Sample child", {"content": "See [[sample]].", "parentSlug": "sample", "status": "idea", "properties": {"a": 1}}),
]


# The other service.


# For the operator, who sees every workspace, and for filling read models, which is done for all of them at once.
FOR_ALL = {"heads", "workspace_list", "workspace_name_taken", "tally_settle"}
_READS = re.compile(
    r"\b(?:FROM|JOIN|UPDATE|USING)\s+(?:daybook|read_model\w*)\.\w+\b(?!\()"
    r"(?:\s+(?:AS\s+)?(?!(?:WHERE|SET|ON|ORDER|GROUP|LEFT|CROSS|JOIN|FOR|LIMIT)\b)(\w+))?"
)


def tables_read(text: str) -> Counter[str]:
    """How often each alias stands for a table; those without one are under the empty name."""
    return Counter(found[1] or "" for found in _READS.finditer(text))


def test_every_statement_names_the_workspace_for_every_table_it_reads() -> None:
    """As the caller's own, or as that of a row which is."""
    for name, text in statements().items():
        for alias, tables in tables_read(text).items():
            where = rf"\b{alias}\." if alias else r"(?<![.\w])"
            conditions = re.findall(rf"{where}workspace_id = (?:\$1(?!\d)|:workspace\b|\w+\.workspace_id)", text)
            assert len(conditions) >= tables or name in FOR_ALL, (name, alias)


def test_the_other_service_asks_for_every_workspaces_rows(unfiltered: UnfilteredService) -> None:
    assert counted() in unfiltered.log()
    switched = {name: without_filter(text) for name, text in statements().items()}
    changed = {name for name, (_, conditions) in switched.items() if conditions}
    assert len(changed) >= 99, counted()
    assert {name for name in switched.keys() - changed if tables_read(statements()[name])} == FOR_ALL
    for name in changed:
        # What is left compares one row's workspace with another's.
        assert re.findall(r"workspace_id *(?:=|<|>|IN\b)(?! \w+\.workspace_id).*", switched[name][0]) == [], name
    of_daybook = {"position_at", "slug_is_known", "spend_refresh_token"}
    of_search = {"keep_vectors", "nearest_among", "middle", "pairs"}
    assert unfiltered.functions == {f"daybook.{name}" for name in of_daybook} | {f"search.{name}" for name in of_search}


def test_without_policies_the_other_service_would_tell_everything(unfiltered: UnfilteredService) -> None:
    """Or these tests would prove nothing: what keeps the two apart there is the policies, and they alone."""
    place = make_place(unfiltered)
    # Where nobody chose anything, everybody is shown the same.
    assert place.owner.client.patch("/search/settings", json={"language": "german"}).status_code == 200
    project = place.samples.known("/v1/life-plan/projects/{ref_id}")["ref_id"][0]
    for path, name in (
        (f"/metrics/{FIRST_METRIC}/change-collection-project", "collection_project_ref_id"),
        ("/prm/change-catch-up-project", "catch_up_project_ref_id"),
    ):
        assert place.owner.client.post(path, json={name: project}).status_code == 200
    # By id, because the same slug may stand in several workspaces.
    known = {"slug": [place.samples.page["id"]]}
    reads = [
        (each, combinations(each, {**place.samples.known(each.path), **known})[0])
        for each in place.operations
        if each.method == "GET"
    ]

    def told() -> dict[str, Any]:
        return {each.name: lasting(ask(each, place.stranger.client, values)) for each, values in reads}

    with_policies = told()
    set_policies(unfiltered, enabled=False)
    try:
        without = told()
    finally:
        set_policies(unfiltered, enabled=True)
    # Some fail, because there are more rows than one workspace can have; all others tell what is the owner's.
    assert {name for name, (status, _) in without.items() if status not in {200, 500} and "schema" not in name} == set()
    assert {name for name, answer in without.items() if answer == with_policies[name]} == set()
    assert told() == with_policies


def set_policies(service: Service, *, enabled: bool) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(service.owner_dsn)
        tables = await connection.fetch(
            "SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind = 'r' AND n.nspname IN ('daybook', 'read_model')"
        )
        # Nothing is written meanwhile, so whatever follows the log rests as well.
        for table in tables:
            await connection.execute(f"ALTER TABLE {table['name']} {'ENABLE' if enabled else 'DISABLE'} ROW LEVEL SECURITY")
        await connection.close()

    run_apart(run())


# Keys and tokens that are no good, or good for less.


class Mint:
    """Makes access tokens as the service does, and worse ones."""

    def __init__(self, service: Service, person: Person) -> None:
        self._server_key = service.settings.server_key()
        self._number, self._salt = run_apart(self._newest(service.owner_dsn))
        self._claims = jwt.decode(person.tokens["accessToken"], options={"verify_signature": False})

    async def _newest(self, owner_dsn: str) -> tuple[int, str]:
        connection = await asyncpg.connect(owner_dsn)
        row = await connection.fetchrow(
            "SELECT number, salt FROM read_model.signing_key WHERE retired_at IS NULL ORDER BY number DESC LIMIT 1"
        )
        await connection.close()
        assert row is not None
        return row["number"], row["salt"]

    @property
    def secret(self) -> bytes:
        return signing_secret(self._server_key, self._salt)

    def token(self, *, secret: bytes | None = None, algorithm: str = "HS256", kid: str | None = None, **claims: Any) -> str:
        """None takes a claim away."""
        said = {name: value for name, value in {**self._claims, **claims}.items() if value is not None}
        signed_with = "" if algorithm == "none" else secret or self.secret
        return jwt.encode(said, signed_with, algorithm, headers={"kid": kid or str(self._number)})


def issue(workspace: Workspace, *scopes: str, **wish: Any) -> tuple[str, str]:
    """The key's id, and what its holder sends."""
    answer = workspace.client.post("/keys", json={"name": "test", "scopes": list(scopes) or ["*"], **wish})
    assert answer.status_code == 201, answer.text
    return answer.json()["key"]["id"], answer.json()["secret"]


def no_good(place: Place) -> dict[str, dict[str, str]]:
    """All that once was, or looks as if it were, an owner's of the very workspace."""
    owner, number = place.owner, next(_numbers)
    soon = datetime.now(UTC) + timedelta(seconds=1)
    (revoked_id, revoked), (_, expired) = issue(owner), issue(owner, expiresAt=soon.isoformat())
    person, gone = (sign_in(owner, f"{name}-{number}@acme.io", "owner") for name in ("here", "gone"))
    # Each was good a moment ago, and is remembered as such.
    for credential in (revoked, expired, gone.tokens["accessToken"]):
        assert owner.client.get("/me", headers=bearer(credential)).status_code == 200
    assert owner.client.delete(f"/keys/{revoked_id}").status_code == 200
    refresh_token = gone.tokens["refreshToken"]
    assert httpx.post(f"{owner.url}/v1/auth/logout", json={"refreshToken": refresh_token}).status_code == 200
    mint, now = Mint(place.service, person), int(time.time())
    # What is wrong with the others is only what is said of them.
    assert owner.client.get("/me", headers=bearer(mint.token())).json()["email"] == person.email
    unsigned = mint.token().rpartition(".")[0]
    tokens = {
        "a revoked key": revoked,
        "an expired key": expired,
        "a token of a session that was ended": gone.tokens["accessToken"],
        "the refresh token of that session": refresh_token,
        "a refresh token": person.tokens["refreshToken"],
        "an expired token": mint.token(exp=now - 1),
        "a token that never expires": mint.token(exp=None),
        "a token signed by another key": mint.token(secret=b"x" * 32),
        "a token signed by the server's key itself": mint.token(secret=place.service.settings.server_key()),
        "a token of a signing key that never was": mint.token(kid="999"),
        "a token with another algorithm": mint.token(algorithm="HS512", secret=mint.secret * 2),
        "a token with no algorithm": mint.token(algorithm="none"),
        "a token without its signature": f"{unsigned}.",
        "a token whose claims were changed": altered(mint.token(exp=now - 1), exp=now + 900),
        "a token of no session": mint.token(sid=None),
        "a token of a session that never was": mint.token(sid=str(uuid4())),
        "a token of another environment": mint.token(aud="production"),
        "a token of another issuer": mint.token(iss="somebody"),
        "a key with another secret": f"{owner.key.partition('.')[0]}.{place.stranger.key.partition('.')[2]}",
    }
    time.sleep(max(0.0, (soon - datetime.now(UTC)).total_seconds()))
    return {
        "nothing": {"Authorization": ""},
        "a good key by another scheme": {"Authorization": f"Basic {owner.key}"},
        **{name: bearer(credential) for name, credential in tokens.items()},
    }


def altered(token: str, **claims: Any) -> str:
    """With other claims under the same signature."""
    head, body, signature = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))) | claims
    return f"{head}.{base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b'=').decode()}.{signature}"


def test_what_is_no_good_opens_no_route(service: Service, refused: Any) -> None:
    # Of its own, because refusals are told for a while after.
    place = make_place(service)
    credentials, owner, bases = no_good(place), place.owner, itertools.cycle(BASES)
    before = place.seen()
    for operation, (name, headers) in itertools.product(place.operations, credentials.items()):
        answer = ask(operation, owner.client, place.real(operation)[0], base=next(bases), headers=headers)
        assert answer.status_code == 401, (operation.name, name, answer.text)
        refused(answer, 401, "unauthorized")
        place.check_no_trace(answer, (operation.name, name))
    after = place.seen()
    written = owner.client.get("/events", params={"after": before["head"]}).json()["events"]
    # Owners are told that somebody came with a key of theirs, and nothing else has happened.
    assert {each["type"] for each in written} <= {"access.key_refused"}
    for seen in (before, after):
        for name in ("GET /v1/audit", "GET /v1/events", "GET /v1/search/status", "head"):
            del seen[name]
    assert after == before


def test_whoever_was_removed_has_no_route_from_the_next_request_on(filtered: Place, refused: Any) -> None:
    person = sign_in(filtered.owner, f"removed-{next(_numbers)}@acme.io", "editor")
    client = person.client()
    assert client.get("/pages").status_code == 200
    assert filtered.owner.client.delete(f"/members/{person.id}").status_code == 200
    before = filtered.seen()
    for operation, base in itertools.product(filtered.operations, BASES):
        for headers in ({}, {"X-Workspace-Id": str(filtered.owner.id)}):
            answer = ask(operation, client, filtered.real(operation)[0], base=base, headers=headers)
            refused(answer, 403, "not_a_member")
    assert filtered.seen() == before


READER = ("pages:read", "planning:read", "threads:read", "events:read", "members:read")
# These ask for more: where they lead texts of pages elsewhere or tell what pages say, and where they are about somebody else,
# which a key's always are.
SEND_ELSEWHERE = {"POST /v1/webhooks", "PATCH /v1/webhooks/{webhook_id}"}
ASK_ABOUT_PAGES = {
    f"POST /v1/threads/{{thread_id}}/{path}" for path in ("chat", "send", "reply", "messages/send", "messages/{message_id}/reply")
}
ABOUT_OTHERS = {"PATCH /v1/members/{member_id}", "DELETE /v1/members/{member_id}"}


def scope_needed(operation: Operation) -> str | None:
    """As the document says it; None where any caller will do."""
    ((scheme, scopes),) = operation.described.get("security", operation.document["security"])[0].items()
    assert scheme == "key"
    assert len(scopes) <= 1, operation.name
    return scopes[0] if scopes else None


def test_a_readers_key_changes_nothing_and_manages_nothing(filtered: Place, refused: Any) -> None:
    _, secret = issue(filtered.owner, *READER)
    before, reads, refusals = filtered.seen(), 0, 0
    for operation, base in itertools.product(filtered.operations, BASES):
        for values in filtered.real(operation):
            answer = ask(operation, filtered.owner.client, values, base=base, headers=bearer(secret))
            if operation.method != "GET" or scope_needed(operation) == "admin":
                refused(answer, 403, "forbidden")
                filtered.check_no_trace(answer, operation.name)
                refusals += 1
            else:
                assert answer.status_code in {200, 404, 409}, (operation.name, values, answer.text)
                reads += answer.status_code == 200
    assert reads > 50
    assert refusals > 50
    assert filtered.seen() == before


def test_a_readers_feed_does_not_tell_who_may_come_in(filtered: Place) -> None:
    owner, (_, secret) = filtered.owner, issue(filtered.owner, *READER)
    hidden = ("access.", "key.", "member.", "webhook.")
    sign_in(owner, f"reader-{next(_numbers)}@acme.io", "reader")
    everything = types_of(owner, owner.key, limit=1000)
    assert {each.partition(".")[0] + "." for each in everything} >= {*hidden, "page."}
    for wanted in (
        {},
        {"types": "key.*,member.*,access.*,webhook.*,page.*"},
        {"types": "k.*,*.*"},
        {"types": ",".join(everything)},
    ):
        shown = types_of(owner, secret, limit=1000, **wanted)
        assert not [each for each in shown if each.startswith(hidden)], wanted
        assert shown == {each for each in everything if not each.startswith(hidden)} or "types" in wanted
    last = owner.create(f"Last {next(_numbers)}")["id"]
    with owner.client.stream("GET", "/events", headers={**STREAM, **bearer(secret)}) as stream:
        for line in stream.iter_lines():
            assert not line.startswith(tuple(f"event: {each}" for each in hidden))
            if last in line:
                break


def types_of(workspace: Workspace, credential: str, **query: Any) -> set[str]:
    answer = workspace.client.get("/events", params=query, headers=bearer(credential))
    assert answer.status_code in {200, 400}, answer.text
    return {each["type"] for each in answer.json().get("events", [])}


# What each brings. Everything else a key has to be given by name.
HOLDS: dict[str, frozenset[str]] = {
    **{each: frozenset({each}) for each in ALL},
    "admin": frozenset({"admin", "members:read", "events:read"}),
    "pages:*": frozenset({"pages:read", "pages:write"}),
    "planning:*": frozenset({"planning:read", "planning:write"}),
    "threads:*": frozenset({"threads:read", "threads:write"}),
    "*": ALL,
}
ROLES: dict[str, frozenset[str]] = {
    "reader": frozenset({*READER, "threads:write"}),
    "editor": frozenset({*READER, "threads:write", "pages:write", "planning:write"}),
    "owner": ALL,
}


def test_keys_and_roles_open_exactly_what_the_document_says(workspace: Workspace, refused: Any) -> None:
    callers = [(scope, bearer(issue(workspace, scope)[1]), held) for scope, held in HOLDS.items()]
    for role, held in ROLES.items():
        person = sign_in(workspace, f"{role}-{next(_numbers)}@acme.io", role)
        callers.append((role, bearer(person.tokens["accessToken"]), held))
    operations_with_keys = [each for each in operations(workspace) if not each.opened]
    assert {each.name for each in operations_with_keys if scope_needed(each) is None} == {"GET /v1/me"}
    assert {scope_needed(each) for each in operations_with_keys} - {None} <= ALL
    for operation, (name, headers, held) in itertools.product(operations_with_keys, callers):
        # About what is not there, so that nothing is changed by whoever may.
        answer = ask(operation, workspace.client, unknown(operation), headers=headers)
        needed = scope_needed(operation)
        more = (
            "admin" if operation.name in ABOUT_OTHERS else None,
            "pages:read" if operation.name in SEND_ELSEWHERE | ASK_ABOUT_PAGES else None,
        )
        missing = next((each for each in (needed, *more) if each and each not in held), None)
        if missing is None:
            allowed = answer.status_code < 400 or answer.json()["code"] not in {"forbidden", "unauthorized", "not_a_member"}
            assert allowed, (operation.name, name, answer.text)
            assert answer.status_code < 500, (operation.name, name, answer.text)
        else:
            assert refused(answer, 403, "forbidden")["scope"] == missing, (operation.name, name)
