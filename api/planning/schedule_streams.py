"""Streams of the schedule over HTTP."""

import msgspec

from api.planning.frame import Change, Create, Find, Load, Resource
from api.planning.noted import NOTED, FindNoted, note_of, tags_of
from application.planning.planning import Made
from application.planning.reading import Beside
from application.planning.schedule_streams import (
    ChangeStream,
    CreateExternalStream,
    CreateUserStream,
    change_stream,
    create_external_stream,
    create_user_stream,
)
from domain.planning.notes import Note
from domain.planning.schedule_streams import SCHEDULE_STREAMS, ScheduleStream
from domain.planning.tags import Tag


class FindScheduleStreams(FindNoted, kw_only=True):
    """Which streams, and what of each."""


class ScheduleStreamAnswer(msgspec.Struct):
    """A stream with all that belongs to it, but its events."""

    schedule_stream: ScheduleStream
    note: Note | None
    tags: list[Tag]


class ScheduleStreamFindResultEntry(ScheduleStreamAnswer):
    """A stream, and what was asked for of what belongs to it."""


class ScheduleStreamsAnswer(msgspec.Struct):
    """Streams in the order of their ref_ids."""

    entries: list[ScheduleStreamFindResultEntry]


class NewScheduleStreamAnswer(msgspec.Struct):
    """A stream as it was made."""

    new_schedule_stream: ScheduleStream


def _made(made: Made) -> NewScheduleStreamAnswer:
    return NewScheduleStreamAnswer(made.the(SCHEDULE_STREAMS))


RESOURCE: Resource[ScheduleStream] = Resource(
    path="/schedule/streams",
    concept=SCHEDULE_STREAMS,
    one="schedule stream",
    many="schedule streams",
    find=Find(
        query=FindScheduleStreams,
        answer=ScheduleStreamsAnswer,
        entry=lambda shown, _: ScheduleStreamFindResultEntry(shown.itself, note_of(shown), tags_of(shown)),
    ),
    create=Create(order=CreateUserStream, act=create_user_stream, answer=NewScheduleStreamAnswer, made=_made, way="/for-user"),
    creates_too=[
        Create(
            order=CreateExternalStream,
            act=create_external_stream,
            answer=NewScheduleStreamAnswer,
            made=_made,
            way="/for-external-ical",
            summary="Follow a calendar kept elsewhere",
        )
    ],
    load=Load(
        answer=ScheduleStreamAnswer,
        shown=lambda shown, _: ScheduleStreamAnswer(shown.itself, note_of(shown), tags_of(shown)),
        beside=Beside(belonging=NOTED),
    ),
    change=Change(order=ChangeStream, act=change_stream),
)
