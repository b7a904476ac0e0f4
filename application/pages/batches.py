"""Several commands on pages as one: each is decided as if those before it had happened, and all are written at once."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, Self
from uuid import UUID

import msgspec

from application.event_store import (
    Answer,
    Append,
    Command,
    EventStore,
    KeptAnswer,
    KeptAnswers,
    OutcomeUnknown,
    StoreUnavailable,
    StreamChange,
)
from application.page_views import listed_json
from application.pages.commands import Pages
from application.pages.contents import Contents
from application.pages.decider import PageDecider
from application.pages.ports import ManyPages, Outcome
from application.pages.rehearsal import Rehearsal
from application.pages.versions import Versions
from application.pages.workbench import Workbench
from domain.errors import DomainError, InvalidValue
from domain.pages.state import Page

# How often it is tried to work a long batch out while nobody writes; what takes longer is not worked out under the lock.
ATTEMPTS_MAX = 3
LOCKED_PLAN_S_MAX = 1.0
# Each keeps its pages in memory, up to the workbench's limit.
BATCHES_AT_ONCE_MAX = 4
_REF = re.compile(r"[A-Za-z0-9_-]{1,64}")


class BatchOvertaken(DomainError):
    """Others changed the workspace again and again while this batch was worked out, and it takes too long to keep them waiting.
    Nothing was done. Split the batch, or send it when there is less going on.
    """

    code = "batch_overtaken"


class InvalidAction(DomainError):
    """The action's body is not what its route takes."""

    code = "invalid_request"


class RefUnknown(DomainError):
    """No earlier action of this batch has this ref. An action can name the page of one that stands before it."""

    code = "ref_unknown"


class RefTaken(DomainError):
    """An earlier action of this batch has the same ref. Give each a ref of its own."""

    code = "ref_taken"


class RefFailed(DomainError):
    """The action whose page this one names failed, so there is no page to act on. Mend that one first."""

    code = "ref_failed"


class BatchUndone(DomainError):
    """This action would have worked, but another of the batch failed, and all or nothing was asked for."""

    code = "batch_undone"


class BatchFailed(DomainError):
    """An action of the batch failed, so nothing was done. The status is that of the first failure; `results` tells of each."""

    code = "batch_failed"


class AnswerGone(DomainError):
    """This batch was carried out some days ago, and what it was answered is no longer kept. It was not carried out again."""

    code = "answer_gone"


class Cases(msgspec.Struct, frozen=True):
    """The use cases that an action may call."""

    pages: Pages
    contents: Contents
    versions: Versions


class MakeCases(Protocol):
    """Builds the use cases on a batch's view of the workspace."""

    def __call__(self, store: Rehearsal, states: Workbench) -> Cases: ...


class Needs(msgspec.Struct, frozen=True):
    """What an action will look at, so that it can be read for all of them at once."""

    pages: Sequence[str] = ()
    branches: Sequence[str] = ()
    slugs: Sequence[str] = ()


class Action(Protocol):
    """One command of a batch. `ref` names its page for later ones; texts that start with `$` are such names."""

    @property
    def ref(self) -> str | None: ...

    def needs(self) -> Needs: ...

    def resolved(self, resolve: Callable[[str], Page]) -> Self:
        """The action with each name replaced by what `resolve` says it stands for."""
        ...

    def run(self, cases: Cases, command: Command) -> Awaitable[Outcome]: ...


class Result(msgspec.Struct, frozen=True):
    """What became of one action: the page after it, as lists show it and with its contentHash, or why not."""

    slug: str | None = None
    page: bytes | None = None
    replacements: tuple[int, ...] = ()
    error: DomainError | None = None


class Plan(msgspec.Struct, frozen=True):
    """What a batch leads to."""

    results: Sequence[Result]
    changes: Sequence[StreamChange]

    @property
    def failed(self) -> bool:
        return any(result.error is not None for result in self.results)


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for. `answer` makes the answer of a plan."""

    actions: Sequence[Action]
    atomic: bool
    dry_run: bool
    answer: Callable[[Plan], Answer]


class Batches:
    """The use case. One per process."""

    def __init__(
        self, store: EventStore, kept: KeptAnswers, reader: ManyPages, decider: PageDecider, make_cases: MakeCases
    ) -> None:
        self._store = store
        self._kept = kept
        self._reader = reader
        self._decider = decider
        self._make_cases = make_cases
        self._room = asyncio.Semaphore(BATCHES_AT_ONCE_MAX)

    async def run(self, command: Command, batch: Batch) -> Answer:
        """Decided before the workspace is locked, and again under the lock only if somebody wrote meanwhile."""
        async with self._room:
            for _ in range(ATTEMPTS_MAX):
                seen, began = await self._store.position(command.workspace_id), asyncio.get_running_loop().time()
                plan = await self._plan(command, batch)
                short = asyncio.get_running_loop().time() - began <= LOCKED_PLAN_S_MAX
                if not self._leaves_traces(command, batch, plan) and await self._store.position(command.workspace_id) == seen:
                    return batch.answer(plan)
                with contextlib.suppress(BatchOvertaken):
                    return await self._carry_out(command, batch, plan, seen, plan_again=short)
        raise BatchOvertaken

    async def find(self, workspace_id: UUID, command_id: UUID) -> KeptAnswer | None:
        """What a keyed batch was answered; without its answer, if that is no longer kept."""
        kept = await self._kept.find_answer(workspace_id, command_id)
        if kept is not None:
            return kept
        known = await self._store.find_command(workspace_id, command_id)
        return None if known is None else KeptAnswer(known.fingerprint, None)

    async def again(self, known: KeptAnswer) -> Answer:
        if known.answer is None:
            raise AnswerGone
        return known.answer

    async def _carry_out(self, command: Command, batch: Batch, plan: Plan, seen: int, *, plan_again: bool) -> Answer:
        async with self._store.exclusive(command.workspace_id) as session:
            if session.position != seen:
                if not plan_again:
                    raise BatchOvertaken
                plan = await self._plan(command, batch)
            answer = batch.answer(plan)
            if not self._leaves_traces(command, batch, plan):
                return answer
            if plan.changes:
                position = await session.append(Append(command, plan.changes))
                answer = msgspec.structs.replace(answer, position=position)
            if command.fingerprint is not None:
                await session.keep(command, answer)
        self._decider.forget(command.workspace_id, plan.changes)
        return answer

    def _leaves_traces(self, command: Command, batch: Batch, plan: Plan) -> bool:
        if batch.dry_run or (batch.atomic and plan.failed):
            return False
        return bool(plan.changes) or command.fingerprint is not None

    async def _plan(self, command: Command, batch: Batch) -> Plan:
        bench = Workbench(self._reader, command.workspace_id)
        await bench.read_ahead(*_needs(batch.actions))
        rehearsal = Rehearsal(self._store, bench)
        planning = _Planning(command, bench, self._make_cases(rehearsal, bench), batch.actions)
        results = []
        for action in batch.actions:
            results.append(await planning.take(action))
            # Others in this process have requests, too.
            await asyncio.sleep(0)
        return Plan(results, rehearsal.changes)


def _needs(actions: Sequence[Action]) -> tuple[list[str], list[str], list[str]]:
    """Pages, slugs and branches; names of pages that the batch itself makes are nothing that could be read."""
    needs = [action.needs() for action in actions]
    pages = [page for each in needs for page in each.pages if not page.startswith("$")]
    branches = [page for each in needs for page in each.branches if not page.startswith("$")]
    return pages, [slug for each in needs for slug in each.slugs], branches


class _Planning:
    """The actions one after the other, and the names they gave."""

    def __init__(self, command: Command, bench: Workbench, cases: Cases, actions: Sequence[Action]) -> None:
        self._command = command
        self._bench = bench
        self._cases = cases
        self._refs = {action.ref for action in actions}
        # The page of each ref so far; None where its action failed.
        self._named: dict[str, UUID | None] = {}

    async def take(self, action: Action) -> Result:
        try:
            outcome = await self._run(action)
        except (StoreUnavailable, OutcomeUnknown):
            # Nothing that the action could be blamed for.
            raise
        except DomainError as error:
            # Where it was raised, and what lay there in memory, is nobody's business any more: it can be megabytes each.
            error.__context__ = None
            return Result(error=error.with_traceback(None))
        page = outcome.page
        parent_slug = await self._cases.pages.parent_slug(self._command.workspace_id, page)
        return Result(page.details.slug, listed_json(page, parent_slug), outcome.replacements)

    async def _run(self, action: Action) -> Outcome:
        ref = action.ref
        self._bench.check_room()
        if ref is not None:
            _check_ref(ref)
            if ref in self._named:
                raise RefTaken
            self._named[ref] = None
        outcome = await action.resolved(self._resolve).run(self._cases, self._command)
        if ref is not None:
            self._named[ref] = outcome.page.details.id
        return outcome

    def _resolve(self, name: str) -> Page:
        """The page that `$name` stands for, as it is now."""
        ref = name.removeprefix("$")
        if ref not in self._named:
            raise RefUnknown(
                f"{name} names an action that stands later in this batch. Put it first." if ref in self._refs else None
            )
        page_id = self._named[ref]
        page = None if page_id is None else self._bench.known(page_id)
        if page is None:
            raise RefFailed
        return page


def _check_ref(ref: str) -> None:
    if _REF.fullmatch(ref) is None:
        raise InvalidValue(
            "ref has 1 to 64 of the letters a to z, digits, - and _; later actions name it as $ref.", parameter="ref"
        )
