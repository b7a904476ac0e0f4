"""People in a workspace. A person is an e-mail address: the same in every workspace, with a role and a name of its own in each.

A member's stream has the person's id, so nobody can be in a workspace twice, and coming back goes on where leaving ended.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from domain.errors import DomainError, InvalidValue, NotFound
from domain.events import Actor, Change, Event, Recorded
from domain.ids import derived_id
from domain.pages.rules import check_line
from domain.scopes import ROLES, Role
from domain.versions import check_version

NAME_CHARACTERS_MAX = 100
MEMBERS_MAX = 10_000
Status = Literal["invited", "active", "removed"]


class MemberInvited(Event, frozen=True, tag="member.invited"):
    """Somebody may come in, by signing in with this address."""

    email: str
    role: Role
    name: str = ""


class MemberJoined(Event, frozen=True, tag="member.joined"):
    """The person signed in for the first time since the invitation."""

    email: str


class MemberChanged(Event, frozen=True, kw_only=True, tag="member.changed"):
    """The member has another role or name."""

    email: str
    role: Change[Role] | UnsetType = UNSET
    name: Change[str] | UnsetType = UNSET


class MemberRemoved(Event, frozen=True, tag="member.removed"):
    """The person is no longer in the workspace; what they wrote stays."""

    email: str


MemberEvent = MemberInvited | MemberJoined | MemberChanged | MemberRemoved


class MemberNotFound(NotFound):
    """No member of this workspace has this id."""

    code = "member_not_found"


class MemberExists(DomainError):
    """This person is a member already, or invited. Change their role instead."""

    code = "member_exists"


class LastOwner(DomainError):
    """A workspace always keeps an owner. Make somebody else an owner first, and wait until they have signed in."""

    code = "last_owner"


class FirstMemberNotOwner(DomainError):
    """The first member of a workspace is an owner. Invite an owner first."""

    code = "owner_missing"


class TooManyMembers(DomainError):
    """A workspace has at most 10,000 members. Remove some first."""

    code = "too_many_members"


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A person in a workspace at one version."""

    id: UUID
    email: str
    name: str
    role: Role
    status: Status
    version: int
    invited_at: datetime
    joined_at: datetime | None
    updated_at: datetime
    created_by: Actor
    updated_by: Actor

    @property
    def here(self) -> bool:
        return self.status != "removed"

    @property
    def shown_name(self) -> str:
        return self.name or self.email.partition("@")[0]


class MemberChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What to change: only set fields do."""

    role: Role | UnsetType = UNSET
    name: str | UnsetType = UNSET


def person_id(email: str) -> UUID:
    """Of an address in its normal form."""
    return derived_id(f"daybook person\n{email}")


def evolve(member: Member | None, fact: Recorded[MemberEvent], member_id: UUID) -> Member:
    event = fact.event
    if isinstance(event, MemberInvited):
        return _invited(event, fact, member_id)
    if member is None:
        raise TypeError("a member's stream starts with an invitation")
    after = msgspec.structs.replace(member, version=fact.version, updated_at=fact.at, updated_by=fact.actor)
    match event:
        case MemberJoined():
            return msgspec.structs.replace(after, status="active", joined_at=fact.at)
        case MemberRemoved():
            return msgspec.structs.replace(after, status="removed")
        case MemberChanged(role=role, name=name):
            return msgspec.structs.replace(
                after,
                role=member.role if role is UNSET else role.after,
                name=member.name if name is UNSET else name.after,
            )


def _invited(event: MemberInvited, fact: Recorded[MemberEvent], member_id: UUID) -> Member:
    return Member(
        id=member_id,
        email=event.email,
        name=event.name,
        role=event.role,
        status="invited",
        version=fact.version,
        invited_at=fact.at,
        joined_at=None,
        updated_at=fact.at,
        created_by=fact.actor,
        updated_by=fact.actor,
    )


def invite(member: Member | None, invited: MemberInvited, others: int) -> list[MemberEvent]:
    """`others` is how many are in the workspace or invited. Raises `MemberExists`, `FirstMemberNotOwner`, `TooManyMembers`."""
    _check_role(invited.role)
    _check_name(invited.name)
    if member is not None and member.here:
        raise MemberExists(current=member)
    if not others and invited.role != "owner":
        raise FirstMemberNotOwner
    if others >= MEMBERS_MAX:
        raise TooManyMembers
    return [invited]


def join(member: Member) -> list[MemberEvent]:
    """Joining twice changes nothing."""
    return [MemberJoined(member.email)] if member.status == "invited" else []


def change(member: Member, changes: MemberChanges, owners: Sequence[Member]) -> list[MemberEvent]:
    """Raises `LastOwner`."""
    role = UNSET if changes.role in (UNSET, member.role) else Change(member.role, _check_role(changes.role))
    name = UNSET if changes.name in (UNSET, member.name) else Change(member.name, _check_name(changes.name))
    if role is not UNSET:
        _check_owner_stays(member, owners)
    changed = MemberChanged(email=member.email, role=role, name=name)
    return [] if changed == MemberChanged(email=member.email) else [changed]


def remove(member: Member, owners: Sequence[Member]) -> list[MemberEvent]:
    """`owners` are the workspace's, those who are only invited included. Raises `LastOwner`."""
    _check_owner_stays(member, owners)
    return [MemberRemoved(member.email)]


def check_here(member: Member | None, versions: Sequence[int] = ()) -> Member:
    """Raises `MemberNotFound`, or `VersionStale` if the caller names versions and it has none of them."""
    if member is None or not member.here:
        raise MemberNotFound
    return check_version(member, versions)


def _check_owner_stays(member: Member, owners: Sequence[Member]) -> None:
    """Somebody who was invited may never come, so they do not count in the place of one who is there."""
    if member.role != "owner":
        return
    others = [each for each in owners if each.id != member.id]
    if not any(each.status == "active" or member.status == "invited" for each in others):
        raise LastOwner


def _check_role(role: Role | UnsetType) -> Role:
    if role is UNSET or role not in ROLES:
        raise InvalidValue(f"role is one of {', '.join(ROLES)}.", parameter="role")
    return role


def _check_name(name: str | UnsetType) -> str:
    if name is UNSET or name != name.strip():
        raise InvalidValue("name neither begins nor ends with a space.", parameter="name")
    return check_line(name, "name", NAME_CHARACTERS_MAX)
