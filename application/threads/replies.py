"""Asking the assistant: what was asked is kept first, then the answer comes about beside the request, and is kept as well."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
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
from domain.threads.events import Failure, ReplyFailed
from domain.threads.state import Thread

log = logging.getLogger(__name__)

# What it takes, beyond the answer's own time, until it is kept.
SLACK = timedelta(seconds=10)
# How often the log is asked for an answer that another process is working at.
ELSEWHERE_S = 0.5


class Asking(msgspec.Struct, frozen=True):
    """A question that is in the log, and the answer to it on its way. `replayed` says that it had been asked before."""

    thread: Thread
    message: Message
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
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, caller: Caller, command: Command, reference: str, content: str) -> Asking:
        """Sends a message and asks for an answer to it; once, however often the command comes."""
        command = msgspec.structs.replace(command, at=self._now())
        message_id, until = message_id_of(command), command.at + self._lasts
        return await self._once(
            caller,
            command,
            message_id,
            lambda: self._threads.write(
                command, reference, lambda thread: decisions.send_and_ask(thread, message_id, content, until)
            ),
        )

    async def ask_again(self, caller: Caller, command: Command, reference: str, message_id: UUID) -> Asking:
        """About a message that is there already. Raises `MessageNotFound`, `AlreadyAnswered` and `ReplyPending`."""
        command = msgspec.structs.replace(command, at=self._now())
        until = command.at + self._lasts
        return await self._once(
            caller,
            command,
            message_id,
            lambda: self._threads.write_knowing(
                command,
                reference,
                lambda thread, messages: decisions.ask_again(thread, messages, message_id, command.at, until),
            ),
        )

    async def close(self) -> None:
        """What is still on its way is interrupted, and says so in the log."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _once(
        self, caller: Caller, command: Command, message_id: UUID, write: Callable[[], Awaitable[Done[Thread]]]
    ) -> Asking:
        key = command.workspace_id, message_id

        async def run() -> Done[Thread]:
            done = await write()
            # Nothing is awaited in between: nobody finds the question in the log and no answer on its way.
            self._replies[key] = reply = Reply()
            self._in_background(reply, self._answered(Ask(caller, command, done.state, message_id), reply))
            return done

        done, replayed = await self._idempotency.once(command, run, lambda known: self._threads.again(command, known))
        message = message_in(await self._threads.messages(command.workspace_id, done.state), message_id)
        reply = self._replies.get(key)
        if reply is None:
            reply = Reply()
            self._in_background(reply, self._read(command, done.state, message_id, reply))
        return Asking(done.state, message, reply, replayed)

    async def _answered(self, ask: Ask, reply: Reply) -> None:
        try:
            reply.end(await self._answering.answered(ask, reply.take))
        finally:
            # Asked about again, it may be another's by now.
            if self._replies.get(ask.key) is reply:
                del self._replies[ask.key]

    async def _read(self, command: Command, thread: Thread, message_id: UUID, reply: Reply) -> None:
        """How it ended, from the log; if another process is working at it, when that has ended."""
        settled = await self._settled(command, thread, message_id)
        for piece in replayed_pieces(settled.outcome):
            reply.take(piece)
        reply.end(settled)

    async def _settled(self, command: Command, thread: Thread, message_id: UUID) -> Settled:
        while True:
            newest = await self._threads.get(command.workspace_id, command.actor, str(thread.id))
            messages = await self._threads.messages(command.workspace_id, newest)
            outcome = outcome_of(messages, message_id)
            if outcome is not None:
                return Settled(message_in(messages, message_id), outcome)
            asked = newest.asked_for(message_id)
            if asked is None or self._now() >= asked.until:
                await self._answering.interrupted(command, thread, message_id, self._now())
            else:
                await asyncio.sleep(ELSEWHERE_S)

    def _in_background(self, reply: Reply, work: Coroutine[None, None, None]) -> None:
        """However the work ends, whoever listens to the reply hears of it."""

        def over(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            error = None if task.cancelled() else task.exception()
            if isinstance(error, DomainError):
                reply.end(error)
            elif error is not None:
                log.error("an answer could not be kept", exc_info=error)
            reply.end(AnswerLost())

        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(over)


_ERRORS: dict[Failure, type[NoAnswer]] = {"timed_out": AnswerLate}


def no_answer(asking: Asking, failed: ReplyFailed) -> NoAnswer:
    """What a caller is told who waited for it: their message is kept, and how to ask again."""
    error = _ERRORS.get(failed.reason, NoAnswer)
    again = f"Your message is kept; to ask again, POST /v1/threads/{asking.thread.id}/messages/{asking.message.id}/reply."
    return error(f"{failed.detail} {again}", reason=failed.reason, threadId=asking.thread.id, messageId=asking.message.id)
