"""The page of settings says what the code says, and the command line takes what the page says."""

import inspect
import re
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import pytest

from daybook.cli import app
from daybook.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
OTHER_VALUES = {
    "data_dir": "/elsewhere",
    "host": "0.0.0.0",  # noqa: S104 - nothing listens in this test
    "port": "8123",
    "workers": "3",
    "projections": "elsewhere",
    "environment": "staging",
    "database_url": "postgresql:///one",
    "database_owner_url": "postgresql:///two",
    "postgres_binaries": "/bin",
    "secret_key": "a secret",
    "log_level": "debug",
    "webhook_allow_private": "True",
    "rate_limit_standard": "600",
    "rate_limit_batch": "0",
    "rate_limit_search": "7",
    "rate_limit_refused": "8",
    "rate_limit_sign_in": "9",
    "redis_url": "redis://elsewhere",
    "smtp_url": "smtps://elsewhere",
    "mail_from": "somebody@acme.io",
    "cors_origins": "https://acme.io",
    "trusted_proxies": "10.0.0.5",
    "embeddings": "off",
    "embeddings_url": "https://elsewhere/v1",
    "embeddings_model": "a model",
    "embeddings_api_key": "a key",
    "assistant_url": "https://elsewhere/v1",
    "assistant_model": "a model",
    "assistant_api_key": "a key",
    "assistant_steps": "3",
    "assistant_timeout_s": "20",
    "assistant_tokens": "9000",
    "metrics_token": "a token",
    "universe": "another",
    "instance": "blue",
    "hosting": "somebody",
    "jupiter_headers": "False",
    "shutdown_grace_s": "5",
    "log_format": "json",
    "log_requests": "all",
}


def _parsed(*arguments: str) -> Settings:
    command, bound, _ = app.parse_args(["serve", *arguments], print_error=False, exit_on_error=False)
    assert inspect.unwrap(command).__name__ == "serve"
    settings: Settings = bound.arguments.get("settings", Settings())
    return settings


def test_the_page_is_fresh(generate: ModuleType) -> None:
    stored = PAGE.read_text(encoding="utf-8")
    assert stored == generate.settings(), "docs/reference/settings.md is stale: run `.venv/bin/python docs/generate.py`"


def test_every_setting_has_a_line_with_a_meaning() -> None:
    lines = {line.split(" | ")[0].strip("| `"): line for line in PAGE.read_text(encoding="utf-8").splitlines()}
    for field in fields(Settings):
        cells = re.split(r"(?<!\\)\|", lines["--" + field.name.replace("_", "-")])
        assert all(cell.strip() for cell in cells[1:-1]), field.name


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_flag_and_variable_do_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for field in fields(Settings):
        monkeypatch.delenv(f"DAYBOOK_{field.name.upper()}", raising=False)
    value, default = OTHER_VALUES[name], getattr(Settings(), name)
    by_flag = getattr(_parsed(f"--{name.replace('_', '-')}={value}"), name)
    monkeypatch.setenv(f"DAYBOOK_{name.upper()}", value)
    by_variable = getattr(_parsed(), name)
    assert str(by_flag) == str(by_variable) == value != str(default)
