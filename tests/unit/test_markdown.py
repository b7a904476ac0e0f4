"""Reading Markdown: headings and links are where they say they are, and nothing else is taken for one."""

import asyncio
import hashlib
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from application.markdown import ReadingTakesLong
from domain.pages.markdown import HEADINGS_MAX, LINKS_MAX, Heading, Link, line_numbers
from domain.pages.rules import CONTENT_BYTES_MAX
from infrastructure.markdown import AT_ONCE_BYTES_MAX, PyromarkReader
from infrastructure.markdown_walk import read_markdown

# Pieces of which Markdown's own trouble is made, and some that are only long.
PIECES = st.sampled_from(
    [
        *(
            "#",
            "# a\n",
            "## b ##\n",
            "\n",
            "\r",
            "\r\n",
            " ",
            "    ",
            "\t",
            "> ",
            "- ",
            "1. ",
            "```\n",
            "~~~",
            "`",
            "``",
            "*",
            "_",
            "|",
        ),
        *(
            "|a|b|\n|-|-|\n",
            "===\n",
            "---\n",
            "[[",
            "]]",
            "[[slug]]",
            "[[slug|shown]]",
            "[[a#b]]",
            "![[",
            "@{",
            "}",
            "@{T|slug}",
            "{",
        ),
        *(
            "[a](slug)",
            "[a](./slug.md#x)",
            "[a](<slug>)",
            "[",
            "](",
            ")",
            "[r]",
            "[r]: slug\n",
            "[r]:",
            "<a>",
            "<!--",
            "-->",
            "&amp;",
        ),
        *(
            "&#45;",
            "\ufeff",
            "\0",
            "\x0b",
            "\u2028",
            "...\n",
            "x",
            "word ",
            "日本",
            "%20",
            "%ff",
            "[^1]",
            "[^1]: x\n",
            "<b",
            "\\|",
            "\\@",
        ),
        *("- [ ] ", "é", "🚀", "\\"),
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=40).map("".join), st.text(alphabet=st.characters(exclude_categories=["Cs"])))


def headings(text: str) -> list[tuple[int, str, int]]:
    return [(each.level, each.text, each.line) for each in read_markdown(text.encode()).headings]


def links(text: str) -> list[tuple[str, str, str | None, str]]:
    return [(each.kind, each.target, each.fragment, each.title) for each in read_markdown(text.encode()).links]


def targets(text: str) -> list[str]:
    return [each.target for each in read_markdown(text.encode()).links]


def spans(text: str) -> list[tuple[str, str]]:
    whole = text.encode()
    return [
        (whole[each.at_byte : each.end_byte].decode(), whole[each.target_at_byte : each.target_end_byte].decode())
        for each in read_markdown(whole).links
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The examples of CommonMark's chapters on headings, by their number there.
        pytest.param("# foo\n## foo\n###### foo", [(1, "foo", 1), (2, "foo", 2), (6, "foo", 3)], id="62"),
        pytest.param("####### foo", [], id="63"),
        pytest.param("#5 bolt\n\n#hashtag", [], id="64"),
        pytest.param("\\## foo", [], id="65"),
        pytest.param("# foo *bar* \\*baz\\*", [(1, "foo bar *baz*", 1)], id="66"),
        pytest.param("#                  foo                     ", [(1, "foo", 1)], id="67"),
        pytest.param(" ### foo\n  ## foo\n   # foo", [(3, "foo", 1), (2, "foo", 2), (1, "foo", 3)], id="68"),
        pytest.param("    # foo", [], id="69"),
        pytest.param("foo\n    # bar", [], id="70"),
        pytest.param("## foo ##\n  ###   bar    ###", [(2, "foo", 1), (3, "bar", 2)], id="71"),
        pytest.param("### foo ### b", [(3, "foo ### b", 1)], id="74"),
        pytest.param("# foo#", [(1, "foo#", 1)], id="75"),
        pytest.param("### foo \\###", [(3, "foo ###", 1)], id="76"),
        pytest.param("****\n## foo\n****", [(2, "foo", 2)], id="77"),
        pytest.param("## \n#\n### ###", [(2, "", 1), (1, "", 2), (3, "", 3)], id="79"),
        pytest.param("Foo *bar*\n=========\n\nFoo *bar*\n---------", [(1, "Foo bar", 1), (2, "Foo bar", 4)], id="80"),
        pytest.param("Foo *bar\nbaz*\n====", [(1, "Foo bar baz", 1)], id="81"),
        pytest.param("Foo\n   ----      ", [(2, "Foo", 1)], id="86"),
        pytest.param("`Foo\n----\n`", [(2, "`Foo", 1)], id="91"),
        pytest.param("- Foo\n---", [], id="94"),
        pytest.param("Foo\nBar\n---", [(2, "Foo Bar", 1)], id="95"),
        pytest.param("\n====", [], id="97"),
        pytest.param("```\n# foo\n```", [], id="in a fence"),
        pytest.param("~~~md\n# foo\n~~~\n# bar", [(1, "bar", 4)], id="after a fence"),
        pytest.param("<!--\n# foo\n-->", [], id="in a comment"),
        pytest.param("<div>\n# foo\n</div>", [], id="in HTML"),
        pytest.param("> # foo\n\n- # bar\n\n[^1]: # baz", [], id="in quotes, lists and footnotes"),
        pytest.param("a\r\n\r\n# b\r\n\rc\r# d", [(1, "b", 3), (1, "d", 6)], id="line ends of every kind"),
        pytest.param("---\ntitle: x\n# no\n---\n# yes", [(1, "yes", 5)], id="after front matter"),
        pytest.param("text\n\n---\n# yes\n---\n", [(1, "yes", 4)], id="what looks like front matter further down"),
        pytest.param("# `code` and [[slug|shown]] ![alt](x) <b>&amp;</b>", [(1, "code and shown alt &", 1)], id="plain text"),
    ],
)
def test_headings_are_those_of_commonmark(text: str, expected: list[tuple[int, str, int]]) -> None:
    assert headings(text) == expected


def test_anchors_are_made_as_github_makes_them() -> None:
    text = "# Hello, World!\n# Größe & Maß_1\n# a\n# a\n# a-1\n# a\n# C++\n# 日本 語\n#\n#\n> # a\n\n# a"
    slugs = [each.slug for each in read_markdown(text.encode()).headings]
    # The fourth `a` is in the quote: not in the outline, and yet counted.
    expected = ["hello-world", "größe--maß_1", "a", "a-1", "a-1-1", "a-2", "c", "日本-語", "", "-1", "a-4"]
    assert slugs == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@{Title|slug}", [("mention", "slug", None, "Title")]),
        ("a @{T|s}, @{U|t#part}", [("mention", "s", None, "T"), ("mention", "t", "part", "U")]),
        ("@{Tom & Jerry \\* snake_case_name|s}", [("mention", "s", None, "Tom & Jerry * snake_case_name")]),
        ("@{A | B|s} @{|s}", [("mention", "s", None, "A | B"), ("mention", "s", None, "")]),
        ("[[slug]] [[slug|shown]]", [("wiki", "slug", None, "slug"), ("wiki", "slug", None, "shown")]),
        ("[[slug#Some heading|shown]]", [("wiki", "slug", "Some heading", "shown")]),
        ("![[slug]] [[Some Page]]", [("wiki", "slug", None, "slug"), ("wiki", "Some Page", None, "Some Page")]),
        ("[a](slug) [b](./slug) [c](slug.md)", [("relative", "slug", None, each) for each in "abc"]),
        ("[a](slug#part) [*b*](./slug.md#p%20q 'title')", [("relative", "slug", "part", "a"), ("relative", "slug", "p q", "b")]),
        ("[a](<slug>) [](slug)", [("relative", "slug", None, "a"), ("relative", "slug", None, "")]),
        ("[u](%C3%BCber)", [("relative", "über", None, "u")]),
        ("[a][r] [R][] [r]\n\n[r]: slug", [("relative", "slug", None, each) for each in ("a", "R", "r")]),
        ("|x|\n|-|\n|[[s\\|t]] @{T\\|m}|", [("wiki", "s", None, "t"), ("mention", "m", None, "T")]),
        ("|[a](b)|\n|-|", [("relative", "b", None, "a")]),
        ("> - [[a]]\n>   # @{T|b}", [("wiki", "a", None, "a"), ("mention", "b", None, "T")]),
        ("[@{T|m}](slug)", [("relative", "slug", None, "@{T|m}"), ("mention", "m", None, "T")]),
        ("\\\\@{T|s}", [("mention", "s", None, "T")]),
    ],
)  # fmt: skip
def test_links_to_pages_are_found(text: str, expected: list[tuple[str, str, str | None, str]]) -> None:
    assert links(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "`[[a]]` `@{T|a}` `[a](a)`",
        "```\n[[a]] @{T|a} [a](a)\n```",
        "    [[a]] @{T|a} [a](a)",
        "<!-- [[a]] @{T|a} [a](a) -->",
        "<div title='[[a]] @{T|a}'>\n[a](a)\n</div>",
        "x <b title='[[a]] @{T|a} [a](a)'>",
        "\\[[a]] \\@{T|a} @\\{T|a} \\[a](a)",
        "[a](https://x.org/a) [b](/a) [c](../a) [d](a/b) [e](mailto:a) [f](#a) [g](?a) [h](a.png) [i]() <https://a>",
        "![a](a) ![[a.png]]",
        "[[]] [[ ]] [[#a]] [[|a]] @{T|} @{T} @{T|a b} @{T\n|a} {T|a}",
        "|x|y|\n|-|-|\n|@{T|a}|",
        "[r]: a",
        "[a](README) [b](a%2Fb) [c](%FF)",
        "---\nrelated: '[[a]] @{T|a} [a](a)'\n---\n",
        "@{open `|a}`",
    ],
)
def test_what_only_looks_like_a_link_is_none(text: str) -> None:
    assert links(text) == []


def test_places_are_those_of_the_bytes() -> None:
    text = 'é @{Ü|s-1} [[ü|x]] ![[s-2#h]] [日](./s-3.md#f "t") [e](<s&#45;4>) [f](s\\-5) [g][R]\n\n'
    text += "> [q](\n> s-6)\n>\n> [R]:\n> s-7 't'\n"
    expected = [
        ("@{Ü|s-1}", "s-1"),
        ("[[ü|x]]", "ü"),
        ("![[s-2#h]]", "s-2"),
        ('[日](./s-3.md#f "t")', "s-3"),
        ("[e](<s&#45;4>)", "s&#45;4"),
        ("[f](s\\-5)", "s\\-5"),
        ("[g][R]", "s-7"),
        ("[q](\n> s-6)", "s-6"),
    ]
    assert spans(text) == expected
    assert [each.line for each in read_markdown(text.encode()).links] == [1] * 7 + [3]


@given(TEXTS)
@example("\r")
@example("[r][r]\n[r]: slug\n\n> [r]: x")
@example("[[\\|x]]")
@example("![[a|![[b]]]]")
def test_any_text_can_be_read_and_places_hold_what_they_say(text: str) -> None:
    whole = text.encode()
    found = read_markdown(whole)
    assert not found.headings_cut
    assert not found.links_cut
    ends = 0
    for heading in found.headings:
        check_heading(whole, heading)
        assert heading.at_byte >= ends
        ends = heading.end_byte
    assert len({each.slug for each in found.headings}) == len(found.headings)
    assert [each.at_byte for each in found.links] == sorted(each.at_byte for each in found.links)
    for link in found.links:
        check_link(whole, link)


def check_heading(whole: bytes, heading: Heading) -> None:
    assert 0 <= heading.at_byte < heading.end_byte <= len(whole)
    # Whole lines, the last perhaps without an end.
    assert heading.at_byte == 0 or whole[heading.at_byte - 1 : heading.at_byte] in {b"\n", b"\r", b"\xbf"}
    assert whole[: heading.end_byte].endswith((b"\n", b"\r")) or heading.end_byte == len(whole)
    assert heading.line == len((whole[: heading.at_byte].decode() + "x").replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    assert whole[heading.at_byte : heading.end_byte].decode()


def check_link(whole: bytes, link: Link) -> None:
    piece = whole[link.at_byte : link.end_byte].decode()
    target = whole[link.target_at_byte : link.target_end_byte].decode()
    assert target
    assert link.line == line_numbers(whole, [link.at_byte])[0]
    if link.kind == "mention":
        assert piece.startswith("@{")
        assert piece.endswith("}")
        assert target == link.target
    elif link.kind == "wiki":
        assert piece.lstrip("!").startswith("[[")
        assert piece.endswith("]]")
        assert target == link.target
    else:
        assert piece.startswith("[")
    # Another target in its place changes this link and nothing of what it is.
    changed = whole[: link.target_at_byte] + b"other-slug" + whole[link.target_end_byte :]
    after = {(each.kind, each.target, each.fragment) for each in read_markdown(changed).links}
    assert (link.kind, "other-slug", link.fragment) in after


@given(st.lists(PIECES.filter(lambda piece: not set(piece) & set("[|\0\x0b\r\t\u2028")), max_size=25).map("".join))
def test_another_reader_finds_the_same_headings(text: str) -> None:
    """But for tables, definitions, wiki links, front matter and rarer spaces, of which the other has ideas of its own."""
    plain = text.replace("---\n", "").replace("\ufeff", "")
    tokens = MarkdownIt("commonmark").parse(plain)
    expected = [
        (int(token.tag[1]), plain_text(tokens[index + 1].children or []))
        for index, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0
    ]
    assert [(level, " ".join(words.split())) for level, words, _ in headings(plain)] == expected


def plain_text(children: list[object]) -> str:
    words = ""
    for child in children:
        kind, content = child.type, child.content  # type: ignore[attr-defined] # the other reader is untyped
        if kind in {"text", "code_inline", "text_special"}:
            words += content
        elif kind in {"softbreak", "hardbreak"}:
            words += " "
        elif kind == "image":
            words += plain_text(child.children)  # type: ignore[attr-defined] # as above
    return " ".join(words.split())


def test_lines_end_with_feeds_returns_and_both_together() -> None:
    whole = b"a\nb\rc\r\nd"
    assert line_numbers(whole, range(len(whole))) == [1, 1, 2, 2, 3, 3, 3, 4]
    assert line_numbers(b"a\r\n", [0, 1, 2, 3]) == [1, 1, 1, 2]


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "[",
            "@{",
            "[[",
            ">",
            "> > > a\n",
            "[a](",
            "*a_",
            "#\n",
            "|\n",
            "[a]: b\n",
            "[[a|",
            "\r",
            "- ",
            "a\n",
            "[[a]]",
            "@{a|b}",
            "@{a|",
        ),
        *("@{|", "[a](b)", "[a]\n\n[a]: b\n\n", "<a ", "\\@{a|b}", "|@{a|b", "&#45;", "---\n", "# a\n", "@{\\", "![[a|"),
    ],
)
def test_trouble_costs_what_its_length_does(unit: str) -> None:
    short, long = ((unit * (size // len(unit.encode()))).encode() for size in (CONTENT_BYTES_MAX // 32, CONTENT_BYTES_MAX // 4))
    short_s, long_s = taken_s(short), taken_s(long)
    assert long_s < 1 + 5 * 8 * short_s


def taken_s(text: bytes) -> float:
    begin = time.perf_counter()
    read_markdown(text)
    return time.perf_counter() - begin


def test_headings_and_links_are_kept_up_to_a_bound() -> None:
    for count in (HEADINGS_MAX, HEADINGS_MAX + 1):
        found = read_markdown(b"# a\n" * count)
        assert (len(found.headings), found.headings_cut) == (HEADINGS_MAX, count > HEADINGS_MAX)
    for count in (LINKS_MAX, LINKS_MAX + 1):
        found = read_markdown(b"[[a]]\n" * count)
        assert (len(found.links), found.links_cut) == (LINKS_MAX, count > LINKS_MAX)


def hash_of(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


async def test_short_texts_are_read_at_once_and_long_ones_apart() -> None:
    reader = PyromarkReader()
    short, long = b"# a\n" + b"x" * (AT_ONCE_BYTES_MAX - 4), b"# b\n" + b"x" * (AT_ONCE_BYTES_MAX - 3)
    assert reader.read_now(short, hash_of(short), however_long=False).headings[0].text == "a"
    with pytest.raises(ReadingTakesLong) as refused:
        reader.read_now(long, hash_of(long), however_long=False)
    first, second = await asyncio.gather(*(reader.read(refused.value.text, refused.value.content_hash) for _ in range(2)))
    assert first is second
    assert reader.read_now(long, hash_of(long), however_long=False) is first
    other = long + b"y"
    assert reader.read_now(other, hash_of(other), however_long=True).headings[0].text == "b"


async def test_a_reading_goes_on_for_others_when_one_goes_away() -> None:
    reader = PyromarkReader()
    text = b"# a\n\n[[b]]\n\n" * 100_000
    hasty = asyncio.create_task(reader.read(text, hash_of(text)))
    patient = asyncio.create_task(reader.read(text, hash_of(text)))
    await asyncio.sleep(0)
    hasty.cancel()
    assert (await patient).links
