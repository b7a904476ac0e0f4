"""Notes and tags, as most of what is found and loaded shows them."""

from typing import Any

from api.planning.queries import FindQuery, Include, wanted
from application.planning.reading import Beside, Shown
from domain.planning.entities import Concept
from domain.planning.notes import NOTES, Note
from domain.planning.tags import TAG_LINKS, TAGS, Tag

NOTED: tuple[Concept[Any], ...] = (NOTES, TAG_LINKS)


class FindNoted(FindQuery, kw_only=True):
    """Which of a concept that has notes and tags."""

    include_notes: Include = False
    include_tags: Include = False

    def beside(self) -> Beside:
        return Beside(belonging=(*wanted((self.include_notes, NOTES), (self.include_tags, TAG_LINKS)), *self.also()))

    def also(self) -> tuple[Concept[Any], ...]:
        """What else is shown beside each of them."""
        return ()


def note_of(shown: Shown[Any], *, archived: bool = True) -> Note | None:
    return shown.one(NOTES, archived=archived)


def tags_of(shown: Shown[Any], *, archived: bool = True) -> list[Tag]:
    """In the order in which they were linked."""
    links = shown.each(TAG_LINKS)
    return links[0].all_named(TAGS, archived=archived) if links else []
