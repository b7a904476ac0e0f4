"""Pages as a text for readers that pay by the word: one page a line, two spaces a level, only what is set.

The grammar stands in docs/reference/compact.md, and a test holds this module to it.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from uuid import UUID

import msgspec

from application.page_queries import ListedPage
from application.page_views import PageDoc

# How many bytes of UTF-8 a token is taken to be.
TOKEN_BYTES = 4
MAX_TOKENS_MIN = 16
TEXT_CHARACTERS_MAX = 200
# Names with a meaning of their own before an equals sign; a property of such a name stands in quotation marks.
RESERVED = frozenset({"in", "icon", "lucide", "subtitle", "due", "blocked-by"})
# In properties of such names the import of a folder keeps what it knows of each file. Nobody pays to read hashes.
IMPORTED = "import."
_BARE = re.compile(r'[^\s"=,@…\x00-\x1f\x7f][^\s"=,…\x00-\x1f\x7f]*')
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_CONSTANTS = frozenset({"true", "false", "null"})


class _Node:
    """A page in the tree of an answer."""

    __slots__ = ("below", "children", "depth", "line", "parent", "slug")

    def __init__(self, slug: str, line: str, parent: "_Node | None") -> None:
        self.slug = slug
        self.line = line
        self.parent = parent
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.children: list[_Node] = []
        # How many pages there are below it in all.
        self.below = 0


def compact(pages: Iterable[ListedPage], total: int, max_tokens: int | None = None) -> str:
    """`total` is how many pages there are beside these. Beyond `max_tokens` deep levels and the ends of lists are cut, and what
    was cut is said in their place; the last line then says how much there is in all.
    """
    top = _tree(pages)
    ordered = _by_levels(top)
    text = "".join(_lines(top)) + ("" if total == len(ordered) else _last(len(ordered), total))
    if max_tokens is None or _tokens(text) <= max_tokens:
        return text
    return _cut(top, ordered, total, max_tokens, f"; maxTokens={_tokens(text)} shows {len(ordered)}")


def page_line(page: PageDoc, parent_slug: str | None, *, orphan: bool) -> str:
    """A page without its indentation. `orphan`: its parent is not in the answer, so it is named."""
    parts = [f"- {page.slug}", _quoted(page.title, cut=False)]
    if page.type != "page":
        parts.append(page.type)
    if page.status is not None:
        parts.append(page.status)
    if page.owner is not None:
        parts.append(f"@{page.owner}")
    if orphan and parent_slug is not None:
        parts.append(f"in={parent_slug}")
    if page.icon is not None:
        parts.append(f"{'icon' if page.icon.type == 'emoji' else 'lucide'}={_text(page.icon.value)}")
    if page.subtitle:
        parts.append(f"subtitle={_quoted(page.subtitle)}")
    if page.due_date is not None:
        parts.append(f"due={page.due_date.isoformat()}")
    if page.blocked_by:
        parts.append(f"blocked-by={','.join(page.blocked_by)}")
    shown = ((name, value) for name, value in page.properties.items() if not name.startswith(IMPORTED))
    parts += [f"{_name(name)}={_value(value)}" for name, value in shown]
    return " ".join(parts)


def _tree(pages: Iterable[ListedPage]) -> list[_Node]:
    """Siblings in their order; a page whose parent is not among them stands at the top."""
    read = [(page.place, msgspec.json.decode(b"{%b}" % page.doc, type=PageDoc), page.parent_slug) for page in pages]
    read.sort(key=lambda each: (each[0], each[1].id))
    known = {page.id for _, page, _ in read}
    children: dict[UUID | None, list[tuple[PageDoc, str | None]]] = {}
    for _, page, parent_slug in read:
        parent = page.parent_id if page.parent_id in known else None
        children.setdefault(parent, []).append((page, parent_slug))
    # With a list for a stack, because a tree may be deeper than Python's.
    top: list[_Node] = []
    made: list[_Node] = []
    waiting: list[tuple[UUID | None, _Node | None]] = [(None, None)]
    while waiting:
        page_id, parent_node = waiting.pop()
        for page, parent_slug in children.get(page_id, ()):
            node = _Node(page.slug, page_line(page, parent_slug, orphan=parent_node is None), parent_node)
            (parent_node.children if parent_node else top).append(node)
            made.append(node)
            waiting.append((page.id, node))
    for node in reversed(made):
        if node.parent is not None:
            node.parent.below += 1 + node.below
    return top


def _by_levels(top: Sequence[_Node]) -> list[_Node]:
    """Breadth first."""
    ordered: list[_Node] = list(top)
    for node in ordered:
        ordered.extend(node.children)
    return ordered


def _lines(top: Sequence[_Node], shown: set[int] | None = None) -> list[str]:
    """Depth first. Where `shown` leaves pages out, a line says how many, and below what."""
    lines: list[str] = []
    waiting: list[tuple[_Node | None, Sequence[_Node]]] = [(None, top)]
    position = [0]
    while waiting:
        parent, siblings = waiting[-1]
        index = position[-1]
        if index < len(siblings) and (shown is None or id(siblings[index]) in shown):
            node = siblings[index]
            position[-1] += 1
            lines.append(f"{'  ' * node.depth}{node.line}\n")
            waiting.append((node, node.children))
            position.append(0)
            continue
        hidden = sum(1 + node.below for node in siblings[index:])
        if hidden:
            indent = "  " * siblings[index].depth
            lines.append(f"{indent}… {hidden} more{f' below {parent.slug}' if parent else ''}\n")
        waiting.pop()
        position.pop()
    return lines


def _cut(top: Sequence[_Node], ordered: Sequence[_Node], total: int, max_tokens: int, hint: str) -> str:
    """As many pages, level by level, as fit with the lines that say what is left out; found by halving."""
    sizes = accumulate(len(node.line.encode()) + 2 * node.depth + 1 for node in ordered)
    low, high = 1, min(bisect_right(list(sizes), max_tokens * TOKEN_BYTES), len(ordered) - 1)
    best = _last(0, total, hint)
    while low <= high:
        count = (low + high) // 2
        text = "".join(_lines(top, {id(node) for node in ordered[:count]})) + _last(count, total, hint)
        if _tokens(text) <= max_tokens:
            best, low = text, count + 1
        else:
            high = count - 1
    return best


def _last(shown: int, total: int, hint: str = "") -> str:
    return f"… {shown} of {total} pages{hint}\n"


def _tokens(text: str) -> int:
    return -(-len(text.encode()) // TOKEN_BYTES)


def _quoted(text: str, *, cut: bool = True) -> str:
    """As JSON writes it. An ellipsis behind the closing mark says that there is more."""
    if cut and len(text) > TEXT_CHARACTERS_MAX:
        return f"{msgspec.json.encode(text[:TEXT_CHARACTERS_MAX]).decode()}…"
    return msgspec.json.encode(text).decode()


def _text(text: str) -> str:
    return text if _BARE.fullmatch(text) and len(text) <= TEXT_CHARACTERS_MAX else _quoted(text)


def _name(name: str) -> str:
    return name if _BARE.fullmatch(name) and name not in RESERVED and not name.startswith("-") else _quoted(name, cut=False)


def _value(value: str | float) -> str:
    """Texts that read as something else stand in quotation marks."""
    if not isinstance(value, str):
        return msgspec.json.encode(value).decode()
    return _quoted(value) if _NUMBER.fullmatch(value) or value in _CONSTANTS else _text(value)
