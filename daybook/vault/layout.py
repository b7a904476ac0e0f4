"""Decides where each page of the workspace lies as a file.

An imported page lies where it came from, in the directory of the page it was imported below, even if it was moved since.
A page made in Daybook is `slug.md` in its parent's directory; its children lie in `slug/`. No path is given twice.
"""

import os
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

import msgspec

from daybook.client import Page
from daybook.vault.mapping import PATH, ROOT
from daybook.vault.metadata import is_folder_name, is_markdown

NAME_BYTES_MAX: Final = 200  # file systems take 255, and suffixes have to fit


class Place(msgspec.Struct):
    page: Page
    path: str
    origin: str  # the path that the page's front matter is read with: a folder's ends with a slash
    unsafe: str | None  # an `import.path` that was not followed


def places(pages: Sequence[Page], top_id: str | None) -> list[Place]:
    """Place the pages below a page, or all of them. Imported files choose first, so their paths are exactly the old ones."""
    shelf = _Shelf(_below(pages, top_id))
    taken: set[str] = set()
    placed = []
    for page in sorted(shelf.pages.values(), key=lambda page: (_rank(page), shelf.path(page), page.id)):
        path = _free(shelf.path(page), taken)
        taken.add(path)
        imported = imported_path(page)
        unsafe = str(page.properties[PATH]) if imported is None and PATH in page.properties else None
        placed.append(Place(page, path, imported or path, unsafe))
    return sorted(placed, key=lambda place: place.path)


def imported_path(page: Page) -> str | None:
    path = page.properties.get(PATH)
    return path if isinstance(path, str) and is_safe(path) else None


def is_safe(path: str) -> bool:
    """Whether a path stays inside the directory and plants nothing that other programs obey, such as `.git/hooks/…`."""
    parts = path.removesuffix("/").split("/")
    if any(part in {"", ".", ".."} or "\0" in part or part.casefold() == ".git" for part in parts):
        return False
    if os.name == "nt" and re.search(r'[\\:*?"<>|]', path):
        return False
    return is_markdown(path) or not any(part.startswith(".") for part in parts)


class _Shelf:
    """The directories of pages, each found once. The pages stand parents first, so the way up is short."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self.pages = {page.id: page for page in pages}
        self._directories: dict[str, str] = {}
        for page in pages:
            self._directory(page.id)

    def path(self, page: Page) -> str:
        imported = imported_path(page)
        if imported is None:
            return f"{self._directory(page.parent_id)}{_file_name(page)}.md"
        path = self._directory(page.properties.get(ROOT)) + imported
        return path + "index.md" if path.endswith("/") else path

    def _directory(self, page_id: object) -> str:
        """Where the children of a page lie; "" is the top, also for a page that is not among those placed."""
        if not isinstance(page_id, str) or page_id not in self.pages:
            return ""
        if page_id not in self._directories:
            self._directories[page_id] = ""  # a page that says it was imported below itself ends here
            path = PurePosixPath(self.path(self.pages[page_id]))
            own = imported_path(self.pages[page_id]) is not None and is_folder_name(path.name)
            directory = path.parent if own else path.with_suffix("")
            self._directories[page_id] = "" if directory == PurePosixPath() else f"{directory}/"
        return self._directories[page_id]


def _below(pages: Sequence[Page], top_id: str | None) -> list[Page]:
    ids = {page.id for page in pages}
    children = defaultdict(list)
    for page in pages:
        children[page.parent_id if page.parent_id in ids else None].append(page)
    found = list(children[top_id])
    for page in found:  # the list grows while it is walked, level by level
        found += children[page.id]
    return found


def _rank(page: Page) -> int:
    imported = imported_path(page)
    if imported is None:
        return 2
    return 1 if imported.endswith("/") else 0


def _file_name(page: Page) -> str:
    name = re.sub(r"[/\\\0]", "-", page.slug)
    name = f"_{name}" if name.startswith(".") else name
    if len(name.encode()) <= NAME_BYTES_MAX:
        return name
    return name.encode()[: NAME_BYTES_MAX - 40].decode(errors="ignore") + f"-{page.id}"


def _free(path: str, taken: set[str]) -> str:
    if path not in taken:
        return path
    file = PurePosixPath(path)
    return next(
        other
        for number in range(2, len(taken) + 3)
        if (other := str(file.with_name(f"{file.stem}-{number}{file.suffix}"))) not in taken
    )
