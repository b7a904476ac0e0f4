"""The body of a batch, read action by action, and its answer."""

from collections.abc import Callable
from typing import Any, ClassVar, Self

import msgspec
from msgspec import UNSET, UnsetType

from api.batch_actions import ACTIONS, AnyAction
from api.page_shapes import PageSummary
from application.event_store import Command
from application.pages.batches import Cases, InvalidAction, Needs
from application.pages.ports import Outcome
from domain.errors import DomainError, InvalidValue
from domain.pages.state import Page

ACTIONS_MAX = 500
DETAIL_CHARACTERS_MAX = 1000


class Refused(msgspec.Struct, frozen=True):
    """An action that could not be read."""

    error: DomainError
    ref: str | None = None
    answers: ClassVar[int] = 400

    def needs(self) -> Needs:
        return Needs()

    def resolved(self, resolve: Callable[[str], Page]) -> Self:  # noqa: ARG002 - the protocol's signature
        raise self.error

    async def run(self, cases: Cases, command: Command) -> Outcome:  # noqa: ARG002 - the protocol's signature
        raise self.error


class _Head(msgspec.Struct):
    """What can be said of an action even where the rest of it is wrong."""

    action: Any = None
    ref: Any = None
    slug: Any = None
    id: Any = None


class Read(msgspec.Struct, frozen=True):
    """An action as it was read. `name` and `slug` are what was written, for the answer."""

    body: AnyAction | Refused
    name: str | None
    slug: str | None


_ONE = msgspec.json.Decoder(AnyAction)
_HEAD = msgspec.json.Decoder(_Head)


def read_action(raw: msgspec.Raw) -> Read:
    """One action by itself, so that what is wrong with it keeps nobody from hearing what is wrong with the others."""
    head = _Head()
    try:
        head = _HEAD.decode(raw)
        body: AnyAction | Refused = _ONE.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        body = Refused(InvalidAction(_what_is_wrong(head, str(error))), _text(head.ref))
    return Read(body, _text(head.action), _text(head.slug) or _text(head.id))


def _text(value: object) -> str | None:
    return value[:DETAIL_CHARACTERS_MAX] if isinstance(value, str) else None


def _what_is_wrong(head: _Head, found: str) -> str:
    if isinstance(head.action, str) and head.action not in ACTIONS:
        return f"There is no action {head.action[:100]!r}. There are {', '.join(ACTIONS)}."
    return found if len(found) <= DETAIL_CHARACTERS_MAX else found[:DETAIL_CHARACTERS_MAX] + "…"


_LISTED = {
    "type": "array",
    "minItems": 1,
    "maxItems": ACTIONS_MAX,
    "items": {"oneOf": [{"$ref": f"#/components/schemas/{kind.__name__}"} for kind in ACTIONS.values()]},
}


class BatchBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Actions on pages, carried out in their order. `operations` is a synonym of `actions`."""

    # For the document, because the actions are read one by one.
    choices: ClassVar = tuple(ACTIONS.values())
    schema: ClassVar = {
        "properties": {
            "actions": _LISTED,
            "operations": _LISTED,
            "atomic": {"type": "boolean", "default": True, "description": "All or nothing; otherwise each stands alone."},
            "dryRun": {"type": "boolean", "default": False, "description": "Only say what would happen."},
        },
        "oneOf": [{"required": ["actions"]}, {"required": ["operations"]}],
    }

    actions: list[msgspec.Raw] | UnsetType = UNSET
    operations: list[msgspec.Raw] | UnsetType = UNSET
    # All or nothing; otherwise each action stands alone.
    atomic: bool = True
    # Answers what would happen, and does nothing.
    dry_run: bool = False

    def read(self) -> list[Read]:
        given = [actions for actions in (self.actions, self.operations) if actions is not UNSET]
        if len(given) != 1:
            raise InvalidValue("Send actions, or operations, which is the same.", parameter="actions")
        if not 1 <= len(given[0]) <= ACTIONS_MAX:
            raise InvalidValue(f"A batch has 1 to {ACTIONS_MAX} actions; this one has {len(given[0])}.", parameter="actions")
        return [read_action(each) for each in given[0]]


class BatchPage(PageSummary, rename="camel"):
    """A page as lists show it, with what guards a later write of its text."""

    content_hash: str


class BatchResult(msgspec.Struct, rename="camel", kw_only=True):
    """What became of one action. `status` is what its single route would have answered."""

    index: int
    action: str | None
    slug: str | None
    status: int
    ref: str | UnsetType = UNSET
    page: BatchPage | UnsetType = UNSET
    replacements: int | UnsetType = UNSET
    # Of each, where a find and replace has several.
    edits: list[int] | UnsetType = UNSET
    error: dict[str, Any] | UnsetType = UNSET


class BatchSummary(msgspec.Struct, rename="camel"):
    """How many actions there were, and how many did or would do what they say."""

    total: int
    succeeded: int
    failed: int


class BatchAnswer(msgspec.Struct, rename="camel"):
    """What became of each action, in their order."""

    success: bool
    dry_run: bool
    results: list[BatchResult]
    summary: BatchSummary
