"""Leading links to other slugs: the bytes of their targets change, and nothing else."""

from collections.abc import Iterable, Mapping

from domain.pages.content import Edit, spliced
from domain.pages.decisions import edit_content, replace_content
from domain.pages.events import PageEvent
from domain.pages.find_replace import EDITS_MAX
from domain.pages.markdown import Link
from domain.pages.state import Page


def redirect(page: Page, links: Iterable[Link], slugs: Mapping[str, str]) -> list[PageEvent]:
    """`links` are those of the page. Each whose target is a key of `slugs` names its value afterwards; all else of it stays."""
    found = [link for link in links if link.target in slugs]
    # Several reference links share one definition.
    places = sorted({(link.target_at_byte, link.target_end_byte, slugs[link.target]) for link in found})
    edits = tuple(Edit(at, end - at, slug) for at, end, slug in places)
    if len(edits) > EDITS_MAX:
        return replace_content(page, spliced(bytes(page.content), edits).decode())
    return edit_content(page, edits) if edits else []
