"""Threads, given what happened, when somebody wants something, then this follows."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.errors import InvalidValue
from domain.events import Actor, Change, Recorded
from domain.pages.errors import NotInTrash
from domain.threads import decisions
from domain.threads.conversation import Message, conversation, outcome_of, up_to
from domain.threads.decisions import Changes, Draft
from domain.threads.errors import (
    AlreadyAnswered,
    MessageNotFound,
    NotTheAuthor,
    ReplyPending,
    ThreadFull,
    ThreadInTrash,
    ThreadNotFound,
)
from domain.threads.events import (
    Citation,
    MessageSent,
    ReplyAsked,
    ReplyFailed,
    ReplyGiven,
    ThreadArchived,
    ThreadEvent,
    ThreadRenamed,
    ThreadRestored,
    ThreadShared,
    ThreadStarted,
    ThreadUnshared,
    ToolCall,
    WritesAllowed,
    WritesForbidden,
)
from domain.threads.rules import (
    DERIVED_TITLE_CHARACTERS_MAX,
    MESSAGE_BYTES_MAX,
    THREAD_BYTES_MAX,
    THREAD_EVENTS_MAX,
    check_title,
    title_from,
)
from domain.threads.state import Thread, evolve

THREAD, FIRST, SECOND, REPLY = (UUID(int=number) for number in (1, 2, 3, 4))
ANA, BEN = Actor("user", "ana", "Ana"), Actor("key", "7", "ci")
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=2)
STARTED = ThreadStarted(provider_thread_id="thread_1")
SENT = MessageSent(FIRST, "How do we invoice?")
ASKED = ReplyAsked(FIRST, LATER)
GIVEN = ReplyGiven(id=REPLY, message_id=FIRST, content="Monthly.", model="quotes")
FAILED = ReplyFailed(message_id=FIRST, reason="timed_out", detail="Too late.")


def facts(*events: ThreadEvent, actor: Actor = ANA) -> list[Recorded[ThreadEvent]]:
    return [Recorded(event, version, NOON, actor) for version, event in enumerate(events, 1)]


def given(*events: ThreadEvent) -> Thread:
    thread = None
    for fact in facts(*events):
        thread = evolve(thread, fact, THREAD)
    assert thread is not None
    return thread


def said(*events: ThreadEvent) -> list[Message]:
    return conversation(facts(*events))


def test_a_thread_begins_with_its_first_message_and_is_called_after_it() -> None:
    draft = Draft(message="# How do we *invoice*?\nAnd when?")
    assert decisions.start(draft, "thread_1", FIRST) == [
        ThreadStarted(provider_thread_id="thread_1", title="How do we *invoice*?"),
        MessageSent(FIRST, "# How do we *invoice*?\nAnd when?"),
    ]


def test_a_title_of_ones_own_counts_and_nothing_need_be_said() -> None:
    assert decisions.start(Draft(title="Money", message="Hi"), "thread_1", FIRST)[0] == ThreadStarted(
        provider_thread_id="thread_1", title="Money"
    )
    assert decisions.start(Draft(shared=True, writes=True), "thread_1", FIRST) == [
        ThreadStarted(provider_thread_id="thread_1", shared=True, writes=True)
    ]


def test_the_first_message_names_a_thread_without_a_title_and_later_ones_do_not() -> None:
    assert decisions.send(given(STARTED), FIRST, "How?") == [MessageSent(FIRST, "How?"), ThreadRenamed(Change(None, "How?"))]
    named = given(STARTED, SENT, ThreadRenamed(Change(None, "How do we invoice?")))
    assert decisions.send(named, SECOND, "And when?") == [MessageSent(SECOND, "And when?")]


def test_only_what_differs_is_changed() -> None:
    thread = given(STARTED)
    wanted = Changes(title="Money", shared=True, writes=True)
    assert decisions.change(thread, wanted) == [ThreadRenamed(Change(None, "Money")), ThreadShared(), WritesAllowed()]
    changed = given(STARTED, ThreadRenamed(Change(None, "Money")), ThreadShared(), WritesAllowed())
    assert (changed.title, changed.shared, changed.writes) == ("Money", True, True)
    assert decisions.change(changed, wanted) == []
    assert decisions.change(changed, Changes(shared=False, writes=False)) == [ThreadUnshared(), WritesForbidden()]


def test_what_is_in_the_trash_comes_back_and_nothing_else_does() -> None:
    archived = given(STARTED, ThreadArchived())
    assert (archived.live, archived.archived_at) == (False, NOON)
    with pytest.raises(ThreadInTrash):
        decisions.check_live(archived)
    assert decisions.restore(archived) == [ThreadRestored()]
    with pytest.raises(NotInTrash):
        decisions.restore(given(STARTED, ThreadArchived(), ThreadRestored()))


def test_a_thread_is_its_authors_alone_until_it_is_shared() -> None:
    private, shared = given(STARTED), given(STARTED, ThreadShared())
    renamed = Actor(ANA.kind, ANA.id, "Ana Who Married")
    assert decisions.check_author(private, renamed) is private
    with pytest.raises(ThreadNotFound):
        decisions.check_visible(private, BEN)
    with pytest.raises(ThreadNotFound):
        decisions.check_author(private, BEN)
    assert decisions.check_visible(shared, BEN) is shared
    with pytest.raises(NotTheAuthor):
        decisions.check_author(shared, BEN)
    # The same id in another role is somebody else.
    with pytest.raises(ThreadNotFound):
        decisions.check_visible(private, Actor("key", ANA.id, ANA.name))


def test_a_question_is_open_until_it_is_answered_or_failed() -> None:
    assert decisions.send_and_ask(given(STARTED, ThreadRenamed(Change(None, "x"))), FIRST, "How?", LATER) == [
        MessageSent(FIRST, "How?"),
        ASKED,
    ]
    asked = given(STARTED, SENT, ASKED)
    for outcome in (GIVEN, FAILED):
        assert decisions.settle(asked, outcome, LATER) == [outcome]
        settled = given(STARTED, SENT, ASKED, outcome)
        assert settled.asked == ()
        # Whoever comes second changes nothing.
        assert decisions.settle(settled, GIVEN, LATER) == []


def test_the_late_end_of_a_first_attempt_does_not_settle_the_second() -> None:
    later = LATER + timedelta(minutes=2)
    again = given(STARTED, SENT, ASKED, decisions.interrupted(FIRST), ReplyAsked(FIRST, later))
    assert decisions.settle(again, FAILED, LATER) == []
    assert decisions.settle(again, GIVEN, later) == [GIVEN]


def test_what_was_only_sent_or_failed_can_be_asked_again() -> None:
    for events in ((STARTED, SENT), (STARTED, SENT, ASKED, FAILED)):
        assert decisions.ask_again(given(*events), said(*events), FIRST, NOON, LATER) == [ASKED]


def test_what_is_answered_or_being_answered_cannot() -> None:
    asked, answered = (STARTED, SENT, ASKED), (STARTED, SENT, ASKED, GIVEN)
    with pytest.raises(ReplyPending):
        decisions.ask_again(given(*asked), said(*asked), FIRST, LATER - timedelta(seconds=1), LATER)
    with pytest.raises(AlreadyAnswered):
        decisions.ask_again(given(*answered), said(*answered), FIRST, LATER, LATER)
    for nobodys in (REPLY, SECOND):
        with pytest.raises(MessageNotFound):
            decisions.ask_again(given(*answered), said(*answered), nobodys, LATER, LATER)


def test_a_question_of_which_nothing_was_heard_in_time_was_interrupted() -> None:
    events = (STARTED, SENT, ASKED)
    assert given(*events).overdue_from == LATER
    assert decisions.give_up(given(*events), LATER - timedelta(seconds=1)) == []
    assert decisions.give_up(given(*events), LATER) == [decisions.interrupted(FIRST)]
    again = decisions.ask_again(given(*events), said(*events), FIRST, LATER, LATER + timedelta(minutes=2))
    assert again == [decisions.interrupted(FIRST), ReplyAsked(FIRST, LATER + timedelta(minutes=2))]


def test_what_became_of_a_question_is_read_off_the_conversation() -> None:
    assert outcome_of(said(STARTED, SENT), FIRST) is None
    assert outcome_of(said(STARTED, SENT, ASKED), FIRST) is None
    failed: Any = outcome_of(said(STARTED, SENT, ASKED, FAILED), FIRST)
    assert failed.event == FAILED
    assert outcome_of(said(STARTED, SENT, ASKED, FAILED, ASKED), FIRST) is None
    answer: Any = outcome_of(said(STARTED, SENT, ASKED, FAILED, ASKED, GIVEN), FIRST)
    assert (answer.id, answer.reply) == (REPLY, GIVEN)


def test_the_assistant_hears_what_was_said_before_a_message_and_nothing_later() -> None:
    first, second, answer = said(STARTED, SENT, MessageSent(SECOND, "And when?"), ASKED, GIVEN)
    assert up_to([first, second, answer], first) == [first]
    assert up_to([first, second, answer], second) == [first, second]


@pytest.mark.parametrize("content", ["", " \n\t", "a\0b", "\ud800"])
def test_a_message_says_something_that_can_be_stored(content: str) -> None:
    with pytest.raises(InvalidValue):
        decisions.send(given(STARTED), FIRST, content)


def test_a_message_and_a_thread_have_a_longest() -> None:
    longest = "é" * (MESSAGE_BYTES_MAX // 2)
    assert decisions.send(given(STARTED), FIRST, longest)[0] == MessageSent(FIRST, longest)
    with pytest.raises(InvalidValue):
        decisions.send(given(STARTED), FIRST, longest + "x")
    full = [MessageSent(UUID(int=number), longest) for number in range(THREAD_BYTES_MAX // MESSAGE_BYTES_MAX)]
    assert decisions.send(given(STARTED, *full[1:]), FIRST, longest)
    with pytest.raises(ThreadFull):
        decisions.send(given(STARTED, *full), FIRST, "x")
    with pytest.raises(ThreadFull):
        decisions.ask_again(given(STARTED, *full, SENT), said(STARTED, *full, SENT), FIRST, NOON, LATER)


def test_what_the_assistant_did_and_could_not_say_counts_for_a_threads_size_as_well() -> None:
    call = ToolCall("search", "a" * 10, "done", "b" * 20)
    failed = ReplyFailed(message_id=FIRST, reason="timed_out", detail="Too late.", said="c" * 5, calls=(call,))
    before = given(STARTED, SENT, ASKED).size_bytes
    assert given(STARTED, SENT, ASKED, failed).size_bytes == before + 35


def test_a_thread_has_so_many_events_and_no_more() -> None:
    long = msgspec.structs.replace(given(STARTED), version=THREAD_EVENTS_MAX - 1)
    assert decisions.send(long, FIRST, "x")
    with pytest.raises(ThreadFull):
        decisions.send(msgspec.structs.replace(long, version=THREAD_EVENTS_MAX), FIRST, "x")


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("Plain words", "Plain words"),
        ("\n\n> ## 1. - quoted *and* listed\nmore", "quoted *and* listed"),
        ("tab\tand\u2028break", "tab and"),
        ("###", "###"),
        ("x" * 80, "x" * 80),
        ("word " * 16 + "and more", "word " * 15 + "word…"),
        ("語" * 90, "語" * 79 + "…"),
        ("---\n", "---"),
        ("---\n```python\nprint(1)\n```", "print(1)"),
        ("\u200b\u202eabc", "abc"),
        ("\u200b", "…"),
    ],
)
def test_a_title_is_the_first_line_without_markdowns_signs(content: str, title: str) -> None:
    assert title_from(content) == title


@for_all(st.text(min_size=1).filter(lambda text: text.strip() and "\0" not in text))
def test_whatever_may_be_said_gives_a_title_that_a_thread_may_have(content: str) -> None:
    title = title_from(content)
    assert check_title(title) == title
    assert len(title) <= DERIVED_TITLE_CHARACTERS_MAX


def test_a_citation_is_a_link_whatever_a_page_is_called() -> None:
    citation = Citation(THREAD, "invoices", r"In[voices] \o/", "When", "when")
    assert citation.markdown == "[In\\[voices\\] \\\\o/ \u203a When](/v1/pages/invoices#when)"
    assert Citation(THREAD, "invoices", "Invoices").markdown == "[Invoices](/v1/pages/invoices)"
