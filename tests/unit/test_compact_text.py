"""The compact text says what is set, can be read back by its grammar, and is cut level by level."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from application.compact_text import TEXT_CHARACTERS_MAX, compact
from application.page_queries import ListedPage
from application.page_views import doc
from domain.events import Actor
from domain.pages.events import Icon
from domain.pages.state import Details

AT = datetime(2026, 1, 1, tzinfo=UTC)


def page(number: int, parent: int | None = None, **fields: Any) -> ListedPage:
    parent_id = UUID(int=parent) if parent else None
    details = Details(**{
        "id": UUID(int=number), "slug": f"p{number}", "title": f"P {number}", "subtitle": None, "parent_id": parent_id,
        "page_type": "page", "status": None, "icon": None, "owner": None, "blocked_by": (), "due_date": None, "properties": {},
        "created_at": AT, "created_by": Actor("key", "1", "test"), "archived_at": None, "archived_root": None, **fields,
    })  # fmt: skip
    return ListedPage(doc(details), f"p{parent}" if parent else None, details.place)


# A reader of the grammar in docs/reference/compact.md


_MARK = re.compile(
    r'(?:(?P<name>"(?:[^"\\]|\\.)*"|[^\s"=,@…][^\s"=,…]*)=)?(?P<value>(?:@\S+|"(?:[^"\\]|\\.)*"…?|[^\s"…]+))(?: |$)'
)
_LINE = re.compile(r'(?P<indent>(?:  )*)- (?P<slug>\S+) (?P<title>"(?:[^"\\]|\\.)*")(?: (?P<marks>.*))?')


def parsed(text: str) -> list[dict[str, Any]]:
    return [_page(line) for line in text.split("\n")[:-1]]


def _page(line: str) -> dict[str, Any]:
    found = _LINE.fullmatch(line)
    assert found is not None, line
    read: dict[str, Any] = {
        "level": len(found["indent"]) // 2, "slug": found["slug"], "title": msgspec.json.decode(found["title"]), "properties": {},
    }  # fmt: skip
    rest = found["marks"] or ""
    while rest:
        mark = _MARK.match(rest)
        assert mark is not None, rest
        rest = rest[mark.end() :]
        _take(read, mark["name"], mark["value"])
    return read


def _take(read: dict[str, Any], name: str | None, value: str) -> None:
    if name is None:
        key = "owner" if value[0] == "@" else "type" if value in ("database", "file") else "status"
        read[key] = value.removeprefix("@")
    elif name in ("in", "due"):
        read[name] = value
    elif name == "blocked-by":
        read[name] = value.split(",")
    elif name in ("icon", "lucide", "subtitle"):
        read[name] = _text(value)
    else:
        scalar = value in ("true", "false") or re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", value)
        read["properties"][_text(name)] = msgspec.json.decode(value) if scalar else _text(value)


def _text(value: str) -> str:
    return str(msgspec.json.decode(value.removesuffix("…"))) if value[0] == '"' else value


LINES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=30)
VALUES = st.one_of(
    st.booleans(),
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
    st.sampled_from(["true", "null", "12", "-1e5", "…", "@a", "a=b", "a,b", "-", '"']),
)
NAMES = st.one_of(LINES.filter(bool), st.sampled_from(["due", "in", "icon", "Stage", "a=b", "@x", "-", "true"]))
PAGES = st.fixed_dictionaries(
    {
        "title": LINES.filter(str.strip),
        "subtitle": st.none() | LINES.filter(bool),
        "page_type": st.sampled_from(["page", "database", "file"]),
        "status": st.sampled_from([None, "idea", "on_track"]),
        "owner": st.sampled_from([None, "ana@acme.io", '"x"=…,@b']),
        "icon": st.none() | st.builds(Icon, st.sampled_from(["emoji", "lucide"]), LINES.filter(bool)),
        "blocked_by": st.lists(st.sampled_from(["a", "b-2", "日本"]), unique=True).map(tuple),
        "due_date": st.none() | st.dates(),
        "properties": st.dictionaries(NAMES, VALUES, max_size=4),
    }
)


@given(PAGES)
def test_every_page_reads_back(fields: dict[str, Any]) -> None:
    (read,) = parsed(compact([page(7, **fields)], 1))
    expected = {"level": 0, "slug": "p7", "title": fields["title"], "properties": fields["properties"]}
    expected |= {name: fields[name] for name in ("subtitle", "status", "owner") if fields[name] is not None}
    if fields["page_type"] != "page":
        expected["type"] = fields["page_type"]
    if fields["due_date"]:
        expected["due"] = fields["due_date"].isoformat()
    if fields["blocked_by"]:
        expected["blocked-by"] = list(fields["blocked_by"])
    if fields["icon"]:
        expected["icon" if fields["icon"].type == "emoji" else "lucide"] = fields["icon"].value
    assert read == expected
    assert [type(value) for value in read["properties"].values()] == [type(value) for value in fields["properties"].values()]


def test_a_page_is_worded_as_the_contract_shows_it() -> None:
    fields = {"slug": "api-redesign", "title": "API redesign", "status": "at_risk", "owner": "ana@acme.io"}
    fields |= {"due_date": datetime(2026, 3, 1, tzinfo=UTC).date(), "blocked_by": ("auth-service",)}
    line = '- api-redesign "API redesign" at_risk @ana@acme.io due=2026-03-01 blocked-by=auth-service\n'
    assert compact([page(1, **fields)], 1) == line


def test_levels_are_indented_and_siblings_stand_in_their_order() -> None:
    pages = [page(3, 1), page(1), page(2, 1), page(4, 2), page(5), page(6, 1, rank="0")]
    assert [(each["level"], each["slug"]) for each in parsed(compact(pages, 6))] == [
        (0, "p1"), (1, "p6"), (1, "p2"), (2, "p4"), (1, "p3"), (0, "p5"),
    ]  # fmt: skip


def test_a_page_whose_parent_is_not_there_stands_at_the_top_and_names_it() -> None:
    (read,) = parsed(compact([page(2, 1)], 1))
    assert (read["level"], read["in"]) == (0, "p1")


def test_a_list_that_is_not_all_says_so() -> None:
    assert compact([page(1)], 12) == '- p1 "P 1"\n… 1 of 12 pages\n'


def test_long_texts_are_cut_and_say_so() -> None:
    line = compact([page(1, properties={"a": "x" * TEXT_CHARACTERS_MAX, "b": "x" * (TEXT_CHARACTERS_MAX + 1)})], 1)
    assert f"a={'x' * TEXT_CHARACTERS_MAX} " in line
    assert line.endswith(f'b="{"x" * TEXT_CHARACTERS_MAX}"…\n')


def test_a_deep_tree_is_no_trouble() -> None:
    pages = [page(number, number - 1 or None) for number in range(1, 3001)]
    lines = compact(pages, 3000).split("\n")
    assert lines[2999] == "  " * 2999 + '- p3000 "P 3000"'


def test_cutting_keeps_whole_levels_and_beginnings_and_says_what_is_missing() -> None:
    title = "A title of some length, as they are"
    parents = {1: None, 2: None, 11: 1, 12: 1, 111: 11, 21: 2}
    pages = [page(number, parent, title=title) for number, parent in parents.items()]
    whole = compact(pages, 6)
    assert compact(pages, 6, 1000) == whole
    tokens = -(-len(whole) // 4)
    assert compact(pages, 6, tokens) == whole
    hint = f"maxTokens={tokens} shows 6\n"
    cut = compact(pages, 6, 50)
    assert cut == (f'- p1 "{title}"\n  … 3 more below p1\n- p2 "{title}"\n  … 1 more below p2\n… 2 of 6 pages; {hint}')
    assert compact(pages, 6, 16).endswith(f" of 6 pages; {hint}")


TREES = st.lists(st.integers(0, 30), max_size=60)


@given(TREES, st.integers(16, 400))
def test_a_cut_text_fits_and_counts_every_page_once(parents: list[int], max_tokens: int) -> None:
    pages = [page(n, parent % n or None) for n, parent in enumerate(parents, 1)]
    text = compact(pages, len(pages), max_tokens)
    assert len(text.encode()) <= max_tokens * 4
    lines = text.split("\n")[:-1]
    shown = [line for line in lines if line.lstrip().startswith("- ")]
    left_out = [int(found[1]) for line in lines if (found := re.match(r" *… (\d+) more", line))]
    if len(shown) < len(pages):
        assert lines[-1].startswith(f"… {len(shown)} of {len(pages)} pages; maxTokens=")
        assert len(shown) + sum(left_out) == len(pages) or not shown


@given(TREES)
def test_deeper_levels_are_cut_before_shallow_ones(parents: list[int]) -> None:
    pages = [page(n, parent % n or None) for n, parent in enumerate(parents, 1)]
    whole = compact(pages, len(pages))
    cut = compact(pages, len(pages), 60)
    levels = {line.strip(): (len(line) - len(line.lstrip())) for line in whole.split("\n")[:-1]}
    shown = {line.strip() for line in cut.split("\n") if line.lstrip().startswith("- ")}
    deepest = max((levels[line] for line in shown), default=0)
    assert all(line in shown for line, level in levels.items() if level < deepest)


def test_what_the_import_of_a_folder_keeps_for_itself_is_left_out() -> None:
    properties = {"import.hash": "e3b0c442", "Stage": "Done"}
    assert compact([page(1, properties=properties)], 1) == '- p1 "P 1" Stage=Done\n'
