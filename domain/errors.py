"""What the domain refuses, in its own words. No status code is known here: `api/errors.py` maps every class to one."""

from typing import Any, ClassVar


class DomainError(Exception):
    """A rule of the domain refused the command."""

    code: ClassVar[str] = "refused"

    def __init__(self, detail: str | None = None, **facts: Any) -> None:  # noqa: ANN401 - facts are any JSON values
        """`detail` says what to do, in place of the docstring; `facts` travel to the caller as members of the error's body."""
        self.detail = detail or " ".join((type(self).__doc__ or "").split())
        self.facts = facts
        super().__init__(self.detail)


class InvalidValue(DomainError):
    """A value is missing or not acceptable."""

    code = "invalid_parameter"


class NotFound(DomainError):
    """There is no such thing in this workspace."""

    code = "not_found"


class VersionStale(DomainError):
    """The resource has changed since the version you named. Read it again, then repeat the change on what you see."""

    code = "version_stale"
