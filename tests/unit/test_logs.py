"""How lines of the log look."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from api.edge import REQUEST_ID
from daybook.logs import JsonLines, TextLines, log_config

WRONG = r"ValueError: invalid literal for int() with base 10: 'no\ngood'"
AT_S = datetime(2026, 1, 31, 9, 30, 0, 250_000, tzinfo=UTC).timestamp()


def record(message: str, *arguments: Any, **more: Any) -> logging.LogRecord:
    made = logging.LogRecord("api.problems", logging.WARNING, __file__, 1, message, arguments, more.pop("exc_info", None))
    made.created, made.msecs = AT_S, 250.0
    made.__dict__.update(more)
    return made


def failure() -> Any:
    try:
        int("no\ngood")
    except ValueError:
        return sys.exc_info()


@pytest.fixture
def named() -> Any:
    """Inside of a request."""
    token = REQUEST_ID.set("0123abcd")
    yield
    REQUEST_ID.reset(token)


def test_a_line_is_one_object_with_time_level_logger_and_message() -> None:
    line = JsonLines().format(record('she said "%s"\nand left', "é"))
    assert "\n" not in line
    assert json.loads(line) == {
        "time": "2026-01-31T09:30:00.250Z",
        "level": "warning",
        "logger": "api.problems",
        "message": 'she said "é"\nand left',
    }


@pytest.mark.usefixtures("named")
def test_inside_of_a_request_lines_name_it() -> None:
    assert json.loads(JsonLines().format(record("x")))["requestId"] == "0123abcd"
    assert TextLines().format(record("x")) == "2026-01-31T09:30:00.250Z WARNING api.problems: x requestId=0123abcd"


def test_facts_are_members_and_nothing_else_that_a_record_carries_is() -> None:
    carried = {"facts": {"status": 404, "route": "/v1/pages/{slug}"}, "color_message": "not for a log", "secret": "nor this"}
    line = json.loads(JsonLines().format(record("answered", **carried)))
    assert line.keys() == {"time", "level", "logger", "message", "status", "route"}
    assert TextLines().format(record("answered", **carried)).endswith("answered status=404 route=/v1/pages/{slug}")


def test_an_exception_stands_in_the_same_line() -> None:
    line = JsonLines().format(record("failed", exc_info=failure()))
    assert "\n" not in line
    assert json.loads(line)["exception"].endswith(WRONG)
    assert TextLines().format(record("failed", exc_info=failure())).endswith(WRONG)


def test_what_is_no_value_of_json_is_written_all_the_same() -> None:
    assert json.loads(JsonLines().format(record("x", facts={"path": object}))) is not None


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_configuration_can_be_handed_to_another_process(form: Any) -> None:
    assert json.loads(json.dumps(log_config("info", form))) == log_config("info", form)
