"""Brings a folder of Markdown into Daybook. Running it again writes only what the folder changed since.

A page is found again by its `import.path` below the same parent. Whether somebody edited it in Daybook is seen from the page
itself: written as a file it would have other bytes than those that were imported.
"""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final, Literal

import msgspec

from daybook.client import ApiError, Client, OnePage, Page, decoded, page_path
from daybook.vault.folder import Found, Source
from daybook.vault.layout import places
from daybook.vault.mapping import (
    FILE_BYTES_MAX,
    HASH,
    PATH,
    ROOT,
    Draft,
    RefusedError,
    change,
    creation,
    digest,
    draft_of,
    file_of,
    folder_draft,
)
from daybook.vault.metadata import is_folder_name

Kind = Literal["imported", "updated", "unchanged", "conflict", "refused", "skipped"]

# What the API says of one page; any other error would meet the next page as well.
REFUSALS: Final = frozenset({400, 404, 409, 413, 422, 500})


class Outcome(msgspec.Struct):
    path: str
    kind: Kind
    reason: str = ""


class Target(msgspec.Struct):
    """Where a folder goes: the page it is imported below, and the pages that are there from earlier."""

    parent_id: str | None
    known: dict[str, Page]  # by `import.path`
    alike: dict[str, Page]  # pages made in Daybook, by the path an export gives them

    @property
    def root(self) -> str:
        return self.parent_id or ""


def target(client: Client, parent: str | None) -> Target:
    parent_id = None if parent is None else client.page(parent).id
    pages = client.pages()
    mine = [page for page in pages if page.properties.get(ROOT) == (parent_id or "")]
    known = {path: page for page in mine if isinstance(path := page.properties.get(PATH), str)}
    alike = {place.path: place.page for place in places(pages, parent_id) if PATH not in place.page.properties}
    return Target(parent_id, known, alike)


def import_folder(client: Client, found: Found, into: Target, *, overwrite: bool = False) -> Iterator[Outcome]:
    """Do the work, one file after another, and tell what became of each."""
    for left_out in found.files:
        yield Outcome(left_out.path, "refused" if left_out.refused else "skipped", left_out.reason)
    run = _Run(client, into, overwrite=overwrite)
    for source in found.sources:
        yield from run.bring(source)


class _Run:
    def __init__(self, client: Client, into: Target, *, overwrite: bool) -> None:
        self._client = client
        self._into = into
        self._overwrite = overwrite
        self._parents: dict[str, str | None] = {"": into.parent_id}

    def bring(self, source: Source) -> Iterator[Outcome]:
        """Bring one page. A folder without a file of its own is no file: nothing is told of it unless it fails."""
        if source.folder not in self._parents:
            yield Outcome(source.path, "refused", "there is no page for its folder")
            return
        page = self._known(source)
        try:
            if source.location is not None:
                page, outcome = self._bring_file(source, source.location, page)
                yield outcome
        except (RefusedError, OSError, ApiError) as exc:
            yield _refused(source.path, exc)
        if source.opens is not None:
            yield from self._open(source, page)

    def _open(self, source: Source, page: Page | None) -> Iterator[Outcome]:
        """Note the page of a folder, and make one if its own file could not become it: what lies in it needs a parent."""
        folder = str(source.opens)
        try:
            page = page or self._create(folder_draft(folder, self._into.root), source.folder)
            self._parents[folder] = page.id
        except ApiError as exc:
            yield _refused(folder, exc)

    def _bring_file(self, source: Source, location: Path, page: Page | None) -> tuple[Page, Outcome]:
        if location.stat().st_size > FILE_BYTES_MAX:
            raise RefusedError(f"larger than {FILE_BYTES_MAX // 1024**2} MiB")
        data = location.read_bytes()
        if page and (page.properties.get(HASH), page.properties.get(PATH)) == (digest(data), source.path):
            return page, Outcome(source.path, "unchanged")
        draft = draft_of(source.path, data, self._into.root)
        if page is not None:
            return page, self._update(draft, data, page)
        alike = self._into.alike.get(source.path)
        if alike and file_of(self._client.page(alike.id), source.path) == data:
            return alike, Outcome(source.path, "unchanged")
        return self._create(draft, source.folder), Outcome(source.path, "imported")

    def _create(self, draft: Draft, folder: str) -> Page:
        body = creation(draft, self._parents[folder])
        return decoded(self._client.write("POST", "/pages", body), OnePage).page

    def _update(self, draft: Draft, data: bytes, listed: Page) -> Outcome:
        page = self._client.page(listed.id)
        path = str(draft.origin[PATH])
        now = file_of(page, str(page.properties.get(PATH)))
        if now != data and digest(now) != page.properties.get(HASH) and not self._overwrite:
            return Outcome(path, "conflict", f"{page.slug} was edited in Daybook and the file changed too")
        body = change(draft, page)
        if page.content == draft.content:
            del body["content"]
        try:
            self._client.write("PATCH", page_path(page.id), body, headers={"If-Match": f'"{page.version}"'})
        except ApiError as exc:
            if exc.status != 412:
                raise
            return Outcome(path, "conflict", f"{page.slug} is being edited in Daybook right now")
        return Outcome(path, "updated")

    def _known(self, source: Source) -> Page | None:
        """Find the page of an earlier run. A folder's page stays the same when its own file comes or goes."""
        known = self._into.known
        if found := known.get(source.path) or known.get(source.opens or source.path):
            return found
        if source.location is not None:
            return None
        inside = (path for path in sorted(known) if is_folder_name(path) and _folder(path) == source.path)
        return next((known[path] for path in inside), known.get(source.path.removesuffix("/") + ".md"))


def _refused(path: str, exc: RefusedError | OSError | ApiError) -> Outcome:
    if isinstance(exc, ApiError) and exc.status not in REFUSALS:
        raise exc
    return Outcome(path, "refused", (exc.strerror if isinstance(exc, OSError) else None) or str(exc))


def _folder(path: str) -> str:
    return f"{PurePosixPath(path).parent}/"
