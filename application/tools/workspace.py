"""What the assistant may do for one question: as far as its thread allows, and never more than whoever asks may do themselves."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from application.access import Caller
from application.assistant import AssistantFailed, ToolDone, ToolOffer
from application.assistant_texts import blacked_out, cut, keepable
from application.event_store import OutcomeUnknown, StoreUnavailable
from application.markdown import MarkdownReader
from application.page_reader import PageReader
from application.pages.commands import Pages
from application.pages.contents import Contents
from application.search import Search
from application.tools.reading import Reading
from application.tools.told import Told, Tool, as_text, refusal
from application.tools.wishes import Wish, parameters, read
from application.tools.writing import Asked, Writing
from domain.errors import DomainError
from domain.threads.events import Outcome, ToolCall

READ, WRITE = "pages:read", "pages:write"
# Asked anew each time: a model thinks for seconds, in which everything may change.
Allowed = Callable[[], Awaitable[bool]]
MayStill = Callable[[Caller, str], Awaitable[bool]]
# Of what is kept with the answer.
RECORDED_CHARACTERS_MAX = 2000
# So long a change is waited for by somebody who has given up.
CHANGE_S_MAX = 3.0
_NOT_HEARD = "It was not heard in time whether this was done; the history of the pages shows it."
_NOT_ALLOWED = (
    "Nothing was done: the assistant may not do that here. The thread's author has to allow changes in it, "
    "whoever asks needs the right to make them, and nobody else may have said anything in it."
)


class WorkspaceTools:
    """Counts its calls: the commands of each have ids of their own."""

    def __init__(self, tools: Sequence[Tool], withheld: Sequence[Tool], may_write: Allowed) -> None:
        """`may_write` is asked before each tool that writes is run."""
        self._may_write = may_write
        self._tools = {tool.name: tool for tool in tools}
        self._withheld = {tool.name for tool in withheld}
        self._numbered = 0
        self.calls: list[ToolCall] = []
        self.offers = [ToolOffer(tool.name, tool.description, parameters(tool.wish)) for tool in tools]

    async def run(self, name: str, arguments: str) -> ToolDone:
        """As the port says. An outage is not of what was asked: then there is no answer, and `AssistantFailed` is raised."""
        self._numbered += 1
        tool = self._tools.get(name)
        if tool is None:
            return self._ended(name, arguments, "refused", Told({"error": self._why_not(name)}))
        with _outages():
            try:
                wish = read(arguments, tool.wish)
            except DomainError as error:
                return self._ended(name, arguments, "failed", Told(refusal(error)))
            if tool.kind == "read":
                return await self._run(tool, wish, arguments)
            if not await self._may_write():
                return self._ended(name, arguments, "refused", Told({"error": _NOT_ALLOWED}))
            return await self._to_its_end(tool, wish, arguments)

    async def _run(self, tool: Tool, wish: Wish, arguments: str) -> ToolDone:
        try:
            told = await tool.run(wish, self._numbered)
        except DomainError as error:
            ended = self._ended(tool.name, arguments, "failed", Told(refusal(error)))
            if isinstance(error, StoreUnavailable | OutcomeUnknown):
                raise
            return ended
        return self._ended(tool.name, arguments, "done", told)

    async def _to_its_end(self, tool: Tool, wish: Wish, arguments: str) -> ToolDone:
        """A change may be in the log though nobody waits for it any more, and then the record has to tell of it."""
        change = asyncio.create_task(self._run(tool, wish, arguments))
        try:
            return await asyncio.shield(change)
        except asyncio.CancelledError:
            try:
                await asyncio.wait({change}, timeout=CHANGE_S_MAX)
            finally:
                if not change.done():
                    self._ended(tool.name, arguments, "failed", Told({"error": _NOT_HEARD}))
            raise

    def _ended(self, name: str, arguments: str, outcome: Outcome, told: Told) -> ToolDone:
        text = as_text(told.value)
        call = ToolCall(_recorded(name), _recorded(arguments), outcome, cut(text, RECORDED_CHARACTERS_MAX))
        self.calls.append(call)
        return ToolDone(call, text, told.passages)

    def _why_not(self, name: str) -> str:
        if name in self._withheld:
            return _NOT_ALLOWED
        return f"There is no such tool; there are: {', '.join(self._tools) or 'none'}."


class Toolbox(msgspec.Struct, frozen=True):
    """The use cases that tools stand on."""

    search: Search
    reader: PageReader
    markdown: MarkdownReader
    pages: Pages
    contents: Contents
    may_still: MayStill
    now: Callable[[], datetime]

    def tools_for(
        self, caller: Caller, thread_id: UUID, asked_id: UUID, *, allowed: Allowed, writes: bool, request: str | None = None
    ) -> WorkspaceTools:
        """`asked_id` is the message that is answered. `writes` says whether the thread allows changes, which is why they are
        offered; `allowed` says whether it still does.
        """

        async def may_write() -> bool:
            return await allowed() and await self.may_still(caller, WRITE)

        asked = Asked(caller.workspace_id, thread_id, asked_id, request)
        reading = Reading(caller.workspace_id, self.search, self.reader, self.markdown).tools()
        writing = Writing(asked, self.pages, self.contents, self.now).tools()
        held = {scope for scope in (READ, WRITE) if scope in caller.scopes and (writes or scope == READ)}
        scopes = [(tool, WRITE if tool.kind == "write" else READ) for tool in (*reading, *writing)]
        return WorkspaceTools(
            [tool for tool, scope in scopes if scope in held], [tool for tool, scope in scopes if scope not in held], may_write
        )


@contextlib.contextmanager
def _outages() -> Iterator[None]:
    try:
        yield
    except (StoreUnavailable, OutcomeUnknown) as error:
        raise AssistantFailed("unavailable", error.detail) from error


def _recorded(text: str) -> str:
    return cut(blacked_out(keepable(text)), RECORDED_CHARACTERS_MAX)
