"""The header Retry-After, as answers of other services carry it."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after_s(stated: str) -> float | None:
    """What is asked for, in seconds or as a date."""
    text = stated.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        return max(0.0, (moment - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
