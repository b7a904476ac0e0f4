"""Moments as requests bring them."""

from datetime import UTC, datetime

import pytest

from api.requests import parse_moment
from domain.errors import InvalidValue

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T12:00:00Z",
        "2026-01-31T12:00",
        "2026-01-31 12:00",
        "20260131 12:00",
        "2026-01-31T14:00:00+02:00",
        "2026-01-31T14:00:00 02:00",
        "2026-01-31 14:00:00.000000 02:00",
    ],
)
def test_a_moment_is_read_however_its_offset_is_told(text: str) -> None:
    assert parse_moment(text, "as_of") == NOON


@pytest.mark.parametrize("text", ["", "x", "12:00", "2026-01-31T 02:00", "2026-01-31T12 00 02:00"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        parse_moment(text, "as_of")
