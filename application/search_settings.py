"""The settings of search: one small resource of each workspace."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import msgspec

from application.event_store import Command, EventStore, KnownCommand
from application.exclusively import Done, Exclusively, Plan
from application.page_views import iso
from domain.search.settings import SearchSettings, choose_language, evolve, settings_id


class SettingsBook(Protocol):
    """What the read model tells."""

    async def load(self, workspace_id: UUID) -> SearchSettings:
        """The defaults where nobody chose anything."""
        ...


class SearchSettingsCases:
    """The use cases."""

    def __init__(self, store: EventStore, book: SettingsBook) -> None:
        self._store = store
        self._book = book

    async def get(self, workspace_id: UUID) -> SearchSettings:
        return await self._book.load(workspace_id)

    async def choose_language(self, command: Command, language: str, *, versions: Sequence[int] = ()) -> Done[SearchSettings]:
        async def plan() -> Plan[SearchSettings]:
            settings = await self._book.load(command.workspace_id)
            events = choose_language(settings, language, versions)
            return Plan(settings_id(command.workspace_id), settings, settings.version, events)

        return await self._exclusively().run(command, plan)

    async def again(self, command: Command, known: KnownCommand) -> Done[SearchSettings]:
        return await self._exclusively().again(command, known)

    def _exclusively(self) -> Exclusively[SearchSettings]:
        return Exclusively(self._store, evolve, _shown)


class SettingsView(msgspec.Struct, frozen=True, rename="camel"):
    """How the workspace is searched. Version 0 is before anybody chose."""

    language: str
    version: int
    updated_at: str | None


def settings_view(settings: SearchSettings) -> SettingsView:
    at = None if settings.updated_at is None else iso(settings.updated_at)
    return SettingsView(settings.language, settings.version, at)


async def _shown(settings: SearchSettings) -> SettingsView:
    return settings_view(settings)
