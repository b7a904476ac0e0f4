"""The bodies of the APIs of updates, milestones and principles."""

from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from api.bodies import Body, Version
from application.item_views import ItemHistoryEntry, MilestoneView, PrincipleView, UpdateView
from domain.errors import InvalidValue
from domain.items.milestones import Day, MilestoneChanges, MilestoneCreated, State
from domain.items.principles import PrincipleChanges, PrincipleCreated
from domain.items.updates import UpdateChanges, UpdatePosted
from domain.pages.events import Status


class NamesPage(Body, kw_only=True):
    """A body that may name a page: by `page`, which takes a slug or an id, by `pageSlug` or by `pageId`."""

    page: str | UnsetType | None = UNSET
    page_slug: str | UnsetType | None = UNSET
    page_id: str | UnsetType | None = UNSET

    def named_page(self) -> str | UnsetType | None:
        given = [each for each in (self.page, self.page_slug, self.page_id) if each is not UNSET]
        if len(given) > 1:
            raise InvalidValue("Name the page by one of page, pageSlug and pageId.", parameter="page")
        return given[0] if given else UNSET


class PostUpdate(NamesPage):
    """What is new about which page, and perhaps how the page stands."""

    content: str
    title: str | None = None
    status: Status | None = None

    def posted(self, page_id: UUID | None) -> UpdatePosted:
        if page_id is None:
            raise InvalidValue("page is missing: an update is about one. Name it by slug or id.", parameter="page")
        return UpdatePosted(page_id=page_id, content=self.content, title=self.title, status=self.status)


class ChangeUpdate(Body):
    """What to change; fields left out stay. An update stays with its page."""

    content: str | UnsetType = UNSET
    title: str | UnsetType | None = UNSET
    status: Status | UnsetType | None = UNSET
    version: Version | None = None

    def changes(self, _: UUID | UnsetType | None) -> UpdateChanges:
        return UpdateChanges(content=self.content, title=self.title, status=self.status)


class CreateMilestone(NamesPage):
    """What is to be reached, and when. Without a page it is the workspace's."""

    title: str
    date: Day
    description: str | None = None
    state: State = "planned"

    def created(self, page_id: UUID | None) -> MilestoneCreated:
        return MilestoneCreated(title=self.title, date=self.date, description=self.description, state=self.state, page_id=page_id)


class ChangeMilestone(NamesPage):
    """What to change; fields left out stay. `page: null` lets go of the page."""

    title: str | UnsetType = UNSET
    date: Day | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    state: State | UnsetType = UNSET
    version: Version | None = None

    def changes(self, page_id: UUID | UnsetType | None) -> MilestoneChanges:
        return MilestoneChanges(title=self.title, date=self.date, description=self.description, state=self.state, page_id=page_id)


class CreatePrinciple(Body):
    """What the workspace goes by; only `title` is required."""

    title: str
    content: str = ""

    def created(self, _: UUID | None) -> PrincipleCreated:
        return PrincipleCreated(title=self.title, content=self.content)


class ChangePrinciple(Body):
    """What to change; fields left out stay."""

    title: str | UnsetType = UNSET
    content: str | UnsetType = UNSET
    version: Version | None = None

    def changes(self, _: UUID | UnsetType | None) -> PrincipleChanges:
        return PrincipleChanges(title=self.title, content=self.content)


class UpdateAnswer(msgspec.Struct):
    """One update."""

    update: UpdateView


class UpdatesAnswer(msgspec.Struct, rename="camel"):
    """Updates, newest first, and how many there are in all."""

    updates: list[UpdateView]
    total_count: int


class MilestoneAnswer(msgspec.Struct):
    """One milestone."""

    milestone: MilestoneView


class MilestonesAnswer(msgspec.Struct, rename="camel"):
    """Milestones by their day, and how many there are in all."""

    milestones: list[MilestoneView]
    total_count: int


class PrincipleAnswer(msgspec.Struct):
    """One principle."""

    principle: PrincipleView


class PrinciplesAnswer(msgspec.Struct, rename="camel"):
    """Principles in the order of their creation, and how many there are in all."""

    principles: list[PrincipleView]
    total_count: int


class ItemHistoryAnswer(msgspec.Struct):
    """What happened, newest first."""

    history: list[ItemHistoryEntry]
