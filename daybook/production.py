"""What may not be set where strangers can reach the service. All of it is named at once, with what to do, before the start."""

import contextlib
import dataclasses
import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

import msgspec

from daybook.choices import assistant_for, embedder_for
from daybook.settings import Settings, WorkSettings, listed
from infrastructure.mail import MailSettingsInvalid, SmtpMailer, parse_smtp_url
from infrastructure.providers import ProviderSettingsInvalid

SECRET_CHARACTERS_MIN = 32
TOKEN_CHARACTERS_MIN = 16
_OTHERS = 0o077
_PORT_MAX, _NUMBER_MAX = 65_535, 2**31 - 1
_AT_LEAST_ONE = frozenset({"workers", "assistant-steps", "assistant-timeout-s", "assistant-tokens"})
_KEY_TOLD = "http sends the provider's key over the network for all to read; write https."
_DEFAULT_PORTS = (":80", ":443")
_REDIS_SCHEMES = frozenset({"redis", "rediss", "unix"})


class UnsafeSettings(Exception):
    """The settings do not allow the service to start."""


class KeyFile(msgspec.Struct, frozen=True):
    """What is to be known of server.key without its content."""

    characters: int
    mode: int


def check(settings: WorkSettings) -> None:
    """Of the service, or of a worker, which has fewer settings. Raises `UnsafeSettings`."""
    found = list(faults(settings, _key_file(settings)))
    if found:
        numbered = " ".join(f"({number}) {fault}" for number, fault in enumerate(found, 1))
        raise UnsafeSettings(f"Nothing was started, because of these settings for {settings.environment}: {numbered}")


def faults(settings: WorkSettings, key_file: KeyFile | None) -> Iterator[str]:
    """Each as a sentence. `key_file` is None if there is none, or none is used."""
    service = settings if isinstance(settings, Settings) else None
    if service is not None:
        yield from _malformed(service)
    yield from _malformed_provider(settings)
    if settings.environment == "production":
        if service is not None:
            yield from _unsafe_service(service)
        yield from _unsafe_secrets(settings, key_file)
        yield from _unsafe_work(settings)


def _malformed_provider(settings: WorkSettings) -> Iterator[str]:
    try:
        embedder_for(settings)
    except ProviderSettingsInvalid as error:
        yield f"embeddings-url: {error}"


def _malformed(settings: Settings) -> Iterator[str]:
    """What can be no more than a slip, anywhere: it would quietly allow nothing, or nobody."""
    for origin in listed(settings.cors_origins):
        if origin != "*" and not _is_origin(origin):
            yield f"cors-origins: {origin!r} is no origin; write it as browsers do, https://app.example.org, without a path."
    for proxy in listed(settings.trusted_proxies):
        if proxy != "*" and not _is_network(proxy):
            yield f"trusted-proxies: {proxy!r} is neither an address nor a network; write 10.0.0.5 or 10.1.0.0/16."
    yield from _out_of_range(settings)
    if settings.smtp_url:
        try:
            SmtpMailer(settings.smtp_url, settings.mail_from)
        except MailSettingsInvalid as error:
            yield f"smtp-url: {error}"
    yield from _malformed_assistant(settings)
    if settings.redis_url and urlsplit(settings.redis_url).scheme not in _REDIS_SCHEMES:
        yield "redis-url: it begins with redis://, rediss:// or unix://; write redis://127.0.0.1:6379/0."


def _malformed_assistant(settings: Settings) -> Iterator[str]:
    for name, value in (("assistant-model", settings.assistant_model), ("assistant-api-key", settings.assistant_api_key)):
        if value and not settings.assistant_url:
            yield f"{name}: it says nothing without assistant-url; name the provider whose it is."
    try:
        assistant_for(settings)
    except ProviderSettingsInvalid as error:
        yield f"assistant-url: {error}"


def _out_of_range(settings: Settings) -> Iterator[str]:
    for field in dataclasses.fields(settings):
        value, name = getattr(settings, field.name), field.name.replace("_", "-")
        if isinstance(value, int) and not isinstance(value, bool):
            least, most = (1 if name in _AT_LEAST_ONE else 0), _PORT_MAX if name == "port" else _NUMBER_MAX
            if not least <= value <= most:
                yield f"{name}: {value} is not from {least} to {most}."


def _unsafe_service(settings: Settings) -> Iterator[str]:
    for origin in listed(settings.cors_origins):
        if "*" in origin:
            yield f"cors-origins: {origin!r} lets pages of strangers call the API; name each origin."
        elif origin.startswith("http:") and not _is_this_machine(urlsplit(origin).hostname):
            yield f"cors-origins: anybody on the way can alter a page of {origin!r}; serve it over https and name it so."
    if any(proxy == "*" or proxy.endswith("/0") for proxy in listed(settings.trusted_proxies)):
        yield "trusted-proxies: '*' or all networks lets every client say who it is; name the addresses of your proxies."
    if settings.metrics_token and len(settings.metrics_token) < TOKEN_CHARACTERS_MIN:
        yield f"metrics-token is shorter than {TOKEN_CHARACTERS_MIN} characters; make one with `openssl rand -hex 16`."
    if _tells_the_key(settings.assistant_url, settings.assistant_api_key):
        yield f"assistant-url: {_KEY_TOLD}"
    with contextlib.suppress(MailSettingsInvalid):
        target = parse_smtp_url(settings.smtp_url or "")
        if target.tls == "off" and not _is_this_machine(target.host):
            yield "smtp-url: tls=off sends codes for signing in over the network for all to read; leave it out."


def _unsafe_secrets(settings: WorkSettings, key_file: KeyFile | None) -> Iterator[str]:
    if settings.secret_key is not None and len(settings.secret_key) < SECRET_CHARACTERS_MIN:
        yield f"DAYBOOK_SECRET_KEY is shorter than {SECRET_CHARACTERS_MIN} characters; make one with `openssl rand -hex 32`."
    if key_file is not None and key_file.characters < SECRET_CHARACTERS_MIN:
        yield f"server.key is shorter than {SECRET_CHARACTERS_MIN} characters; restore it, or remove it if no key depends on it."
    if key_file is not None and key_file.mode & _OTHERS:
        yield "server.key can be read by others on this machine; run `chmod 600` on it."


def _unsafe_work(settings: WorkSettings) -> Iterator[str]:
    if settings.webhook_allow_private:
        yield "webhook-allow-private lets whoever has a key reach machines behind the service; leave it out."
    if settings.log_level == "debug":
        yield "log-level: debug writes into the log what belongs to users; choose info."
    if _tells_the_key(settings.embeddings_url, settings.embeddings_api_key):
        yield f"embeddings-url: {_KEY_TOLD}"


def _tells_the_key(url: str | None, key: str | None) -> bool:
    provider = urlsplit(url or "")
    return provider.scheme == "http" and bool(key) and not _is_this_machine(provider.hostname)


def _is_origin(text: str) -> bool:
    with contextlib.suppress(ValueError):
        parts = urlsplit(text)
        built = f"{parts.scheme}://{parts.netloc}"
        plain = text == text.lower() and "@" not in text and not text.endswith(_DEFAULT_PORTS)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and plain and built == text
    return False


def _is_network(text: str) -> bool:
    with contextlib.suppress(ValueError):
        ipaddress.ip_network(text)
        return True
    return False


def _is_this_machine(host: str | None) -> bool:
    if host is None:
        return False
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _key_file(settings: WorkSettings) -> KeyFile | None:
    path = settings.data_dir / "server.key"
    if settings.secret_key is not None or not path.exists():
        return None
    return KeyFile(len(path.read_text(encoding="ascii").strip()), path.stat().st_mode)
