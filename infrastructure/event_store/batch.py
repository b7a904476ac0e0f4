"""A batch: what several callers want appended, laid out as the arrays that `daybook.append` takes."""

from asyncio import Future
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from application.event_store import Append, Command, StreamChange
from domain.events import Event, Meta
from domain.pages.events import PageReverted, slug_claims
from domain.pages.state import Page
from infrastructure import page_rows
from infrastructure.event_store import codec

# What must not stand twice in a batch, nor in two batches on their way: a stream, a slug, a command. Bytes, because a set hashes
# them once, where an id is hashed anew each time it is looked up.
Mark = bytes


class Request:
    """One caller's append and the future the caller waits on."""

    __slots__ = ("append", "done", "marks", "size_bytes", "streams")

    def __init__(self, append: Append, done: "Future[int]") -> None:
        self.append = append
        self.done = done
        workspace = append.command.workspace_id.bytes
        self.streams: list[Mark] = [b"stream" + workspace + change.stream_id.bytes for change in append.changes]
        self.marks: set[Mark] = {b"command" + workspace + append.command.command_id.bytes, *self.streams}
        self.size_bytes = 0
        for change in append.changes:
            self.marks |= {b"slug" + workspace + slug.encode() for slug in slug_claims(change.events)}
            self.size_bytes += _size_hint(change)


class Unit:
    """Requests that stand or fall together: one, or several on one stream of which each was decided on the one before."""

    __slots__ = ("requests",)

    def __init__(self, request: Request) -> None:
        self.requests = [request]

    @property
    def next_version(self) -> int:
        """The version after the unit, for a request that wants to ride on it."""
        change = self.requests[-1].append.changes[0]
        return change.expected_version + len(change.events)


class Batch:
    """Collects units and gives the arguments of `daybook.append`, in its order."""

    def __init__(self, units: Sequence[Unit]) -> None:
        """Units of one batch touch different streams, claim different slugs and carry different commands."""
        self.units = list(units)
        self._ordinals: dict[UUID, int] = {}
        self._events: list[tuple[Any, ...]] = []
        self._ticks: list[page_rows.Tick] = []
        self._pages: list[page_rows.PageRow] = []
        self._dropped: list[page_rows.SegmentRange] = []
        self._segments: list[page_rows.SegmentRow] = []
        self._slugs: list[tuple[int, UUID, str, UUID, bool, bool]] = []
        self._parents: list[tuple[int, UUID, UUID]] = []
        self._tallies: dict[UUID, int] = {}
        self._facets = page_rows.FacetChanges([], [])
        self._check = False
        self._last_ordinals: list[list[int]] = []
        self._command_ordinals: list[int] = []
        for number, unit in enumerate(self.units):
            self._add(number, unit)

    def arguments(self, *, check: bool = False) -> list[Any]:
        """`check` asks for what does not fit to be named; streams without a page row, which nothing else watches, always are."""
        metadata = (self._slugs, self._parents, list(self._tallies.items()), self._facets.dropped, self._facets.written)
        rows = (self._pages, self._dropped, self._segments, *metadata)
        return append_arguments(list(self._ordinals), self._events, self._ticks, rows, check=check or self._check)

    def positions(self, unit: int, base: int) -> list[int]:
        """The position of each request's last event, given the position before the workspace's first of this batch."""
        return [base + ordinal for ordinal in self._last_ordinals[unit]]

    def heads(self, answers: Iterable[Mapping[str, Any]]) -> dict[UUID, int]:
        """Each workspace's last position, given what `daybook.append` answered."""
        return {row["workspace_id"]: row["position"] + self._ordinals[row["workspace_id"]] for row in answers}

    def first_units(self) -> list[tuple[int, Unit]]:
        """The first unit of each workspace, with its number."""
        first: dict[UUID, tuple[int, Unit]] = {}
        for number, unit in enumerate(self.units):
            first.setdefault(unit.requests[0].append.command.workspace_id, (number, unit))
        return list(first.values())

    def command_ordinal(self, unit: int) -> int:
        """The ordinal of the event that carries the command of the unit's first request."""
        return self._command_ordinals[unit]

    def _add(self, number: int, unit: Unit) -> None:
        last_ordinals: list[int] = []
        first = unit.requests[0].append
        begin = self._ordinals.get(first.command.workspace_id, 0)
        self._command_ordinals.append(begin + len(first.changes[0].events))
        for request in unit.requests:
            command = request.append.command
            last_ordinals.append(self._add_events(number, request.append, command))
        self._last_ordinals.append(last_ordinals)
        changes = [change for request in unit.requests for change in request.append.changes]
        merged = _merged(changes) if len(changes) > 1 else changes
        together = {change.stream_id for change in merged}
        rows = len(self._pages)
        for change in merged:
            self._project(number, first.command.workspace_id, change, together)
        if len(self._pages) > rows:
            self._claim_slugs(number, first.command.workspace_id, changes)

    def _add_events(self, number: int, append: Append, command: Command) -> int:
        """The command's id goes on the last event of its first stream, where its outcome can be read off."""
        workspace_id = command.workspace_id
        ordinal = self._ordinals.get(workspace_id, 0)
        meta = codec.encode_meta(
            Meta(command.actor, command.request, command.fingerprint, command.message, command.cause, command.client)
        )
        for place, change in enumerate(append.changes):
            last = len(change.events)
            for count, event in enumerate(change.events, 1):
                ordinal += 1
                command_id = command.command_id if place == 0 and count == last else None
                self._events.append(_event_row((number, ordinal, count), command, change, event, meta, command_id))
        self._ordinals[workspace_id] = ordinal
        return ordinal

    def _project(self, number: int, workspace_id: UUID, change: StreamChange, together: set[UUID]) -> None:
        """`together` are the streams of the same unit, which need not be there beforehand to be relied on."""
        if not isinstance(change.after, Page):
            self._check = True
            return
        page, before, events = change.after, change.before, tuple(change.events)
        if page_rows.touches_only_content(events):
            self._ticks.append(page_rows.tick(workspace_id, page, before))
        else:
            self._project_metadata(number, workspace_id, change, together)
        if before is not None and page_rows.only_appends(events):
            self._segments += page_rows.appended_segments(workspace_id, page.details.id, before.content, page.content)
            return
        segments = page_rows.segment_changes(workspace_id, page.details.id, before and before.content, page.content)
        self._dropped += segments.dropped
        self._segments += segments.written

    def _claim_slugs(self, number: int, workspace_id: UUID, changes: Sequence[StreamChange]) -> None:
        """Of several claims to one slug the last counts, as it does when the log is replayed."""
        claims: dict[str, tuple[UUID, bool, bool]] = {}
        for change in changes:
            for slug, original in slug_claims(change.events).items():
                holder, contested, was_original = claims.get(slug, (change.stream_id, False, False))
                claims[slug] = (change.stream_id, contested or holder != change.stream_id, original or was_original)
        self._slugs += [(number, workspace_id, slug, *claim) for slug, claim in claims.items()]

    def _project_metadata(self, number: int, workspace_id: UUID, change: StreamChange, together: set[UUID]) -> None:
        page, before, events = change.after, change.before, tuple(change.events)
        self._pages.append(page_rows.page_row(workspace_id, page, change.expected_version))
        parent = page_rows.parent_need(page, events)
        if parent is not None and parent not in together:
            self._parents.append((number, workspace_id, parent))
        facets = page_rows.facet_changes(workspace_id, before, page)
        self._facets.dropped.extend(facets.dropped)
        self._facets.written.extend(facets.written)
        difference = page.live - (before is not None and before.live)
        if difference:
            self._tallies[workspace_id] = self._tallies.get(workspace_id, 0) + difference


def _merged(changes: Sequence[StreamChange]) -> list[StreamChange]:
    """One change for each stream: what happened to it several times is projected once, because only the last state counts."""
    streams: dict[UUID, StreamChange] = {}
    for change in changes:
        begun = streams.get(change.stream_id)
        if begun is not None:
            events = [*begun.events, *change.events]
            change = StreamChange(begun.stream_id, begun.expected_version, events, begun.before, change.after)  # noqa: PLW2901 - the same change, grown
        streams[change.stream_id] = change
    return list(streams.values())


def append_arguments(
    workspaces: list[UUID],
    events: Sequence[tuple[Any, ...]],
    ticks: Sequence[page_rows.Tick] = (),
    rows: Sequence[Sequence[Any]] = ((),) * 8,
    *,
    check: bool,
) -> list[Any]:
    """The arguments of `daybook.append`, in its order: events and ticks by column, everything else by row."""
    event_columns: list[Sequence[Any]] = list(zip(*events, strict=True)) if events else [()] * 12
    if not check:
        # Units are only needed to name what does not fit.
        event_columns[0] = ()
    tick_columns = list(zip(*ticks, strict=True)) if ticks else [()] * 11
    return [workspaces, *event_columns, *tick_columns, *rows, check]


def _event_row(
    place: tuple[int, int, int], command: Command, change: StreamChange, event: Event, meta: bytes, command_id: UUID | None
) -> tuple[Any, ...]:
    """`place` is the unit's number, the ordinal in the workspace, and the count in the stream's change."""
    number, ordinal, count = place
    tag, data = codec.TAGS[type(event)], codec.encode(event)
    version, schema_version = change.expected_version + count, type(event).schema_version
    stored = codec.Stored(
        command.workspace_id, change.stream_id, version, tag, schema_version, data, meta, command.at, command_id
    )
    return (
        number,
        command.workspace_id,
        ordinal,
        change.stream_id,
        version,
        schema_version,
        command.at,
        command_id,
        tag,
        data,
        meta,
        codec.digest(stored),
    )


def _size_hint(change: StreamChange) -> int:
    """About how many bytes a change puts on the wire, in its events and its rows; it keeps a batch from growing without bound."""
    return 1024 + 2 * sum(map(_text_bytes, change.events))


def _text_bytes(event: Event) -> int:
    if type(event) is PageReverted:
        return 0 if event.content is None else _text_bytes(event.content)
    texts = (getattr(event, "content", ""), getattr(event, "text", ""), *(edit.text for edit in getattr(event, "edits", ())))
    # A change of an item's content has two, and rides in no batch.
    return sum(len(text) for text in texts if isinstance(text, str))
