"""One completion as it arrives: its text, the calls it makes in pieces, and how it ended."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

import msgspec

from application.assistant import AssistantFailed
from application.assistant_texts import keepable
from domain.threads.events import Usage
from infrastructure.assistants.conversation import BYTES_IN_A_TOKEN, Call, is_object
from infrastructure.assistants.thoughts import Thoughts

CALLS_MAX = 16
TOKENS_MAX = 2**63 - 1
_TEXT = frozenset({None, "text", "output_text"})
# No text has so many bytes in a token. Who writes more was not told how much it may write, or does not care.
BYTES_IN_A_TOKEN_MAX = 16
NONSENSE = (
    "The assistant's provider answered something that is no answer. Check that DAYBOOK_ASSISTANT_URL leads to an "
    "OpenAI-compatible API, and DAYBOOK_ASSISTANT_MODEL names a model for conversations."
)
_CUT_OFF = "The assistant's provider ended its answer in the middle. Ask again."
_FILTERED = "The assistant's provider stopped this answer by its own rules. Ask in another way."


class _Function(msgspec.Struct):
    name: str | None = None
    arguments: str | dict[str, Any] | None = None


class _CallPiece(msgspec.Struct):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _Part(msgspec.Struct):
    type: str | None = None
    text: str | None = None


class _Delta(msgspec.Struct):
    """What a model thinks beside its answer, as `reasoning_content` and the like, is not looked at."""

    content: str | list[_Part] | None = None
    refusal: str | None = None
    tool_calls: list[_CallPiece] | None = None


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice] | None = None
    usage: _Usage | None = None


class Completion:
    """What else there is of it is complete when its texts are."""

    def __init__(self, chunks: AsyncIterator[object], tokens_max: int) -> None:
        self._chunks = chunks
        self._bytes_max = tokens_max * BYTES_IN_A_TOKEN_MAX
        self._calls = _Calls()
        self._thoughts = Thoughts()
        self._bytes = 0
        self._finish: str | None = None
        self.text = ""
        self.usage: Usage | None = None

    @property
    def calls(self) -> list[Call]:
        """None of an answer that was cut: the last may be half a call, and would do half of what was meant."""
        return [] if self.cut else self._calls.complete()

    @property
    def cut(self) -> bool:
        """Whether it would have gone on."""
        return self._finish == "length"

    @property
    def tokens_estimate(self) -> int:
        return self._bytes // BYTES_IN_A_TOKEN

    async def texts(self) -> AsyncIterator[str]:
        """Raises `AssistantFailed` if the stream is none, has no end, or was stopped."""
        async for chunk in self._chunks:
            written = self._take(_understood(chunk))
            if text := self._thoughts.more(written):
                self.text += text
                yield text
            if self._bytes > self._bytes_max:
                self._finish = "length"
                return
        if text := self._thoughts.rest():
            self.text += text
            yield text
        if self._finish is None:
            raise AssistantFailed("nonsense", _CUT_OFF if self.text else NONSENSE)
        if self._finish == "content_filter":
            raise AssistantFailed("refused", _FILTERED)

    def _take(self, chunk: _Chunk) -> str:
        if chunk.usage is not None:
            self.usage = usage_of(chunk.usage.prompt_tokens or 0, chunk.usage.completion_tokens or 0)
        text = ""
        for choice in (chunk.choices or [])[:1]:
            self._finish = choice.finish_reason or self._finish
            delta = choice.delta or _Delta()
            text = keepable(_text(delta.content) + (delta.refusal or ""))
            self._bytes += len(text.encode()) + self._calls.take(delta.tool_calls or [])
        return text


class _Calls:
    """Puts calls together. Pieces belong together by their index; but some providers count none, give every call the same, or
    forget ids, so a new name under a new id is a new call too, and so is one after arguments that were complete.
    """

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._by_index: dict[int, Call] = {}

    def take(self, pieces: Iterable[_CallPiece]) -> int:
        """How many characters came."""
        characters = 0
        for piece in pieces:
            call, function = self._of(piece), piece.function or _Function()
            arguments = function.arguments or ""
            # Some send what they have decoded already.
            arguments = arguments if isinstance(arguments, str) else msgspec.json.encode(arguments).decode()
            call.id = call.id or keepable(piece.id or "")
            # Comes whole; some repeat it.
            call.name = call.name or keepable(function.name or "")
            call.arguments += keepable(arguments)
            characters += len(function.name or "") + len(arguments)
        return characters

    def complete(self) -> list[Call]:
        """As many as one step may make, each under an id of its own: some providers take no other, and it has to be nine
        letters or digits for one of them.
        """
        calls = [call for call in self._calls if call.name][:CALLS_MAX]
        seen: set[str] = set()
        for number, call in enumerate(calls):
            if not call.id or call.id in seen:
                call.id = f"call{number:05}"
            seen.add(call.id)
            call.arguments = call.arguments.strip() or "{}"
        return calls

    def _of(self, piece: _CallPiece) -> Call:
        function = piece.function or _Function()
        begun = self._by_index.get(piece.index) if piece.index is not None else self._calls[-1] if self._calls else None
        if begun is None or (function.name and begun.name and _is_other(piece, function, begun)):
            begun = Call()
            self._calls.append(begun)
        if piece.index is not None:
            self._by_index[piece.index] = begun
        return begun


def _is_other(piece: _CallPiece, function: _Function, begun: Call) -> bool:
    if piece.index is None or piece.id not in {None, "", begun.id}:
        return True
    return is_object(begun.arguments) and bool(function.arguments or function.name != begun.name)


def _text(content: str | list[_Part] | None) -> str:
    """Of parts, those that are text: others are pictures, or thoughts."""
    if isinstance(content, list):
        return "".join(part.text or "" for part in content if part.type in _TEXT)
    return content or ""


def usage_of(read: int, written: int) -> Usage:
    """As it can be kept, whatever a provider tells."""
    return Usage(min(max(read, 0), TOKENS_MAX), min(max(written, 0), TOKENS_MAX))


def _understood(chunk: object) -> _Chunk:
    """What the library makes of a chunk may lack anything that its types promise."""
    if chunk is None or isinstance(chunk, str | int | float | list):
        raise AssistantFailed("nonsense", NONSENSE)
    try:
        return msgspec.convert(chunk, _Chunk, from_attributes=True)
    except msgspec.ValidationError:
        raise AssistantFailed("nonsense", NONSENSE) from None
