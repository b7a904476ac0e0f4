"""Threads: to list, read, begin, change, write in, archive and bring back. What asks the assistant is in `replies.py`."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from uuid import UUID

from application.event_store import Command, EventStore, KnownCommand
from application.exclusively import Done, Exclusively, Plan
from application.items import Piece
from application.threads.ports import ThreadBook
from application.threads.views import ThreadView, thread_view
from domain.events import Actor
from domain.ids import derived_id
from domain.threads import decisions
from domain.threads.conversation import Message, conversation
from domain.threads.decisions import Changes, Draft, check_author, check_live, check_visible
from domain.threads.errors import ThreadNotFound
from domain.threads.events import ThreadEvent
from domain.threads.state import Thread, evolve
from domain.versions import check_version

Decide = Callable[[Thread], list[ThreadEvent]]
DecideKnowing = Callable[[Thread, list[Message]], list[ThreadEvent]]


class Threads:
    """The use cases. A thread is its author's, and everybody's if it is shared."""

    def __init__(self, store: EventStore, book: ThreadBook, new_id: Callable[[], UUID]) -> None:
        self._store = store
        self._book = book
        self._new_id = new_id
        self._exclusively = Exclusively(store, evolve, _shown)

    def listing(
        self, workspace_id: UUID, actor: Actor, *, archived: bool, limit: int | None, offset: int
    ) -> AsyncIterator[Piece[Thread]]:
        return self._book.listing(workspace_id, actor, archived=archived, limit=limit, offset=offset)

    async def get(self, workspace_id: UUID, actor: Actor, reference: str) -> Thread:
        """By either id; also one in the trash."""
        return check_visible(await self._there(workspace_id, reference), actor)

    async def messages(self, workspace_id: UUID, thread: Thread) -> list[Message]:
        """All that was said up to the thread's version: the stream itself, which is no longer than a thread may be."""
        return conversation(await self._store.stream(workspace_id, thread.id, thread.version))

    async def create(self, command: Command, draft: Draft) -> Done[Thread]:
        async def plan() -> Plan[Thread]:
            provider_thread_id = f"thread_{self._new_id().hex}"
            return Plan(self._new_id(), None, 0, decisions.start(draft, provider_thread_id, message_id_of(command)))

        return await self._exclusively.run(command, plan)

    async def change(self, command: Command, reference: str, changes: Changes, *, versions: Sequence[int] = ()) -> Done[Thread]:
        return await self._by_author(command, reference, lambda thread: decisions.change(check_live(thread), changes), versions)

    async def archive(self, command: Command, reference: str, *, versions: Sequence[int] = ()) -> Done[Thread]:
        return await self._by_author(command, reference, lambda thread: decisions.archive(check_live(thread)), versions)

    async def restore(self, command: Command, reference: str, *, versions: Sequence[int] = ()) -> Done[Thread]:
        return await self._by_author(command, reference, decisions.restore, versions)

    async def send(self, command: Command, reference: str, content: str, *, versions: Sequence[int] = ()) -> Done[Thread]:
        return await self.write(
            command, reference, lambda thread: decisions.send(thread, message_id_of(command), content), versions=versions
        )

    async def write(self, command: Command, reference: str, decide: Decide, *, versions: Sequence[int] = ()) -> Done[Thread]:
        """For whoever sees the thread."""
        return await self._decide(command, reference, lambda thread: decide(_open(thread, command, versions)))

    async def write_knowing(
        self, command: Command, reference: str, decide: DecideKnowing, *, versions: Sequence[int] = ()
    ) -> Done[Thread]:
        """The same, for what depends on what was said."""

        async def plan() -> Plan[Thread]:
            thread = _open(await self._there(command.workspace_id, reference), command, versions)
            return Plan(thread.id, thread, thread.version, decide(thread, await self.messages(command.workspace_id, thread)))

        return await self._exclusively.run(command, plan)

    async def note(self, command: Command, thread_id: UUID, decide: Decide) -> Done[Thread]:
        """For what the assistant has to say, whatever became of the thread meanwhile."""
        return await self._decide(command, str(thread_id), decide)

    async def overdue(self, now: datetime) -> list[tuple[UUID, UUID]]:
        """Workspace and id of threads with questions that are to be given up."""
        return await self._book.overdue(now)

    async def again(self, command: Command, known: KnownCommand) -> Done[Thread]:
        """The thread as it was after the command, which was carried out before."""
        return await self._exclusively.again(command, known)

    async def _by_author(self, command: Command, reference: str, decide: Decide, versions: Sequence[int]) -> Done[Thread]:
        return await self._decide(
            command, reference, lambda thread: decide(check_version(check_author(thread, command.actor), versions))
        )

    async def _decide(self, command: Command, reference: str, decide: Decide) -> Done[Thread]:
        async def plan() -> Plan[Thread]:
            thread = await self._there(command.workspace_id, reference)
            return Plan(thread.id, thread, thread.version, decide(thread))

        return await self._exclusively.run(command, plan)

    async def _there(self, workspace_id: UUID, reference: str) -> Thread:
        thread = await self._book.load(workspace_id, reference)
        if thread is None:
            raise ThreadNotFound
        return thread


def message_id_of(command: Command) -> UUID:
    """The message that a command sends: the same when the command comes again."""
    return derived_id(f"{command.command_id}\nmessage")


def _open(thread: Thread, command: Command, versions: Sequence[int]) -> Thread:
    """To whoever wants to write in it."""
    return check_version(check_live(check_visible(thread, command.actor)), versions)


async def _shown(thread: Thread) -> ThreadView:
    return thread_view(thread)
