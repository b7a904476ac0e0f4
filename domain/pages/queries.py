"""What can be asked of pages: filters, conditions on properties, an order; and how each is written in one line of text."""

import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Literal, NamedTuple, get_args

import msgspec

from domain.errors import InvalidValue
from domain.pages.events import PageType, Status
from domain.pages.facets import VALUE_CHARACTERS_MAX
from domain.pages.rules import PROPERTY_KEY_CHARACTERS_MAX, text_bytes

VALUES_MAX = 100
CONDITIONS_MAX = 20
TEXT_CHARACTERS_MAX = 200
# A longer one could not be told from a text that was cut in the index.
WHERE_VALUE_CHARACTERS_MAX = VALUE_CHARACTERS_MAX - 1
# Pages that have no status or no owner.
NONE = "none"
# Where pages without a parent are; no slug has a slash.
ROOT = "/"

STATUSES: tuple[str, ...] = get_args(Status)
TYPES: tuple[str, ...] = get_args(PageType)
SORTS = ("createdAt", "updatedAt", "title", "dueDate", "status", "order")
PROPERTY_SORT = "property."

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "~"]


class Condition(NamedTuple):
    """A test of one property: its name, how, and against what. What reads as a number compares with numbers, the rest as text,
    which puts dates and true and false right. Equal is a number to the text it is written as, too.
    """

    name: str
    operator: Operator
    value: str
    number: float | None = None


class Sort(NamedTuple):
    """A field of the resource, `order` (among siblings) or `property.<name>`."""

    field: str
    descending: bool = False


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """Filters are "and", their values "any of"; an empty one asks nothing. Pages are named by slug or id."""

    status: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    parent: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()
    due_before: date | None = None
    due_after: date | None = None
    updated_since: datetime | None = None
    text: str | None = None
    where: tuple[Condition, ...] = ()
    sort: Sort | None = None

    @property
    def order(self) -> Sort:
        """The children of one page stand in their own order, everything else in that of creation."""
        return self.sort or Sort("order" if len(self.parent) == 1 else "createdAt")


def any_of(text: str | None, parameter: str, accepted: Sequence[str] | None = None) -> tuple[str, ...]:
    """Values with commas between. Raises `InvalidValue` with what is accepted."""
    if text is None:
        return ()
    text_bytes(text, parameter)
    values = tuple(dict.fromkeys(value.strip() for value in text.split(",")))
    if "" in values:
        raise InvalidValue(f"{parameter} is empty, or one of its values is.", parameter=parameter)
    if len(values) > VALUES_MAX:
        raise InvalidValue(f"{parameter} takes at most {VALUES_MAX} values.", parameter=parameter)
    unknown = next((value for value in values if accepted is not None and value not in accepted), None)
    if accepted is not None and unknown is not None:
        raise InvalidValue(
            f"{parameter} is one of {', '.join(accepted)}, or several with commas between; {_shown(unknown)} is none of them.",
            parameter=parameter,
            accepted=list(accepted),
        )
    return values


def needle(text: str | None) -> str | None:
    """What the title, the subtitle or the content has to contain."""
    if text is None:
        return None
    text_bytes(text, "text")
    if not 1 <= len(text) <= TEXT_CHARACTERS_MAX:
        raise InvalidValue(f"text has 1 to {TEXT_CHARACTERS_MAX} characters; this one has {len(text)}.", parameter="text")
    return text


# A name, bare or quoted, an operator, a value, bare or quoted. A bare name ends where the first operator begins.
_CONDITION = re.compile(
    r"""\s*(?:"(?P<quoted>(?:[^"\\]|\\["\\])+)"|(?P<bare>[^"=!<>~][^"=!<>~]*?))\s*
        (?P<operator>!=|<=|>=|=|<|>|~)
        \s*(?:"(?P<text>(?:[^"\\]|\\["\\])*)"|(?P<value>[^"].*?|))\s*""",
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(r"-?[0-9]{1,300}(?:\.[0-9]{1,300})?(?:[eE][+-]?[0-9]{1,3})?")
_CONDITION_HELP = (
    'where is a property, one of = != < <= > >= ~ and a value, such as Stage=Done, Price>=10 or "Due date"<2026-03-01; '
    'a name that holds an operator, and a number that is meant as text, stand in double quotes ("a=b"="10")'
)


def conditions(texts: Sequence[str] | None) -> tuple[Condition, ...]:
    if texts is not None and len(texts) > CONDITIONS_MAX:
        raise InvalidValue(f"where is given at most {CONDITIONS_MAX} times.", parameter="where")
    return tuple(dict.fromkeys(condition(text) for text in texts or ()))


def condition(text: str) -> Condition:
    """Reads `Price>=10`, `Stage = Done`, `"a=b"!="x y"`. Raises `InvalidValue`."""
    text_bytes(text, "where")
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise InvalidValue(f"{_CONDITION_HELP}. {_shown(text)} is not.", parameter="where")
    name = found["bare"] if found["quoted"] is None else _unquoted(found["quoted"])
    operator: Any = found["operator"]
    value = found["value"] if found["text"] is None else _unquoted(found["text"])
    number = _number(value, operator) if found["text"] is None else None
    if len(name) > PROPERTY_KEY_CHARACTERS_MAX:
        raise InvalidValue(f"A property's name has at most {PROPERTY_KEY_CHARACTERS_MAX} characters.", parameter="where")
    if len(value) > WHERE_VALUE_CHARACTERS_MAX:
        raise InvalidValue(f"A condition's text has at most {WHERE_VALUE_CHARACTERS_MAX} characters.", parameter="where")
    if operator == "~" and not value:
        raise InvalidValue("~ needs a text to look for.", parameter="where")
    return Condition(name, operator, value, number)


def _number(bare: str, operator: str) -> float | None:
    if bare and bare[0] in "=<>~":
        raise InvalidValue(f"{operator}{bare[0]} is no operator. {_CONDITION_HELP}.", parameter="where")
    number = float(bare) if operator != "~" and _NUMBER.fullmatch(bare) else None
    return None if number is None or math.isinf(number) else number


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def sort_from(text: str | None) -> Sort | None:
    """Reads `title`, `-dueDate`, `property.Price`."""
    if text is None:
        return None
    text_bytes(text, "sort")
    field = text.removeprefix("-")
    is_property = field.startswith(PROPERTY_SORT) and len(PROPERTY_SORT) < len(field) <= PROPERTY_KEY_CHARACTERS_MAX
    if field not in SORTS and not is_property:
        accepted = [*SORTS, PROPERTY_SORT + "<name>"]
        raise InvalidValue(
            f"sort is one of {', '.join(accepted)}, with - in front for descending; {_shown(text)} is not.",
            parameter="sort",
            accepted=accepted,
        )
    return Sort(field, text.startswith("-"))


def day(text: str | None, parameter: str) -> date | None:
    """Reads `2026-03-01`."""
    try:
        return None if text is None else datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise InvalidValue(f"{parameter} is a day such as 2026-03-01.", parameter=parameter) from None


def _shown(text: str) -> str:
    """What was sent, shortened, because a refusal repeats it."""
    return repr(text if len(text) <= 60 else text[:60] + "…")
