"""A folder is walked in one order, parents first; nothing is followed out of it or around in it."""

import os
from pathlib import Path

from daybook.vault.folder import scan


def tree(top: Path, *paths: str) -> Path:
    for path in paths:
        file = top / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("text")
    return top


def shape(top: Path) -> list[tuple[str, str, str | None]]:
    return [(source.path, source.folder, source.opens) for source in scan(top).sources]


def test_parents_come_before_their_children(tmp_path: Path) -> None:
    assert shape(tree(tmp_path, "b.md", "a/x.md", "a/sub/y.md", "a/sub/README.md")) == [
        ("a/", "", "a/"),
        ("a/sub/README.md", "a/", "a/sub/"),
        ("a/sub/y.md", "a/sub/", None),
        ("a/x.md", "a/", None),
        ("b.md", "", None),
    ]


def test_an_index_is_the_folder_and_a_readme_beside_it_a_page(tmp_path: Path) -> None:
    assert shape(tree(tmp_path, "a/Index.MD", "a/README.md", "a/b.markdown")) == [
        ("a/Index.MD", "", "a/"),
        ("a/README.md", "a/", None),
        ("a/b.markdown", "a/", None),
    ]


def test_the_index_at_the_top_is_the_first_page_and_nobodys_parent(tmp_path: Path) -> None:
    assert shape(tree(tmp_path, "index.md", "a.md")) == [("index.md", "", None), ("a.md", "", None)]


def test_a_note_beside_a_folder_is_its_page_unless_it_has_an_index(tmp_path: Path) -> None:
    assert shape(tree(tmp_path, "a.md", "a/x.md", "b.md", "b/index.md")) == [
        ("a.md", "", "a/"),
        ("a/x.md", "a/", None),
        ("b/index.md", "", "b/"),
        ("b.md", "", None),
    ]


def test_a_folder_without_markdown_is_no_page(tmp_path: Path) -> None:
    found = scan(tree(tmp_path, "img/a.png", "a.md"))
    assert [source.path for source in found.sources] == ["a.md"]
    assert [(file.path, file.reason) for file in found.files] == [("img/a.png", "not Markdown")]


def test_hidden_folders_and_links_that_leave_or_loop_are_said(tmp_path: Path) -> None:
    top = tree(tmp_path / "top", ".git/config.md", "a/x.md", ".hidden.md")
    (tmp_path / "secret.md").write_text("secret")
    for link, to in [("out.md", "../secret.md"), ("a/loop", ".."), ("etc", "/etc"), ("gone.md", "none"), ("in.md", "a/x.md")]:
        (top / link).symlink_to(to)
    (top / "self.md").symlink_to("self.md")
    found = scan(top)
    assert [source.path for source in found.sources] == [".hidden.md", "a/", "a/x.md", "in.md"]
    assert {left.path: left.reason for left in found.files + found.folders} == {
        ".git/": "hidden",
        "a/loop/": "a link that loops",
        "etc/": "a link that leaves the folder",
        "out.md": "a link that leaves the folder",
        "gone.md": "a link that leads nowhere",
        "self.md": "a link that leads nowhere",
    }


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    assert [(file.path, file.reason) for file in scan(tmp_path).files] == [("pipe.md", "not a regular file")]


def test_a_name_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff.md")).write_text("text")
    assert [(file.reason, file.refused) for file in scan(tmp_path).files] == [("its name is not UTF-8", True)]
