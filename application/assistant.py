"""The assistant: the port to whoever answers, and to what it may do in the workspace on the way."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any, Literal, Protocol
from uuid import UUID

import msgspec

from domain.threads.events import Citation, Ending, Failure, ToolCall, Usage


class Turn(msgspec.Struct, frozen=True):
    """One message of a conversation. A user's is `own` if whoever asks now said it; what others said has no authority."""

    role: Literal["user", "assistant"]
    content: str
    own: bool = True


class ToolOffer(msgspec.Struct, frozen=True):
    """Something that the assistant may do; `parameters` is the JSON Schema of its arguments."""

    name: str
    description: str
    parameters: dict[str, Any]


class ToolDone(msgspec.Struct, frozen=True):
    """What came of a call: `text` is for the assistant to read, `call` for the record. `passages` are what it has read by it, and
    may cite from here on.
    """

    call: ToolCall
    text: str
    passages: Sequence[Citation] = ()


class Tools(Protocol):
    """What may be done for one question, as its thread and whoever asked allow."""

    @property
    def offers(self) -> Sequence[ToolOffer]: ...

    @property
    def calls(self) -> Sequence[ToolCall]:
        """Those that have ended, for the record, also where nobody waited for their end."""
        ...

    async def run(self, name: str, arguments: str) -> ToolDone:
        """`arguments` is JSON as the model wrote it, which may be anything. What is not offered is refused and does nothing;
        no call raises because of what was asked. Whoever gives up waits for a change that is being made, for a few seconds.
        """
        ...


class Question(msgspec.Struct, frozen=True):
    """A conversation up to a message of the user, which is the last turn and is to be answered."""

    workspace_id: UUID
    turns: Sequence[Turn]
    tools: Tools


class Said(msgspec.Struct, frozen=True):
    """More text of the answer."""

    text: str


class Called(msgspec.Struct, frozen=True):
    """A tool was used."""

    call: ToolCall


class Cited(msgspec.Struct, frozen=True):
    """The answer leans on this."""

    citation: Citation


class Ended(msgspec.Struct, frozen=True):
    """The answer is as long as it will be. Comes last, once."""

    model: str
    ending: Ending = "complete"
    usage: Usage | None = None


Piece = Said | Called | Cited | Ended


class AssistantFailed(Exception):
    """No answer this time. The message is a sentence for whoever asked that says why and what to do, and holds no secret."""

    def __init__(self, reason: Failure, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class Assistant(Protocol):
    def answer(self, question: Question) -> AsyncGenerator[Piece]:
        """The answer in pieces as it comes about; `Ended` is the last. Raises `AssistantFailed`. Whoever asks bounds the time, by
        cancelling.
        """
        ...
