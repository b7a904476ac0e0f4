"""What can be done with the versions of a page: going back to one, and giving one a name."""

from domain.errors import InvalidValue
from domain.events import Change
from domain.pages.decisions import content_change
from domain.pages.errors import DatabaseHasSchema, LabelTaken, VersionNotFound
from domain.pages.events import DetailsChanged, PageEvent, PageReverted, PropertyValue, VersionLabelled
from domain.pages.rules import check_line
from domain.pages.state import CHANGEABLE, Details, Page

LABEL_CHARACTERS_MAX = 100
LABELS_MAX = 200


def revert(page: Page, then: Page) -> list[PageEvent]:
    """Metadata and text are again what they were then; slug, parent, order, schema and labels stay as they are."""
    if page.details.schema is not None and then.details.page_type != page.details.page_type:
        raise DatabaseHasSchema
    details = _reverted_details(page.details, then.details)
    content = content_change(page, bytes(then.content).decode())
    if details is None and content is None:
        return []
    return [PageReverted(version=then.version, details=details, content=content)]


def properties_given_back(page: Page, then: Page) -> dict[str, PropertyValue | None]:
    """The properties that going back changes."""
    return {key: change.after for key, change in _reverted_properties(page.details.properties, then.details.properties).items()}


def label(page: Page, version: int, text: str | None) -> list[PageEvent]:
    """None takes the name away."""
    if not 1 <= version <= page.version:
        raise VersionNotFound(newest=page.version)
    labels, wanted = page.details.labels, None if text is None else _check_label(text)
    before = labels.get(version)
    if wanted == before:
        return []
    taken = next((other for other, name in labels.items() if name == wanted), None)
    if taken is not None:
        raise LabelTaken(version=taken)
    if before is None and len(labels) >= LABELS_MAX:
        raise InvalidValue(f"At most {LABELS_MAX} versions of a page have names. Take one away first.", parameter="label")
    return [VersionLabelled(version, Change(before, wanted))]


def _check_label(text: str) -> str:
    if not text.strip():
        raise InvalidValue("label is empty: name the version, or send null to take its name away.", parameter="label")
    return check_line(text, "label", LABEL_CHARACTERS_MAX)


def _reverted_details(now: Details, then: Details) -> DetailsChanged | None:
    changed = {
        name: Change(before, after) for name in CHANGEABLE if (before := getattr(now, name)) != (after := getattr(then, name))
    }
    properties = _reverted_properties(now.properties, then.properties)
    return DetailsChanged(**changed, properties=properties) if changed or properties else None


def _reverted_properties(
    now: dict[str, PropertyValue], then: dict[str, PropertyValue]
) -> dict[str, Change[PropertyValue | None]]:
    pairs = {key: (now.get(key), then.get(key)) for key in now | then}
    # True equals 1 in Python; in JSON they are different values.
    return {key: Change(*pair) for key, pair in pairs.items() if pair[0] != pair[1] or type(pair[0]) is not type(pair[1])}
