"""Edits of one section. Nothing outside it changes, neither its bytes nor what they are in Markdown."""

import re
from collections.abc import Callable, Sequence
from typing import Final, Literal

import msgspec

from domain.errors import InvalidValue
from domain.pages.content import Edit, spliced
from domain.pages.decisions import edit_content
from domain.pages.events import PageEvent
from domain.pages.markdown import Heading, Markdown, front_matter_bytes
from domain.pages.rules import check_content_size, content_bytes
from domain.pages.sections import Section, checked_headings, find_section, sections
from domain.pages.state import Page

Operation = Literal["replace", "append", "prepend", "insertBefore", "insertAfter", "delete"]
# Reads a text; decisions cannot wait for it, and must come to the same when they run again.
Read = Callable[[bytes], Markdown]

_LEADING_BLANK: Final = re.compile(rb"(?:[ \t]*(?:\r\n|\r|\n))*")
_LIST_ITEM: Final = re.compile(rb"[ \t]*(?P<sign>[-*+]|[0-9]{1,9}(?P<end>[.)]))[ \t]")
_TABLE_ROW: Final = re.compile(rb" {0,3}\|")
_LINE_ENDS: Final = b"\r\n"
_BLANK: Final = b" \t\r\n"
# How far back the beginning of the last block is looked for.
BLOCK_BYTES_MAX: Final = 16 * 1024


class SectionEdit(msgspec.Struct, frozen=True, kw_only=True):
    """`path` names headings from an outer to an inner one. `delete` takes no content, the others take some."""

    path: tuple[str, ...]
    operation: Operation
    content: str = ""


def edit_section(page: Page, wanted: SectionEdit, read: Read) -> list[PageEvent]:
    """Replace keeps the heading; delete does not. Text that would change headings outside the section is refused."""
    whole, added = bytes(page.content), content_bytes(wanted.content)
    if wanted.operation == "delete" and added:
        raise InvalidValue("delete takes no content; leave it out.", parameter="content")
    headings = checked_headings(read(whole))
    section = find_section(sections(headings, len(whole)), wanted.path)
    if wanted.operation == "replace":
        added = _without_heading(added, section.heading, read)
    if not added.strip(_BLANK) and wanted.operation not in {"replace", "delete"}:
        return []
    edit = _edit(whole, section, wanted.operation, added)
    check_content_size(page.content.size_bytes + len(edit.text.encode()) - edit.removed_bytes)
    _check_outline(headings, whole, edit, read)
    return edit_content(page, (edit,))


def prepend_content(page: Page, text: str) -> list[PageEvent]:
    """At the very start, or after YAML front matter, and on lines of its own."""
    added = content_bytes(text)
    if not added:
        return []
    whole = bytes(page.content)
    at = front_matter_bytes(whole)
    before = b"\n" if at and not whole.endswith((b"\n", b"\r"), 0, at) else b""
    after = b"\n" if at < len(whole) and not added.endswith((b"\n", b"\r")) else b""
    return edit_content(page, (Edit(at, 0, (before + added + after).decode()),))


def _edit(whole: bytes, section: Section, operation: Operation, added: bytes) -> Edit:
    begin, body, end = section.heading.at_byte, section.heading.end_byte, section.end_byte
    match operation:
        case "replace":
            return _replaced(whole, body, end, added)
        case "append":
            return _appended(whole, body, end, added)
        case "prepend":
            return _prepended(whole, body, end, added)
        case "insertBefore":
            return _inserted(whole, begin, added)
        case "insertAfter":
            return _inserted(whole, end, added)
        case "delete":
            return _deleted(whole, begin, end)


def _replaced(whole: bytes, body: int, end: int, added: bytes) -> Edit:
    """The blank lines after the heading and before the next stay as they are."""
    first, last = _core(whole, body, end)
    eol = _line_end(whole)
    kept = added.strip(_LINE_ENDS) if added.strip(_BLANK) else b""
    if not kept:
        return _edit_of(whole, body, end, eol if end < len(whole) else b"")
    if first == last:
        return _edit_of(whole, body, end, _after_heading(whole, body, eol) + kept + _before_next(whole, end, eol))
    text = kept + (_before_next(whole, end, eol) if end < len(whole) and not _blank_before(whole, end) else whole[last:end])
    return _edit_of(whole, first, end, text)


def _appended(whole: bytes, body: int, end: int, added: bytes) -> Edit:
    first, last = _core(whole, body, end)
    if first == last:
        return _replaced(whole, body, end, added)
    eol = _line_end(whole)
    kept = added.strip(_LINE_ENDS)
    before = eol if _continues(_last_block(whole[first:last]), kept) else eol + eol
    rest = b"" if end == len(whole) or _blank_before(whole, end) else eol
    return _edit_of(whole, last, last, before + kept + rest)


def _prepended(whole: bytes, body: int, end: int, added: bytes) -> Edit:
    first, last = _core(whole, body, end)
    if first == last:
        return _replaced(whole, body, end, added)
    eol = _line_end(whole)
    kept = added.strip(_LINE_ENDS)
    after = eol if _continues(_last_block(kept), whole[first:last]) else eol + eol
    return _edit_of(whole, first, first, kept + after)


def _inserted(whole: bytes, at: int, added: bytes) -> Edit:
    """Between two blocks, or at the end of the page."""
    eol = _line_end(whole)
    kept = added.strip(_LINE_ENDS)
    if at == 0 or not whole[:at].strip(_BLANK):
        before = b""
    elif whole.endswith((b"\n", b"\r"), 0, at):
        before = b"" if _blank_before(whole, at) else eol
    else:
        before = eol + eol
    ends_line = at < len(whole) or whole.endswith((b"\n", b"\r")) or added.endswith((b"\n", b"\r"))
    after = eol + eol if at < len(whole) else eol if ends_line else b""
    return _edit_of(whole, at, at, before + kept + after)


def _deleted(whole: bytes, begin: int, end: int) -> Edit:
    """What stood right above the heading would become part of a next heading that is underlined."""
    touching = begin > 0 and end < len(whole) and not _blank_before(whole, begin)
    underlined = not whole[end : end + 4].lstrip(b" ").startswith(b"#")
    return _edit_of(whole, begin, end, _line_end(whole) if touching and underlined else b"")


def _without_heading(added: bytes, heading: Heading, read: Read) -> bytes:
    """Whoever read a section sends its heading back with it: it is not meant twice."""
    first = next(iter(read(added).headings), None)
    if first is None or (first.level, first.text) != (heading.level, heading.text) or added[: first.at_byte].strip(_BLANK):
        return added
    return added[first.end_byte :]


def _core(whole: bytes, body: int, end: int) -> tuple[int, int]:
    """Where the body's text begins and ends, without the blank lines around it; both the same where there is none."""
    blank = _LEADING_BLANK.match(whole, body, end)
    first = blank.end() if blank else body
    last = first + len(whole[first:end].rstrip(_BLANK))
    return (first, last) if last > first else (body, body)


def _after_heading(whole: bytes, body: int, eol: bytes) -> bytes:
    """From a heading to the first text below it: one blank line."""
    return eol if whole.endswith((b"\n", b"\r"), 0, body) else eol + eol


def _before_next(whole: bytes, end: int, eol: bytes) -> bytes:
    if end < len(whole):
        return eol + eol
    return eol if whole.endswith((b"\n", b"\r")) else b""


def _blank_before(whole: bytes, at: int) -> bool:
    """Whether the line before this place, which begins one, is blank."""
    lines = whole[max(0, at - BLOCK_BYTES_MAX) : at].splitlines()
    return not lines or not lines[-1].strip()


def _last_block(text: bytes) -> bytes:
    """The lines since the last blank one."""
    lines = text[-BLOCK_BYTES_MAX:].splitlines(keepends=True)
    first = next((index for index in range(len(lines) - 1, -1, -1) if not lines[index].strip()), -1) + 1
    return b"".join(lines[first:])


def _continues(block: bytes, text: bytes) -> bool:
    """Whether text goes on with a block's list or table, so that a blank line would part what belongs together."""
    if _TABLE_ROW.match(block) and _TABLE_ROW.match(text):
        return True
    one, other = _LIST_ITEM.match(block), _LIST_ITEM.match(text)
    if one is None or other is None:
        return False
    return (one["end"] or one["sign"]) == (other["end"] or other["sign"]) or text.startswith((b" ", b"\t"))


def _line_end(whole: bytes) -> bytes:
    return b"\r\n" if b"\r\n" in whole else b"\n"


def _edit_of(whole: bytes, begin: int, end: int, text: bytes) -> Edit:
    """Without what would be replaced by itself."""
    old = whole[begin:end]
    if old == text:
        return Edit(begin, 0, "")
    return Edit(begin, end - begin, text.decode())


def _check_outline(headings: Sequence[Heading], whole: bytes, edit: Edit, read: Read) -> None:
    """The headings before and after the edit have to be those that were there; only what stands between them is the caller's."""
    removed_end = edit.at_byte + edit.removed_bytes
    grown = len(edit.text.encode()) - edit.removed_bytes
    new = checked_headings(read(spliced(whole, (edit,))))
    before = [_place(heading, 0) for heading in headings if heading.end_byte <= edit.at_byte]
    after = [_place(heading, grown) for heading in headings if heading.at_byte >= removed_end and heading.end_byte > edit.at_byte]
    places = [_place(heading, 0) for heading in new]
    kept_after = places[len(places) - len(after) :] if after else []
    inside = places[len(before) : len(places) - len(after)]
    if places[: len(before)] != before or kept_after != after or any(at >= removed_end + grown for _, _, at in inside):
        raise InvalidValue(
            "The content would change headings outside the section. Close the code block, comment or HTML block that it opens.",
            parameter="content",
        )


def _place(heading: Heading, moved: int) -> tuple[int, str, int]:
    return heading.level, heading.text, heading.at_byte + moved
