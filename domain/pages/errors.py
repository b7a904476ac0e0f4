"""What pages refuse."""

from domain.errors import DomainError, NotFound


class PageNotFound(NotFound):
    """No page of this workspace has this slug or id. It may be in the trash, or its slug may have changed."""

    code = "page_not_found"


class VersionNotFound(NotFound):
    """There is no such version: they count from 1 to the one that `newest` says."""

    code = "version_not_found"


class LabelTaken(DomainError):
    """Another version of this page has this label: the one that `version` says. Choose another, or take it away there first."""

    code = "label_taken"


class ParentNotFound(NotFound):
    """The page named as parent is not in this workspace, or is in the trash."""

    code = "parent_not_found"


class SlugTaken(DomainError):
    """Another page has this slug. Choose another, or leave the slug out and one is made from the title."""

    code = "slug_taken"


class MoveMakesCycle(DomainError):
    """A page cannot be moved below itself or below one of its own subpages."""

    code = "move_makes_cycle"


class NotASibling(DomainError):
    """The page named in before or after is not below the same parent. Name one that is, or the parent as well."""

    code = "not_a_sibling"


class NotADatabase(DomainError):
    """Only a page of type database has a schema. Change its type first."""

    code = "not_a_database"


class DatabaseHasSchema(DomainError):
    """This database has a schema for its rows. Remove the schema before you make it another type of page."""

    code = "database_has_schema"


class NotInTrash(DomainError):
    """It is not in the trash, so there is nothing to restore."""

    code = "not_in_trash"


class ContentStale(DomainError):
    """The content has changed since the contentHash you named. Read it again, then repeat the change on what you see."""

    code = "content_modified"


class ContentTooLarge(DomainError):
    """A page's content has at most 4 MiB of UTF-8. Split it into several pages."""

    code = "content_too_large"


class TextNotFound(DomainError):
    """The text to find does not occur in the page: it has to match character by character. `nearest` shows lines like it."""

    code = "text_not_found"


class TextAmbiguous(DomainError):
    """The text to find occurs more than once. Add surrounding text until it is unique, or send replaceAll: true."""

    code = "text_ambiguous"


class CountUnexpected(DomainError):
    """The text does not occur as often as expectedCount says. Nothing was replaced."""

    code = "count_unexpected"


class SectionNotFound(NotFound):
    """No section of the page has this path. `headings` are the paths there are, the closest first."""

    code = "section_not_found"


class SectionAmbiguous(DomainError):
    """More than one section has this path. Name the headings around the one you mean, or its anchor, such as `#notes-1`."""

    code = "section_ambiguous"


class OutlineTooLong(DomainError):
    """The page has more than 20,000 headings, and no more are read. Split it into several pages."""

    code = "outline_too_long"


class TooManyLinks(DomainError):
    """More than 1,000 pages link to this one, or they hold more than 64 MiB. Nothing was changed. Rename without rewriteLinks:
    the old slug goes on leading to the page.
    """

    code = "too_many_links"


class LinksUnread(DomainError):
    """So many pages changed a moment ago that their links are still being read. Nothing was changed; try again in a second."""

    code = "links_unread"
