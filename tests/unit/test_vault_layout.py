"""Every page has one place; none is outside the directory and none is another's."""

import pytest

from daybook.client import Page
from daybook.vault.layout import is_safe, places


def page(name: str, *, parent: str | None = None, path: str | None = None, root: str = "") -> Page:
    return Page(
        id=name,
        slug=name,
        title=name,
        subtitle=None,
        parent_id=parent,
        type="page",
        status=None,
        icon=None,
        owner=None,
        due_date=None,
        properties={} if path is None else {"import.path": path, "import.root": root},
        version=1,
    )


def laid(*pages: Page, below: str | None = None) -> dict[str, str]:
    return {place.page.id: place.path for place in places(pages, below)}


def test_pages_made_in_daybook_lie_under_their_slugs() -> None:
    assert laid(page("a"), page("b", parent="a"), page("c", parent="b")) == {"a": "a.md", "b": "a/b.md", "c": "a/b/c.md"}


def test_imported_pages_lie_where_they_came_from() -> None:
    pages = [page("g", path="g/"), page("x", parent="g", path="g/x.md"), page("i", path="index.md")]
    assert laid(*pages) == {"g": "g/index.md", "x": "g/x.md", "i": "index.md"}


def test_pages_made_below_imported_ones_lie_beside_them() -> None:
    pages = [page("g", path="g/README.md"), page("x", parent="g", path="g/x.md"), page("n", parent="g"), page("m", parent="x")]
    assert laid(*pages) == {"g": "g/README.md", "x": "g/x.md", "n": "g/n.md", "m": "g/x/m.md"}


def test_two_folders_imported_below_two_pages_do_not_meet() -> None:
    pages = [page("a"), page("b"), page("x", parent="a", path="x.md", root="a"), page("y", parent="b", path="x.md", root="b")]
    assert laid(*pages) == {"a": "a.md", "b": "b.md", "x": "a/x.md", "y": "b/x.md"}
    assert laid(*pages, below="a") == {"x": "x.md"}


def test_a_taken_path_gets_a_number_and_the_imported_file_keeps_its_own() -> None:
    pages = [page("x"), page("y", path="x.md"), page("z", path="x.md")]
    assert laid(*pages) == {"x": "x-3.md", "y": "x.md", "z": "x-2.md"}


def test_a_page_that_says_it_was_imported_below_itself_has_a_place() -> None:
    assert laid(page("a", path="a.md", root="a")) == {"a": "a/a.md"}


def test_a_hostile_path_is_not_followed_and_said() -> None:
    (place,) = places([page("a", path="../../a.md")], None)
    assert (place.path, place.unsafe) == ("a.md", "../../a.md")


def test_a_very_long_slug_is_cut_to_a_name_that_file_systems_take() -> None:
    (place,) = places([page("é" * 300)], None)
    assert place.path.startswith("é" * 80)
    assert place.path != "é" * 300 + ".md"


@pytest.mark.parametrize(
    "path", ["../x.md", "a/../../x.md", "/etc/x.md", "a//x.md", "./x.md", "", "/", "a\0.md", ".git/hooks.md", ".bashrc", ".ssh/"]
)
def test_unsafe(path: str) -> None:
    assert not is_safe(path)


@pytest.mark.parametrize(
    "path", ["x.md", "a/b c/日本 #%.md", "-x.md", ".hidden.md", ".github/x.md", "a/", "a\\b.md", "notes.txt"]
)
def test_safe(path: str) -> None:
    assert is_safe(path)
