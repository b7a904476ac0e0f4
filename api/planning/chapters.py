"""Chapters over HTTP."""

import msgspec

from api.planning.frame import Change, Create, Find, Load, Resource
from api.planning.noted import NOTED, FindNoted, note_of, tags_of
from application.planning.chapters import (
    ChangeChapter,
    CreateChapter,
    change_chapter,
    create_chapter,
    remove_chapter,
    unarchive_chapter,
)
from application.planning.reading import Beside
from domain.planning.chapters import CHAPTERS, Chapter
from domain.planning.notes import Note
from domain.planning.tags import Tag


class FindChapters(FindNoted, kw_only=True):
    """Which chapters, and what of each."""


class ChapterAnswer(msgspec.Struct):
    """A chapter with all that belongs to it."""

    chapter: Chapter
    note: Note | None
    tags: list[Tag]


class ChapterFindResultEntry(ChapterAnswer):
    """A chapter, and what was asked for of what belongs to it."""


class ChaptersAnswer(msgspec.Struct):
    """Chapters in the order of their ref_ids."""

    entries: list[ChapterFindResultEntry]


class NewChapterAnswer(msgspec.Struct):
    """A chapter as it was made."""

    new_chapter: Chapter


RESOURCE: Resource[Chapter] = Resource(
    path="/life-plan/chapters",
    concept=CHAPTERS,
    one="chapter",
    many="chapters",
    find=Find(
        query=FindChapters,
        answer=ChaptersAnswer,
        entry=lambda shown, _: ChapterFindResultEntry(shown.itself, note_of(shown), tags_of(shown)),
    ),
    create=Create(
        order=CreateChapter,
        act=create_chapter,
        answer=NewChapterAnswer,
        made=lambda made: NewChapterAnswer(made.the(CHAPTERS)),
    ),
    load=Load(
        answer=ChapterAnswer,
        shown=lambda shown, _: ChapterAnswer(shown.itself, note_of(shown), tags_of(shown)),
        beside=Beside(belonging=NOTED),
    ),
    change=Change(order=ChangeChapter, act=change_chapter),
    unarchive=unarchive_chapter,
    remove=remove_chapter,
)
