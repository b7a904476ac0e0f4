"""What the settings choose between: where mail goes, who makes vectors, who answers, where requests are counted, how many."""

from pathlib import Path

import msgspec

from api.gate import Limits
from application.assistant import Assistant
from application.embeddings import Embedder
from application.mail import Mailer
from application.rate_limits import Limit
from daybook.settings import Settings, WorkSettings
from infrastructure.database import Database
from infrastructure.embeddings.local import LocalEmbedder
from infrastructure.embeddings.openai_compatible import OpenAiCompatibleEmbedder
from infrastructure.mail import OutboxMailer, SmtpMailer
from infrastructure.providers import ProviderSettingsInvalid
from infrastructure.rate_limits import MachineCounters, MemoryCounters, PostgresCounters, RedisCounters

Counting = MachineCounters | MemoryCounters | PostgresCounters | RedisCounters


class Together(msgspec.Struct, frozen=True):
    """Who else may be serving: on the same database from anywhere, or on this machine, with a folder for what they share."""

    database_shared: bool = False
    folder: Path | None = None


def mailer_for(settings: Settings) -> Mailer | None:
    """In production nothing that opens a workspace is printed on a console."""
    if settings.smtp_url:
        return SmtpMailer(settings.smtp_url, settings.mail_from)
    if settings.environment == "production":
        return None
    return OutboxMailer(settings.data_dir / "mail")


def embedder_for(settings: WorkSettings) -> Embedder | None:
    """Off is off: no text leaves the machine then, whatever else is set."""
    if settings.embeddings == "off":
        return None
    if settings.embeddings_url:
        return OpenAiCompatibleEmbedder(settings.embeddings_url, settings.embeddings_model, api_key=settings.embeddings_api_key)
    return LocalEmbedder()


def aside(embedder: Embedder | None) -> Embedder | None:
    """For who fills an index: what runs on this machine then steps back for whoever searches."""
    return embedder.aside() if isinstance(embedder, LocalEmbedder) else embedder


def assistant_for(settings: Settings) -> Assistant | None:
    """The provider's model, where one is set up. Raises `ProviderSettingsInvalid`."""
    if not settings.assistant_url:
        return None
    if not settings.assistant_model:
        raise ProviderSettingsInvalid("DAYBOOK_ASSISTANT_MODEL is missing: name one of the provider's models that can use tools.")
    from infrastructure.assistants.openai_compatible import (  # noqa: PLC0415 - half a second, for those alone who have set one up
        OpenAiCompatibleAssistant,
    )

    return OpenAiCompatibleAssistant(
        settings.assistant_url,
        settings.assistant_model,
        api_key=settings.assistant_api_key,
        steps=settings.assistant_steps,
        timeout_s=settings.assistant_timeout_s,
        tokens=settings.assistant_tokens,
    )


def counters_for(settings: Settings, database: Database, together: Together) -> Counting:
    """As near as all who have to count together are (decision 0012)."""
    if settings.redis_url:
        return RedisCounters(settings.redis_url)
    if together.database_shared:
        return PostgresCounters(database)
    return MemoryCounters() if together.folder is None else MachineCounters(together.folder)


def limits_of(settings: Settings) -> Limits:
    return Limits(
        standard=Limit("standard", settings.rate_limit_standard),
        batch=Limit("batch", settings.rate_limit_batch),
        search=Limit("search", settings.rate_limit_search),
        refused=Limit("refused", settings.rate_limit_refused),
        sign_in=Limit("sign-in", settings.rate_limit_sign_in, 600),
    )
