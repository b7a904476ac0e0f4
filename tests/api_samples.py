"""Real things to ask for: what stands in a workspace for each path parameter of the API, and requests that work.

Tests that walk the document of the API by themselves look here. A new path parameter needs a sample in `path`; an operation whose
body cannot be guessed from its schema needs one in `GOOD_BODIES`.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
from conftest import TLS, Workspace
from people import CODE, put_code, put_refresh_token
from planning_places import PLANNING_BODIES, Planned

# It stands in everything that is the samples' own, so that nobody else may ever be shown it.
MARK = "not-for-others"
PERSON = "ana.sample@acme.io"
REFRESH_TOKEN = f"rt_{'A' * 43}"
TEXT = f"# Sample\n\nThe colour of the sky.\n\n## Second\n\nMore of it, see [[sample-child]], {MARK}.\n"
UNKNOWN_ID = "0192f0c1-2b3c-7def-8123-456789abcdef"
# What is there in no workspace; an id unless it says otherwise here.
UNKNOWN = {"slug": ["no-page-anywhere", UNKNOWN_ID], "version": ["999999"], "key_id": ["999999999"], "ref_id": ["999999999"]}
UNKNOWN["sub_ref_id"] = UNKNOWN["ref_id"]
# Bodies that work on the sample, for operations that need one made for it.
GOOD_BODIES: dict[str, Any] = {
    "POST /v1/pages/{slug}/move": {"position": "last"},
    "POST /v1/pages/{slug}/revert": {"version": 1},
    "POST /v1/pages/{slug}/versions/{version}/label": {"label": "First draft"},
    "PUT /v1/pages/{slug}/schema": {"properties": {"a": {"type": "number"}}},
    "POST /v1/pages/{slug}/content/find-replace": {"find": "colour", "replace": "colour"},
    "POST /v1/pages/{slug}/content/find-and-replace": {"oldText": "colour", "newText": "colour"},
    "POST /v1/webhooks": {"url": "https://nowhere.invalid/", "types": ["page.*"], "active": False},
    "PATCH /v1/webhooks/{webhook_id}": {"description": "Changed"},
    "POST /v1/pages/{slug}/content/sections": {"path": "Sample/Second", "operation": "append", "content": "And more."},
    "POST /v1/pages/batch": {"actions": [{"action": "append", "slug": "sample", "content": "x"}], "dryRun": True},
    "PATCH /v1/pages/{slug}": {"status": "idea", "properties": {"a": 1}},
    "POST /v1/keys": {"name": "ci", "scopes": ["pages:read"]},
    "PATCH /v1/keys/{key_id}": {"name": "Renamed"},
    "POST /v1/members": {"email": "somebody.else@acme.io", "role": "reader"},
    "PATCH /v1/members/{member_id}": {"name": "Somebody"},
    "PATCH /v1/search/settings": {"language": "german"},
    "POST /v1/updates": {"page": "sample", "content": "Half is done.", "status": "on_track"},
    "PATCH /v1/updates/{update_id}": {"title": "Week 9"},
    "POST /v1/milestones": {"title": "Beta", "date": "2026-03-01", "page": "sample"},
    "PATCH /v1/milestones/{milestone_id}": {"state": "reached"},
    "POST /v1/principles": {"title": "Write it down"},
    "PATCH /v1/principles/{principle_id}": {"content": "What is not written is lost."},
    "POST /v1/threads": {"message": "What is the colour of the sky?"},
    "PATCH /v1/threads/{thread_id}": {"title": "Colours"},
    **{
        f"POST /v1/threads/{{thread_id}}/{path}": {"content": "What is the colour of the sky?"}
        for path in ("messages", "chat", "send", "reply", "messages/send")
    },
    **PLANNING_BODIES,
    **{f"POST /v1/auth/{path}": {"email": "nobody@acme.io"} for path in ("request-code", "send-code")},
    **{f"POST /v1/auth/{path}": {"email": PERSON, "code": CODE} for path in ("verify", "verify-code")},
    **{f"POST /v1/auth/{path}": {"refreshToken": REFRESH_TOKEN} for path in ("refresh", "logout", "sign-out")},
}
# The same for what goes into the address.
GOOD_QUERIES: dict[str, dict[str, Any]] = {
    **{f"GET /v1/{path}": {"q": "colour"} for path in ("pages/{slug}/content/search", "pages/search", "search")},
}


class Samples:
    """A page with content, a page below it and one beside it, which are put right again before each request."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.page = workspace.create("Sample", content=TEXT)
        self.child = workspace.create("Sample child", content=TEXT, parentSlug="sample", properties={MARK: MARK})
        self.webhook = self.first_webhook = self._webhook()
        self.path: dict[str, list[str]] = {
            "slug": ["sample", self.page["id"], "sample-child"],
            "version": ["1"],
            "webhook_id": [self.first_webhook],
            "delivery_id": [self._delivery()],
            "key_id": [self._key()],
            "member_id": [self._member()],
            "update_id": [self._item("update", page="sample", content=MARK)],
            "milestone_id": [self._item("milestone", page="sample", title=MARK, date="2026-03-01")],
            "principle_id": [self._item("principle", title=MARK)],
            **self._thread(),
        }
        self.planned = Planned(workspace, MARK)
        self._signed_in()
        self.query: dict[str, list[Any]] = {"q": ["colour"], "path": ["Sample/Second"]}
        # Fields of bodies whose values have rules that no schema can say.
        self.body: dict[str, list[Any]] = {
            "title": ["A title", "Ein Titel"],
            "slug": ["a-slug", "another-slug"],
            "parentSlug": ["sample"],
            "parentId": [self.page["id"]],
            "owner": ["ana@acme.io"],
            "blockedBy[*]": ["sample"],
            "subtitle": ["A subtitle"],
            "contentHash": [self.page["contentHash"]],
            "icon.value": ["🌱"],
            "url": ["https://nowhere.invalid/"],
            "types[*]": ["page.*"],
            "scopes[*]": ["pages:read"],
            "expiresAt": ["2099-01-01T00:00:00Z"],
            "email": [PERSON, "nobody@acme.io"],
            "code": ["123456"],
            "page": ["sample"],
            "pageSlug": ["sample"],
            "pageId": [self.page["id"]],
            "date": ["2026-03-01"],
        }

        self._touched = False

    def known(self, path: str) -> dict[str, list[str]]:
        """What is there for each parameter of an operation's path."""
        return {**self.path, **self.planned.known(path)}

    def _signed_in(self) -> None:
        put_code(self.workspace, PERSON)
        answer = httpx.post(f"{self.workspace.url}/v1/auth/verify", json={"email": PERSON, "code": CODE}, verify=TLS)
        assert answer.status_code == 200, answer.text

    def _key(self) -> str:
        """One that nobody uses."""
        key_id: str = self.workspace.client.post("/keys", json={"name": MARK, "scopes": ["pages:read"]}).json()["key"]["id"]
        return key_id

    def _member(self) -> str:
        """An owner has to be there first, and nobody can be invited twice."""
        self.workspace.client.post("/members", json={"email": "owner@acme.io", "role": "owner"})
        answer = self.workspace.client.post("/members", json={"email": PERSON, "role": "editor", "name": MARK}).json()
        member_id: str = (answer.get("member") or answer["current"])["id"]
        return member_id

    def _item(self, kind: str, **fields: Any) -> str:
        """An update, a milestone or a principle."""
        item_id: str = self.workspace.client.post(f"/{kind}s", json=fields).json()[kind]["id"]
        return item_id

    def _thread(self) -> dict[str, list[str]]:
        """By both of its ids, with a message that is yet to be answered. Shared: only the workspace keeps others out."""
        made = self.workspace.client.post("/threads", json={"message": f"What is {MARK}?", "shared": True}).json()
        return {"thread_id": [made["thread"]["id"], made["thread"]["providerThreadId"]], "message_id": [made["message"]["id"]]}

    def _thread_right_again(self, case: Any) -> None:
        thread = f"/threads/{self.path['thread_id'][0]}"
        method, path = ("DELETE", "") if case.path.endswith("/restore") else ("POST", "/restore")
        self.workspace.client.request(method, thread + path)
        named = case.path_parameters
        if named.get("message_id") == self.path["message_id"][0]:
            # A message is answered once, so another stands in for it.
            answer = self.workspace.client.post(f"{thread}/messages", json={"content": MARK})
            named["message_id"] = answer.json()["message"]["id"]

    def _webhook(self) -> str:
        """Paused, so that nothing is sent but what is asked for."""
        body = {"url": "https://nowhere.invalid/", "types": ["page.*"], "active": False, "description": MARK}
        webhook_id: str = self.workspace.client.post("/webhooks", json=body).json()["webhook"]["id"]
        return webhook_id

    def _delivery(self) -> str:
        self.workspace.client.post(f"/pages/{self.page['id']}/restore")
        self.workspace.client.patch(f"/pages/{self.page['id']}", json={"subtitle": f"At {time.monotonic_ns()}"})
        listed = self.workspace.client.get(f"/webhooks/{self.webhook}/deliveries").json()
        delivery_id: str = listed["deliveries"][0]["id"]
        return delivery_id

    def _there_again(self, case: Any) -> None:
        """A webhook that was deleted is gone for good, so another stands in for it."""
        named = case.path_parameters
        if named.get("webhook_id") != self.first_webhook:
            return
        if self.workspace.client.get(f"/webhooks/{self.webhook}").status_code == 404:
            self.webhook = self._webhook()
        named["webhook_id"] = self.webhook
        if "delivery_id" in named and named["delivery_id"] in self.path["delivery_id"]:
            named["delivery_id"] = self._delivery()

    def _item_right_again(self, many: str, item_id: str, *, gone: bool) -> None:
        """An update is there only with its page."""
        self.workspace.client.post(f"/pages/{self.page['id']}/restore")
        method, path = ("DELETE", "") if gone else ("POST", "/restore")
        self.workspace.client.request(method, f"/{many}/{item_id}{path}")

    def _right_again_beside_pages(self, case: Any) -> None:
        item = re.match(r"/v1/(updates|milestones|principles)/\{(\w+)\}", case.path)
        if item is not None:
            self._item_right_again(item[1], self.path[item[2]][0], gone=case.path.endswith("/restore"))
        elif "{thread_id}" in case.path:
            self._thread_right_again(case)
        elif "planning" in case.operation.tags:
            self.planned.right_again(case)
        elif "{webhook_id}" in case.path:
            self._there_again(case)
        elif "{member_id}" in case.path:
            self._member()
        elif case.path_parameters.get("key_id") == self.workspace.key_id:
            # Whoever revokes their own key asks nothing more.
            case.path_parameters["key_id"] = self.path["key_id"][0]
        elif "/auth/verify" in case.path:
            put_code(self.workspace, PERSON)
        elif "/auth/" in case.path:
            put_refresh_token(self.workspace, PERSON, REFRESH_TOKEN)

    def before_call(self, context: Any, case: Any, kwargs: Any) -> None:
        """A request to bring something back needs it to be gone, every other one that it is there and as it was."""
        page = f"/pages/{self.page['id']}"
        self._right_again_beside_pages(case)
        if case.path.endswith("/{slug}/restore"):
            self.workspace.client.delete(page)
        elif case.path.endswith("/{slug}/schema"):
            for each in (page, "/pages/sample-child"):
                self.workspace.client.post(f"{each}/restore")
                self.workspace.client.patch(each, json={"type": "database"})
        elif self._touched and "{slug}" in case.path:
            self.workspace.client.post(f"{page}/restore")
            self.workspace.client.put(f"{page}/content", json={"content": TEXT})
        self._touched = case.method not in {"GET", "HEAD"} or (self._touched and "{slug}" not in case.path)


def with_examples(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the bodies that work as its examples."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            good = GOOD_BODIES.get(f"{method.upper()} {path}")
            if good is not None:
                for media in operation["requestBody"]["content"].values():
                    media["example"] = good
    return document


@dataclass(frozen=True)
class Operation:
    """One of the document's operations, and how to make a request of it."""

    method: str
    path: str
    described: dict[str, Any]
    document: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> list[str]:
        """Of the path."""
        return re.findall(r"\{(\w+)\}", self.path)

    @property
    def opened(self) -> bool:
        """Whether it asks for no key."""
        return {} in self.described.get("security", [])

    def body(self) -> Any:
        """One that the schema allows, or None where there is none."""
        if "requestBody" not in self.described:
            return None
        schema = self.described["requestBody"]["content"]["application/json"]["schema"]
        return GOOD_BODIES.get(self.name) or self._value("body", schema)

    def query(self) -> dict[str, Any]:
        """What is required of it, or works."""
        if self.name in GOOD_QUERIES:
            return GOOD_QUERIES[self.name]
        parameters = [self._resolved(each) for each in self.described.get("parameters", [])]
        needed = [each for each in parameters if each["in"] == "query" and each.get("required")]
        return {each["name"]: self._value(each["name"], each["schema"]) for each in needed}

    def send(self, client: httpx.Client, values: dict[str, str], base: str = "", **headers: str) -> httpx.Response:
        path = re.sub(r"\{(\w+)\}", lambda found: quote(values[found[1]], safe=""), self.path)
        url = str(client.base_url).removesuffix("/").removesuffix("/v1") + base + path
        return client.request(self.method, url, json=self.body(), params=self.query(), headers=headers)

    def _resolved(self, described: dict[str, Any]) -> dict[str, Any]:
        found: Any = described
        while "$ref" in found:
            reference, found = found["$ref"], self.document
            for part in reference.removeprefix("#/").split("/"):
                found = found[part]
        return dict(found)

    def _value(self, name: str, schema: dict[str, Any]) -> Any:
        """The plainest value that a schema allows."""
        schema = self._resolved(schema)
        for choice in ("anyOf", "oneOf"):
            if choice in schema and "properties" not in schema:
                return self._value(name, schema[choice][0])
        if "enum" in schema:
            return schema["enum"][0]
        match schema.get("type", "object"):
            case "object":
                wanted = {name: schema["properties"][name] for name in schema.get("required", ())}
                return {name: self._value(name, each) for name, each in wanted.items()}
            case "array":
                return [self._value(name, schema["items"])] * max(1, schema.get("minItems", 1))
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return False
            case "null":
                return None
        return schema.get("examples", ["https://example.com/" if name == "url" else "text"])[0]


def operations(workspace: Workspace) -> Iterator[Operation]:
    """Every operation of the document that the service shows."""
    document = httpx.get(f"{workspace.url}/openapi.json", verify=TLS).json()
    for path, described in document["paths"].items():
        for method, operation in described.items():
            yield Operation(method.upper(), path, operation, document)
