"""What notes are made of. The text is plain; what a block looks like is up to whoever shows it."""

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from domain.planning.entities import RefId
from domain.planning.errors import RuleBroken

CONTENT_BYTES_MAX = 256 * 1024
DEPTH_MAX = 32
# What every client can count to.
LEVEL_MAX = 2**53
Level = Annotated[int, Meta(ge=-LEVEL_MAX, le=LEVEL_MAX)]
NamedEntityTag = Literal[
    "BigPlan",
    "BigPlanMilestone",
    "Chapter",
    "Chore",
    "Circle",
    "Doc",
    "EmailTask",
    "Goal",
    "Habit",
    "HomeTab",
    "HomeWidget",
    "InboxTask",
    "Journal",
    "Metric",
    "MetricEntry",
    "Milestone",
    "Occasion",
    "Person",
    "Project",
    "ScheduleEventFullDays",
    "ScheduleEventInDay",
    "ScheduleExternalSyncLog",
    "ScheduleStream",
    "ScoreLogEntry",
    "SlackTask",
    "SmartList",
    "SmartListItem",
    "TimePlan",
    "TimePlanActivity",
    "Vacation",
    "Vision",
    "WorkingMem",
]


class ContentInvalid(RuleBroken):
    """The content of a note does not keep to the rules of its blocks."""

    code = "content_invalid"


class NoteBlock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What every block has: the id that its client gave it."""

    correlation_id: str


class ListItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A point of a list, with points below it."""

    text: str
    items: "tuple[ListItem, ...]"


class ChecklistItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A point that is done or not."""

    text: str
    checked: bool


class ParagraphBlock(NoteBlock, frozen=True, kw_only=True, tag="paragraph"):
    """A text; `kind` is paragraph."""

    text: str


class QuoteBlock(NoteBlock, frozen=True, kw_only=True, tag="quote"):
    """What somebody said; `kind` is quote."""

    text: str


class HeadingBlock(NoteBlock, frozen=True, kw_only=True, tag="heading"):
    """What is below it is about; nothing depends on the level; `kind` is heading."""

    text: str
    level: Level


class BulletedListBlock(NoteBlock, frozen=True, kw_only=True, tag="bulleted-list"):
    """Points in no order; `kind` is bulleted-list."""

    items: tuple[ListItem, ...]


class NumberedListBlock(NoteBlock, frozen=True, kw_only=True, tag="numbered-list"):
    """Points in order; `kind` is numbered-list."""

    items: tuple[ListItem, ...]


class ChecklistBlock(NoteBlock, frozen=True, kw_only=True, tag="checklist"):
    """Points to be done; `kind` is checklist."""

    items: tuple[ChecklistItem, ...]


class TableBlock(NoteBlock, frozen=True, kw_only=True, tag="table"):
    """Rows of cells; `kind` is table."""

    with_header: bool
    contents: tuple[tuple[str, ...], ...]


class CodeBlock(NoteBlock, frozen=True, kw_only=True, tag="code"):
    """Text that is shown as it is; `kind` is code."""

    code: str
    language: str | None = None
    show_line_numbers: bool | None = None


class DividerBlock(NoteBlock, frozen=True, kw_only=True, tag="divider"):
    """A line across; `kind` is divider."""


class LinkBlock(NoteBlock, frozen=True, kw_only=True, tag="link"):
    """An address; `kind` is link."""

    url: str


class EntityReferenceBlock(NoteBlock, frozen=True, kw_only=True, tag="entity-reference"):
    """Names another entity, which need not be there; `kind` is entity-reference."""

    entity_tag: NamedEntityTag
    ref_id: RefId


Block = (
    ParagraphBlock
    | QuoteBlock
    | HeadingBlock
    | BulletedListBlock
    | NumberedListBlock
    | ChecklistBlock
    | TableBlock
    | CodeBlock
    | DividerBlock
    | LinkBlock
    | EntityReferenceBlock
)


def check_content(content: tuple[Block, ...]) -> tuple[Block, ...]:
    """Raises `ContentInvalid`."""
    if not all(block.correlation_id for block in content):
        raise ContentInvalid("Each block has a correlation_id that is not empty.", parameter="correlation_id")
    for block in content:
        if isinstance(block, BulletedListBlock | NumberedListBlock) and _depth(block.items) > DEPTH_MAX:
            raise ContentInvalid(f"Lists are nested at most {DEPTH_MAX} deep.", parameter="content")
    size_bytes = len(msgspec.json.encode(content))
    if size_bytes > CONTENT_BYTES_MAX:
        raise ContentInvalid(
            f"A note has at most {CONTENT_BYTES_MAX} bytes of JSON; this one has {size_bytes}.",
            parameter="content",
            limitBytes=CONTENT_BYTES_MAX,
        )
    return content


def _depth(items: tuple[ListItem, ...]) -> int:
    """Level by level, because nothing says how deep it goes."""
    depth, level = 0, items
    while level:
        depth, level = depth + 1, tuple(_below(level))
    return depth


def _below(level: tuple[ListItem, ...]) -> Iterator[ListItem]:
    for item in level:
        yield from item.items
