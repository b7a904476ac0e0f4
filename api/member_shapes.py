"""The bodies of the API of members."""

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from api.bodies import Body, Version
from application.addresses import normal_address
from application.member_views import MemberView
from domain.members import NAME_CHARACTERS_MAX, MemberChanges, MemberInvited
from domain.scopes import Role

Name = Annotated[str, msgspec.Meta(max_length=NAME_CHARACTERS_MAX)]


class InviteMember(Body):
    """Whom, and as what. Without a name they go by the part of their address before the @."""

    email: str
    role: Role = "editor"
    name: Name = ""

    def invited(self) -> MemberInvited:
        return MemberInvited(normal_address(self.email), self.role, self.name)


class ChangeMember(Body):
    """What to change; fields left out stay."""

    role: Role | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    version: Version | None = None

    def changes(self) -> MemberChanges:
        return MemberChanges(role=self.role, name=self.name)


class MemberAnswer(msgspec.Struct):
    """One member."""

    member: MemberView


class MembersAnswer(msgspec.Struct):
    """Members; `total` is how many there are in all, whatever the limit."""

    members: list[MemberView]
    total: int
