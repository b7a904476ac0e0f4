"""People across workspaces: which they are in, and their sessions. All of it is asked before a workspace is known."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from domain.events import Actor
from domain.members import Member
from domain.scopes import Role


class Membership(msgspec.Struct, frozen=True):
    """A person in one of their workspaces."""

    workspace_id: UUID
    workspace: str
    member: Member

    @property
    def active(self) -> bool:
        """Whether they have come in, and are not only invited."""
        return self.member.status == "active"

    def open_to(self, session_began: datetime) -> bool:
        """Whether a session that began then is good here: one from before somebody was removed and came back is not."""
        joined_at = self.member.joined_at
        return self.active and joined_at is not None and joined_at <= session_began

    @property
    def role(self) -> Role:
        return self.member.role

    @property
    def actor(self) -> Actor:
        return Actor("user", str(self.member.id), self.member.shown_name)


class Session(msgspec.Struct, frozen=True):
    """From signing in to signing out. `told` are the workspaces whose logs tell of its beginning."""

    id: UUID
    person: UUID
    email: str
    told: tuple[UUID, ...]
    began_at: datetime
    expires_at: datetime


class Spent(msgspec.Struct, frozen=True):
    """What became of a refresh token. `reused` says that it came a second time, which ended the session."""

    session: Session
    reused: bool


class People(Protocol):
    """Reads by a person's id and a session's."""

    async def memberships(self, person: UUID) -> list[Membership]:
        """Those joined first in front, then invitations."""
        ...

    async def session_began(self, session: UUID, now: datetime) -> datetime | None:
        """None if it is over."""
        ...

    async def workspace_name(self, workspace_id: UUID) -> str: ...


class Codes(Protocol):
    """The one live code of an address, by keyed hashes."""

    async def put(self, address: bytes, code: bytes, expires_at: datetime) -> None: ...

    async def count_try(self, address: bytes, now: datetime, tries_max: int) -> bytes | None:
        """The code's hash, after one more try was counted; None if there is no code or no try left."""
        ...

    async def spend(self, address: bytes, code: bytes) -> bool:
        """Takes the code away. False if another took it at this moment."""
        ...


class Sessions(Protocol):
    """Sessions and their refresh tokens, by keyed hashes."""

    async def start(self, session: Session, token: bytes) -> None: ...

    async def spend(self, token: bytes, following: bytes, at: datetime) -> Spent | None:
        """Puts the following token in the place of one; None if it is unknown, or its session over."""
        ...

    async def end(self, session: UUID, at: datetime) -> Session | None:
        """None if it is over already."""
        ...

    async def of_token(self, token: bytes, now: datetime) -> Session | None:
        """The session of a refresh token, spent or not. None if it is over."""
        ...
