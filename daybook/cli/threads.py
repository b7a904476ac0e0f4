"""`daybook threads`: conversations with the assistant, answered as it speaks."""

import sys
from collections.abc import Iterator
from typing import Annotated, Final, Literal
from urllib.parse import quote

import msgspec
from cyclopts import App, Parameter

from daybook.cli.printing import Json, print_bytes, print_json, print_table, steady
from daybook.client import Client, ClientError, connected, decoded

ThreadId = Annotated[str, Parameter(help="Either of the thread's ids.")]
Words = Annotated[str, Parameter(help="What to say, or - to read it from stdin.", allow_leading_hyphen=True)]
STDIN: Final = "-"
# The service says something every quarter of a minute, if only that it is still there.
SILENCE_S: Final = 60.0

threads_app = App(name="threads", help="Talk with the assistant about what the workspace's pages say.")


class Thread(msgspec.Struct, rename="camel"):
    """What is shown of a thread."""

    id: str
    title: str | None
    last_message_at: str | None
    shared: bool
    assistant_may_write: bool


class FirstMessage(msgspec.Struct):
    id: str


class NewThread(msgspec.Struct):
    thread: Thread
    message: FirstMessage | None = None


class ManyThreads(msgspec.Struct):
    threads: list[Thread]


class Call(msgspec.Struct):
    name: str
    outcome: str


class Failure(msgspec.Struct):
    detail: str


class Message(msgspec.Struct, rename="camel"):
    """What is shown of a message."""

    role: Literal["user", "assistant"]
    content: str
    created_at: str
    tool_calls: list[Call] = []
    failures: list[Failure] = []


class Messages(msgspec.Struct):
    messages: list[Message]


class Text(msgspec.Struct):
    text: str


@threads_app.command
def new(
    words: Words | None = None,
    /,
    *,
    title: Annotated[str | None, Parameter(help="Otherwise it is called after the first message.")] = None,
    shared: Annotated[bool, Parameter(negative="", help="For everybody in the workspace.")] = False,
    may_write: Annotated[bool, Parameter(negative="", help="The assistant may change pages in it.")] = False,
) -> None:
    """Begin a thread, and print its id; with something said, print the assistant's answer as well."""
    wanted = {"title": title, "message": None if words is None else _said(words)}
    given = {name: value for name, value in wanted.items() if value is not None}
    with connected() as client:
        made = decoded(client.write("POST", "/threads", {"shared": shared, "assistantMayWrite": may_write, **given}), NewThread)
        if made.message is None:
            sys.stdout.write(f"{made.thread.id}\n")
        else:
            # The answer alone goes into a pipe.
            sys.stderr.write(f"Thread {made.thread.id}\n")
            _talk(client, made.thread.id, f"/messages/{made.message.id}/reply")


@threads_app.command(name="list")
def list_threads(
    *, archived: Annotated[bool, Parameter(negative="", help="Those in the trash.")] = False, as_json: Json = False
) -> None:
    """Show one's own threads and those that are shared, newest first."""
    with connected() as client:
        response = client.get("/threads", params={"archived": "true"} if archived else None)
        if as_json:
            return print_json(response)
        threads = decoded(response, ManyThreads).threads
    rows = [(each.id, steady(each.title or ""), each.last_message_at, "shared" if each.shared else "") for each in threads]
    return print_table(("Thread", "Title", "Last message", ""), rows)


@threads_app.command
def send(
    thread: ThreadId,
    words: Words,
    /,
    *,
    reply: Annotated[bool, Parameter(help="Have it answered.")] = True,
) -> None:
    """Say something in a thread, and print the assistant's answer as it comes."""
    said = _said(words)
    with connected() as client:
        if reply:
            _talk(client, thread, "/chat", {"content": said})
        else:
            client.write("POST", _path(thread, "/messages"), {"content": said})


@threads_app.command
def show(thread: ThreadId, /, *, as_json: Json = False) -> None:
    """Print what was said in a thread, and what the assistant did for it."""
    with connected() as client:
        response = client.get(_path(thread, "/messages"), params={"raw": "true"})
        if as_json:
            return print_json(response)
        messages = decoded(response, Messages).messages
    return print_bytes("\n".join(map(_shown, messages)).encode())


def _shown(message: Message) -> str:
    lines = (
        *(f"({call.name}: {call.outcome})" for call in message.tool_calls),
        *message.content.splitlines(),
        *(f"(no answer: {failure.detail})" for failure in message.failures),
    )
    return f"{message.role}, {message.created_at}\n{''.join(f'  {steady(line)}'.rstrip() + chr(10) for line in lines)}"


def _talk(client: Client, thread: str, asking: str, body: object = None) -> None:
    told = False
    try:
        for text in _answer(client, thread, asking, body):
            told = True
            print_bytes(text.encode())
    finally:
        if told:
            print_bytes(b"\n")


def _answer(client: Client, thread: str, asking: str, body: object) -> Iterator[str]:
    """The answer in pieces."""
    for event in client.stream(_path(thread, asking), body, silence_s=SILENCE_S):
        match event.event:
            case "delta":
                yield steady(msgspec.json.decode(event.data, type=Text).text)
            case "error":
                raise ClientError(msgspec.json.decode(event.data, type=Failure).detail)
            case "done":
                return
            case _:
                pass
    raise ClientError(f"The answer broke off. What there is of it: daybook threads show {thread}")


def _said(words: str) -> str:
    return sys.stdin.read() if words == STDIN else words


def _path(thread: str, tail: str) -> str:
    return f"/threads/{quote(thread, safe='')}{tail}"
