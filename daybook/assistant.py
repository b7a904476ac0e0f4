"""The part of the composition that has to do with the assistant: what it may do in a workspace."""

from application.search import Search
from application.tools.workspace import MayStill, Toolbox
from daybook.pages import PageParts
from daybook.world import now


def toolbox(on_pages: PageParts, search: Search, may_still: MayStill) -> Toolbox:
    """Tools stand on the use cases of everybody."""
    return Toolbox(search, on_pages.reader, on_pages.markdown, on_pages.pages, on_pages.contents, may_still, now)
