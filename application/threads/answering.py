"""One answer, from the question to the log: within its time, and whatever happens on the way."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from application.access import Caller
from application.assistant import Assistant, AssistantFailed, Called, Cited, Ended, Piece, Question, Said, Tools, Turn
from application.assistant_texts import keepable
from application.event_store import Command, OutcomeUnknown, StoreUnavailable
from application.exclusively import Done
from application.threads.reply import Settled
from application.threads.threads import Threads
from domain.errors import DomainError
from domain.events import ASSISTANT, Actor
from domain.ids import derived_id
from domain.threads import decisions
from domain.threads.conversation import Message, message_in, outcome_of, up_to
from domain.threads.errors import ThreadNotFound
from domain.threads.events import Failure, ReplyFailed, ReplyGiven, ToolCall
from domain.threads.state import Thread

log = logging.getLogger(__name__)

KEEPING_ATTEMPTS = 5
KEEPING_PAUSE_S = 1.0
BROKE_OFF = "Something went wrong here while the assistant was answering; the service's log says what."
SAID_NOTHING = "The assistant ended without having said anything. Ask again, perhaps in other words."
LATE = "The assistant did not answer within {:g} seconds."


class ToolsFor(Protocol):
    """What the assistant may do for one question."""

    def __call__(
        self,
        caller: Caller,
        thread_id: UUID,
        asked_id: UUID,
        *,
        allowed: Callable[[], Awaitable[bool]],
        writes: bool,
        request: str | None = None,
    ) -> Tools: ...


class NoAnswer(DomainError):
    """The assistant did not answer."""

    code = "assistant_failed"


class AnswerLate(NoAnswer):
    """The assistant did not answer in time."""

    code = "assistant_timed_out"


class AnswerLost(NoAnswer):
    """Your message is kept, but what became of the answer could not be written down. Read the thread's messages in a minute; if
    there is no answer then, ask again about the message.
    """

    code = "answer_not_kept"


class Ask(msgspec.Struct, frozen=True):
    """One question: whose it is, in which command it was asked, in which thread, and about which message."""

    caller: Caller
    command: Command
    thread: Thread
    message_id: UUID
    until: datetime

    @property
    def asked_id(self) -> UUID:
        return self.command.command_id


class Answering:
    """Asks the assistant and writes down what comes of it."""

    def __init__(
        self,
        threads: Threads,
        assistant: Assistant,
        tools_for: ToolsFor,
        new_id: Callable[[], UUID],
        now: Callable[[], datetime],
        *,
        time_s: float,
    ) -> None:
        self._threads = threads
        self._assistant = assistant
        self._new_id = new_id
        self._asking: set[asyncio.Task[None]] = set()
        self._tools_for = tools_for
        self._now = now
        self._time_s = time_s

    async def answered(self, ask: Ask, tell: Callable[[Piece], None]) -> Settled:
        """`tell` hears the answer as it comes about. Raises `AnswerLost` if how it ended could not be kept."""
        answer = _Answer(tell)
        asking = asyncio.create_task(self._asked(ask, answer))
        self._asking.add(asking)
        try:
            await asyncio.wait({asking})
        finally:
            self._asking.discard(asking)
        # To keep it is no part of the asking: what was answered is not lost to the end of the service.
        return await self._keep(ask, _outcome(ask, answer, asking, self._time_s))

    def interrupt(self) -> None:
        """Ends all asking now; each says so to whoever waits for it, and in the log."""
        for asking in self._asking:
            asking.cancel()

    async def _asked(self, ask: Ask, answer: "_Answer") -> None:
        async with asyncio.timeout(self._time_s):
            question = await self._question(ask)
            answer.tools = question.tools
            async with aclosing(self._assistant.answer(question)) as pieces:
                async for piece in pieces:
                    answer.take(piece)

    async def give_up(self, workspace_id: UUID, thread_id: UUID, at: datetime) -> None:
        """Writes down that nothing was heard of answers in time."""
        command = Command(workspace_id, self._new_id(), at, ASSISTANT)
        await self._threads.note(command, thread_id, lambda thread: decisions.give_up(thread, at))

    async def _question(self, ask: Ask) -> Question:
        messages = await self._threads.messages(ask.command.workspace_id, ask.thread)
        before = up_to(messages, message_in(messages, ask.message_id))
        # What is asked by itself at the same time is answered by itself.
        heard = [message for message in before if message.asked_until is None or message.id == ask.message_id]
        turns = [_turn(message, ask.caller.actor) for message in heard]
        # Who has no right to change pages might else have it done by somebody who has.
        writes, request = ask.thread.writes and all(turn.own for turn in turns), ask.command.request
        tools = self._tools_for(
            ask.caller, ask.thread.id, ask.asked_id, allowed=lambda: self._allowed(ask), writes=writes, request=request
        )
        return Question(ask.command.workspace_id, turns, tools)

    async def _allowed(self, ask: Ask) -> bool:
        """Whether the thread, as it is now, allows changes to whoever asked."""
        try:
            thread = await self._threads.get(ask.caller.workspace_id, ask.caller.actor, str(ask.thread.id))
        except ThreadNotFound:
            return False
        return thread.live and thread.writes

    async def _keep(self, ask: Ask, outcome: ReplyGiven | ReplyFailed) -> Settled:
        """Tries for some seconds, because an answer cannot be had again."""
        command = _by_assistant(ask.command, f"{ask.asked_id}\nreply", self._now())
        attempt = 1
        while True:
            try:
                done = await self._threads.note(
                    command, ask.thread.id, lambda thread: decisions.settle(thread, outcome, ask.until)
                )
            except (StoreUnavailable, OutcomeUnknown):
                if attempt == KEEPING_ATTEMPTS:
                    # What these say is of a request, of which nothing was written; here the question was.
                    log.exception("the answer to message %s could not be kept", ask.message_id)
                    raise AnswerLost from None
                attempt += 1
                await asyncio.sleep(KEEPING_PAUSE_S)
            else:
                return await self._settled(ask, done)

    async def _settled(self, ask: Ask, done: Done[Thread]) -> Settled:
        """As the log has it: should the question have been given up meanwhile, that is what counts."""
        messages = await self._threads.messages(ask.command.workspace_id, done.state)
        outcome = outcome_of(messages, ask.message_id)
        if outcome is None:
            # It was given up and asked once more, which is on its way.
            raise AnswerLost
        return Settled(message_in(messages, ask.message_id), outcome, done.position)


class _Answer:
    """What was said so far, and done for it."""

    def __init__(self, tell: Callable[[Piece], None]) -> None:
        self._tell = tell
        self.tools: Tools | None = None
        self._said: list[str] = []
        self._cited: list[Cited] = []
        self._ended: Ended | None = None

    def take(self, piece: Piece) -> None:
        match piece:
            case Said():
                piece = Said(keepable(piece.text))
                self._said.append(piece.text)
            case Called():
                # Kept by the tools, which also know of a change that was made when nobody listened any more.
                pass
            case Cited():
                self._cited.append(piece)
            case Ended():
                self._ended = piece
        self._tell(piece)

    def given(self, ask: Ask) -> ReplyGiven | ReplyFailed:
        if self._ended is None or not self._content.strip():
            return self.failed(ask, "nonsense", SAID_NOTHING)
        return ReplyGiven(
            id=derived_id(f"{ask.asked_id}\nanswer"),
            message_id=ask.message_id,
            content=self._content,
            model=self._ended.model,
            citations=tuple(cited.citation for cited in self._cited),
            calls=self._calls,
            ending=self._ended.ending,
            usage=self._ended.usage,
        )

    def failed(self, ask: Ask, reason: Failure, detail: str) -> ReplyFailed:
        return ReplyFailed(message_id=ask.message_id, reason=reason, detail=detail, said=self._content, calls=self._calls)

    @property
    def _calls(self) -> tuple[ToolCall, ...]:
        return () if self.tools is None else tuple(self.tools.calls)

    @property
    def _content(self) -> str:
        return "".join(self._said)


def _outcome(ask: Ask, answer: _Answer, asking: "asyncio.Task[None]", time_s: float) -> ReplyGiven | ReplyFailed:
    """What the asking came to."""
    if asking.cancelled():
        return answer.failed(ask, "interrupted", decisions.INTERRUPTED)
    match asking.exception():
        case None:
            return answer.given(ask)
        case TimeoutError():
            return answer.failed(ask, "timed_out", LATE.format(time_s))
        case AssistantFailed() as failure:
            return answer.failed(ask, failure.reason, str(failure))
        case error:
            log.error("answering message %s failed", ask.message_id, exc_info=error)
            return answer.failed(ask, "unavailable", BROKE_OFF)


def _turn(message: Message, asker: Actor) -> Turn:
    if message.reply is not None:
        return Turn("assistant", message.content)
    return Turn("user", message.content, own=message.author.identity == asker.identity)


def _by_assistant(command: Command, seed: str, at: datetime) -> Command:
    return Command(command.workspace_id, derived_id(seed), at, ASSISTANT, request=command.request)
