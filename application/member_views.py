"""A member as the API shows it."""

from datetime import datetime
from uuid import UUID

import msgspec

from domain.events import Actor
from domain.members import Member, Status
from domain.scopes import Role


class MemberView(msgspec.Struct, rename="camel", kw_only=True):
    """`status` is invited until the person signs in. `name` is the one they have in this workspace."""

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


def member_view(member: Member) -> MemberView:
    return MemberView(
        id=member.id,
        email=member.email,
        name=member.shown_name,
        role=member.role,
        status=member.status,
        version=member.version,
        invited_at=member.invited_at,
        joined_at=member.joined_at,
        updated_at=member.updated_at,
        created_by=member.created_by,
        updated_by=member.updated_by,
    )
