"""What keeps the service from starting: slips anywhere, and in production what is not safe."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from daybook.production import SECRET_CHARACTERS_MIN, TOKEN_CHARACTERS_MIN, KeyFile, UnsafeSettings, check, faults
from daybook.settings import Settings, WorkSettings

SAFE = KeyFile(SECRET_CHARACTERS_MIN, 0o100600)


def found(key_file: KeyFile | None = None, environment: Any = "production", **settings: Any) -> list[str]:
    return [fault.partition(" ")[0] for fault in faults(Settings(environment=environment, **settings), key_file)]


UNSAFE: list[tuple[dict[str, Any], str]] = [
    ({"webhook_allow_private": True}, "webhook-allow-private"),
    ({"cors_origins": "*"}, "cors-origins:"),
    ({"cors_origins": "https://*.example.org"}, "cors-origins:"),
    ({"cors_origins": "https://a.example,http://b.example"}, "cors-origins:"),
    ({"cors_origins": "http://localhost.example"}, "cors-origins:"),
    ({"trusted_proxies": "*"}, "trusted-proxies:"),
    ({"trusted_proxies": "10.0.0.1,::/0"}, "trusted-proxies:"),
    ({"secret_key": "s" * (SECRET_CHARACTERS_MIN - 1)}, "DAYBOOK_SECRET_KEY"),
    ({"smtp_url": "smtp://mail.example.org:25?tls=off"}, "smtp-url:"),
    ({"log_level": "debug"}, "log-level:"),
    ({"embeddings_url": "http://models.example/v1", "embeddings_api_key": "sk-1"}, "embeddings-url:"),
    ({"assistant_url": "http://models.example/v1", "assistant_model": "m", "assistant_api_key": "sk-1"}, "assistant-url:"),
    ({"metrics_token": "t" * (TOKEN_CHARACTERS_MIN - 1)}, "metrics-token"),
]
SAFE_SETTINGS: list[dict[str, Any]] = [
    {},
    {"cors_origins": "https://a.example, https://b.example:8443"},
    {"cors_origins": "http://localhost:5173,http://127.0.0.1,http://[::1]:3000"},
    {"trusted_proxies": "10.0.0.5,10.1.0.0/16,::1,fd00::/8"},
    {"secret_key": "s" * SECRET_CHARACTERS_MIN},
    {"smtp_url": "smtps://user:password@mail.example.org:465"},
    {"smtp_url": "smtp://mail.example.org:587"},
    {"smtp_url": "smtp://localhost:25?tls=off"},
    {"smtp_url": "smtp://127.0.0.1:25?tls=off"},
    {"log_level": "info"},
    {"embeddings_url": "https://models.example/v1", "embeddings_api_key": "sk-1"},
    {"embeddings_url": "http://models.example/v1"},
    {"embeddings_url": "http://127.0.0.1:11434/v1", "embeddings_api_key": "sk-1"},
    {"assistant_url": "https://models.example/v1", "assistant_model": "m", "assistant_api_key": "sk-1"},
    {"assistant_url": "http://127.0.0.1:11434/v1", "assistant_model": "m", "assistant_api_key": "sk-1"},
    {"metrics_token": "t" * TOKEN_CHARACTERS_MIN},
]
SLIPS: list[dict[str, Any]] = [
    {"cors_origins": "a.example"},
    {"cors_origins": "https://a.example/"},
    {"cors_origins": "https://a.example/app"},
    {"cors_origins": "https://user@a.example"},
    {"cors_origins": "null"},
    {"cors_origins": "https://a.example https://b.example"},
    {"cors_origins": "https://[broken"},
    {"trusted_proxies": "proxy.example"},
    {"trusted_proxies": "10.0.0.5/8"},
    {"trusted_proxies": "10.0.0.5:80"},
    {"smtp_url": "mail.example.org"},
    {"smtp_url": "smtp://user:password@mail.example.org:25?tls=off"},
    {"smtp_url": "smtp://mail.example.org", "mail_from": "nobody"},
    {"redis_url": "127.0.0.1:6379"},
    {"embeddings_url": "models.example/v1"},
    {"assistant_url": "models.example/v1", "assistant_model": "m"},
    {"assistant_url": "https://models.example/v1"},
    {"assistant_model": "m"},
    {"assistant_api_key": "sk-1"},
    {"assistant_steps": 0},
    {"assistant_timeout_s": 0},
    {"assistant_tokens": 0},
    {"embeddings_url": "https://models.example/v1", "embeddings_api_key": "two\nlines"},
    {"cors_origins": "https://APP.example.org"},
    {"cors_origins": "https://app.example.org:443"},
    {"rate_limit_standard": -1},
    {"workers": 0},
    {"shutdown_grace_s": -1},
    {"port": 65_536},
    {"rate_limit_batch": 10**20},
]


OF_A_WORKER = {field.name for field in fields(WorkSettings)}


@pytest.mark.parametrize(("settings", "named"), [each for each in UNSAFE if each[0].keys() <= OF_A_WORKER])
def test_a_worker_refuses_what_the_service_refuses(settings: dict[str, Any], named: str) -> None:
    refused = list(faults(WorkSettings(environment="production", **settings), None))
    assert [fault.partition(" ")[0] for fault in refused] == [named]


@pytest.mark.parametrize(("settings", "named"), UNSAFE)
def test_what_is_unsafe_is_refused_in_production_alone(settings: dict[str, Any], named: str) -> None:
    assert found(**settings) == [named]
    assert found(environment="local", **settings) == []
    assert found(environment="staging", **settings) == []


@pytest.mark.parametrize("settings", SAFE_SETTINGS)
def test_what_is_safe_is_taken(settings: dict[str, Any]) -> None:
    assert found(SAFE, **settings) == []


@pytest.mark.parametrize("settings", SLIPS)
@pytest.mark.parametrize("environment", ["local", "production"])
def test_a_slip_that_would_quietly_do_nothing_is_refused_anywhere(environment: str, settings: dict[str, Any]) -> None:
    assert found(environment=environment, **settings)[:1] == [next(iter(settings)).replace("_", "-") + ":"]


def test_a_key_file_is_long_enough_and_its_owners_alone() -> None:
    assert found(KeyFile(SECRET_CHARACTERS_MIN - 1, 0o100600)) == ["server.key"]
    for mode in (0o100640, 0o100604, 0o100620, 0o100777):
        assert found(KeyFile(SECRET_CHARACTERS_MIN, mode)) == ["server.key"]
        assert found(KeyFile(SECRET_CHARACTERS_MIN, mode), environment="staging") == []
    assert found(SAFE) == []


def test_all_is_named_at_once_and_no_secret_with_it(tmp_path: Path) -> None:
    (tmp_path / "server.key").write_text("key in a file")
    (tmp_path / "server.key").chmod(0o644)
    with pytest.raises(UnsafeSettings) as refused:
        check(
            Settings(
                environment="production",
                data_dir=tmp_path,
                cors_origins="*,http://a.example",
                metrics_token="hunter2",  # noqa: S106 - nobody's
                smtp_url="smtp://user:hunter2@mail.example:25?tls=off",
                log_level="debug",
            )
        )
    said = str(refused.value)
    assert [f"({number})" in said for number in range(1, 9)] == [True] * 7 + [False]
    assert "hunter2" not in said
    assert "key in a file" not in said


def test_the_file_does_not_count_where_the_key_is_a_setting(tmp_path: Path) -> None:
    (tmp_path / "server.key").write_text("short")
    check(Settings(environment="production", data_dir=tmp_path, secret_key="s" * SECRET_CHARACTERS_MIN))


def test_a_first_start_has_no_key_yet_and_makes_a_safe_one(tmp_path: Path) -> None:
    settings = Settings(environment="production", data_dir=tmp_path)
    check(settings)
    settings.server_key()
    check(settings)
