"""A batch leads to what its actions lead to one by one, and to what its rehearsal said; and the record bears it out."""

import re
from typing import Any

import asyncpg
import httpx
from conftest import Service, Workspace, run_apart
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from infrastructure.audit import verify
from infrastructure.rebuild import Rebuild

EXAMPLES = 80
TABLES = {
    "page": "page_id",
    "page_segment": "page_id, segment",
    "page_slug": "slug",
    "page_tally": "live",
    "page_facet": "page_id, facet, value",
}
Action = dict[str, Any]
SLUGS = ("a", "b", "c", "a-2", "a-3", "b-2", "x")
REFS = ("r0", "r1", "r2")

slugs = st.sampled_from(SLUGS)
pages = slugs | slugs | st.sampled_from(["a", "b", "a-2"]) | st.sampled_from([f"${ref}" for ref in REFS])
texts = st.sampled_from(["", "one", "two", "one two one\n", "e" * 9000])
refs = st.none() | st.sampled_from(REFS)
guards = st.one_of(st.just({}), st.just({}), st.just({}), st.fixed_dictionaries({"version": st.integers(1, 4)}))


def action(name: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Action]:
    optional = {"ref": st.sampled_from(REFS)} if name != "delete" else {}
    return st.builds(
        lambda fixed, ref, guard: {"action": name, **fixed, **ref, **guard},
        st.fixed_dictionaries(fields),
        st.fixed_dictionaries({}, optional=optional),
        st.just({}) if name == "create" else guards,
    )


actions = st.one_of(
    action("create", title=st.sampled_from(["A", "B", "C", "", "A"]), content=texts),
    action("create", title=st.just("Below"), parentSlug=pages, blockedBy=st.lists(pages, max_size=2)),
    action("create", title=st.just("Named"), slug=slugs),
    action("update", slug=pages, title=st.sampled_from(["A", "New"]), newSlug=slugs),
    action("update", slug=pages, content=texts, properties=st.just({"n": 1}), parentSlug=st.none() | pages),
    action("move", slug=pages, parentSlug=st.none() | pages),
    action("move", slug=pages, position=st.sampled_from(["first", "last"])),
    action("move", slug=pages, before=pages),
    action("update", slug=pages, parentSlug=st.none() | pages, after=pages),
    action("delete", slug=pages),
    action("delete", slug=pages),
    action("restore", slug=pages),
    st.builds(lambda slug, version: {"action": "revert", "slug": slug, "version": version}, pages, st.integers(1, 9)),
    action("append", slug=pages, content=texts),
    action("replace", slug=pages, content=texts),
    action("findReplace", slug=pages, find=st.sampled_from(["one", "e"]), replace=texts, replaceAll=st.booleans()),
)

SINGLE = {
    "create": ("POST", "/pages"),
    "update": ("PATCH", "/pages/{}"),
    "move": ("POST", "/pages/{}/move"),
    "delete": ("DELETE", "/pages/{}"),
    "revert": ("POST", "/pages/{}/revert"),
    "restore": ("POST", "/pages/{}/restore"),
    "append": ("POST", "/pages/{}/content/append"),
    "replace": ("PUT", "/pages/{}/content"),
    "findReplace": ("POST", "/pages/{}/content/find-replace"),
}


class Masked:
    """Two workspaces are compared by what differs between them for no fault of theirs taken out: ids, times, keys."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}

    def __call__(self, value: Any) -> Any:
        if isinstance(value, dict):
            hidden = {"requestId", "id"} if "kind" in value else {"requestId"}
            return {name: self(each) for name, each in value.items() if name not in hidden}
        if isinstance(value, list):
            return [self(each) for each in value]
        if not isinstance(value, str):
            return value
        if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value):
            return self._ids.setdefault(value, f"id-{len(self._ids)}")
        return "time" if re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", value) else value


def seen(workspace: Workspace) -> list[Any]:
    """Everything that readers see."""
    listed = workspace.client.get("/pages").json()["pages"]
    return [
        [workspace.client.get(f"/pages/{page['id']}").json() for page in listed],
        [page["slug"] for page in workspace.client.get("/pages/query?sort=order").json().get("pages", [])],
        {slug: _reached(workspace.client.get(f"/pages/{slug}")) for slug in SLUGS},
    ]


def _reached(response: httpx.Response) -> Any:
    return response.json()["page"]["id"] if response.status_code == 200 else response.status_code


def one_by_one(workspace: Workspace, batch: list[Action]) -> list[tuple[int, str | None, Any]]:
    """The same through the single routes, names and all."""
    named: dict[str, Any] = {}
    results = []
    for each in batch:
        ref = each.get("ref")
        if ref in named:
            results.append((400, "ref_taken", None))
            continue
        if ref is not None:
            named[ref] = None
        results.append(_single(workspace, each, named))
    return results


def _single(workspace: Workspace, each: Action, named: dict[str, Any]) -> tuple[int, str | None, Any]:
    body = {name: value for name, value in each.items() if name not in ("action", "ref")}
    for name in ("slug", "parentSlug", "before", "after"):
        value = body.get(name)
        if isinstance(value, str) and value.startswith("$"):
            if named.get(value[1:]) is None:
                return (424, "ref_failed", None) if value[1:] in named else (400, "ref_unknown", None)
            body[name] = named[value[1:]]
    blocked_by = []
    for slug in body.get("blockedBy", []):
        if slug.startswith("$") and named.get(slug[1:]) is None:
            return (424, "ref_failed", None) if slug[1:] in named else (400, "ref_unknown", None)
        blocked_by.append(workspace.client.get(f"/pages/{named[slug[1:]]}").json()["page"]["slug"] if slug[0] == "$" else slug)
    if blocked_by:
        body["blockedBy"] = blocked_by
    return _sent(workspace, each, body, named)


def _sent(workspace: Workspace, each: Action, body: Action, named: dict[str, Any]) -> tuple[int, str | None, Any]:
    method, path = SINGLE[each["action"]]
    headers = {}
    if each["action"] != "create":
        page = body.pop("slug")
        path = path.format(page)
        if "newSlug" in body:
            body["slug"] = body.pop("newSlug")
        if each["action"] in ("delete", "restore") and "version" in body:
            headers["If-Match"] = f'"{body.pop("version")}"'
        page_id = _reached(workspace.client.get(f"/pages/{page}")) if each["action"] != "restore" else None
    json = None if each["action"] in ("delete", "restore") else body
    response = workspace.client.request(method, path, json=json, headers=headers)
    answer = response.json()
    if not response.is_success:
        status = 409 if response.status_code == 412 else response.status_code
        return status, answer["code"], answer["detail"]
    if each.get("ref"):
        named[each["ref"]] = answer["page"]["id"] if "page" in answer else page_id
    return (
        response.status_code,
        None,
        answer.get("page") or {name: answer[name] for name in ("version", "replacements") if name in answer},
    )


def told(results: list[dict[str, Any]]) -> list[tuple[int, str | None, Any]]:
    return [
        (result["status"], result.get("error", {}).get("code"), result["page"] if "page" in result else result["error"]["detail"])
        for result in results
    ]


def test_a_batch_is_its_actions_one_by_one(service: Service) -> None:
    together, apart = service.new_workspace(), service.new_workspace()
    for workspace in (together, apart):
        for title in ("A", "A", "B"):
            workspace.create(title, content="one two")
        workspace.create("Kept", content="x" * 20_000, status="idea")
    mask_together, mask_apart = Masked(), Masked()
    carried = 0

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(actions, min_size=4, max_size=14), st.sampled_from([False, False, True]))
    def check(batch: list[Action], atomic: bool) -> None:  # noqa: FBT001 - hypothesis hands it over by position
        nonlocal carried
        before = together.client.get("/pages/history").content, together.client.get("/pages").content
        rehearsed = together.client.post("/pages/batch", json={"actions": batch, "atomic": atomic, "dryRun": True})
        assert (together.client.get("/pages/history").content, together.client.get("/pages").content) == before
        real = together.client.post("/pages/batch", json={"actions": batch, "atomic": atomic})
        assert rehearsed.status_code == real.status_code, real.text
        assert Masked()(rehearsed.json()) | {"dryRun": False} == Masked()(real.json())
        if real.status_code != 200:
            assert (together.client.get("/pages/history").content, together.client.get("/pages").content) == before
            return
        carried += 1
        results = told(real.json()["results"])
        singles = one_by_one(apart, batch)
        for each, result, single in zip(batch, results, singles, strict=True):
            assert result[:2] == single[:2], (each, result, single, batch)
            if isinstance(single[2], dict):
                page = {name: value for name, value in mask_apart(single[2]).items() if name in result[2]}
                assert mask_together(result[2]) | page == mask_together(result[2]), (each, result, single)
        assert mask_together(seen(together)) == mask_apart(seen(apart)), batch

    check()
    assert carried > EXAMPLES // 3
    assert len(together.client.get("/pages/history").json()["history"]) > EXAMPLES // 2
    run_apart(_proved(service, together))


async def _proved(service: Service, workspace: Workspace) -> None:
    """The audit finds nothing, and replaying gives the rows that the batches wrote."""
    connection, writing = await asyncpg.connect(service.owner_dsn), await asyncpg.connect(service.owner_dsn)
    try:
        await verify(connection, workspace.id)
        lived = [await _rows(connection, workspace, table) for table in TABLES]
        await Rebuild(connection, writing).run()
        assert [await _rows(connection, workspace, table) for table in TABLES] == lived
        assert all(lived)
    finally:
        await connection.close()
        await writing.close()


async def _rows(connection: Any, workspace: Workspace, table: str) -> list[Any]:
    statement = f"SELECT * FROM read_model.{table} WHERE workspace_id = $1 ORDER BY {TABLES[table]}"  # noqa: S608 - names of tables
    rows: list[Any] = await connection.fetch(statement, workspace.id)
    return rows
