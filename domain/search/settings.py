"""How a workspace is searched: in which language its words are brought to their stems."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from domain.errors import InvalidValue, VersionStale
from domain.events import Change, Event, Recorded
from domain.ids import derived_id

LANGUAGE_DEFAULT: Final = "english"
# Those for which every PostgreSQL from 15 on has stems; `simple` takes words as they are, for texts in none of them or in many.
LANGUAGES: Final = (
    "arabic",
    "armenian",
    "basque",
    "catalan",
    "danish",
    "dutch",
    "english",
    "finnish",
    "french",
    "german",
    "greek",
    "hindi",
    "hungarian",
    "indonesian",
    "irish",
    "italian",
    "lithuanian",
    "nepali",
    "norwegian",
    "portuguese",
    "romanian",
    "russian",
    "serbian",
    "simple",
    "spanish",
    "swedish",
    "tamil",
    "turkish",
    "yiddish",
)


class LanguageChosen(Event, frozen=True, tag="search.language_chosen"):
    """The workspace is searched in another language from now on."""

    language: Change[str]


class SearchSettings(msgspec.Struct, frozen=True, kw_only=True):
    """At one version; 0 is before anybody chose anything."""

    language: str = LANGUAGE_DEFAULT
    version: int = 0
    updated_at: datetime | None = None


def settings_id(workspace_id: UUID) -> UUID:
    """Of a workspace's one stream of settings."""
    return derived_id(f"daybook search settings\n{workspace_id}")


def choose_language(settings: SearchSettings, language: str, versions: Sequence[int] = ()) -> list[LanguageChosen]:
    """Choosing what is chosen changes nothing. Raises `InvalidValue` and `VersionStale`."""
    if language not in LANGUAGES:
        raise InvalidValue(f"language is one of {', '.join(LANGUAGES)}.", parameter="language", accepted=list(LANGUAGES))
    if any(version != settings.version for version in versions):
        raise VersionStale(current=settings)
    return [] if language == settings.language else [LanguageChosen(Change(settings.language, language))]


def evolve(settings: SearchSettings | None, fact: Recorded[Any], _: UUID) -> SearchSettings:
    language = settings.language if settings else LANGUAGE_DEFAULT
    match fact.event:
        case LanguageChosen(language=chosen):
            language = chosen.after
    return SearchSettings(language=language, version=fact.version, updated_at=fact.at)
