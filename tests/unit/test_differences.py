"""What differs between two versions: applied to the old text, it gives the new one, byte for byte."""

import shutil
import subprocess
import time
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from application.differences import DIFF_LINES_MAX, Difference, DiffTooLarge, difference, unified
from domain.events import Actor
from domain.pages.content import Content
from domain.pages.rules import CONTENT_BYTES_MAX
from domain.pages.state import Details, Page

AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
ANA = Actor("key", "1", "Ana")
DETAILS = Details(
    id=UUID(int=1),
    slug="a-page",
    title="A page",
    subtitle=None,
    parent_id=None,
    page_type="page",
    status=None,
    icon=None,
    owner=None,
    blocked_by=(),
    due_date=None,
    properties={},
    created_at=AT,
    created_by=ANA,
    archived_at=None,
    archived_root=None,
)
# Few lines make matches likely; what other programs take for line breaks must not be one.
LINES = st.sampled_from(
    ["a", "b", "", "\r", "é日🚀", "-- x", "+++ y", "\u2028\x0b\x0c\x85", "\\ No newline at end of file", "@@ -1 +1 @@"]
)
TEXTS = st.builds(lambda lines, end: "\n".join(lines) + end, st.lists(LINES, max_size=30), st.sampled_from(["", "\n"]))
PATCHED_S_MAX = 20


def page(text: str, version: int = 1, **changes: object) -> Page:
    details = msgspec.structs.replace(DETAILS, **changes)
    return Page(details, Content.from_text(text.encode()), version, AT, ANA, AT)


def applied(old: str, found: Difference) -> str:
    """By the hunks, and nothing but the hunks."""
    lines, result, at = old.encode().split(b"\n"), [], 0
    old_lines = [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    for hunk in found.hunks:
        start = hunk.old_start - (1 if hunk.old_lines else 0)
        result += old_lines[at:start]
        assert len([line for line in hunk.lines if line.op != "+"]) == hunk.old_lines
        assert len([line for line in hunk.lines if line.op != "-"]) == hunk.new_lines
        assert old_lines[start : start + hunk.old_lines] == [line.text.encode() for line in hunk.lines if line.op != "+"]
        result += [line.text.encode() for line in hunk.lines if line.op != "-"]
        at = start + hunk.old_lines
    return b"".join([*result, *old_lines[at:]]).decode()


@given(TEXTS, TEXTS)
def test_the_hunks_lead_from_the_one_text_to_the_other(old: str, new: str) -> None:
    found = difference(page(old), page(new, 2))
    assert applied(old, found) == new
    assert bool(found.hunks) == (old != new)


def patched_by(command: list[str], folder: Path, old: str, diff: bytes) -> bytes:
    target = folder / "a-page.md"
    target.write_bytes(old.encode())
    done = subprocess.run(command, cwd=folder, input=diff, capture_output=True, check=False, timeout=PATCHED_S_MAX)
    assert done.returncode == 0, done.stdout + done.stderr
    return target.read_bytes()


@pytest.mark.parametrize("command", [["patch", "-p1", "--binary", "-s"], ["git", "apply", "--whitespace=nowarn", "-"]])
@settings(max_examples=40)
@given(old=TEXTS, new=TEXTS)
def test_the_tools_people_have_apply_it(tmp_path_factory: pytest.TempPathFactory, command: list[str], old: str, new: str) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed here")
    if old == new:
        return
    before, after = page(old, title="--- a/x"), page(new, 2, title="+++ b/x", subtitle="@@ -1 +1 @@")
    diff = unified(difference(before, after), before, after)
    if not new:
        # Both tools remove a file that a patch leaves empty, so it keeps a line here.
        return
    assert patched_by(command, tmp_path_factory.mktemp("patched"), old, diff) == new.encode()


def test_it_reads_as_people_know_it() -> None:
    before = page("one\ntwo\nthree", 3, properties={"n": 1, "gone": True}, due_date=date(2026, 3, 1))
    after = page("one\n2\nthree\n", 4, title="Grüße\u2028", properties={"n": True, "new": "x\ny"})
    assert unified(difference(before, after), before, after).decode() == (
        "# from: version 3 of 2026-01-31T09:30:00.000000Z\n"
        "# to: version 4 of 2026-01-31T09:30:00.000000Z\n"
        '# title: "A page" -> "Gr\\u00fc\\u00dfe\\u2028"\n'
        '# dueDate: "2026-03-01" -> null\n'
        "# properties.n: 1 -> true\n"
        "# properties.gone: true -> null\n"
        '# properties.new: null -> "x\\ny"\n'
        "diff --git a/a-page.md b/a-page.md\n"
        "--- a/a-page.md\n"
        "+++ b/a-page.md\n"
        "@@ -1,3 +1,3 @@\n"
        " one\n"
        "-two\n"
        "-three\n"
        "\\ No newline at end of file\n"
        "+2\n"
        "+three\n"
    )


def test_the_first_version_comes_from_nothing() -> None:
    after = page("text\n")
    found = difference(None, after)
    assert (found.before, found.after) == (0, 1)
    assert found.metadata["title"].before is None
    assert b"--- /dev/null\n+++ b/a-page.md\n@@ -0,0 +1 @@\n+text\n" in unified(found, None, after)


def test_more_lines_than_the_limit_are_refused_and_as_many_are_not() -> None:
    difference(page(""), page("\n" * (DIFF_LINES_MAX - 1)))
    with pytest.raises(DiffTooLarge):
        difference(page(""), page("\n" * DIFF_LINES_MAX))


WORST = {
    "equal lines": ("a\n" * 199_999, "a\n" * 199_998 + "b\n"),
    "two lines in turns": ("a\nb\n" * 99_999, "b\na\n" * 99_999),
    "backwards": ("".join(f"{n}\n" for n in range(199_999)), "".join(f"{n}\n" for n in range(199_999, 0, -1))),
    "every second": ("".join(f"{n}\n" for n in range(199_999)), "".join(f"{n}\nx\n" for n in range(99_999))),
    "a thousand lines in disorder": (
        "".join(f"{n * 7919 % 1009}\n" for n in range(199_999)),
        "".join(f"{n * 104_729 % 1013}\n" for n in range(199_999)),
    ),
    "one line of everything": ("a" * CONTENT_BYTES_MAX, "b" * CONTENT_BYTES_MAX),
}


@pytest.mark.parametrize("texts", WORST.values(), ids=WORST)
def test_the_worst_texts_are_compared_in_seconds(texts: tuple[str, str]) -> None:
    started = time.monotonic()
    before, after = page(texts[0]), page(texts[1], 2)
    found = difference(before, after)
    unified(found, before, after)
    assert applied(texts[0], found) == texts[1]
    assert time.monotonic() - started < 30
