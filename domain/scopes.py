"""What a caller may do: scopes, which keys are given one by one, and roles, which bring several to a person."""

from collections.abc import Iterable
from typing import Literal, get_args

from domain.errors import DomainError, InvalidValue

SCOPES_MAX = 20
Role = Literal["owner", "editor", "reader"]
ROLES: tuple[Role, ...] = get_args(Role)

_READABLE = ("pages", "planning", "threads")
ADMIN = "admin"
_SINGLE = {f"{area}:{action}" for area in _READABLE for action in ("read", "write")}
ALL = frozenset({*_SINGLE, "events:read", "members:read", ADMIN})
# Whoever manages a workspace sees who is in it and what happened.
_BRINGS = {ADMIN: frozenset({ADMIN, "members:read", "events:read"}), "*": ALL}
FULL = ("*",)
_ROLE_SCOPES: dict[Role, tuple[str, ...]] = {
    "owner": FULL,
    "editor": ("pages:*", "planning:*", "threads:*", "events:read", "members:read"),
    # Whoever only reads may ask the assistant as well: it can change no page for them.
    "reader": ("pages:read", "planning:read", "threads:*", "events:read", "members:read"),
}


class ScopeMissing(DomainError):
    """This key or person may not do that. Ask an owner of the workspace for a key or a role that may."""

    code = "forbidden"


class ScopeNotHeld(DomainError):
    """Nobody gives more than they have: the key or role you want to give may do what you may not."""

    code = "scope_not_held"


def expanded(scopes: Iterable[str]) -> frozenset[str]:
    """Every single scope that these come to: `pages:*` is all of pages, `*` everything."""
    return frozenset().union(*(_expanded(scope) for scope in scopes))


def of_role(role: Role) -> frozenset[str]:
    return expanded(_ROLE_SCOPES[role])


def check_scopes(scopes: tuple[str, ...]) -> tuple[str, ...]:
    """In order and without repeats; `*` stands for all others. Raises `InvalidValue`."""
    known = all(_expanded(scope) for scope in scopes)
    if not known or not 1 <= len(scopes) <= SCOPES_MAX:
        names = ", ".join(("*", *(f"{area}:*" for area in _READABLE), *sorted(ALL)))
        raise InvalidValue(f"scopes names 1 to {SCOPES_MAX} of: {names}.", parameter="scopes")
    return FULL if "*" in scopes else tuple(sorted(set(scopes)))


def check_gives(held: frozenset[str], given: frozenset[str]) -> None:
    """Raises `ScopeNotHeld`."""
    if not given <= held:
        raise ScopeNotHeld(missing=sorted(given - held))


def _expanded(scope: str) -> frozenset[str]:
    if scope in _BRINGS:
        return _BRINGS[scope]
    if scope.endswith(":*"):
        return frozenset(each for each in ALL if each.startswith(scope[:-1]))
    return frozenset({scope}) & ALL
