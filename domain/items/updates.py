"""Updates: what is new about a page, told at a time."""

from typing import ClassVar
from uuid import UUID

from msgspec import UNSET, UnsetType

from domain.errors import InvalidValue
from domain.events import Change
from domain.items.errors import UpdateNotFound
from domain.items.kinds import Archived, Begun, Changed, Changes, Item, Kind, Restored
from domain.items.rules import CONTENT_BYTES_MAX, check_text, check_title
from domain.pages.events import Status
from domain.pages.queries import NONE


class UpdatePosted(Begun, frozen=True, kw_only=True, tag="update.posted"):
    """Somebody told what is new about a page, and perhaps how it stands."""

    page_id: UUID
    content: str
    title: str | None = None
    status: Status | None = None


class UpdateChanged(Changed, frozen=True, kw_only=True, tag="update.changed"):
    """The update says something else."""

    content: Change[str] | UnsetType = UNSET
    title: Change[str | None] | UnsetType = UNSET
    status: Change[Status | None] | UnsetType = UNSET


class UpdateArchived(Archived, frozen=True, tag="update.archived"):
    """The update went to the trash."""


class UpdateRestored(Restored, frozen=True, tag="update.restored"):
    """The update came back from the trash."""


UpdateEvent = UpdatePosted | UpdateChanged | UpdateArchived | UpdateRestored


class Update(Item, frozen=True, kw_only=True):
    """An update at one version. It stays with its page."""

    kind: ClassVar[str] = "update"

    page_id: UUID
    content: str
    title: str | None
    status: Status | None

    @property
    def standing(self) -> str:
        return self.status or NONE


class UpdateChanges(Changes, frozen=True, kw_only=True):
    """What to change: only set fields do."""

    content: str | UnsetType = UNSET
    title: str | UnsetType | None = UNSET
    status: Status | UnsetType | None = UNSET


def _check(update: UpdatePosted | Update) -> None:
    if update.title is not None:
        check_title(update.title)
    if not update.content.strip():
        raise InvalidValue("content is empty: an update says something.", parameter="content")
    check_text(update.content, "content", CONTENT_BYTES_MAX)


UPDATES = Kind(
    state=Update,
    changed=UpdateChanged,
    archived=UpdateArchived(),
    restored=UpdateRestored(),
    not_found=UpdateNotFound,
    check=_check,
    goes_with_page=True,
    newest_first=True,
)
