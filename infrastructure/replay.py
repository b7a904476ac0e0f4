"""From events to the rows of every read model, one stream after the other, in constant memory. Rebuilds and audits share it."""

from collections.abc import AsyncIterator, Callable
from typing import Any, get_args
from uuid import UUID

import asyncpg
import msgspec

from domain import keys, members, signing_keys
from domain.access import AccessEvent
from domain.events import Recorded
from domain.items.milestones import MILESTONES, MilestoneEvent
from domain.items.principles import PRINCIPLES, PrincipleEvent
from domain.items.updates import UPDATES, UpdateEvent
from domain.pages import state as pages
from domain.pages.events import slug_claims
from domain.pages.snapshots import Meter
from domain.planning.entities import Kept
from domain.search import settings as search_settings
from domain.threads import state as threads
from domain.threads.events import ThreadEvent
from domain.webhooks import state as webhooks
from domain.webhooks.events import WebhookEvent
from domain.workspaces import WorkspaceCreated
from infrastructure import page_rows
from infrastructure.database import Connection
from infrastructure.event_store import codec
from infrastructure.event_store.codec import recorded_from
from infrastructure.items import STATES as ITEMS
from infrastructure.items import item_row
from infrastructure.keys import key_row
from infrastructure.link_rows import COLUMNS as LINK_COLUMNS
from infrastructure.link_rows import link_rows
from infrastructure.members import member_row
from infrastructure.planning.rows import EVOLVE as EVOLVE_ENTITIES
from infrastructure.planning.rows import entity_row
from infrastructure.projections.texts import text_rows
from infrastructure.search.settings import search_settings_row
from infrastructure.signing_keys import signing_key_row
from infrastructure.sql import sql
from infrastructure.threads import thread_row
from infrastructure.webhooks.book import webhook_row

ROWS_AT_ONCE = 2000


class ReplayFailed(Exception):
    """The log does not replay."""


class Rows(msgspec.Struct):
    """Rows by table, in the order of the tables' columns. A claim is (workspace, slug, page, position); the last one counts."""

    tables: dict[str, list[tuple[Any, ...]]] = {}
    claims: list[tuple[UUID, str, UUID, int, bool]] = []

    def add(self, table: str, row: tuple[Any, ...]) -> None:
        self.tables.setdefault(table, []).append(row)


COLUMNS = {
    "workspace": ("workspace_id", "name", "created_at"),
    "api_key": (
        "workspace_id",
        "stream_id",
        "key_id",
        "name",
        "environment",
        "secret_hash",
        "last_four",
        "created_at",
        "revoked_at",
        "scopes",
        "expires_at",
        "doc",
    ),
    "member": ("workspace_id", "member_id", "role", "status", "joined_at", "version", "doc"),
    "signing_key": ("workspace_id", "stream_id", "number", "salt", "made_at", "version", "retired_at"),
    "search_settings": ("workspace_id", "stream_id", "language", "version", "doc"),
    "webhook": ("workspace_id", "webhook_id", "registered_position", "sends", "version", "doc"),
    "item": ("workspace_id", "item_id", "kind", "page_id", "live", "standing", "moment", "version", "doc"),
    "thread": (
        "workspace_id",
        "thread_id",
        "provider_thread_id",
        "author",
        "shared",
        "live",
        "created_at",
        "overdue_from",
        "version",
        "doc",
    ),
    "entity": (
        "workspace_id",
        "stream_id",
        "ref_id",
        "kind",
        "owner",
        "archived",
        "along_with",
        "removed",
        "key",
        "version",
        "doc",
    ),
    "page": (
        "workspace_id",
        "page_id",
        "parent_id",
        "archived_root",
        "live",
        "slug",
        "title",
        "doc",
        "version",
        "stamp",
        "content_hash",
        "content_bytes",
        "segments",
        "tail",
        "aside",
        "place",
        "page_type",
        "latest_at",
    ),
    "page_snapshot": (
        "workspace_id",
        "page_id",
        "version",
        "position",
        "latest_at",
        "archived_root",
        "doc",
        "aside",
        "stamp",
        "content_hash",
        "content_bytes",
        "content",
    ),
    "page_facet": ("workspace_id", "facet", "value", "number", "page_id"),
    "page_segment": ("workspace_id", "page_id", "segment", "body"),
    "page_link": LINK_COLUMNS,
    "page_text": ("workspace_id", "page_id", "part", "body"),
}
# How the streams of each slice are folded; a stream of none of these is a page's.
_EVOLVE: dict[type, Callable[..., Any]] = {
    kind: evolve
    for union, evolve in (
        (keys.KeyEvent, keys.evolve),
        (members.MemberEvent, members.evolve),
        (signing_keys.SigningKeyEvent, signing_keys.evolve),
        (WebhookEvent, webhooks.evolve),
        (UpdateEvent, UPDATES.evolve),
        (MilestoneEvent, MILESTONES.evolve),
        (PrincipleEvent, PRINCIPLES.evolve),
        (ThreadEvent, threads.evolve),
        (search_settings.LanguageChosen, search_settings.evolve),
    )
    # Some slices have a single event so far.
    for kind in get_args(union) or (union,)
} | EVOLVE_ENTITIES
# The table and the row of what has one row, whatever became of it.
_ROW: dict[type, tuple[str, Callable[..., tuple[Any, ...]]]] = {
    keys.Key: ("api_key", key_row),
    members.Member: ("member", member_row),
    signing_keys.SigningKey: ("signing_key", signing_key_row),
    search_settings.SearchSettings: ("search_settings", search_settings_row),
    threads.Thread: ("thread", thread_row),
    Kept: ("entity", entity_row),
    **dict.fromkeys(ITEMS.values(), ("item", item_row)),
}


async def replay(
    connection: Connection,
    workspace_id: UUID,
    up_to: int,
    streams: list[UUID] | None = None,
    told: Callable[[int], None] = lambda _: None,
) -> AsyncIterator[Rows]:
    """The rows of each stream: snapshots as they are met, the others at its end. `told` hears how many events were read.

    Needs an open transaction. Raises `ReplayFailed`.
    """
    arguments = (workspace_id, up_to) if streams is None else (workspace_id, up_to, streams)
    statement = sql("replay") if streams is None else sql("replay_streams")
    fold: _Fold | None = None
    read = 0
    async for row in connection.cursor(statement, *arguments, prefetch=ROWS_AT_ONCE):
        if fold is None or fold.stream_id != row["stream_id"]:
            if fold is not None:
                yield fold.rows()
            fold = _Fold(workspace_id, row["stream_id"])
        snapshot = fold.take(row)
        if snapshot is not None:
            yield Rows({"page_snapshot": [snapshot]})
        read += 1
        if read == ROWS_AT_ONCE:
            told(read)
            read = 0
    if fold is not None:
        yield fold.rows()
    told(read)


class _Fold:
    """One stream on its way from its first event to its last."""

    def __init__(self, workspace_id: UUID, stream_id: UUID) -> None:
        self.workspace_id = workspace_id
        self.stream_id = stream_id
        self._state: Any = None
        self._version = 0
        self._first_position = 0
        self._meter = Meter()
        self._claims: list[tuple[UUID, str, UUID, int, bool]] = []

    def take(self, row: asyncpg.Record) -> tuple[Any, ...] | None:
        """Answers the row of the page's snapshot, where one is due."""
        self._version += 1
        if row["version"] != self._version:
            raise ReplayFailed(f"stream {self.stream_id} has version {row['version']} where {self._version} should be")
        if self._version == 1:
            self._first_position = row["position"]
        if not codec.is_ours(row["type"]):
            return None
        try:
            fact = recorded_from(row)
            self._state = self._evolved(fact)
        except (TypeError, msgspec.MsgspecError, codec.UnknownEvent) as error:
            raise ReplayFailed(f"{_named(row)} cannot be replayed: {error}") from error
        _check_content(self._state, fact.event, row)
        self._claims += [
            (self.workspace_id, slug, self.stream_id, row["position"], original)
            for slug, original in slug_claims((fact.event,)).items()
        ]
        return self._snapshot(row)

    def _snapshot(self, row: asyncpg.Record) -> tuple[Any, ...] | None:
        page = self._state
        self._meter = self._meter.after(len(row["data"]))
        if not (isinstance(page, pages.Page) and self._meter.due):
            return None
        self._meter = Meter(page.content.size_bytes)
        return page_rows.snapshot_row(self.workspace_id, page, row["position"])

    def rows(self) -> Rows:
        rows = Rows(claims=self._claims)
        match self._state:
            case None:
                return rows
            case pages.Page() as page:
                self._add_page(rows, page)
            case webhooks.Webhook(removed=removed) as webhook:
                if not removed:
                    rows.add("webhook", webhook_row(self.workspace_id, webhook, self._first_position))
            case Recorded(event=event, at=at):
                if isinstance(event, WorkspaceCreated):
                    rows.add("workspace", (self.workspace_id, event.name, at))
            case state:
                table, row = _ROW[type(state)]
                rows.add(table, row(self.workspace_id, state))
        return rows

    def _add_page(self, rows: Rows, page: pages.Page) -> None:
        row = page_rows.page_row(self.workspace_id, page, 0)
        rows.add("page", row[:2] + row[3:])
        for facet in page_rows.facet_rows(self.workspace_id, page):
            rows.add("page_facet", facet)
        for number, body in enumerate(page.content.segments[:-1]):
            rows.add("page_segment", (self.workspace_id, self.stream_id, number, body))
        for text in text_rows(self.workspace_id, page):
            rows.add("page_text", text)
        if page.live:
            for link in link_rows(self.workspace_id, self.stream_id, bytes(page.content)):
                rows.add("page_link", link)

    def _evolved(self, fact: Recorded[Any]) -> Any:  # noqa: ANN401 - the state of whichever slice the stream is of
        if isinstance(fact.event, WorkspaceCreated | AccessEvent):
            return fact
        return _EVOLVE.get(type(fact.event), pages.evolve)(self._state, fact, self.stream_id)


def _check_content(state: object, event: object, row: asyncpg.Record) -> None:
    """Each content event says what its result hashes to, so that replaying checks itself."""
    if not isinstance(state, pages.Page):
        return
    stated = pages.hash_after(event)
    if stated is not None and state.content.hash != stated:
        raise ReplayFailed(f"{_named(row)} leaves other content than it recorded")


def _named(row: asyncpg.Record) -> str:
    return f"the event at position {row['position']} ({row['type']}, stream {row['stream_id']}, version {row['version']})"
