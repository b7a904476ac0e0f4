"""Walks a folder of Markdown: which files there are, which page each belongs below, and what is left out and why.

The content of a folder's page is its `index.md` or `README.md`; without one it is the note of the same name beside the
folder (`guide.md` beside `guide/`); without that the page is empty. A folder without any Markdown in it gets no page.
"""

import os
from pathlib import Path, PurePosixPath

import msgspec

from daybook.vault.metadata import FOLDER_NAMES, MARKDOWN_SUFFIXES, is_folder_name, is_markdown


class Source(msgspec.Struct):
    """A page to be: a Markdown file, or a folder that has none of its own (`location` is None)."""

    path: str  # what becomes `import.path`; a folder's ends with a slash
    folder: str  # the folder whose page is its parent; "" is the top
    opens: str | None  # the folder whose page it is
    location: Path | None


class LeftOut(msgspec.Struct):
    path: str
    reason: str
    refused: bool = False  # the person wanted this one; the others are no Markdown


class Found(msgspec.Struct):
    sources: list[Source]  # parents before children
    files: list[LeftOut]
    folders: list[LeftOut]


class _Listing(msgspec.Struct):
    files: dict[str, Path]
    folders: dict[str, Path]


def scan(top: Path) -> Found:
    found = Found([], [], [])
    found.sources = _sources(top, "", [Path(os.path.realpath(top))], found)
    return found


def _sources(location: Path, at: str, chain: list[Path], found: Found) -> list[Source]:
    """Find the pages of one folder, its own first. `chain` is the real folders from the top to here, to notice a loop."""
    listing = _listed(location, at, chain, found)
    sources = []
    if own := min(filter(is_folder_name, listing.files), key=_rank, default=None):
        # At the top the file is a page like any other: the rest goes directly below the parent that was asked for.
        sources.append(Source(at + own, _parent(at), at or None, listing.files.pop(own)))
    for name in sorted(listing.files.keys() | listing.folders.keys()):
        if name in listing.folders:
            here = listing.folders[name]
            below = _sources(here, f"{at}{name}/", [*chain, Path(os.path.realpath(here))], found)
            sources += _headed(below, name, at, listing)
        elif name in listing.files:  # a note that became its folder's page is there no more
            sources.append(Source(at + name, at, None, listing.files[name]))
    return sources


def _headed(below: list[Source], name: str, at: str, listing: _Listing) -> list[Source]:
    """Put a folder's page before the pages in it, if they do not start with it."""
    path = f"{at}{name}/"
    if not below or below[0].opens == path:
        return below
    note = next((note for suffix in MARKDOWN_SUFFIXES if (note := name + suffix) in listing.files), None)
    if note is None:
        return [Source(path, at, path, None), *below]
    return [Source(at + note, at, path, listing.files.pop(note)), *below]


def _listed(location: Path, at: str, chain: list[Path], found: Found) -> _Listing:
    listing = _Listing({}, {})
    try:
        entries = sorted(os.scandir(location), key=lambda entry: entry.name)
    except OSError as exc:
        found.folders.append(LeftOut(at or str(location), exc.strerror or str(exc), refused=True))
        return listing
    for entry in entries:
        is_folder = Path(entry.path).is_dir()  # unlike the entry's own, it takes a link to itself
        path = f"{at}{entry.name}/" if is_folder else at + entry.name
        if left_out := _left_out(entry, path, chain):
            (found.folders if is_folder else found.files).append(left_out)
        else:
            (listing.folders if is_folder else listing.files)[entry.name] = Path(entry.path)
    return listing


def _left_out(entry: os.DirEntry[str], path: str, chain: list[Path]) -> LeftOut | None:
    try:
        entry.name.encode()
        real = Path(os.path.realpath(entry.path, strict=True)) if entry.is_symlink() else None
    except UnicodeEncodeError:
        return LeftOut(path, "its name is not UTF-8", refused=path.endswith("/") or is_markdown(entry.name))
    except OSError:
        return LeftOut(path, "a link that leads nowhere")
    if real and not real.is_relative_to(chain[0]):
        return LeftOut(path, "a link that leaves the folder")
    if path.endswith("/"):
        return _left_out_folder(entry, path, real, chain)
    if not entry.is_file():
        return LeftOut(path, "not a regular file")
    return None if is_markdown(entry.name) else LeftOut(path, "not Markdown")


def _left_out_folder(entry: os.DirEntry[str], path: str, real: Path | None, chain: list[Path]) -> LeftOut | None:
    if real in chain:
        return LeftOut(path, "a link that loops")
    return LeftOut(path, "hidden") if entry.name.startswith(".") else None


def _rank(name: str) -> tuple[int, str]:
    return FOLDER_NAMES.index(PurePosixPath(name).stem.casefold()), name


def _parent(at: str) -> str:
    return at.rstrip("/").rpartition("/")[0] + "/" if at.count("/") > 1 else ""
