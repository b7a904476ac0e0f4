"""The bodies of typed databases."""

from typing import Literal

import msgspec

from api.bodies import Body, Version
from domain.pages.events import PropertyDefinition, PropertyType, Schema


class PropertyRule(Body):
    """What a property of a row may hold. A select has `options`."""

    type: PropertyType
    options: tuple[str, ...] = ()


class PutSchema(Body):
    """The properties that rows may have, by name."""

    properties: dict[str, PropertyRule]
    version: Version | None = None

    def schema_of_rows(self) -> Schema:
        return {name: PropertyDefinition(rule.type, rule.options) for name, rule in self.properties.items()}


class SchemaAnswer(msgspec.Struct):
    """A schema; `properties` is null where rows may have any."""

    properties: dict[str, PropertyDefinition] | None
    version: int


class UnfitRows(msgspec.Struct):
    """How many rows do not fit, and the slugs of the first."""

    count: int
    slugs: list[str]


class SchemaSet(msgspec.Struct):
    """A schema that holds from now on."""

    success: Literal[True]
    properties: dict[str, PropertyDefinition]
    version: int
    nonconforming: UnfitRows
