"""Asking the assistant: what was asked is kept first, then the answer comes about beside the request, and is kept as well."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from application.access import Caller
from application.event_store import Command
from application.exclusively import Done
from application.idempotency import Idempotency
from application.threads.answering import Answering, AnswerLate, AnswerLost, Ask, NoAnswer
from application.threads.reply import Reply, Settled, replayed_pieces
from application.threads.threads import Threads, message_id_of
from domain.errors import DomainError
from domain.threads import decisions
from domain.threads.conversation import Message, message_in, outcome_of
from domain.threads.events import Failure, ReplyFailed, ThreadEvent
from domain.threads.state import Thread

log = logging.getLogger(__name__)

# What it takes, beyond the answer's own time, until it is kept.
SLACK = timedelta(seconds=10)
# How often the log is asked for an answer that another process is working at.
ELSEWHERE_S = 0.5
SWEEP_S = 10.0


class Asking(msgspec.Struct, frozen=True):
    """A question that is in the log, and the answer to it on its way. `replayed` says that it had been asked before."""

    workspace_id: UUID
    thread: Thread
    message_id: UUID
    reply: Reply
    replayed: bool


class Replies:
    """Answers that this process works at. They come about in tasks of their own: whoever asked may go away."""

    def __init__(
        self,
        threads: Threads,
        idempotency: Idempotency,
        answering: Answering,
        now: Callable[[], datetime],
        *,
        time_s: float,
    ) -> None:
        self._threads = threads
        self._idempotency = idempotency
        self._answering = answering
        self._now = now
        self._lasts = timedelta(seconds=time_s) + SLACK
        self._replies: dict[tuple[UUID, UUID], Reply] = {}
        self._answers: set[asyncio.Task[Settled]] = set()
        # Of answers that this process does not work at itself.
        self._reading: set[asyncio.Task[Settled]] = set()

    async def ask(
        self, caller: Caller, command: Command, reference: str, content: str, *, versions: Sequence[int] = ()
    ) -> Asking:
        """Sends a message and asks for an answer to it; once, however often the command comes."""
        message_id, until = message_id_of(command), self._now() + self._lasts

        def decide(thread: Thread) -> list[ThreadEvent]:
            return decisions.send_and_ask(thread, message_id, content, until)

        return await self._once(
            caller, command, message_id, until, lambda: self._threads.write(command, reference, decide, versions=versions)
        )

    async def ask_again(
        self, caller: Caller, command: Command, reference: str, message_id: UUID, *, versions: Sequence[int] = ()
    ) -> Asking:
        """About a message that is there already. Raises `MessageNotFound`, `AlreadyAnswered` and `ReplyPending`."""
        now = self._now()
        until = now + self._lasts

        def decide(thread: Thread, messages: Sequence[Message]) -> list[ThreadEvent]:
            return decisions.ask_again(thread, messages, message_id, now, until)

        return await self._once(
            caller, command, message_id, until, lambda: self._threads.write_knowing(command, reference, decide, versions=versions)
        )

    def end_in(self, seconds: float) -> None:
        """The service is about to end: what is not answered by then is interrupted, while whoever waits can still be told."""
        asyncio.get_running_loop().call_later(seconds, self._answering.interrupt)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Gives up what processes that are no more were asked, and in the end interrupts what is still on its way here."""
        sweeping = asyncio.create_task(self._sweep())
        try:
            yield
        finally:
            for task in (sweeping, *self._reading):
                task.cancel()
            self._answering.interrupt()
            await asyncio.gather(sweeping, *self._reading, *self._answers, return_exceptions=True)

    async def _sweep(self) -> None:
        while True:
            try:
                now = self._now()
                for workspace_id, thread_id in await self._threads.overdue(now):
                    await self._answering.give_up(workspace_id, thread_id, now)
            except DomainError:
                log.warning("questions that are overdue could not be looked for; this is tried again", exc_info=True)
            await asyncio.sleep(SWEEP_S)

    async def _once(
        self,
        caller: Caller,
        command: Command,
        message_id: UUID,
        until: datetime,
        write: Callable[[], Awaitable[Done[Thread]]],
    ) -> Asking:
        key = command.workspace_id, message_id

        async def run() -> Done[Thread]:
            done = await write()
            # Nothing is awaited in between: nobody finds the question in the log and no answer on its way.
            ask = Ask(caller, command, done.state, message_id, until)
            self._begin(key, self._answers, lambda reply: self._answering.answered(ask, reply.take))
            return done

        done, replayed = await self._idempotency.once(command, run, lambda known: self._threads.again(command, known))
        reply = self._replies.get(key)
        # What was sent before may be for others by now.
        thread = await self._threads.get(command.workspace_id, command.actor, str(done.state.id)) if replayed else done.state
        if reply is None:
            reply = self._begin(key, self._reading, lambda reply: self._read(command.workspace_id, thread, message_id, reply))
        return Asking(command.workspace_id, done.state, message_id, reply, replayed)

    def _begin(
        self, key: tuple[UUID, UUID], tasks: set[asyncio.Task[Settled]], work: Callable[[Reply], Coroutine[None, None, Settled]]
    ) -> Reply:
        """However the work ends, whoever listens to the reply hears of it."""
        self._replies[key] = reply = Reply()

        def over(task: asyncio.Task[Settled]) -> None:
            tasks.discard(task)
            # Asked about again, it may be another's by now.
            if self._replies.get(key) is reply:
                del self._replies[key]
            reply.end(_end(task))

        task = asyncio.create_task(work(reply))
        tasks.add(task)
        task.add_done_callback(over)
        return reply

    async def _read(self, workspace_id: UUID, thread: Thread, message_id: UUID, reply: Reply) -> Settled:
        """How it ended, from the log; if another process is working at it, when that has ended."""
        while True:
            asked = thread.asked_for(message_id)
            if asked is None:
                break
            if self._now() < asked.until:
                await asyncio.sleep(ELSEWHERE_S)
            else:
                await self._answering.give_up(workspace_id, thread.id, self._now())
            thread = await self._threads.get(workspace_id, thread.author, str(thread.id))
        messages = await self._threads.messages(workspace_id, thread)
        outcome = outcome_of(messages, message_id)
        if outcome is None:
            raise AnswerLost
        for piece in replayed_pieces(outcome):
            reply.take(piece)
        return Settled(message_in(messages, message_id), outcome)


def _end(task: "asyncio.Task[Settled]") -> Settled | DomainError:
    if task.cancelled():
        return AnswerLost()
    error = task.exception()
    if error is None:
        return task.result()
    if not isinstance(error, DomainError):
        log.error("an answer could not be kept", exc_info=error)
        return AnswerLost()
    return error


_ERRORS: dict[Failure, type[NoAnswer]] = {"timed_out": AnswerLate}


def no_answer(asking: Asking, failed: ReplyFailed) -> NoAnswer:
    """What a caller is told who waited for it: their message is kept, and how to ask again."""
    error = _ERRORS.get(failed.reason, NoAnswer)
    again = f"Your message is kept; to ask again, POST /v1/threads/{asking.thread.id}/messages/{asking.message_id}/reply."
    return error(f"{failed.detail} {again}", reason=failed.reason, threadId=asking.thread.id, messageId=asking.message_id)
