"""What differs between two versions of a page: its metadata field by field, its text as hunks or as a unified diff."""

import json
from collections.abc import Iterator
from typing import Any, Literal

import msgspec
from patiencediff import PatienceSequenceMatcher

from application.page_views import PageDoc, iso, page_doc
from domain.errors import DomainError
from domain.pages.state import Page

CONTEXT_LINES = 3
# Of either text. The worst of texts within this bound are compared in well under a second.
DIFF_LINES_MAX = 200_000
_NO_NEWLINE = b"\\ No newline at end of file\n"
# A page is these for good, or says them in another field.
_NOT_COMPARED = ("id", "createdAt", "createdBy")


class DiffTooLarge(DomainError):
    """One of the two texts has more than 200,000 lines. Read both with ?version= and compare them where you are."""

    code = "diff_too_large"


class FieldChange(msgspec.Struct, frozen=True):
    """A value of the one version and of the other."""

    before: Any = msgspec.field(name="from")
    after: Any = msgspec.field(name="to")


class Line(msgspec.Struct, frozen=True, gc=False):
    """A line with its line break, which the last one may lack; in both texts, in the old one or in the new one."""

    op: Literal[" ", "-", "+"]
    text: str


class Hunk(msgspec.Struct, frozen=True, rename="camel"):
    """Lines that differ and up to three around them. Starts count from 1; a side without lines starts at the line before."""

    old_start: int
    old_lines: int
    new_start: int
    new_lines: int
    lines: list[Line]


class Difference(msgspec.Struct, frozen=True):
    """From one version to another; version 0 is what was before the first. A property is the field `properties.<name>`."""

    before: int = msgspec.field(name="from")
    after: int = msgspec.field(name="to")
    metadata: dict[str, FieldChange]
    hunks: list[Hunk]


def difference(before: Page | None, after: Page) -> Difference:
    """Takes up to a second: call it in a thread. Raises `DiffTooLarge`."""
    hunks = list(_hunks(b"" if before is None else bytes(before.content), bytes(after.content)))
    return Difference(0 if before is None else before.version, after.version, _metadata(before, after), hunks)


def unified(difference: Difference, before: Page | None, after: Page) -> bytes:
    """As `patch` and `git apply` take it: they pass over the lines in front, which say what else changed."""
    name = f"{after.details.slug}.md".encode()
    lines = [b"# %b\n" % line.encode() for line in _remarks(difference, before, after)]
    if difference.hunks:
        lines.append(b"diff --git a/%b b/%b\n" % (name, name))
        lines += [b"new file mode 100644\n--- /dev/null\n"] if before is None else [b"--- a/%b\n" % name]
        lines.append(b"+++ b/%b\n" % name)
    for hunk in difference.hunks:
        old, new = _range(hunk.old_start, hunk.old_lines), _range(hunk.new_start, hunk.new_lines)
        lines.append(f"@@ -{old} +{new} @@\n".encode())
        lines += [_marked(line) for line in hunk.lines]
    return b"".join(lines)


def _remarks(difference: Difference, before: Page | None, after: Page) -> Iterator[str]:
    for what, page in (("from", before), ("to", after)):
        yield f"{what}: nothing" if page is None else f"{what}: version {page.version} of {iso(page.updated_at)}"
    for field, change in difference.metadata.items():
        # In JSON, where no value has a line break.
        yield f"{json.dumps(field)[1:-1]}: {json.dumps(change.before)} -> {json.dumps(change.after)}"


def _range(start: int, lines: int) -> str:
    return str(start) if lines == 1 else f"{start},{lines}"


def _marked(line: Line) -> bytes:
    text = f"{line.op}{line.text}".encode()
    return text if text.endswith(b"\n") else text + b"\n" + _NO_NEWLINE


def _hunks(old: bytes, new: bytes) -> Iterator[Hunk]:
    if old == new:
        return
    old_lines, new_lines = _lines(old), _lines(new)
    for group in PatienceSequenceMatcher(None, old_lines, new_lines).get_grouped_opcodes(CONTEXT_LINES):
        lines: list[Line] = []
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                lines += [Line(" ", text.decode()) for text in old_lines[old_from:old_to]]
            else:
                lines += [Line("-", text.decode()) for text in old_lines[old_from:old_to]]
                lines += [Line("+", text.decode()) for text in new_lines[new_from:new_to]]
        old_start, old_stop, new_start, new_stop = group[0][1], group[-1][2], group[0][3], group[-1][4]
        old_count, new_count = old_stop - old_start, new_stop - new_start
        yield Hunk(old_start + (old_count > 0), old_count, new_start + (new_count > 0), new_count, lines)


def _lines(text: bytes) -> list[bytes]:
    """Ended by line feeds and by nothing else: a carriage return belongs to its line."""
    if text.count(b"\n") >= DIFF_LINES_MAX:
        raise DiffTooLarge(limitLines=DIFF_LINES_MAX)
    lines = [line + b"\n" for line in text.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _metadata(before: Page | None, after: Page) -> dict[str, FieldChange]:
    old, new = ({} if page is None else _fields(page_doc(page.details)) for page in (before, after))
    changed = {name: (old.get(name), new.get(name)) for name in old | new}
    return {
        name: FieldChange(*values)
        for name, values in changed.items()
        if values[0] != values[1] or type(values[0]) is not type(values[1])
    }


def _fields(doc: PageDoc) -> dict[str, Any]:
    fields = {name: value for name, value in msgspec.to_builtins(doc).items() if name not in _NOT_COMPARED}
    properties = fields.pop("properties")
    return fields | {f"properties.{name}": value for name, value in properties.items()}
