"""The bodies of the FastAPI baseline: the same members as Daybook's."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Model(BaseModel):
    """JSON in camel case, from rows."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True, extra="forbid")


class CreatePage(Model):
    """A page to create."""

    title: str
    slug: str
    content: str = ""
    properties: dict[str, str | int | float | bool] = Field(default_factory=dict)


class WriteContent(Model):
    """Text to append."""

    content: str = Field(max_length=4 * 1024 * 1024)
    content_hash: str | None = None
    version: int | None = None


class Actor(Model):
    """Who did it."""

    kind: str
    id: str
    name: str


class PageSummary(Model):
    """A page as lists show it."""

    id: UUID
    slug: str
    title: str
    subtitle: str | None
    parent_id: UUID | None
    type: str
    status: str | None
    icon: dict[str, str] | None
    owner: str | None
    blocked_by: list[str]
    due_date: date | None
    properties: dict[str, str | int | float | bool]
    created_at: datetime
    created_by: Actor
    archived_at: datetime | None
    version: int
    updated_at: datetime
    updated_by: Actor
    parent_slug: str | None = None


class PageResource(PageSummary):
    """A page with its content."""

    content: str
    content_hash: str


class OnePage(Model):
    """One page."""

    page: PageResource


class ManyPages(Model):
    """Pages, how many there are, and the id to go on after."""

    pages: list[PageSummary]
    total_pages: int
    next_cursor: str | None


class ContentChanged(Model):
    """What an append left."""

    success: Literal[True] = True
    content_hash: str
    version: int
