"""What updates, milestones and principles refuse."""

from domain.errors import NotFound


class UpdateNotFound(NotFound):
    """No update of this workspace has this id. It may be in the trash, or its page may."""

    code = "update_not_found"


class MilestoneNotFound(NotFound):
    """No milestone of this workspace has this id. It may be in the trash."""

    code = "milestone_not_found"


class PrincipleNotFound(NotFound):
    """No principle of this workspace has this id. It may be in the trash."""

    code = "principle_not_found"
