"""Streams of the schedule: calendars of the user's own, and those that are followed elsewhere."""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from domain.events import Change
from domain.planning.entities import (
    COLLECTION,
    Archived,
    Changed,
    Concept,
    Created,
    Entity,
    Lifecycle,
    RefId,
    Removed,
    Unarchived,
)
from domain.planning.errors import RuleBroken
from domain.planning.names import clean_name
from domain.planning.web_addresses import UrlInvalid, check_url

Source = Literal["user", "external-ical"]
Color = Literal["blue", "brown", "cyan", "gray", "green", "magenta", "orange", "purple", "red", "yellow"]
# What every workspace has from the start.
FIRST_NAME = "Life"
FIRST_COLOR: Color = "blue"
CALENDAR_SCHEMES = ("https", "http", "webcal")


class StreamIsExternal(RuleBroken):
    """The stream is kept elsewhere: here, only its color changes, and its events are what they are there."""

    code = "stream_is_external"


class ScheduleStreamCreated(Created, frozen=True, kw_only=True, tag="schedule_stream.created"):
    """A stream of events came to be."""

    name: str
    source: Source
    color: Color
    source_ical_url: str | None = None
    schedule_domain_ref_id: RefId = COLLECTION


class ScheduleStreamRenamed(Changed, frozen=True, kw_only=True, tag="schedule_stream.renamed"):
    """The stream is called something else."""

    name: Change[str] | UnsetType = UNSET


class ScheduleStreamRecoloured(Changed, frozen=True, kw_only=True, tag="schedule_stream.recoloured"):
    """The stream is shown in another color."""

    color: Change[Color] | UnsetType = UNSET


class ScheduleStreamChanged(ScheduleStreamRecoloured, frozen=True, kw_only=True, tag="schedule_stream.changed"):
    """The stream is called something else and is shown in another color."""

    name: Change[str] | UnsetType = UNSET


class ScheduleStreamArchived(Archived, frozen=True, tag="schedule_stream.archived"):
    """The stream was put away with its events."""


class ScheduleStreamUnarchived(Unarchived, frozen=True, tag="schedule_stream.unarchived"):
    """The stream was brought back with its events."""


class ScheduleStreamRemoved(Removed, frozen=True, tag="schedule_stream.removed"):
    """The stream disappeared from every read, and its events did."""


class ScheduleStream(Entity, frozen=True, kw_only=True):
    """Events that belong together, in their color."""

    name: str
    schedule_domain_ref_id: RefId
    source: Source
    color: Color
    source_ical_url: str | None


def check_user_stream(stream: ScheduleStream) -> ScheduleStream:
    """Raises `StreamIsExternal`."""
    if stream.source != "user":
        raise StreamIsExternal(source=stream.source)
    return stream


def check_recoloured_only(before: ScheduleStream, wanted: ScheduleStream) -> ScheduleStream:
    """Of a stream that is kept elsewhere. Raises `StreamIsExternal`."""
    if before.source != "user" and clean_name(wanted.name) != before.name:
        raise StreamIsExternal(parameter="name")
    return wanted


def name_of_calendar(url: str) -> str:
    """What a calendar is called until it was fetched: its host. Raises `UrlInvalid`."""
    parts = check_url(url, "source_ical_url")
    if parts.scheme not in CALENDAR_SCHEMES or not url.isascii():
        schemes = ", ".join(CALENDAR_SCHEMES)
        raise UrlInvalid(f"A calendar is followed at an address in ASCII of one of {schemes}.", parameter="source_ical_url")
    if parts.username is not None or parts.password is not None:
        raise UrlInvalid(
            "A calendar is followed at an address without a user or a password, which everybody here could read.",
            parameter="source_ical_url",
        )
    return str(parts.hostname)


def _settle(stream: ScheduleStream) -> ScheduleStream:
    return msgspec.structs.replace(stream, name=clean_name(stream.name))


SCHEDULE_STREAMS = Concept(
    kind="schedule_stream",
    entity=ScheduleStream,
    created=ScheduleStreamCreated,
    feature="schedule",
    changed=(ScheduleStreamRenamed, ScheduleStreamRecoloured, ScheduleStreamChanged),
    lifecycle=Lifecycle(ScheduleStreamArchived, ScheduleStreamUnarchived, ScheduleStreamRemoved),
    settle=_settle,
    note_namespace="schedule-stream",
    tag_namespace="schedule-stream",
)
