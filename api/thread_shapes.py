"""The bodies of the routes of threads."""

from typing import Any, ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from api.bodies import Body, Version
from application.threads.views import MessageView, ThreadView
from domain.errors import InvalidValue
from domain.threads.decisions import Changes, Draft


class CreateThread(Body):
    """A new thread. `message` becomes the first one, and gives the thread its title unless there is one. It is its author's alone
    unless it is `shared`; only with `assistantMayWrite` may the assistant change pages in it.
    """

    message: str | None = None
    title: str | None = None
    shared: bool = False
    assistant_may_write: bool = False

    def draft(self) -> Draft:
        return Draft(title=self.title, message=self.message, shared=self.shared, writes=self.assistant_may_write)


class ChangeThread(Body):
    """What to change; fields left out stay."""

    title: str | UnsetType = UNSET
    shared: bool | UnsetType = UNSET
    assistant_may_write: bool | UnsetType = UNSET
    version: Version | None = None

    def changes(self) -> Changes:
        return Changes(title=self.title, shared=self.shared, writes=self.assistant_may_write)


class SendMessage(Body):
    """What to say; `message` is a synonym."""

    schema: ClassVar[dict[str, Any]] = {"oneOf": [{"required": ["content"]}, {"required": ["message"]}]}

    content: str | UnsetType = UNSET
    message: str | UnsetType = UNSET

    def said(self) -> str:
        given = [each for each in (self.content, self.message) if each is not UNSET]
        if len(given) != 1:
            raise InvalidValue("Say something in content (or message), in one of the two.", parameter="content")
        return given[0]


class ThreadAnswer(msgspec.Struct):
    """One thread."""

    thread: ThreadView


class CreatedThreadAnswer(msgspec.Struct):
    """The thread, and its first message if it has one."""

    thread: ThreadView
    message: MessageView | UnsetType = UNSET


class ThreadsAnswer(msgspec.Struct, rename="camel"):
    """Newest first. `totalCount` is how many there are in all."""

    threads: list[ThreadView]
    total_count: int


class MessagesAnswer(msgspec.Struct):
    """In order; with `raw`, as they are stored."""

    messages: list[MessageView]


class MessageAnswer(msgspec.Struct):
    """One message."""

    message: MessageView


class ReplyAnswer(msgspec.Struct, rename="camel"):
    """What was asked, and what the assistant said; with `raw`, as they are stored."""

    user_message: MessageView
    assistant_message: MessageView
