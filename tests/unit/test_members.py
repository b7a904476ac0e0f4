"""Who may be in a workspace, and as what: given, when, then; and that an owner is always left, whatever is tried."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain import members
from domain.errors import DomainError, InvalidValue, VersionStale
from domain.events import Actor, Change, Recorded
from domain.members import (
    MEMBERS_MAX,
    FirstMemberNotOwner,
    LastOwner,
    Member,
    MemberChanged,
    MemberChanges,
    MemberExists,
    MemberInvited,
    MemberJoined,
    MemberNotFound,
    MemberRemoved,
    TooManyMembers,
    person_id,
)
from domain.scopes import ROLES, of_role

BY = Actor("key", "1", "a key")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def given(*events: Any, email: str = "ana@acme.io") -> Member:
    member: Member | None = None
    for version, event in enumerate(events, 1):
        member = members.evolve(member, Recorded(event, version, NOW, BY), person_id(email))
    assert member is not None
    return member


def invited(role: Any = "editor", email: str = "ana@acme.io", name: str = "") -> MemberInvited:
    return MemberInvited(email, role, name)


OWNER = given(invited("owner", "olga@acme.io"), MemberJoined("ana@acme.io"), email="olga@acme.io")


def test_somebody_new_is_invited() -> None:
    assert members.invite(None, invited(), 1) == [invited()]


def test_somebody_who_left_is_invited_again_on_the_same_stream() -> None:
    gone = given(invited(), MemberJoined("ana@acme.io"), MemberRemoved("ana@acme.io"))
    assert members.invite(gone, invited("reader"), 1) == [invited("reader")]
    back = given(invited(), MemberJoined("ana@acme.io"), MemberRemoved("ana@acme.io"), invited("reader"))
    assert (back.status, back.role, back.version, back.joined_at) == ("invited", "reader", 4, None)


@pytest.mark.parametrize("events", [(invited(),), (invited(), MemberJoined("ana@acme.io"))])
def test_nobody_is_in_a_workspace_twice(events: Any) -> None:
    with pytest.raises(MemberExists):
        members.invite(given(*events), invited(), 2)


def test_the_first_is_an_owner() -> None:
    assert members.invite(None, invited("owner"), 0) == [invited("owner")]
    with pytest.raises(FirstMemberNotOwner):
        members.invite(None, invited("reader"), 0)


def test_there_is_a_bound_on_members() -> None:
    with pytest.raises(TooManyMembers):
        members.invite(None, invited(), MEMBERS_MAX)


def test_joining_and_leaving_happen_once() -> None:
    assert members.join(given(invited())) == [MemberJoined("ana@acme.io")]
    assert members.join(given(invited(), MemberJoined("ana@acme.io"))) == []
    assert members.remove(given(invited()), [OWNER]) == [MemberRemoved("ana@acme.io")]


def test_a_change_says_what_was_before_and_one_that_changes_nothing_is_none() -> None:
    member = given(invited(name="Ana"))
    changed = members.change(member, MemberChanges(role="reader", name="Ana P."), [OWNER])
    assert changed == [MemberChanged(email="ana@acme.io", role=Change("editor", "reader"), name=Change("Ana", "Ana P."))]
    assert members.change(member, MemberChanges(role="editor", name="Ana"), [OWNER]) == []


@pytest.mark.parametrize("name", ["x" * 101, "two\nlines", " spaces ", "\x00"])
def test_a_name_is_one_line(name: str) -> None:
    with pytest.raises(InvalidValue):
        members.invite(None, invited(name=name), 1)
    # The second joins its letters without showing, as Persian is written.
    for long in ("x" * 100, "علی\u200cرضا", "👩\u200d👩\u200d👧"):  # noqa: RUF001 - that is how it is written
        assert members.invite(None, invited(name=long), MEMBERS_MAX - 1)


def test_the_last_owner_stays() -> None:
    waiting = given(invited("owner", "second@acme.io"), email="second@acme.io")
    for others in ([OWNER], [OWNER, waiting]):
        with pytest.raises(LastOwner):
            members.remove(OWNER, others)
        with pytest.raises(LastOwner):
            members.change(OWNER, MemberChanges(role="reader"), others)
    second = given(invited("owner", "second@acme.io"), MemberJoined("ana@acme.io"), email="second@acme.io")
    assert members.remove(OWNER, [OWNER, second]) == [MemberRemoved("olga@acme.io")]
    assert members.remove(waiting, [OWNER, waiting]) == [MemberRemoved("second@acme.io")], "an invitation may be taken back"


def test_who_is_gone_is_not_found_and_a_stale_version_is_refused() -> None:
    with pytest.raises(MemberNotFound):
        members.check_here(None)
    with pytest.raises(MemberNotFound):
        members.check_here(given(invited(), MemberRemoved("ana@acme.io")))
    with pytest.raises(VersionStale):
        members.check_here(OWNER, (1,))
    assert members.check_here(OWNER, (1, 2)) is OWNER


def test_a_person_is_the_same_everywhere_and_nobody_else() -> None:
    assert person_id("ana@acme.io") == person_id("ana@acme.io") != person_id("ana@acme.io ")
    assert person_id("ana@acme.io").version == 8


def test_roles_grow() -> None:
    reader, editor, owner = (of_role(role) for role in reversed(ROLES))
    assert reader < editor < owner


class Workspace(RuleBasedStateMachine):
    """Anything is tried in any order, by anybody."""

    def __init__(self) -> None:
        super().__init__()
        self.members: dict[str, Member] = {}

    def decide(self, email: str, decide: Callable[[Member | None, list[Member]], list[Any]]) -> None:
        before = self.members.get(email)
        try:
            events = decide(before, [each for each in self.members.values() if each.here and each.role == "owner"])
        except DomainError:
            return
        for event in events:
            version = before.version + 1 if before else 1
            before = members.evolve(before, Recorded(event, version, NOW, BY), person_id(email))
            self.members[email] = before

    people = st.sampled_from(["a@acme.io", "b@acme.io", "c@acme.io"])
    roles = st.sampled_from(ROLES)

    @rule(email=people, role=roles)
    def invite(self, email: str, role: Any) -> None:
        others = sum(each.here for each in self.members.values())
        self.decide(email, lambda member, _: members.invite(member, MemberInvited(email, role), others))

    @rule(email=people)
    def join(self, email: str) -> None:
        self.decide(email, lambda member, _: members.join(members.check_here(member)))

    @rule(email=people, role=roles)
    def change(self, email: str, role: Any) -> None:
        changes = MemberChanges(role=role)
        self.decide(email, lambda member, owners: members.change(members.check_here(member), changes, owners))

    @rule(email=people)
    def remove(self, email: str) -> None:
        self.decide(email, lambda member, owners: members.remove(members.check_here(member), owners))

    @invariant()
    def somebody_owns_it(self) -> None:
        here = [each for each in self.members.values() if each.here]
        owners = [each for each in here if each.role == "owner"]
        assert owners or not self.members
        if any(each.status == "active" for each in here):
            assert any(each.status == "active" or len(owners) for each in owners)


TestWorkspace = Workspace.TestCase
