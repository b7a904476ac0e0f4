"""Writes pages as files. It replaces nothing it did not write itself, and it never leaves its directory."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from daybook.client import ApiError, Client
from daybook.vault.layout import Place
from daybook.vault.mapping import file_of

Kind = Literal["written", "unchanged", "differs", "refused", "empty"]


class Written(msgspec.Struct):
    path: str
    kind: Kind
    reason: str = ""


def export_pages(client: Client, wanted: Sequence[Place], directory: Path, *, force: bool = False) -> Iterator[Written]:
    for place in wanted:
        try:
            yield _export(client, place, directory, force=force)
        except (OSError, ApiError) as exc:
            yield Written(place.path, "refused", exc.strerror or str(exc) if isinstance(exc, OSError) else str(exc))


def _export(client: Client, place: Place, directory: Path, *, force: bool) -> Written:
    data = file_of(client.page(place.page.id), place.origin)
    if place.origin.endswith("/") and not data:
        return Written(place.path, "empty", "a folder, which needs no file")
    target = directory / place.path
    top = Path(os.path.realpath(directory))
    if not Path(os.path.realpath(target)).is_relative_to(top):
        return Written(place.path, "refused", "a link in the directory leads out of it")
    there = target.read_bytes() if target.exists() else None
    if there == data:
        return Written(place.path, "unchanged")
    if there is not None and not force:
        return Written(place.path, "differs", "another file is there; --force replaces it")
    _write(target, data)
    reason = f"its own path {place.unsafe!r} is not safe" if place.unsafe else ""
    return Written(place.path, "written", reason)


def _write(target: Path, data: bytes) -> None:
    """Write the whole file or none of it, so that an export that was killed can be run again."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.parent / f".daybook-{os.getpid()}.part"
    try:
        part.write_bytes(data)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
