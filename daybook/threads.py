"""The part of the composition that has to do with threads: what is said in them, who answers, and what the assistant may do."""

import msgspec

from application.event_store import EventStore
from application.idempotency import Idempotency
from application.search import Search
from application.threads.answering import Answering
from application.threads.extractive import ExtractiveAssistant
from application.threads.replies import Replies
from application.threads.threads import Threads
from application.tools.workspace import MayStill, Toolbox
from daybook.choices import assistant_for
from daybook.pages import PageParts
from daybook.settings import Settings
from daybook.world import new_id, now
from infrastructure.database import Database
from infrastructure.threads import PostgresThreadBook


class ThreadParts(msgspec.Struct, frozen=True):
    """The use cases."""

    threads: Threads
    replies: Replies


def toolbox(on_pages: PageParts, search: Search, may_still: MayStill) -> Toolbox:
    """What the assistant may use stands on the use cases of everybody."""
    return Toolbox(search, on_pages.reader, on_pages.markdown, on_pages.pages, on_pages.contents, may_still, now)


def thread_parts(
    store: EventStore, database: Database, idempotency: Idempotency, search: Search, tools: Toolbox, settings: Settings
) -> ThreadParts:
    threads, time_s = Threads(store, PostgresThreadBook(database), new_id), settings.assistant_timeout_s
    assistant = assistant_for(settings) or ExtractiveAssistant(search)
    answering = Answering(threads, assistant, tools.tools_for, new_id, now, time_s=time_s)
    return ThreadParts(threads, Replies(threads, idempotency, answering, now, time_s=time_s))
