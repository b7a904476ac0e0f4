"""How the log is written: lines for people, or one JSON object a line. What may be in it is decided where it is said."""

import logging
import logging.config
import time
from datetime import UTC, datetime
from typing import Any

import msgspec

from api.edge import REQUEST_ID
from daybook.settings import LogFormat

# What a record carries beyond its message, by names that are meant for the log: `extra={"facts": {…}}`.
FACTS = "facts"


def set_up(level: str, form: LogFormat) -> None:
    """For this process, the server's own loggers included."""
    logging.config.dictConfig(log_config(level, form))


def log_config(level: str, form: LogFormat) -> dict[str, Any]:
    """The same for a process that sets itself up."""
    lines = JsonLines if form == "json" else TextLines
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": f"{lines.__module__}.{lines.__qualname__}"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        # It would say each request to a provider of embeddings.
        "loggers": {"httpx": {"level": "WARNING"}},
        "root": {"level": level.upper(), "handlers": ["stderr"]},
    }


class TextLines(logging.Formatter):
    """For people: time, level, logger, message, then what else is known of it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self.converter = time.gmtime
        self.default_time_format = "%Y-%m-%dT%H:%M:%S"
        self.default_msec_format = "%s.%03dZ"

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the standard library's name
        known = dict(getattr(record, FACTS, {}))
        if request_id := REQUEST_ID.get():
            known["requestId"] = request_id
        line = super().formatMessage(record)
        return " ".join([line, *(f"{name}={value}" for name, value in known.items())])


class JsonLines(logging.Formatter):
    """For machines."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := REQUEST_ID.get():
            line["requestId"] = request_id
        line |= getattr(record, FACTS, {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = self.formatStack(record.stack_info)
        return msgspec.json.encode(line, enc_hook=str).decode()
