"""What use cases on pages ask for, and what they answer."""

from collections.abc import Sequence
from typing import Literal, Protocol
from uuid import UUID

import msgspec

from application.event_store import Command, StreamChange, recorded
from domain.errors import DomainError
from domain.events import Event
from domain.pages.errors import ParentNotFound
from domain.pages.ordering import Sibling
from domain.pages.state import Page, fold


class PageStates(Protocol):
    """What the read model tells a use case."""

    async def load(self, workspace_id: UUID, page_id: UUID) -> Page | None: ...

    async def find(self, workspace_id: UUID, reference: str) -> UUID | None:
        """The page with this id, or that has or last had this slug; also one in the trash."""
        ...

    async def free_slug(self, workspace_id: UUID, base: str, avoid: Sequence[str]) -> str: ...

    async def siblings(
        self, workspace_id: UUID, parent_id: UUID | None, beside: Sibling, *, before: bool, limit: int
    ) -> list[Sibling]:
        """The live pages below a parent that come before a place, or after it, nearest first."""
        ...

    async def subtree(self, workspace_id: UUID, page_id: UUID) -> list[Page]:
        """The page and all below it, parents first, those in the trash included."""
        ...


class SlugOwner(msgspec.Struct, frozen=True):
    """The page that a slug leads to, whether it is live, and the slug it has now."""

    slug: str
    page_id: UUID
    live: bool
    present: str | None


class BatchTooLarge(DomainError):
    """The pages of this batch hold more text than can be worked on at once. Split the batch."""

    code = "batch_too_large"


class ManyPages(Protocol):
    """What the read model tells a batch: each in one statement, however many are asked for."""

    async def slug_owners(self, workspace_id: UUID, slugs: Sequence[str]) -> list[SlugOwner]: ...

    async def load_all(self, workspace_id: UUID, page_ids: Sequence[UUID], bytes_max: int) -> list[Page]:
        """Those that are there. Raises `BatchTooLarge` if their texts have more bytes together."""
        ...

    async def siblings(
        self, workspace_id: UUID, parent_id: UUID | None, beside: Sibling, *, before: bool, limit: int
    ) -> list[Sibling]:
        """As in `PageStates`."""
        ...

    async def branches(self, workspace_id: UUID, page_ids: Sequence[UUID], bytes_max: int) -> list[Page]:
        """The pages and all below them, those in the trash included. Raises as above."""
        ...


class Place(msgspec.Struct, frozen=True):
    """Where among its siblings a page goes: before or after one of them, by slug or id, or to an end. One of the three is set."""

    before: str | None = None
    after: str | None = None
    position: Literal["first", "last"] | None = None


LAST = Place(position="last")


class Outcome(msgspec.Struct, frozen=True):
    """The page after a command, and the position of the command's last event; None if it changed nothing."""

    page: Page
    # In how many places each of its find-replaces replaced.
    replacements: tuple[int, ...] = ()
    position: int | None = None
    # The slugs of the pages in which a rename rewrote links.
    rewritten: tuple[str, ...] = ()


class Current(msgspec.Struct, frozen=True):
    """What a refusal for staleness shows: the page as it is now."""

    page: Page
    parent_slug: str | None


async def load_by(states: PageStates, workspace_id: UUID, reference: str) -> Page | None:
    """The page that a slug or an id leads to, also one in the trash."""
    page_id = await states.find(workspace_id, reference)
    return None if page_id is None else await states.load(workspace_id, page_id)


async def live_parent(states: PageStates, workspace_id: UUID, reference: str | None) -> Page | None:
    """The live page that is named as a parent; None is the root. Raises `ParentNotFound`."""
    if reference is None:
        return None
    parent = await load_by(states, workspace_id, reference)
    if parent is None or not parent.live:
        raise ParentNotFound
    return parent


def page_change(command: Command, page_id: UUID, before: Page | None, events: Sequence[Event]) -> StreamChange:
    """The events with the states around them."""
    version = before.version if before else 0
    after = fold(before, recorded(events, command, version), page_id)
    return StreamChange(page_id, version, events, before, after)
