"""Days of the year, such as 12 Apr or 29 Feb, as birthdays and occasions have them."""

import re
from datetime import date
from typing import NamedTuple

from domain.patterns import whole

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAY_OF_YEAR_PATTERN = whole(f"[0-9]{{1,2}} ({'|'.join(MONTHS)})")
# A year with all days.
_LEAP_YEAR = 2000


class DayOfYear(NamedTuple):
    """Written with the day without zeros, and the month in three letters."""

    month: int
    day: int

    def __str__(self) -> str:
        return f"{self.day} {MONTHS[self.month - 1]}"

    def in_year(self, year: int) -> date | None:
        try:
            return date(year, self.month, self.day)
        except ValueError:
            return None


def day_of_year(text: str) -> DayOfYear | None:
    """None where there is no such day in any year."""
    if re.fullmatch(DAY_OF_YEAR_PATTERN, text) is None:
        return None
    day, month = text.split(" ")
    found = DayOfYear(MONTHS.index(month) + 1, int(day))
    return None if found.in_year(_LEAP_YEAR) is None else found
