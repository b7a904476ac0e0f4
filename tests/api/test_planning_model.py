"""Random commands on vacations, notes, tags and blocks, beside a model of a few dictionaries; then the record is verified."""

import os
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx
from conftest import Service, Workspace, run_apart
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from planning_samples import FIRST

from infrastructure.audit import verify

EXAMPLES = int(os.environ.get("DAYBOOK_PLANNING_EXAMPLES", "12"))
STEPS = 40
NUMBER = st.integers(0, 1000)
DAY = st.dates().map(str)
NAME = st.sampled_from(["Sea", "Hills", " By  the sea "])
TAG = st.sampled_from(["sea", "sun", "a-b", "x"])
CONTENT = st.lists(st.sampled_from(["one", "two"]), max_size=2).map(
    lambda texts: [{"kind": "paragraph", "correlation_id": "p", "text": text} for text in texts]
)


@dataclass
class Known:
    """An entity as it should be. `archived` names the command that put it away."""

    kind: str
    ref_id: str
    fields: dict[str, Any]
    owner: str | None = None
    version: int = 1
    archived: int | None = None
    removed: bool = False

    def change(self, **fields: Any) -> None:
        if any(self.fields[name] != value for name, value in fields.items()):
            self.fields |= fields
            self.version += 1

    @property
    def shown(self) -> dict[str, Any]:
        common = {"ref_id": self.ref_id, "version": self.version, "archived": self.archived is not None}
        return {**common, **self.fields}


@dataclass
class Model:
    """The workspace as it should be."""

    known: dict[str, Known] = field(default_factory=dict)
    commands: int = 0

    def add(self, kind: str, fields: dict[str, Any], owner: str | None = None) -> Known:
        # The settings of planning have the first number.
        made = Known(kind, str(len(self.known) + int(FIRST)), fields, owner)
        self.known[made.ref_id] = made
        return made

    def of(self, kind: str, *, archived: bool = True) -> list[Known]:
        return [
            each for each in self.known.values() if each.kind == kind and not each.removed and (archived or each.archived is None)
        ]

    def belonging(self, owner: str) -> list[Known]:
        return [each for each in self.known.values() if each.owner == owner and not each.removed]

    def archive(self, known: Known) -> None:
        self.commands += 1
        if known.archived is None:
            for each in [known, *self.belonging(known.ref_id)]:
                if each.archived is None:
                    each.archived, each.version = self.commands, each.version + 1

    def unarchive(self, known: Known) -> None:
        together = known.archived
        for each in [known, *self.belonging(known.ref_id)] if together is not None else []:
            if each.archived == together:
                each.archived, each.version = None, each.version + 1

    def remove(self, known: Known) -> None:
        for each in [known, *self.belonging(known.ref_id)]:
            each.removed = True
        for link in self.of("tag_link") if known.kind == "tag" else []:
            link.change(ref_ids=[ref_id for ref_id in link.fields["ref_ids"] if ref_id != known.ref_id])

    def link(self, owner: Known, names: list[str]) -> Known:
        tags = {tag.fields["name"]: tag for tag in self.of("tag")}
        ref_ids = []
        for name in names:
            if name in tags:
                self.unarchive(tags[name])
        for name in dict.fromkeys(names):
            tag = tags.get(name) or self.add("tag", {"name": name})
            ref_ids.append(tag.ref_id)
        for link in self.belonging(owner.ref_id):
            if link.kind == "tag_link":
                link.change(ref_ids=self.keeping(ref_ids, link.fields["ref_ids"]))
                return link
        return self.add("tag_link", {"ref_ids": ref_ids}, owner.ref_id)

    def keeping(self, wanted: list[str], before: list[str]) -> list[str]:
        """With the archived ones that are not named, each behind what it was behind."""
        kept = list(wanted)
        for place, ref_id in enumerate(before):
            if ref_id not in kept and self.known[ref_id].archived is not None:
                behind = next((each for each in before[:place][::-1] if each in kept), None)
                kept.insert(0 if behind is None else kept.index(behind) + 1, ref_id)
        return kept


PATHS = {"vacation": "/vacations", "note": "/common/notes", "tag": "/common/tags"}


class Machine(RuleBasedStateMachine):
    """Each rule does one command to both, and what is shown is compared."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace, self.client, self.model = workspace, workspace.client, Model()

    @initialize()
    def begin(self) -> None:
        assert self.client.get("/vacations").json() == {"entries": []}

    def pick(self, kind: str, number: int) -> Known | None:
        """Removed ones as well."""
        found = [each for each in self.model.known.values() if each.kind == kind]
        return found[number % len(found)] if found else None

    def check(self, answer: httpx.Response, status: int) -> None:
        assert answer.status_code == status, answer.text

    @rule(name=NAME, one=DAY, other=DAY)
    def create_vacation(self, name: str, one: str, other: str) -> None:
        answer = self.client.post("/vacations", json={"name": name, "start_date": one, "end_date": other})
        self.check(answer, 200 if one <= other else 422)
        if one <= other:
            dates = {"start_date": one, "end_date": other}
            made = self.model.add("vacation", {"name": " ".join(name.split()), **dates})
            self.model.add("full_days_block", dict(dates), made.ref_id)

    @rule(number=NUMBER, name=NAME, end=DAY, only_name=st.booleans())
    def change_vacation(self, number: int, name: str, end: str, only_name: bool) -> None:  # noqa: FBT001 - hypothesis's
        known = self.pick("vacation", number)
        if known is None:
            return
        body = {"name": name} if only_name else {"name": {"should_change": True, "value": name}, "end_date": end}
        answer = self.client.put(f"/vacations/{known.ref_id}", json=body)
        if known.removed or known.archived is not None:
            self.check(answer, 404)
        elif not only_name and end < known.fields["start_date"]:
            self.check(answer, 422)
        else:
            self.check(answer, 200)
            end = known.fields["end_date"] if only_name else end
            known.change(name=" ".join(name.split()), end_date=end)
            for block in self.model.belonging(known.ref_id):
                if block.kind == "full_days_block":
                    block.change(end_date=end)

    @rule(number=NUMBER, content=CONTENT)
    def write_note(self, number: int, content: Any) -> None:
        owner = self.pick("vacation", number)
        if owner is None:
            return
        body = {"namespace": "vacation", "source_entity_ref_id": owner.ref_id, "content": content}
        answer = self.client.post("/common/notes", json=body)
        if owner.removed or owner.archived is not None:
            self.check(answer, 404)
        elif any(each.kind == "note" for each in self.model.belonging(owner.ref_id)):
            self.check(answer, 409)
        else:
            self.check(answer, 200)
            self.model.add("note", {"content": content}, owner.ref_id)

    @rule(number=NUMBER, content=CONTENT)
    def rewrite_note(self, number: int, content: Any) -> None:
        known = self.pick("note", number)
        if known is not None:
            answer = self.client.put(f"/common/notes/{known.ref_id}", json={"content": content})
            gone = known.removed or known.archived is not None
            self.check(answer, 404 if gone else 200)
            if not gone:
                known.change(content=content)

    @rule(name=TAG)
    def create_tag(self, name: str) -> None:
        taken = any(tag.fields["name"] == name for tag in self.model.of("tag"))
        answer = self.client.post("/common/tags", json={"namespace": "vacation", "name": name})
        self.check(answer, 409 if taken else 200)
        if not taken:
            self.model.add("tag", {"name": name})

    @rule(number=NUMBER, name=TAG)
    def rename_tag(self, number: int, name: str) -> None:
        known = self.pick("tag", number)
        if known is None:
            return
        answer = self.client.put(f"/common/tags/{known.ref_id}", json={"name": name})
        if known.removed or known.archived is not None:
            self.check(answer, 404)
        elif any(tag is not known and tag.fields["name"] == name for tag in self.model.of("tag")):
            self.check(answer, 409)
        else:
            self.check(answer, 200)
            known.change(name=name)

    @rule(number=NUMBER, names=st.lists(TAG, max_size=3))
    def link_tags(self, number: int, names: list[str]) -> None:
        owner = self.pick("vacation", number)
        if owner is None:
            return
        body = {"namespace": "vacation", "source_entity_ref_id": owner.ref_id, "tag_names": names}
        answer = self.client.post("/common/tags/link", json=body)
        gone = owner.removed or owner.archived is not None
        self.check(answer, 404 if gone else 200)
        if not gone:
            expected = self.model.link(owner, names).shown
            assert {**answer.json()["tag_link"], **expected} == answer.json()["tag_link"]

    @rule(kind=st.sampled_from(list(PATHS)), number=NUMBER)
    def archive(self, kind: str, number: int) -> None:
        known = self.pick(kind, number)
        if known is not None:
            self.check(self.client.delete(f"{PATHS[kind]}/{known.ref_id}"), 404 if known.removed else 200)
            if not known.removed:
                self.model.archive(known)

    @rule(kind=st.sampled_from(list(PATHS)), number=NUMBER)
    def unarchive(self, kind: str, number: int) -> None:
        known = self.pick(kind, number)
        if known is None:
            return
        answer = self.client.post(f"{PATHS[kind]}/{known.ref_id}/unarchive")
        owner = self.model.known.get(known.owner or "")
        if known.removed:
            self.check(answer, 404)
        elif known.archived is not None and owner is not None and owner.archived is not None:
            self.check(answer, 409)
        else:
            self.check(answer, 200)
            self.model.unarchive(known)

    @rule(kind=st.sampled_from(list(PATHS)), number=NUMBER, sure=st.integers(0, 2))
    def remove(self, kind: str, number: int, sure: int) -> None:
        known = self.pick(kind, number)
        if known is not None and sure == 0:
            self.check(self.client.delete(f"{PATHS[kind]}/{known.ref_id}/remove"), 404 if known.removed else 200)
            if not known.removed:
                self.model.remove(known)

    @invariant()
    def everything_is_shown_as_it_should_be(self) -> None:
        for archived in (False, True):
            query = {"allow_archived": archived, "include_notes": True, "include_tags": True, "include_time_event_blocks": True}
            entries = self.client.get("/vacations", params=query).json()["entries"]
            vacations = self.model.of("vacation", archived=archived)
            assert len(entries) == len(vacations)
            for entry, known in zip(entries, vacations, strict=True):
                self.compare(entry, self.entry(known, archived=archived))
            # The note of the working mem comes before all others.
            for kind, many, sown in (("note", "notes", 1), ("tag", "tags", 0)):
                shown = self.client.get(PATHS[kind], params={"allow_archived": archived, "offset": sown}).json()[many]
                self.compare(shown, [each.shown for each in self.model.of(kind, archived=archived)])

    def entry(self, known: Known, *, archived: bool) -> dict[str, Any]:
        mine = [each for each in self.model.belonging(known.ref_id) if archived or each.archived is None]
        one = {each.kind: each for each in mine}
        note, link, block = one.get("note"), one.get("tag_link"), one["full_days_block"]
        tags = [self.model.known[ref_id] for ref_id in link.fields["ref_ids"]] if link else []
        return {
            "vacation": known.shown,
            "note": note and note.shown,
            "tags": [tag.shown for tag in tags if archived or tag.archived is None],
            "time_event_block": block.shown,
        }

    def compare(self, shown: Any, expected: Any) -> None:
        assert _only_like(shown, expected) == expected


def _only_like(shown: Any, expected: Any) -> Any:
    """Of what is shown, the fields that are expected, at every depth."""
    match shown, expected:
        case dict(), dict():
            return {name: _only_like(shown[name], value) for name, value in expected.items()}
        case list(), list():
            assert len(shown) == len(expected), (shown, expected)
            return [_only_like(one, other) for one, other in zip(shown, expected, strict=True)]
    return shown


async def _verify(workspaces: list[Workspace]) -> None:
    connection = await asyncpg.connect(workspaces[0].owner_dsn)
    for workspace in workspaces:
        await verify(connection, workspace.id)
    await connection.close()


def test_random_commands_leave_what_the_model_says(service: Service) -> None:
    workspaces: list[Workspace] = []

    def machine() -> Machine:
        workspaces.append(service.new_workspace())
        return Machine(workspaces[-1])

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    run_apart(_verify(workspaces))
