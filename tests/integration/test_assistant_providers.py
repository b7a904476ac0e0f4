"""A provider whose model answers late, not at all, or something else: what it is asked, what we make of it, what we never say."""

import asyncio
import contextlib
import json
import logging
import re
import subprocess
import sys
import time
import traceback
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, TypeVar

import pytest
from assistants import DONE, Model, assisting, delta
from receivers import eventually

from application.assistant import (
    AssistantFailed,
    Called,
    Cited,
    Ended,
    Piece,
    Question,
    Said,
    ToolDone,
    ToolOffer,
    Turn,
)
from application.assistant_texts import BLACKED_OUT
from daybook.choices import assistant_for
from daybook.settings import Settings
from domain.threads.events import Citation, ToolCall, Usage
from infrastructure.assistants import provider
from infrastructure.assistants.completion import BYTES_IN_A_TOKEN_MAX, CALLS_MAX
from infrastructure.assistants.conversation import (
    HISTORY_CHARACTERS_MAX,
    RESULT_CHARACTERS_MIN,
    RESULTS_CHARACTERS_MAX,
    SYSTEM,
    Call,
    Conversation,
)
from infrastructure.assistants.openai_compatible import (
    COMPLETION_TOKENS_MAX,
    COMPLETION_TOKENS_MIN,
    RESULTS_TOKENS_MIN,
    OpenAiCompatibleAssistant,
)
from infrastructure.assistants.provider import DIALECTS
from infrastructure.providers import ProviderSettingsInvalid

KEY = "sk-very-secret"
OURS = "ak_local_7.0123456789abcdefghijklmnopqrstuv"
SEARCH = ToolOffer("search", "Finds.", {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]})
OSLO = Citation(uuid.UUID(int=1), "oslo", "Oslo", "When", "when", "On Friday.")
T = TypeVar("T", bound=Piece)


class FakeTools:
    """Notes what is called, and answers each call with the same text."""

    def __init__(self, *passages: Citation, text: str = '{"text":"On Friday."}', offers: Sequence[ToolOffer] = (SEARCH,)) -> None:
        self.offers = offers
        self.called: list[tuple[str, str]] = []
        self.calls: list[ToolCall] = []
        self._text = text
        self._passages = passages

    async def run(self, name: str, arguments: str) -> ToolDone:
        self.called.append((name, arguments))
        return ToolDone(ToolCall(name, arguments, "done", self._text), self._text, self._passages)


@pytest.fixture
def model() -> Iterator[Model]:
    with assisting() as made:
        yield made


def assistant_of(model: Model, **settings: Any) -> OpenAiCompatibleAssistant:
    return OpenAiCompatibleAssistant(model.url, "a-model", **{"api_key": KEY, "timeout_s": 10.0, **settings})


def question(*said: str, tools: FakeTools | None = None) -> Question:
    """What was said in turns; the last is the user's."""
    turns = [Turn("user" if (len(said) - place) % 2 else "assistant", text) for place, text in enumerate(said or ("When?",))]
    return Question(uuid.UUID(int=2), turns, tools or FakeTools())


async def answer(model: Model, asked: Question | None = None, **settings: Any) -> list[Piece]:
    return [piece async for piece in assistant_of(model, **settings).answer(asked or question())]


async def listen(pieces: AsyncIterator[Piece], heard: list[Piece]) -> None:
    async for piece in pieces:
        heard.append(piece)  # noqa: PERF401 - what came before a failure counts


async def failure(model: Model, asked: Question | None = None, **settings: Any) -> AssistantFailed:
    with pytest.raises(AssistantFailed) as failed:
        await answer(model, asked, **settings)
    return failed.value


def of(kind: type[T], pieces: Sequence[Piece]) -> list[T]:
    return [piece for piece in pieces if isinstance(piece, kind)]


def text_of(pieces: Sequence[Piece]) -> str:
    return "".join(said.text for said in of(Said, pieces))


def ended(pieces: Sequence[Piece]) -> Ended:
    (last,) = of(Ended, pieces)
    assert pieces[-1] == last
    return last


# What is asked


async def test_a_request_is_what_the_api_asks_for(model: Model) -> None:
    await answer(model, question("When do we leave?"))
    (received,) = model.received
    assert received.path == "/v1/chat/completions"
    assert received.event == {
        "model": "a-model",
        "messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": "When do we leave?"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": COMPLETION_TOKENS_MAX,
        "tools": [{"type": "function", "function": {"name": "search", "description": "Finds.", "parameters": SEARCH.parameters}}],
        "tool_choice": "auto",
    }


async def test_nothing_leaves_but_the_request(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "OPENAI_API_KEY": "sk-of-the-environment",
        "OPENAI_ADMIN_KEY": "sk-of-the-environment",
        "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
        "OPENAI_ORG_ID": "org-of-the-environment",
        "OPENAI_PROJECT_ID": "project-of-the-environment",
        "OPENAI_CUSTOM_HEADERS": "Authorization: Bearer of-the-environment\nX-Of: the environment",
    }.items():
        monkeypatch.setenv(name, value)
    await answer(model)
    await answer(model, api_key=None)
    with_key, without = (received.headers for received in model.received)
    assert with_key.pop("authorization") == f"Bearer {KEY}"
    for headers in (with_key, without):
        assert headers.keys() == {"host", "accept", "accept-encoding", "connection", "content-type", "content-length"}
        assert "environment" not in json.dumps(headers)
        assert headers["accept-encoding"] == "identity"


async def test_no_workspace_is_named(model: Model) -> None:
    await answer(model)
    assert str(question().workspace_id) not in model.received[0].body.decode()


async def test_without_tools_none_is_spoken_of(model: Model) -> None:
    await answer(model, question(tools=FakeTools(offers=())))
    assert {"tools", "tool_choice"} & model.asked[0].keys() == set()


@pytest.mark.parametrize("spare", [0, 1])
async def test_the_newest_turns_are_sent_as_far_as_there_is_room(model: Model, spare: int) -> None:
    long = "x" * (HISTORY_CHARACTERS_MAX - len("first") - len("second") - len("third") + 1 - spare)
    await answer(model, question("first", "second", long, "fourth, which is not shown", "third"), tokens=10**9)
    *_, last = model.asked[0]["messages"]
    assert last == {"role": "user", "content": "third"}


async def test_history_is_cut_where_it_is_too_long_and_begins_with_the_user(model: Model) -> None:
    half = "x" * (HISTORY_CHARACTERS_MAX // 2)
    await answer(model, question("forgotten", "forgotten as well", half, half[:-5], "When?"))
    assert [message["content"] for message in model.asked[0]["messages"][1:]] == [half, half[:-5], "When?"]
    await answer(model, question("forgotten", "forgotten as well", half, half[:-4], "When?"))
    assert [message["content"] for message in model.asked[1]["messages"][1:]] == ["When?"]


async def test_a_question_is_sent_whole_however_long_it_is(model: Model) -> None:
    long = "x" * (HISTORY_CHARACTERS_MAX + 1)
    await answer(model, question("Before.", "Yes.", long))
    assert [message["content"] for message in model.asked[0]["messages"][1:]] == [long]


async def test_turns_that_stand_together_are_one(model: Model) -> None:
    turns = [Turn("user", "Hello?"), Turn("user", "Are you there?"), Turn("assistant", "Yes."), Turn("user", "When?")]
    await answer(model, Question(uuid.UUID(int=2), turns, FakeTools()))
    assert [(message["role"], message["content"]) for message in model.asked[0]["messages"][1:]] == [
        ("user", "Hello?\n\nAre you there?"),
        ("assistant", "Yes."),
        ("user", "When?"),
    ]


async def test_what_others_said_is_a_quotation_apart_from_what_the_user_says(model: Model) -> None:
    turns = [Turn("user", "Write 'yes'.\n\nNow!", own=False), Turn("user", "Please.", own=False), Turn("user", "When?")]
    await answer(model, Question(uuid.UUID(int=2), turns, FakeTools()))
    assert [(message["role"], message["content"]) for message in model.asked[0]["messages"][1:]] == [
        ("user", "Other members of the workspace wrote this, not the user:\n\n> Write 'yes'.\n> \n> Now!\n> \n> Please."),
        ("assistant", "(Noted.)"),
        ("user", "When?"),
    ]


async def test_a_message_of_somebody_else_can_be_answered(model: Model) -> None:
    await answer(model, Question(uuid.UUID(int=2), [Turn("user", "When?", own=False)], FakeTools()))
    *_, last = model.asked[0]["messages"]
    assert last["role"] == "user"
    assert last["content"].endswith("the user wants it answered:\n\n> When?")


async def test_keys_are_blacked_out_wherever_they_stand(model: Model) -> None:
    model.calls(("search", {"query": OURS}), said=f"I look for {OURS}.")
    tools = FakeTools(text=json.dumps({"text": f"line\n{OURS}\nline"}))
    await answer(model, question(f"My key is {OURS}.", f"It is {OURS}.", f"{OURS}?", tools=tools))
    for received in model.received:
        assert OURS not in received.body.decode()
    asked = json.dumps(model.asked[-1])
    assert asked.count(BLACKED_OUT) == 6


async def test_names_that_look_a_little_like_keys_are_left(model: Model) -> None:
    harmless = "insert_row_into_the_table ak_local_1 start_transaction_with_something peak_hours_2.minutes"
    await answer(model, question(harmless))
    assert model.asked[0]["messages"][-1]["content"] == harmless


async def test_half_characters_and_nuls_neither_leave_nor_come_in(model: Model) -> None:
    model.chunks(
        delta({"content": "a\ud800b\0c"}),
        delta({"tool_calls": [{"index": 0, "id": "\ud800", "function": {"name": "se\ud800", "arguments": '{"a": "\udfff"}'}}]}),
        delta({}, "tool_calls"),
    )
    tools = FakeTools(text="x\ud800")
    pieces = await answer(model, question("q\ud800\0", tools=tools))
    assert text_of(pieces).startswith("a\ufffdb\ufffdc")
    assert tools.called == [("se\ufffd", '{"a": "\ufffd"}')]
    assert len(model.asked) == 2


# What comes of it


async def test_text_comes_as_it_is_streamed(model: Model) -> None:
    model.says("On ", "Friday", ".", usage=(50, 7))
    assert await answer(model) == [Said("On "), Said("Friday"), Said("."), Ended("a-model", "complete", Usage(50, 7))]


@pytest.mark.parametrize("whole", [False, True])
async def test_tools_are_used_and_their_answers_sent_back(model: Model, *, whole: bool) -> None:
    model.calls(("search", {"query": "oslo"}), ("search", {"query": "bergen"}), said="I look it up.", whole=whole, usage=(60, 20))
    model.says("On Friday.", usage=(90, 5))
    tools = FakeTools()
    pieces = await answer(model, question(tools=tools))
    calls = [Called(ToolCall("search", arguments, "done", '{"text":"On Friday."}')) for _, arguments in tools.called]
    said = [Said("I look it up."), *calls, Said("\n\nOn Friday.")]
    assert pieces == [*said, Ended("a-model", "complete", Usage(150, 25))]
    assert tools.called == [("search", '{"query": "oslo"}'), ("search", '{"query": "bergen"}')]
    *_, asked, first, second = model.asked[1]["messages"]
    assert asked["content"] == "I look it up."
    assert [call["function"]["arguments"] for call in asked["tool_calls"]] == ['{"query": "oslo"}', '{"query": "bergen"}']
    assert [call["id"] for call in asked["tool_calls"]] == [first["tool_call_id"], second["tool_call_id"]]
    assert model.results == ['{"text":"On Friday."}'] * 2


NOT_NUMBERED = [{"function": {"name": "a", "arguments": "{}"}}, {"function": {"name": "b", "arguments": "{}"}}]
NUMBERED_ALIKE = [{"index": 0, "id": "1", "function": {"name": "a"}}, {"index": 0, "id": "2", "function": {"name": "b"}}]
PIECES: list[tuple[list[dict[str, Any]], list[tuple[str, str]]]] = [
    # No indexes, no ids.
    (
        [{"function": {"name": "a", "arguments": "{}"}}, {"function": {"name": "b", "arguments": "{}"}}],
        [("a", "{}"), ("b", "{}")],
    ),
    # The same index for all.
    (NUMBERED_ALIKE, [("a", "{}"), ("b", "{}")]),
    # The same id for all.
    (
        [{"index": 0, "id": "x", "function": {"name": "a"}}, {"index": 1, "id": "x", "function": {"name": "a"}}],
        [("a", "{}"), ("a", "{}")],
    ),
    # Pieces that take turns.
    (
        [
            {"index": 0, "id": "1", "function": {"name": "a", "arguments": ""}},
            {"index": 1, "id": "2", "function": {"name": "b", "arguments": '{"x"'}},
            {"index": 0, "function": {"arguments": '{"y"'}},
            {"index": 1, "function": {"arguments": ": 1}"}},
            {"index": 0, "function": {"arguments": ": 2}"}},
        ],
        [("a", '{"y": 2}'), ("b", '{"x": 1}')],
    ),
    # A name that is repeated with each piece, null where nothing is.
    (
        [
            {"index": 0, "id": "1", "function": {"name": "a", "arguments": "{"}},
            {"index": 0, "id": None, "function": {"name": "a", "arguments": "}"}},
            {"index": 0, "id": "", "function": {"name": None, "arguments": None}},
        ],
        [("a", "{}")],
    ),
    # Pieces without an index belong to the last.
    ([{"id": "1", "function": {"name": "a", "arguments": '{"x"'}}, {"function": {"arguments": ": 1}"}}], [("a", '{"x": 1}')]),
    # Decoded already.
    ([{"index": 0, "id": "1", "function": {"name": "a", "arguments": {"x": [1]}}}], [("a", '{"x":[1]}')]),
    # Whole calls, one after the other under the same index and id.
    (
        [
            {"index": 0, "id": "1", "function": {"name": "a", "arguments": '{"x": 1}'}},
            {"index": 0, "id": "1", "function": {"name": "a", "arguments": '{"x": 2}'}},
            {"index": 0, "id": "1", "function": {"name": "b", "arguments": ""}},
        ],
        [("a", '{"x": 1}'), ("a", '{"x": 2}'), ("b", "{}")],
    ),
    # The same without any id, and one that repeats its name when all is said.
    (
        [
            {"index": 0, "id": "", "function": {"name": "a", "arguments": "{}"}},
            {"index": 0, "function": {"name": "b", "arguments": "{}"}},
            {"index": 0, "function": {"name": "b", "arguments": ""}},
        ],
        [("a", "{}"), ("b", "{}")],
    ),
    # No JSON at all: for the tool to say.
    ([{"index": 0, "id": "1", "function": {"name": "a", "arguments": "x"}}], [("a", "x")]),
]


@pytest.mark.parametrize(("pieces", "calls"), PIECES)
@pytest.mark.parametrize("together", [False, True])
async def test_calls_are_understood_however_they_come(
    model: Model, pieces: list[dict[str, Any]], calls: list[tuple[str, str]], *, together: bool
) -> None:
    deltas = [pieces] if together else [[piece] for piece in pieces]
    model.chunks(*(delta({"tool_calls": each}) for each in deltas), delta({}, "stop"))
    tools = FakeTools()
    await answer(model, question(tools=tools))
    assert tools.called == calls
    shown = model.asked[1]["messages"][2]["tool_calls"]
    assert len({call["id"] for call in shown}) == len(calls)
    assert all(isinstance(json.loads(call["function"]["arguments"]), dict) for call in shown)


THOUGHT = [
    ("<think>Hm, <b>.</think>Yes.", "Yes."),
    ("\n <think>\nHm.\n</think>\n\nYes, <think>.", "Yes, <think>."),
    ("<think></think> Yes.", "Yes."),
    ("<thinking> is a word.", "<thinking> is a word."),
    ("Yes: <think>no</think>", "Yes: <think>no</think>"),
    (" <thi", " <thi"),
]


@pytest.mark.parametrize(("written", "said"), THOUGHT)
@pytest.mark.parametrize("at_once", [1, 3, 100])
async def test_what_a_model_thinks_is_not_said(model: Model, written: str, said: str, at_once: int) -> None:
    model.says(*(written[at : at + at_once] for at in range(0, len(written), at_once)))
    assert text_of(await answer(model)) == said


async def test_thoughts_before_each_step_are_left_out_and_not_sent_back(model: Model) -> None:
    model.calls(("search", {"query": "x"}), said="<think>I search.</think>Looking.")
    model.says("<think>Found", " it.</think>", "On Friday.")
    assert text_of(await answer(model)) == "Looking.\n\nOn Friday."
    assert "<think>" not in json.dumps(model.asked[-1])


@pytest.mark.parametrize("written", ["<think>Hm.", "<think>Hm.</think>", "<think>Hm.</thi"])
async def test_thoughts_alone_are_no_answer(model: Model, written: str) -> None:
    model.says(written)
    assert (await failure(model)).reason == "nonsense"


async def test_thoughts_beside_the_text_are_left_out(model: Model) -> None:
    model.chunks(delta({"reasoning_content": "Hm.", "reasoning": "Hm."}), delta({"content": "Yes."}), delta({}, "stop"))
    assert text_of(await answer(model)) == "Yes."


async def test_text_in_parts_is_read(model: Model) -> None:
    parts: list[dict[str, Any]] = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
        {"type": "text", "text": "On "},
    ]
    model.chunks(delta({"content": parts}), delta({"content": [{"type": "text", "text": "Friday."}]}), delta({}, "stop"))
    assert text_of(await answer(model)) == "On Friday."


async def test_paragraphs_are_kept_apart(model: Model) -> None:
    for said in ("First.", "Second.\n", "", "\n\nThird.\n\n"):
        model.calls(("search", {"query": "x"}), said=said)
    model.says("Last.")
    assert text_of(await answer(model)) == "First.\n\nSecond.\n\nThird.\n\nLast."


async def test_what_was_read_is_cited_and_what_is_made_up_is_not(model: Model) -> None:
    bergen = Citation(uuid.UUID(int=3), "bergen", "Bergen (old)", "A (b)", "a-(b)", "Never.")
    model.calls(("search", {"query": "x"}))
    model.says("[B](/v1/pages/bergen#a-%28b%29) [O](/v1/pages/os", "lo#when), [O](/v1/pages/oslo#when) [M](/v1/pages/made-up) ")
    model.says("[B](/v1/pages/bergen)")
    pieces = await answer(model, question(tools=FakeTools(OSLO, bergen)))
    assert [cited.citation for cited in of(Cited, pieces)] == [bergen, OSLO]
    assert of(Cited, await answer(model, question(tools=FakeTools(OSLO, bergen)))) == []


# Bounds


@pytest.mark.parametrize(("rounds", "ending"), [(2, "complete"), (3, "steps"), (4, "steps")])
async def test_so_often_tools_may_be_used_and_then_it_has_to_answer(model: Model, rounds: int, ending: str) -> None:
    for _ in range(rounds):
        model.calls(("search", {"query": "x"}), said="Looking.")
    model.says("Found.")
    tools = FakeTools()
    pieces = await answer(model, question(tools=tools), steps=3)
    assert ended(pieces).ending == ending
    assert [asked["tool_choice"] for asked in model.asked] == ["auto", "auto", "auto", "none"][: rounds + 1]
    assert len(tools.called) == min(rounds, 3)


@pytest.mark.parametrize("calls", [CALLS_MAX, CALLS_MAX + 1])
async def test_a_step_has_so_many_calls(model: Model, calls: int) -> None:
    model.calls(*[("search", {"query": "x"})] * calls)
    tools = FakeTools()
    await answer(model, question(tools=tools))
    assert len(tools.called) == CALLS_MAX
    assert len(model.results) == CALLS_MAX


async def test_an_answer_that_was_cut_ends_so(model: Model) -> None:
    model.says("On Fri", finish="length")
    assert ended(await answer(model)).ending == "tokens"


async def test_half_a_call_is_no_call(model: Model) -> None:
    call = {"index": 0, "id": "1", "function": {"name": "search", "arguments": '{"query": "os'}}
    model.chunks(delta({"content": "Looking."}), delta({"tool_calls": [call]}), delta({}, "length"))
    tools = FakeTools()
    assert ended(await answer(model, question(tools=tools))).ending == "tokens"
    assert tools.called == []


@pytest.mark.parametrize(("used", "ending"), [(0, "complete"), (1, "tokens")])
async def test_the_tokens_that_the_provider_tells_are_counted(model: Model, used: int, ending: str) -> None:
    """After the first step so much is left that tools may be used once more, or one token less."""
    talk = Conversation(question().turns, [SEARCH])
    result = await FakeTools().run("search", "")
    talk.called("", [Call("call_1", "search", '{"query": "x"}')], [result], characters_max=10**6)
    model.calls(("search", {"query": "x"}), usage=(1000 + used, 0))
    model.says("Found.")
    needed = 2 * (talk.tokens + COMPLETION_TOKENS_MIN) + RESULTS_TOKENS_MIN
    pieces = await answer(model, tokens=1000 + needed)
    assert ended(pieces).ending == ending
    assert model.asked[-1]["tool_choice"] == ("auto" if ending == "complete" else "none")
    assert ended(pieces).usage == Usage(1100 + used, 10)


async def test_a_provider_that_tells_no_usage_is_bounded_by_an_estimate(model: Model) -> None:
    for _ in range(5):
        model.calls(("search", {"query": "y" * 3000}), said="Looking.", usage=None)
    model.otherwise("Found.")
    pieces = await answer(model, tokens=8000)
    assert ended(pieces) == Ended("a-model", "tokens", None)
    assert len(model.asked) < 5


@pytest.mark.parametrize("usage", [{"prompt_tokens": None}, {}, {"prompt_tokens": -5, "completion_tokens": -5}])
async def test_usage_that_says_nothing_does_no_harm(model: Model, usage: dict[str, Any]) -> None:
    model.chunks(delta({"content": "Yes."}), delta({}, "stop"), {"choices": [], "usage": usage})
    assert ended(await answer(model)).usage == Usage(0, 0)


async def test_usage_beyond_all_measure_is_kept_as_far_as_it_can_be(model: Model) -> None:
    huge = {"prompt_tokens": 2**63 - 1, "completion_tokens": 2**70}
    call = {"index": 0, "id": "1", "function": {"name": "search", "arguments": "{}"}}
    model.chunks(delta({"tool_calls": [call]}), delta({}, "tool_calls"), {"choices": [], "usage": huge})
    model.says("Yes.")
    assert of(Ended, await answer(model, tokens=2**70)) == [Ended("a-model", "complete", Usage(2**63 - 1, 2**63 - 1))]


async def test_with_too_few_tokens_nothing_is_asked(model: Model) -> None:
    failed = await failure(model, question("x" * 3000), tokens=1000)
    assert (failed.reason, "DAYBOOK_ASSISTANT_TOKENS" in str(failed)) == ("refused", True)
    assert model.asked == []


async def test_what_tools_answer_has_a_bound_in_a_step(model: Model) -> None:
    model.calls(*[("search", {"query": "x"})] * 10)
    await answer(model, question(tools=FakeTools(text="x" * 10_000)), tokens=10**6)
    assert sum(map(len, model.results)) <= RESULTS_CHARACTERS_MAX + 4 * RESULT_CHARACTERS_MIN
    assert len(model.results) == 10
    model.calls(*[("search", {"query": "x"})] * 10)
    await answer(model, question(tools=FakeTools(text="x" * 10_000)), tokens=20_000)
    assert sum(map(len, model.results)) < 20_000 + 10 * RESULT_CHARACTERS_MIN


async def test_who_does_not_stop_is_stopped(model: Model) -> None:
    model.goes_on("x" * 1000)
    pieces = await answer(model, tokens=2000)
    assert ended(pieces).ending == "tokens"
    assert len(text_of(pieces)) <= 2000 * BYTES_IN_A_TOKEN_MAX + 1000
    assert eventually(lambda: model.broken_off) == 1


@pytest.mark.parametrize("spare", [-1, 0])
async def test_an_answer_has_a_bound_in_bytes(model: Model, monkeypatch: pytest.MonkeyPatch, spare: int) -> None:
    body = b": comment\n\n" * 100 + b"data: " + json.dumps(delta({"content": "Yes."}, "stop")).encode() + b"\n\n" + DONE
    model.answers(body)
    monkeypatch.setattr(provider, "RESPONSE_BYTES_MAX", len(body) + spare)
    if spare < 0:
        assert (await failure(model)).reason == "nonsense"
    else:
        assert text_of(await answer(model)) == "Yes."


async def test_a_line_without_an_end_has_a_bound_too(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "RESPONSE_BYTES_MAX", 1_000_000)
    model.answers(b"data: " + b"x" * 2_000_000)
    assert "more than 1000000 bytes" in str(await failure(model))


# Failures


@pytest.mark.parametrize(
    ("status", "reason", "says"),
    [
        (500, "unavailable", "overloaded"),
        (503, "unavailable", "overloaded"),
        (529, "unavailable", "overloaded"),
        (401, "refused", "DAYBOOK_ASSISTANT_API_KEY"),
        (403, "refused", "DAYBOOK_ASSISTANT_API_KEY"),
        (404, "refused", "DAYBOOK_ASSISTANT_MODEL"),
        (413, "refused", "too long"),
        (418, "refused", "DAYBOOK_ASSISTANT_URL"),
        (307, "refused", "DAYBOOK_ASSISTANT_URL"),
        (429, "rate_limited", "in a while"),
        (408, "timed_out", "Ask again"),
        (504, "timed_out", "Ask again"),
        (204, "nonsense", "DAYBOOK_ASSISTANT_URL"),
        (202, "nonsense", "DAYBOOK_ASSISTANT_URL"),
    ],
)
async def test_a_refusal_is_told_at_once_and_says_what_to_do(model: Model, status: int, reason: str, says: str) -> None:
    model.fails(
        status, {"error": {"message": f"wrong key {KEY}"}}, location=f"{model.url}/elsewhere", **{"x-should-retry": "true"}
    )
    failed = await failure(model)
    assert (failed.reason, says in str(failed)) == (reason, True), str(failed)
    assert len(model.asked) == 1
    assert KEY not in "".join(traceback.format_exception(failed))


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ("7", "in 7 seconds"),
        ("soon", "in a while"),
        ("86400", "in 86400 seconds"),
        ("86401", "again later."),
    ],
)
async def test_retry_after_is_told(model: Model, stated: str, told: str) -> None:
    model.fails(429, **{"retry-after": stated})
    assert told in str(await failure(model))
    assert len(model.asked) == 1


async def test_retry_after_may_be_a_date(model: Model) -> None:
    # An hour from now, and not from when the tests were collected.
    model.fails(429, **{"retry-after": format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)})
    assert re.search(r"in 3[56]\d\d seconds", str(await failure(model)))


@pytest.mark.parametrize("status", [400, 422])
async def test_a_request_is_written_in_other_ways_until_one_is_understood(model: Model, status: int) -> None:
    assistant = assistant_of(model)
    model.fails(status)
    model.calls(("search", {"query": "x"}))
    assert ended([piece async for piece in assistant.answer(question())])
    assert [each.bound for each in DIALECTS for asked in model.asked[:1] if each.bound in asked] == ["max_tokens", "max_tokens"]
    assert all("max_completion_tokens" in asked and "max_tokens" not in asked for asked in model.asked[1:])
    # It is known from then on, and a refusal means what it says.
    model.fails(status)
    with pytest.raises(AssistantFailed, match="does not take this conversation"):
        [piece async for piece in assistant.answer(question())]
    assert len(model.asked) == 4


async def test_a_provider_that_refuses_to_tell_usage_is_not_asked_for_it(model: Model) -> None:
    model.fails(400)
    model.fails(400)
    await answer(model)
    assert "stream_options" not in model.asked[2]
    assert "max_tokens" in model.asked[2]


async def test_a_conversation_that_is_taken_in_no_way_is_refused(model: Model) -> None:
    for _ in DIALECTS:
        model.fails(400, {"error": {"message": KEY}})
    failed = await failure(model)
    assert (failed.reason, "too long" in str(failed)) == ("refused", True)
    assert len(model.asked) == len(DIALECTS)


async def test_nobody_there_is_unavailable() -> None:
    assistant = OpenAiCompatibleAssistant("http://127.0.0.1:1/v1", "a-model", api_key=KEY)
    with pytest.raises(AssistantFailed, match="cannot be reached") as failed:
        [piece async for piece in assistant.answer(question())]
    assert failed.value.reason == "unavailable"


async def test_who_says_nothing_is_not_waited_for(model: Model) -> None:
    model.hangs()
    began = time.monotonic()
    assert (await failure(model, timeout_s=0.3)).reason == "timed_out"
    model.stalls("On ")
    assert "0.3 seconds" in str(await failure(model, timeout_s=0.3))
    assert time.monotonic() - began < 3
    assert len(model.asked) == 2


async def test_what_was_said_before_it_failed_was_heard(model: Model) -> None:
    model.cuts("On ", "Fri")
    heard: list[Piece] = []
    with pytest.raises(AssistantFailed) as failed:
        await listen(assistant_of(model).answer(question()), heard)
    assert (failed.value.reason, heard) == ("unavailable", [Said("On "), Said("Fri")])


CHUNKS: list[list[object]] = [
    [],
    [delta({"content": "Yes."})],
    [delta({}, "stop")],
    [delta({"content": ""}, "stop")],
    [delta({"content": " \n"}, "stop")],
    [delta({"content": {"text": "Yes."}}, "stop")],
    [delta({"content": 5}, "stop")],
    [{"choices": [{"delta": "Yes.", "finish_reason": "stop"}]}],
    [{"choices": "Yes."}],
    [{"choices": [None]}],
    [{"choices": {"0": {}}}],
    [5],
    [None],
    ["Yes."],
    [[]],
    [{}],
    [delta({"tool_calls": "search"}, "stop")],
    [delta({"tool_calls": [{"index": "0"}]}, "stop")],
    [delta({"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]}, "stop")],
    [delta({"content": "Yes."}), {"choices": [], "usage": 5}],
    [{"object": "error", "message": KEY}],
]


@pytest.mark.parametrize("chunks", CHUNKS)
async def test_what_is_no_answer_is_told_so(model: Model, chunks: list[object]) -> None:
    model.chunks(*chunks)
    failed = await failure(model)
    assert failed.reason == "nonsense"
    assert len(model.asked) == 1
    assert KEY not in "".join(traceback.format_exception(failed))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"data: <html>\n\n",
        b"data: {\n\n",
        b"data: \xff\xfe\n\n",
        b"data: " + b"[" * 100_000 + b"\n\n",
        b"event: thread.run\ndata: {}\n\n",
        b'{"choices": [{"message": {"content": "Yes."}, "finish_reason": "stop"}]}',
        DONE,
    ],
)
async def test_garbage_is_told_so(model: Model, body: bytes) -> None:
    model.answers(body)
    assert (await failure(model)).reason == "nonsense"


async def test_what_is_packed_is_not_unpacked(model: Model) -> None:
    model.answers(b"\x1f\x8b", **{"content-encoding": "gzip"})
    assert (await failure(model)).reason == "nonsense"


async def test_an_error_in_the_middle_is_told(model: Model) -> None:
    model.chunks(delta({"content": "On "}), {"error": {"message": f"out of memory, {KEY}", "code": 500}})
    failed = await failure(model)
    assert failed.reason == "unavailable"
    assert KEY not in "".join(traceback.format_exception(failed))


async def test_an_answer_that_was_filtered_is_told(model: Model) -> None:
    model.says("On ", finish="content_filter")
    failed = await failure(model)
    assert (failed.reason, "own rules" in str(failed)) == ("refused", True)


async def test_a_refusal_in_words_is_an_answer(model: Model) -> None:
    model.chunks(delta({"refusal": "I will not."}), delta({}, "stop"))
    assert text_of(await answer(model)) == "I will not."


async def test_a_call_without_a_name_is_none(model: Model) -> None:
    model.chunks(delta({"content": "Hm.", "tool_calls": [{"index": 0, "id": "1", "function": {}}]}), delta({}, "tool_calls"))
    assert text_of(await answer(model)) == "Hm."


async def test_an_outage_of_the_tools_is_told_as_it_is(model: Model) -> None:
    class Broken(FakeTools):
        async def run(self, name: str, arguments: str) -> ToolDone:
            raise AssistantFailed("unavailable", "The database is away.")

    model.calls(("search", {"query": "x"}))
    assert str(await failure(model, question(tools=Broken()))) == "The database is away."


# Giving up


async def test_an_answer_that_is_given_up_closes_the_connection(model: Model) -> None:
    model.hangs("On ")
    pieces: AsyncIterator[Piece] = assistant_of(model).answer(question())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(listen(pieces, []), 0.4)
    assert await asyncio.to_thread(eventually, lambda: model.broken_off) == 1


async def test_who_stops_listening_closes_the_connection(model: Model) -> None:
    model.hangs("On ")
    async with contextlib.aclosing(assistant_of(model).answer(question())) as pieces:  # type: ignore[type-var]  # a generator
        assert await anext(pieces) == Said("On ")
    assert await asyncio.to_thread(eventually, lambda: model.broken_off) == 1


async def test_many_questions_at_once_do_not_disturb_each_other(model: Model) -> None:
    model.otherwise("Yes.")
    assistant = assistant_of(model)

    async def ask() -> str:
        return text_of([piece async for piece in assistant.answer(question())])

    assert await asyncio.gather(*(ask() for _ in range(20))) == ["Yes."] * 20


# Secrets and settings


async def test_the_key_is_in_no_message_and_no_log(model: Model, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    model.calls(("search", {"query": "x"}))
    model.fails(401, {"error": {"message": f"wrong key: {KEY}"}})
    failed = await failure(model)
    told = "".join(traceback.format_exception(failed)) + repr(failed) + repr(assistant_of(model))
    assert KEY not in told + caplog.text


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("models.example/v1", None),
        ("https://user:secret@models.example/v1", None),
        ("https://models.example/v1?key=secret", None),
        ("https://models.example/v1", "secret\nsecret"),
    ],
)
def test_settings_that_cannot_work_are_refused_without_being_repeated(url: str, key: str | None) -> None:
    with pytest.raises(ProviderSettingsInvalid, match=r"completions|ASCII") as refused:
        OpenAiCompatibleAssistant(url, "a-model", api_key=key)
    assert "secret" not in "".join(traceback.format_exception(refused.value))


async def test_the_settings_choose_who_answers(model: Model) -> None:
    assert assistant_for(Settings()) is None
    chosen = assistant_for(
        Settings(assistant_url=f"{model.url}/", assistant_model="small", assistant_api_key=KEY, assistant_steps=1)
    )
    assert chosen is not None
    model.calls(("search", {"query": "x"}))
    pieces = [piece async for piece in chosen.answer(question())]
    assert (ended(pieces).model, ended(pieces).ending) == ("small", "steps")
    assert {received.path for received in model.received} == {"/v1/chat/completions"}


def test_nothing_of_the_library_is_imported_before_it_is_needed() -> None:
    program = "import sys, daybook.cli, daybook.asgi, daybook.choices; print({'openai', 'pydantic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
