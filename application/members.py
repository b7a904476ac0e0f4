"""People in a workspace: invite, list, change, remove, leave."""

from collections.abc import Callable, Sequence
from typing import Protocol
from uuid import UUID

from application.event_store import Command, EventStore, KnownCommand
from application.exclusively import Done, Exclusively, Plan
from application.member_views import MemberView, member_view
from domain import members
from domain.members import Member, MemberChanges, MemberEvent, MemberInvited, check_here, person_id
from domain.scopes import Role, check_gives, of_role

Decide = Callable[[Member, list[Member]], list[MemberEvent]]


class MemberBook(Protocol):
    """What the read model tells."""

    async def load(self, workspace_id: UUID, member_id: UUID) -> Member | None: ...

    async def all(
        self, workspace_id: UUID, *, role: Role | None = None, limit: int | None = None, offset: int = 0
    ) -> list[Member]:
        """Those who are there or invited, in the order in which they joined; or only those with a role."""
        ...

    async def count(self, workspace_id: UUID) -> int: ...


class Members:
    """The use cases. All commands hold the workspace's head, so that two owners cannot remove one another."""

    def __init__(self, store: EventStore, book: MemberBook, changed: Callable[[], None] = lambda: None) -> None:
        """`changed` is called after a member was, so that this process forgets what it knew of them."""
        self._exclusively = Exclusively(store, members.evolve, _view)
        self._book = book
        self._changed = changed

    async def all(self, workspace_id: UUID, *, limit: int | None = None, offset: int = 0) -> list[MemberView]:
        return [member_view(each) for each in await self._book.all(workspace_id, limit=limit, offset=offset)]

    async def count(self, workspace_id: UUID) -> int:
        return await self._book.count(workspace_id)

    async def get(self, workspace_id: UUID, member_id: UUID) -> MemberView:
        return member_view(check_here(await self._book.load(workspace_id, member_id)))

    async def invite(self, command: Command, invited: MemberInvited, held: frozenset[str]) -> Done[Member]:
        """`held` is what the caller may do, and so the most that whom they invite may. The address is in its normal form."""
        check_gives(held, of_role(invited.role))
        member_id = person_id(invited.email)

        async def plan() -> Plan[Member]:
            before = await self._book.load(command.workspace_id, member_id)
            events = members.invite(before, invited, await self._book.count(command.workspace_id))
            return Plan(member_id, before, before.version if before else 0, events)

        return await self._exclusively.run(command, plan)

    async def change(
        self, command: Command, member_id: UUID, changes: MemberChanges, held: frozenset[str], *, versions: Sequence[int] = ()
    ) -> Done[Member]:
        if isinstance(changes.role, str):
            check_gives(held, of_role(changes.role))
        return await self._decide(
            command, member_id, lambda member, owners: members.change(member, changes, owners), versions=versions
        )

    async def remove(self, command: Command, member_id: UUID, *, versions: Sequence[int] = ()) -> Done[Member]:
        return await self._decide(command, member_id, members.remove, versions=versions)

    async def join(self, command: Command, member_id: UUID) -> Done[Member]:
        """Joining twice changes nothing."""
        return await self._decide(command, member_id, lambda member, _: members.join(member))

    async def again(self, command: Command, known: KnownCommand) -> Done[Member]:
        return await self._exclusively.again(command, known)

    async def _decide(self, command: Command, member_id: UUID, decide: Decide, *, versions: Sequence[int] = ()) -> Done[Member]:
        async def plan() -> Plan[Member]:
            member = check_here(await self._book.load(command.workspace_id, member_id), versions)
            owners = await self._book.all(command.workspace_id, role="owner")
            return Plan(member_id, member, member.version, decide(member, owners))

        done = await self._exclusively.run(command, plan)
        self._changed()
        return done


async def _view(member: Member) -> MemberView:
    return member_view(member)
