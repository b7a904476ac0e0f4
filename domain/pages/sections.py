"""Sections of a page: a heading with all that follows, up to the next heading of its level or above. Found by their headings."""

import heapq
import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

import msgspec

from domain.errors import InvalidValue
from domain.pages.errors import OutlineTooLong, SectionAmbiguous, SectionNotFound
from domain.pages.markdown import Heading, Markdown

SECTIONS_NAMED_MAX = 20
# Among so many, the closest are looked for; and so much of each path is compared.
SECTIONS_COMPARED_MAX = 2000
COMPARED_CHARACTERS_MAX = 80
# A component that names a heading by its anchor, for headings that nothing else tells apart.
ANCHOR_SIGN = "#"


class Section(msgspec.Struct, frozen=True, gc=False):
    """`path` names the headings around it and its own. Its text is the bytes from its heading's first to `end_byte`."""

    path: tuple[str, ...]
    heading: Heading
    end_byte: int


def checked_headings(found: Markdown) -> tuple[Heading, ...]:
    """All headings of the page, for whom some would not do. Raises `OutlineTooLong`."""
    if found.headings_cut:
        raise OutlineTooLong
    return found.headings


def sections(headings: Sequence[Heading], size_bytes: int) -> list[Section]:
    """All of them, in the order of the text, of which there are `size_bytes`."""
    ends = [size_bytes] * len(headings)
    around: list[int] = []
    found: list[Section] = []
    paths: list[tuple[str, ...]] = []
    for index, heading in enumerate(headings):
        while around and headings[around[-1]].level >= heading.level:
            ends[around.pop()] = heading.at_byte
        paths.append((*(paths[around[-1]] if around else ()), heading.text))
        around.append(index)
    for heading, path, end in zip(headings, paths, ends, strict=True):
        found.append(Section(path, heading, end))
    return found


def parse_path(text: str) -> tuple[str, ...]:
    r"""`Guide/Setup`: headings from an outer to an inner one. A slash inside a heading is written `\/`."""
    return clean_path([part.replace("\\/", "/") for part in re.split(r"(?<!\\)/", text)])


def clean_path(parts: Sequence[str]) -> tuple[str, ...]:
    path = tuple(kept for part in parts if (kept := " ".join(part.split())))
    if not path:
        raise InvalidValue("path is empty: name headings from an outer to an inner one, as in Guide/Setup.", parameter="path")
    return path


def written_path(path: Sequence[str]) -> str:
    """The path as `parse_path` takes it."""
    return "/".join(part.replace("/", "\\/") for part in path)


def find_section(whole: Sequence[Section], path: tuple[str, ...]) -> Section:
    """The one section that the path leads to. Raises `SectionNotFound` and `SectionAmbiguous`.

    A path may leave headings out, as long as it is unique. The whole path of one section always leads to that section; letters'
    case is looked past only where nothing matches exactly. A path of one `#anchor` names the heading with this anchor.
    """
    for found in _matches(whole, path):
        if len(found) == 1:
            return found[0]
        if found:
            raise SectionAmbiguous(sections=[_named(section) for section in found[:SECTIONS_NAMED_MAX]])
    raise SectionNotFound(headings=_closest(whole, path))


def _matches(whole: Sequence[Section], path: tuple[str, ...]) -> Iterator[list[Section]]:
    yield [section for section in whole if _cleaned(section.path) == path]
    yield [section for section in whole if _leads_to(path, _cleaned(section.path))]
    folded = tuple(part.casefold() for part in path)
    yield [section for section in whole if _folded(section.path) == folded]
    yield [section for section in whole if _leads_to(folded, _folded(section.path))]
    if len(path) == 1 and path[0].startswith(ANCHOR_SIGN):
        yield [section for section in whole if section.heading.slug == path[0].removeprefix(ANCHOR_SIGN)]


def _cleaned(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in path)


def _folded(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.casefold() for part in _cleaned(path))


def _leads_to(path: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """Whether the path names the last heading, and headings around it in their order."""
    if path[-1] != full[-1]:
        return False
    around = iter(full[:-1])
    return all(part in around for part in path[:-1])


def _named(section: Section) -> dict[str, object]:
    return {"path": written_path(section.path), "line": section.heading.line, "slug": section.heading.slug}


def _closest(whole: Sequence[Section], path: tuple[str, ...]) -> list[str]:
    wanted = SequenceMatcher(b=_compared(path), autojunk=False)

    def likeness(section: Section) -> float:
        # By the whole path or by the last heading alone, whichever is nearer.
        return max(_ratio(wanted, _compared(section.path)), _ratio(wanted, _compared(section.path[-1:])))

    near = heapq.nlargest(SECTIONS_NAMED_MAX, whole[:SECTIONS_COMPARED_MAX], key=likeness)
    return [written_path(section.path) for section in near]


def _compared(path: Sequence[str]) -> str:
    return "/".join(path).casefold()[:COMPARED_CHARACTERS_MAX]


def _ratio(wanted: "SequenceMatcher[str]", text: str) -> float:
    wanted.set_seq1(text)
    return wanted.quick_ratio()
