"""Random commands against the service and against a model of a few dictionaries, side by side.

`DAYBOOK_MODEL_OPERATIONS=100000` makes the run long; `DAYBOOK_MODEL_SEED` repeats one that failed.
"""

import copy
import hashlib
import os
import random
import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import httpx
import pytest
from conftest import Service, Workspace
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

OPERATIONS = int(os.environ.get("DAYBOOK_MODEL_OPERATIONS", "10000"))
STEPS = 50
# Runs of their own, so that several processes share the work.
SHARES = 4
SEED = int(os.environ.get("DAYBOOK_MODEL_SEED", str(random.SystemRandom().randrange(2**32))))
# Looking for a shorter way to a failure takes minutes, so it is asked for.
SHRINK = "DAYBOOK_MODEL_SHRINK" in os.environ
UNKNOWN = "0192f0c1-2b3c-7def-8123-456789abcdef"

TITLES = st.sampled_from(["Alpha", "Beta", "alpha!", "Алфа", "history", "A" * 210])
SLUGS = st.sampled_from(["alpha", "beta", "alpha-2", "gamma", "gamma-2"])
TEXT = st.text(alphabet="ab \n\ré🚀", max_size=8)
FIND = st.text(alphabet="ab\n", min_size=1, max_size=2)
PICK = st.integers(0, 30)
PROPERTIES = st.dictionaries(st.sampled_from("xyz"), st.sampled_from([None, 1, 1.0, True, "t"]), max_size=3)
FIELDS = st.fixed_dictionaries(
    {}, optional={"title": TITLES, "status": st.sampled_from([None, "idea", "paused"]), "properties": PROPERTIES, "content": TEXT}
)


@dataclass
class Known:
    """What the model knows of a page."""

    id: str
    slug: str
    title: str
    parent: str | None
    content: str
    properties: dict[str, Any]
    status: str | None = None
    version: int = 1
    root: str | None = None
    order: int = 0
    # Where it stands among its siblings: any number that lies between its neighbours'.
    place: Fraction = Fraction(0)
    # Once in the trash, its place among those that moved meanwhile is anybody's guess.
    trashed: bool = False
    # What it was at each of its versions.
    past: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def live(self) -> bool:
        return self.root is None

    def happened(self) -> None:
        """One more event; what the page is now is what it was then for ever."""
        self.version += 1
        self.remember()

    def remember(self) -> None:
        members = ("slug", "title", "status", "parent", "content", "version")
        self.past[self.version] = {name: getattr(self, name) for name in members} | {"properties": dict(self.properties)}


@dataclass
class Model:
    """The workspace as it should be."""

    pages: dict[str, Known] = field(default_factory=dict)
    # Who claimed a slug last.
    claims: dict[str, str] = field(default_factory=dict)
    events: int = 0
    # Grows with each page that is made or moved: whoever comes last stands last.
    clock: int = 0

    def find(self, reference: str) -> Known | None:
        return self.pages.get(reference) or self.pages.get(self.claims.get(reference, ""))

    def held(self, slug: str, by_other_than: str) -> bool:
        """Whether a live page has the slug now."""
        owner = self.pages.get(self.claims.get(slug, ""))
        return owner is not None and owner.live and owner.slug == slug and owner.id != by_other_than

    def free(self, slug: str) -> bool:
        """Whether a slug made from a title could be this one: no live page has or had it last."""
        owner = self.pages.get(self.claims.get(slug, ""))
        return owner is None or not owner.live

    def below(self, page: Known) -> list[Known]:
        found = [page]
        for each in found:
            found += [child for child in self.pages.values() if child.parent == each.id]
        return found

    def live(self, reference: str) -> Known | None:
        page = self.find(reference)
        return page if page is not None and page.live else None

    def siblings(self, page: Known) -> list[Known]:
        """The other live pages below the same parent, in their order."""
        others = [each for each in self.pages.values() if each.live and each.parent == page.parent and each is not page]
        return sorted(others, key=lambda each: each.place)

    # What commands do

    def count(self, page: Known, events: int) -> None:
        for _ in range(events):
            page.happened()
        self.events += events

    def last_place(self) -> Fraction:
        self.clock += 1
        return Fraction(self.clock)

    def create(self, found: dict[str, Any], above: Known | None, title: str, content: str, properties: dict[str, Any]) -> Known:
        kept = {key: value for key, value in properties.items() if value is not None}
        page = Known(found["id"], found["slug"], title, above.id if above else None, content, kept, order=len(self.pages))
        page.place = self.last_place()
        page.remember()
        self.pages[page.id] = page
        self.claims[page.slug] = page.id
        self.events += 1
        return page

    def change(self, page: Known, fields: dict[str, Any]) -> None:
        before = (page.title, page.status, typed(page.properties))
        page.title, page.status = fields.get("title", page.title), fields.get("status", page.status)
        merged = page.properties | fields.get("properties", {})
        page.properties = {key: value for key, value in merged.items() if value is not None}
        self.count(page, before != (page.title, page.status, typed(page.properties)))
        self.write(page, fields.get("content", page.content))

    def write(self, page: Known, text: str) -> None:
        changed = text != page.content
        page.content = text
        self.count(page, changed)

    def append(self, page: Known, text: str) -> None:
        break_before = "\n" if text and page.content and page.content[-1] not in "\n\r" else ""
        self.write(page, page.content + break_before + text)

    def delete(self, page: Known) -> None:
        for each in [each for each in self.below(page) if each.live]:
            each.root = page.id
            each.trashed = True
            self.count(each, 1)

    def revert(self, page: Known, version: int) -> None:
        then = page.past[version]
        before = (page.title, page.status, typed(page.properties), page.content)
        page.title, page.status, page.properties = then["title"], then["status"], dict(then["properties"])
        page.content = then["content"]
        self.count(page, before != (page.title, page.status, typed(page.properties), page.content))

    def expected(self, page: Known) -> dict[str, Any]:
        parent = self.pages[page.parent] if page.parent else None
        return {
            "id": page.id,
            "slug": page.slug,
            "title": page.title,
            "parentId": page.parent,
            "parentSlug": parent.slug if parent else None,
            "status": page.status,
            "properties": page.properties,
            "version": page.version,
        }


def typed(properties: dict[str, Any]) -> dict[str, tuple[type, Any]]:
    """1, 1.0 and true are equal in Python and different in JSON."""
    return {key: (type(value), value) for key, value in properties.items()}


def shown(page: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    return {name: page[name] for name in names}


BATCHED = st.lists(
    st.one_of(
        st.fixed_dictionaries({"action": st.just("create"), "title": TITLES, "content": TEXT}),
        st.fixed_dictionaries({"action": st.just("create"), "title": TITLES, "content": TEXT, "ref": st.just("made")}),
        st.builds(lambda number, fields: {"action": "update", "number": number} | fields, PICK, FIELDS),
        st.fixed_dictionaries({"action": st.just("append"), "number": PICK, "content": TEXT}),
        st.fixed_dictionaries({"action": st.just("delete"), "number": PICK}),
    ),
    min_size=1,
    max_size=4,
    # A name can be given once.
).filter(lambda actions: sum("ref" in action for action in actions) <= 1)


def attempted(model: Model, action: dict[str, Any], result: dict[str, Any]) -> int:
    """Does one action of a batch to the model; answers the status it should have."""
    if action["action"] == "create":
        # The page of what comes to nothing is not shown, only the slug it would have had.
        found = result.get("page") or {"id": f"undone-{len(model.pages)}", "slug": result["slug"]}
        page = model.create(found, None, action["title"], action["content"], {})
        if "ref" in action:
            model.claims["$made"] = page.id
        return 201
    page = model.live(action["slug"])
    if page is None:
        return 404
    match action["action"]:
        case "update":
            model.change(page, action)
        case "append":
            model.append(page, action["content"])
        case "delete":
            model.delete(page)
    return 200


class PagesMachine(RuleBasedStateMachine):
    """Each rule does one command to both and compares what it left."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self.client = workspace.client
        self.model = Model()

    # Picking

    def pick(self, number: int) -> tuple[str, Known | None]:
        """A reference, by id or by a slug present or past or unknown, and the page it leads to."""
        references = [*self.model.pages, *self.model.claims, UNKNOWN, "unknown"]
        reference = references[number % len(references)]
        return reference, self.model.find(reference)

    def live(self, number: int) -> tuple[str, Known | None]:
        reference, _ = self.pick(number)
        return reference, self.model.live(reference)

    # Checking

    def refused(self, answer: httpx.Response, status: int, code: str) -> None:
        assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text

    def check(self, page: Known) -> None:
        answer = self.client.get(f"/pages/{page.id}")
        if not page.live:
            self.refused(answer, 404, "page_not_found")
            return
        found = answer.json()["page"]
        expected = self.model.expected(page) | {
            "content": page.content,
            "contentHash": hashlib.sha256(page.content.encode()).hexdigest(),
        }
        assert shown(found, expected) == expected
        assert typed(found["properties"]) == typed(page.properties)
        # Behind the version stands what else the bytes depend on, where other pages had the slug before, or the parent another.
        assert re.fullmatch(rf'"{page.version}(-[0-9a-f]+)?"', answer.headers["etag"])

    def check_all(self) -> None:
        live = sorted((page for page in self.model.pages.values() if page.live), key=lambda page: page.order)
        answer = self.client.get("/pages").json()
        assert [shown(each, self.model.expected(page)) for each, page in zip(answer["pages"], live, strict=True)] == [
            self.model.expected(page) for page in live
        ]
        assert answer["totalPages"] == len(live)
        for slug, page_id in self.model.claims.items():
            if self.model.pages[page_id].live:
                assert self.client.get(f"/pages/{slug}/content").json()["content"] == self.model.pages[page_id].content
        history = self.client.get("/pages/history").json()["history"]
        assert len(history) == self.model.events
        assert {entry["pageId"]: entry["version"] for entry in reversed(history)} == {
            page.id: page.version for page in self.model.pages.values()
        }

    # Commands

    @rule(title=TITLES, parent=st.none() | PICK, content=TEXT, properties=PROPERTIES, slug=st.none() | SLUGS)
    def create(self, title: str, parent: int | None, content: str, properties: dict[str, Any], slug: str | None) -> None:
        body: dict[str, Any] = {"title": title, "content": content, "properties": properties, "slug": slug}
        above = None
        if parent is not None:
            body["parentSlug"], above = self.live(parent)
        answer = self.client.post("/pages", json=body)
        if parent is not None and above is None:
            self.refused(answer, 404, "parent_not_found")
            return
        if slug is not None and self.model.held(slug, ""):
            self.refused(answer, 409, "slug_taken")
            return
        assert answer.status_code == 201, answer.text
        found = answer.json()["page"]
        if slug is None:
            assert self.model.free(found["slug"]), "a slug made from a title was somebody's"
        else:
            assert found["slug"] == slug
        self.check(self.model.create(found, above, title, content, properties))

    @precondition(lambda self: self.model.pages)
    @rule(number=PICK, fields=FIELDS)
    def change(self, number: int, fields: dict[str, Any]) -> None:
        reference, page = self.live(number)
        answer = self.client.patch(f"/pages/{reference}", json=fields)
        if page is None:
            self.refused(answer, 404, "page_not_found")
            return
        self.model.change(page, fields)
        assert answer.json()["page"]["version"] == page.version
        self.check(page)

    @precondition(lambda self: self.model.pages)
    @rule(number=PICK, slug=SLUGS)
    def rename(self, number: int, slug: str) -> None:
        reference, page = self.live(number)
        answer = self.client.patch(f"/pages/{reference}", json={"slug": slug})
        if page is None:
            self.refused(answer, 404, "page_not_found")
        elif self.model.held(slug, page.id):
            self.refused(answer, 409, "slug_taken")
            self.check(page)
        else:
            # Giving a page the slug it has claims nothing anew.
            if slug != page.slug:
                page.slug = slug
                self.model.claims[slug] = page.id
                self.model.count(page, 1)
            self.check(page)

    @precondition(lambda self: self.model.pages)
    @rule(number=PICK, parent=st.none() | PICK)
    def move(self, number: int, parent: int | None) -> None:
        reference, page = self.live(number)
        name, above = (None, None) if parent is None else self.live(parent)
        answer = self.client.patch(f"/pages/{reference}", json={"parentId": name})
        if page is None:
            self.refused(answer, 404, "page_not_found")
        elif name is not None and above is None:
            self.refused(answer, 404, "parent_not_found")
        elif above is not None and above in self.model.below(page):
            self.refused(answer, 409, "move_makes_cycle")
        else:
            target = above.id if above else None
            if target != page.parent:
                page.parent, page.place = target, self.model.last_place()
                # Its place is told together with the parent, or by an event of its own.
                self.model.count(page, answer.json()["page"]["version"] - page.version)
            assert answer.status_code == 200, (reference, answer.text)
        if page is not None:
            self.check(page)

    @precondition(lambda self: self.model.pages)
    @rule(number=PICK, text=TEXT)
    def append(self, number: int, text: str) -> None:
        reference, page = self.live(number)
        answer = self.client.post(f"/pages/{reference}/content/append", json={"content": text})
        if page is None:
            self.refused(answer, 404, "page_not_found")
            return
        self.model.append(page, text)
        self.check_written(answer, page)

    @precondition(lambda self: self.model.pages)
    @rule(number=PICK, text=TEXT, stale=st.booleans())
    def replace(self, number: int, text: str, *, stale: bool) -> None:
        reference, page = self.live(number)
        headers = {"If-Match": f'"{page.version + stale}"'} if page else {}
        answer = self.client.put(f"/pages/{reference}/content", json={"content": text}, headers=headers)
        if page is None:
            self.refused(answer, 404, "page_not_found")
            return
        if stale:
            self.refused(answer, 412, "version_stale")
        else:
            self.model.write(page, text)
            self.check_written(answer, page)
        self.check(page)

    @precondition(lambda self: self.model.pages)
    @rule(number=PICK, find=FIND, replace=TEXT, replace_all=st.booleans())
    def find_replace(self, number: int, find: str, replace: str, *, replace_all: bool) -> None:
        reference, page = self.live(number)
        body = {"find": find, "replace": replace, "replaceAll": replace_all}
        answer = self.client.post(f"/pages/{reference}/content/find-replace", json=body)
        if page is None:
            self.refused(answer, 404, "page_not_found")
            return
        places = sum(page.content.startswith(find, at) for at in range(len(page.content)))
        if places == 0:
            self.refused(answer, 404, "text_not_found")
        elif places > 1 and not replace_all:
            self.refused(answer, 409, "text_ambiguous")
        else:
            assert answer.json()["replacements"] == page.content.count(find)
            self.model.write(page, page.content.replace(find, replace))
            self.check_written(answer, page)
        self.check(page)

    def check_written(self, answer: httpx.Response, page: Known) -> None:
        found = answer.json()
        assert (answer.status_code, found["version"]) == (200, page.version), answer.text
        assert found["contentHash"] == hashlib.sha256(page.content.encode()).hexdigest()
        self.check(page)

    @precondition(lambda self: self.model.pages)
    @rule(number=PICK)
    def delete(self, number: int) -> None:
        reference, page = self.live(number)
        answer = self.client.delete(f"/pages/{reference}")
        if page is None:
            self.refused(answer, 404, "page_not_found")
            return
        assert answer.json() == {"success": True}
        self.model.delete(page)
        self.check(page)

    @precondition(lambda self: self.model.pages)
    @rule(number=PICK)
    def restore(self, number: int) -> None:
        reference, page = self.pick(number)
        answer = self.client.post(f"/pages/{reference}/restore")
        if page is None:
            self.refused(answer, 404, "page_not_found")
            return
        if page.live:
            self.refused(answer, 409, "not_in_trash")
            return
        assert answer.status_code == 200, answer.text
        together = [each for each in self.model.below(page) if each.root == page.root]
        above = self.model.pages.get(page.parent or "")
        for each in together:
            each.root = None
        for each in together:
            self.model.count(each, 1)
            if self.model.claims[each.slug] != each.id:
                self.take_another_slug(each)
        if above is not None and not above.live:
            page.parent = None
            self.model.count(page, 1)
        self.check(page)

    def take_another_slug(self, page: Known) -> None:
        """Which one is the service's choice, as long as it is a number behind the old one and nobody else's: it may have had it
        before.
        """
        slug = self.client.get(f"/pages/{page.id}").json()["page"]["slug"]
        if slug != page.slug:
            base = re.escape(page.slug[:180].rstrip("-"))
            assert re.fullmatch(f"{base}.*-[0-9]+|{base}", slug), (page.slug, slug)
            page.slug = slug
            self.model.count(page, 1)
        assert self.model.claims.get(slug) == page.id or self.model.free(slug)
        self.model.claims[slug] = page.id

    @precondition(lambda self: self.model.pages)
    @rule(number=PICK, where=st.sampled_from(["first", "last", "before", "after"]), beside=PICK)
    def order(self, number: int, where: str, beside: int) -> None:
        reference, page = self.live(number)
        others = self.model.siblings(page) if page else []
        body: dict[str, Any] = {"position": where}
        at = 0 if where == "first" else len(others)
        if where in {"before", "after"}:
            if not others:
                return
            index = beside % len(others)
            body, at = {where: others[index].id}, index + (where == "after")
        answer = self.client.post(f"/pages/{reference}/move", json=body)
        if page is None:
            self.refused(answer, 404, "page_not_found")
            return
        assert answer.status_code == 200, answer.text
        events = answer.json()["page"]["version"] - page.version
        stood = sum(each.place < page.place for each in others)
        assert events == 1 if stood != at else events in {0, 1}, answer.text
        if where == "last":
            page.place = self.model.last_place()
        elif events:
            below = others[at - 1].place if at else min([each.place for each in others], default=Fraction(0)) - 2
            above = others[at].place if at < len(others) else self.model.last_place()
            page.place = (below + above) / 2
        self.model.count(page, events)
        self.check_order(page)

    def check_order(self, page: Known) -> None:
        together = [*self.model.siblings(page), page]
        if page.parent is None or any(each.trashed for each in together):
            return
        answer = self.client.get("/pages/query", params={"parent": page.parent, "sort": "order"}).json()
        wanted = sorted(together, key=lambda each: each.place)
        assert [each["id"] for each in answer["pages"]] == [each.id for each in wanted]

    @precondition(lambda self: self.model.pages)
    @rule(number=PICK, version=PICK)
    def revert(self, number: int, version: int) -> None:
        reference, page = self.live(number)
        wanted = 1 + version % (page.version + 1) if page else 1
        answer = self.client.post(f"/pages/{reference}/revert", json={"version": wanted})
        if page is None:
            self.refused(answer, 404, "page_not_found")
        elif wanted > page.version:
            self.refused(answer, 404, "version_not_found")
        else:
            assert answer.status_code == 200, answer.text
            self.model.revert(page, wanted)
            self.check(page)

    @precondition(lambda self: self.model.pages)
    @rule(actions=BATCHED, atomic=st.booleans(), dry=st.booleans())
    def batch(self, actions: list[dict[str, Any]], *, atomic: bool, dry: bool) -> None:
        """Tried on a copy of the model, which becomes the model if the service says it was done."""
        made = [any("ref" in before for before in actions[:place]) for place in range(len(actions))]
        sent = [self.batched(action, made=known) for action, known in zip(actions, made, strict=True)]
        answer = self.client.post("/pages/batch", json={"atomic": atomic, "dryRun": dry, "actions": sent})
        found = answer.json()
        attempt = copy.deepcopy(self.model)
        results = found["results"]
        statuses = [attempted(attempt, action, result) for action, result in zip(sent, results, strict=True)]
        attempt.claims.pop("$made", None)
        failed = any(status >= 400 for status in statuses)
        undone = atomic and failed
        assert [result["status"] for result in results] == [424 if undone and each < 400 else each for each in statuses], (
            answer.text
        )
        assert found["success"] is not failed
        if undone:
            assert (answer.status_code, found["code"]) == (next(each for each in statuses if each >= 400), "batch_failed")
        elif not dry:
            assert answer.status_code == 200
            self.model = attempt
        self.check_all()

    def batched(self, action: dict[str, Any], *, made: bool) -> dict[str, Any]:
        """The action as it is sent: a number picks the page, or the one that the batch made and named before."""
        fields = {name: value for name, value in action.items() if name != "number"}
        if "number" not in action:
            return fields
        return fields | {"slug": "$made" if made and action["number"] % 2 else self.pick(action["number"])[0]}

    @precondition(lambda self: self.model.pages)
    @rule(number=PICK, version=PICK)
    def look_back(self, number: int, version: int) -> None:
        page = list(self.model.pages.values())[number % len(self.model.pages)]
        self.check_past(page, 1 + version % page.version)

    def check_past(self, page: Known, version: int) -> None:
        then = page.past[version]
        answer = self.client.get(f"/pages/{page.id}", params={"version": version})
        found = answer.json()["page"]
        names = ("slug", "title", "status", "content", "version", "properties")
        assert shown(found, dict.fromkeys(names)) == {name: then[name] for name in names}
        assert found["parentId"] == then["parent"]
        assert typed(found["properties"]) == typed(then["properties"])

    @rule()
    def look_at_everything(self) -> None:
        self.check_all()

    def teardown(self) -> None:
        self.check_all()
        for page in self.model.pages.values():
            for version in page.past:
                self.check_past(page, version)
        self.client.close()


@pytest.mark.timeout(0)
@pytest.mark.parametrize("share", range(SHARES))
def test_random_operations_leave_what_the_model_says(service: Service, share: int) -> None:
    print(f"DAYBOOK_MODEL_SEED={SEED} DAYBOOK_MODEL_OPERATIONS={OPERATIONS}")

    @seed(SEED + share)
    def machine() -> PagesMachine:
        return PagesMachine(service.new_workspace())

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=max(1, OPERATIONS // STEPS // SHARES),
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink] if SHRINK else [Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


COMMANDS = st.lists(
    st.one_of(
        st.tuples(st.just("PATCH"), st.just(""), FIELDS),
        st.tuples(st.just("PUT"), st.just("/content"), st.fixed_dictionaries({"content": TEXT})),
        st.tuples(st.just("POST"), st.just("/content/append"), st.fixed_dictionaries({"content": TEXT})),
        st.tuples(
            st.just("POST"),
            st.just("/content/find-replace"),
            st.fixed_dictionaries({"find": FIND, "replace": TEXT, "replaceAll": st.just(value=True)}),
        ),
        st.tuples(st.just("DELETE"), st.just(""), st.none()),
        st.tuples(st.just("POST"), st.just("/restore"), st.none()),
    ),
    max_size=6,
)


def left_by(service: Service, order: list[tuple[str, tuple[str, str, Any]]], names: list[str]) -> list[dict[str, Any]]:
    """The pages, apart from ids and times, after commands in an order."""
    workspace = service.new_workspace()
    ids = {name: workspace.create(name, slug=name)["id"] for name in names}
    for name, (method, path, body) in order:
        answer = workspace.client.request(method, f"/pages/{ids[name]}{path}", json=body)
        assert answer.status_code < 500
    left = []
    for name in names:
        answer = workspace.client.get(f"/pages/{ids[name]}").json()
        history = workspace.client.get("/pages/history", params={"page": ids[name]}).json()["history"]
        members = ("slug", "title", "status", "properties", "content", "contentHash", "version")
        left.append(
            {"actions": [entry["action"] for entry in history]} | shown(answer.get("page", dict.fromkeys(members)), members)
        )
    workspace.client.close()
    return left


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(queues=st.lists(COMMANDS, min_size=2, max_size=3), dice=st.randoms(use_true_random=False))
def test_independent_commands_lead_to_the_same_pages_in_any_order(
    service: Service, queues: list[list[tuple[str, str, Any]]], dice: random.Random
) -> None:
    names = [f"page-{number}" for number in range(len(queues))]
    one_by_one = [(name, command) for name, queue in zip(names, queues, strict=True) for command in queue]
    turns = [name for name, _ in one_by_one]
    dice.shuffle(turns)
    left = {name: iter(queue) for name, queue in zip(names, queues, strict=True)}
    mixed = [(name, next(left[name])) for name in turns]
    assert left_by(service, one_by_one, names) == left_by(service, mixed, names)
