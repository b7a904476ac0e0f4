"""What planning refuses, whatever the concept. A rule of one concept alone stands with it."""

from domain.errors import DomainError, NotFound


class EntityNotFound(NotFound):
    """There is no such thing in this workspace. It may be archived, or removed."""

    code = "entity_not_found"


class RuleBroken(DomainError):
    """The values do not fit together, or break a rule of what they belong to."""

    code = "rule_broken"


class NameInvalid(RuleBroken):
    """A name is one line of text, and not empty."""

    code = "name_invalid"


class DatesOutOfOrder(RuleBroken):
    """What starts has to start before it ends, or on the same day."""

    code = "dates_out_of_order"


class OwnerArchived(DomainError):
    """What this belongs to is archived. Unarchive that first."""

    code = "owner_archived"


class ParentDiffers(RuleBroken):
    """The body names another parent than the address. Send the same in both."""

    code = "parent_differs"


class NamespaceEmpty(RuleBroken):
    """This service keeps nothing of this namespace yet."""

    code = "namespace_empty"
