"""Tags, which are names of a namespace, and links, which are the tags that something has."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from domain.errors import DomainError
from domain.events import Change
from domain.planning.entities import (
    COLLECTION,
    NOT_USED,
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
from domain.planning.errors import NameInvalid, RuleBroken

NAME_CHARACTERS_MAX = 100
LINKED_MAX = 100
Q = TypeVar("Q", bound=Sequence[Any])
TagNamespace = Literal[
    "big-plan",
    "chapter",
    "chore",
    "doc",
    "goal",
    "habit",
    "inbox-task",
    "journal",
    "metric",
    "metric-entry",
    "milestone",
    "occasion",
    "person",
    "project",
    "schedule-event-full-days-block",
    "schedule-event-in-day",
    "schedule-stream",
    "smart-list",
    "smart-list-item",
    "time-plan",
    "vacation",
]


class TagExists(DomainError):
    """There is a tag of this name in this namespace already, perhaps an archived one."""

    code = "tag_exists"


class TooManyTags(RuleBroken):
    """Nothing has that many tags."""

    code = "too_many_tags"


class TagCreated(Created, frozen=True, kw_only=True, tag="tag.created"):
    """A name came into use."""

    namespace: TagNamespace
    name: str
    tag_domain_ref_id: RefId = COLLECTION


class TagRenamed(Changed, frozen=True, kw_only=True, tag="tag.renamed"):
    """The tag is called something else, wherever it is."""

    name: Change[str] | UnsetType = UNSET


class TagArchived(Archived, frozen=True, tag="tag.archived"):
    """The tag was put away. Links keep it."""


class TagUnarchived(Unarchived, frozen=True, tag="tag.unarchived"):
    """The tag was brought back, to all that had it."""


class TagRemoved(Removed, frozen=True, tag="tag.removed"):
    """The tag disappeared from every read."""


class Tag(Entity, frozen=True, kw_only=True):
    """A name for things of a namespace."""

    name: str
    tag_domain_ref_id: RefId
    namespace: TagNamespace


class TagLinkCreated(Created, frozen=True, kw_only=True, tag="tag_link.created"):
    """Something was tagged."""

    namespace: TagNamespace
    source_entity_ref_id: RefId
    ref_ids: tuple[RefId, ...]
    name: str = NOT_USED
    tag_domain_ref_id: RefId = COLLECTION


class TagLinkChanged(Changed, frozen=True, kw_only=True, tag="tag_link.changed"):
    """It has other tags."""

    ref_ids: Change[tuple[RefId, ...]] | UnsetType = UNSET


class TagLinkArchived(Archived, frozen=True, tag="tag_link.archived"):
    """The tags were put away with what has them."""


class TagLinkUnarchived(Unarchived, frozen=True, tag="tag_link.unarchived"):
    """The tags came back with what has them."""


class TagLinkRemoved(Removed, frozen=True, tag="tag_link.removed"):
    """What had the tags disappeared."""


class TagLink(Entity, frozen=True, kw_only=True):
    """The tags that something has, by their ref_ids."""

    name: str
    tag_domain_ref_id: RefId
    namespace: TagNamespace
    source_entity_ref_id: RefId
    ref_ids: tuple[RefId, ...]


def check_tag_name(name: str) -> str:
    """Letters and digits of ASCII with hyphens between or behind them. Raises `NameInvalid`."""
    if not name or name[0] == "-" or not name.isascii() or not name.replace("-", "").isalnum():
        raise NameInvalid("A tag is letters and digits with hyphens between, such as out-of-office.", parameter="name")
    if len(name) > NAME_CHARACTERS_MAX:
        raise NameInvalid(f"A tag has at most {NAME_CHARACTERS_MAX} characters; this one has {len(name)}.", parameter="name")
    return name


def check_tag_names(names: Iterable[str]) -> list[str]:
    """Without repeats. Raises `NameInvalid` and `TooManyTags`."""
    return check_linked(list(dict.fromkeys(check_tag_name(name) for name in names)))


def check_linked(tags: Q) -> Q:
    """Raises `TooManyTags`."""
    if len(tags) > LINKED_MAX:
        raise TooManyTags(
            f"Nothing has more than {LINKED_MAX} tags; with those that are archived, these are {len(tags)}.",
            parameter="tag_names",
        )
    return tags


def tag_key(namespace: TagNamespace, name: str) -> str:
    return f"{namespace}/{name}"


def _settle(tag: Tag) -> Tag:
    return msgspec.structs.replace(tag, name=check_tag_name(tag.name))


TAGS = Concept(
    kind="tag",
    entity=Tag,
    created=TagCreated,
    changed=(TagRenamed,),
    lifecycle=Lifecycle(TagArchived, TagUnarchived, TagRemoved),
    settle=_settle,
    key=lambda tag: tag_key(tag.namespace, tag.name),
)
TAG_LINKS = Concept(
    kind="tag_link",
    entity=TagLink,
    created=TagLinkCreated,
    changed=(TagLinkChanged,),
    lifecycle=Lifecycle(TagLinkArchived, TagLinkUnarchived, TagLinkRemoved),
    owner=lambda link: link.source_entity_ref_id,
    names=lambda link: link.ref_ids,
)
