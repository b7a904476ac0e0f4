"""Orders: what a caller wants of an entity. They have the names of the entity's fields, so a body is one as it comes."""

from typing import Annotated, Any, Generic, TypeAlias, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from domain.errors import InvalidValue
from domain.planning.entities import Entity, RefId

T = TypeVar("T")
E = TypeVar("E", bound=Entity)
Version = Annotated[int, Meta(ge=1, le=2**31 - 1, description="Only if it still has this version.")]


class Order(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A field nobody knows is refused, because it would be silently lost."""


class Should(msgspec.Struct, Generic[T], forbid_unknown_fields=True, kw_only=True):
    """What a field should be from now on, or that it should stay."""

    should_change: bool
    value: T | UnsetType = UNSET


# A field that may be changed: by a plain value or in the long form. Left out, it stays.
U: TypeAlias = Should[T] | T | UnsetType


# The values that most concepts have have names of their own, because their types would make long ones in the document.
class ShouldName(Should[RefId]):
    """Which other entity a field should name from now on, or that it should stay."""


class ShouldNameOrNot(Should[RefId | None]):
    """Which other entity a field should name from now on, if any, or that it should stay."""


URef: TypeAlias = ShouldName | RefId | UnsetType
URefOrNone: TypeAlias = ShouldNameOrNot | RefId | UnsetType | None


class OrderOnOne(Order, kw_only=True):
    """What to do with one that is there, whatever its version unless the order says which."""

    expected_version: Version | None = None


class ChangeOrder(OrderOnOne, kw_only=True):
    """What to change. Fields left out stay."""

    def wanted(self) -> dict[str, Any]:
        """The fields that should change, by name. Raises `InvalidValue` where one should and no value is given."""
        given = {name: getattr(self, name) for name in self.__struct_fields__ if name != "expected_version"}
        return {name: _value(name, each) for name, each in given.items() if _should_change(each)}

    def applied(self, entity: E) -> E:
        """The entity as it is wanted, for orders whose fields are the entity's own."""
        return msgspec.structs.replace(entity, **self.wanted())


def _should_change(given: Any) -> bool:  # noqa: ANN401 - whatever the field holds
    return given is not UNSET and not (isinstance(given, Should) and not given.should_change)


def _value(name: str, given: Any) -> Any:  # noqa: ANN401 - whatever the field holds
    if not isinstance(given, Should):
        return given
    if given.value is UNSET:
        raise InvalidValue(f"{name} should change, but no value is given.", parameter=name)
    return given.value
