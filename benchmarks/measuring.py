"""Rounds, medians, tables: how every benchmark here measures and tells.

Contenders take turns within one run, and a ratio is the median of the ratios of neighbouring rounds: whatever slows the machine
down for a while slows both sides of a pair down.
"""

import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import msgspec

Numbers = Mapping[str, float]
Contender = Callable[[], Awaitable[Numbers]]

RESULTS = Path(__file__).parent / "results"


class Plan(msgspec.Struct, frozen=True):
    """How long and how often to measure."""

    rounds: int
    seconds: float
    quick: bool = False
    wrk: bool = False
    # Folders with further collections to search, and the size beyond which no workspace is searched.
    collections: list[str] = []
    pages_max: int | None = None


class Table(msgspec.Struct):
    """What is printed; each row as wide as the header."""

    title: str
    header: Sequence[str]
    rows: list[Sequence[str]] = []

    def markdown(self) -> str:
        cells = [self.header, *self.rows]
        widths = [max(len(row[column]) for row in cells) for column in range(len(self.header))]
        lines = [_line(row, widths) for row in cells]
        rule = "|" + "|".join("-" * (width + 1) + (":" if place else "-") for place, width in enumerate(widths)) + "|"
        return "\n".join([f"**{self.title}**", "", lines[0], rule, *lines[1:]])


class Report(msgspec.Struct):
    """One benchmark's outcome: tables for people, every round's numbers for programs."""

    name: str
    title: str
    machine: str
    plan: Plan
    tables: list[Table] = []
    notes: list[str] = []
    rounds: dict[str, list[dict[str, float]]] = {}

    def markdown(self) -> str:
        parts = [f"## {self.title}", *(table.markdown() for table in self.tables), "\n".join(f"- {note}" for note in self.notes)]
        return "\n\n".join(part for part in parts if part) + "\n"

    def save(self) -> None:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{self.name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(self)))


class Rounds:
    """The numbers of every contender in every round of one comparison."""

    def __init__(self, numbers: Mapping[str, Sequence[Numbers]]) -> None:
        self.numbers = {name: [dict(each) for each in rounds] for name, rounds in numbers.items()}

    def median(self, name: str, key: str) -> float | None:
        values = [numbers[key] for numbers in self.numbers[name] if key in numbers]
        return statistics.median(values) if values else None

    def ratios(self, name: str, baseline: str, key: str) -> list[float]:
        pairs = zip(self.numbers[name], self.numbers[baseline], strict=True)
        return [mine[key] / theirs[key] for mine, theirs in pairs if theirs[key]]

    def ratio(self, name: str, baseline: str, key: str = "rate") -> str:
        """The median of the rounds' ratios, and between which values they lay."""
        ratios = self.ratios(name, baseline, key)
        if not ratios:
            return "-"
        return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


async def alternate(title: str, contenders: Mapping[str, Contender], rounds: int) -> Rounds:
    """Each contender once a round, in the same order: A B C A B C …"""
    numbers: dict[str, list[Numbers]] = {name: [] for name in contenders}
    for count in range(1, rounds + 1):
        for name, contender in contenders.items():
            began = time.monotonic()
            found = await contender()
            numbers[name].append(found)
            say(f"{title} · round {count}/{rounds} · {name}: {brief(found)} [{time.monotonic() - began:.1f} s]")
    return Rounds(numbers)


def say(text: str) -> None:
    """Progress, for whoever waits; results go to standard output."""
    print(text, file=sys.stderr, flush=True)


def brief(numbers: Numbers) -> str:
    return ", ".join(f"{name} {show(value)}" for name, value in numbers.items())


def show(value: float | None, digits: int = 3) -> str:
    """A number as people read it: no false precision, thousands apart."""
    if value is None:
        return "-"
    if abs(value) >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    return f"{value:.{digits}g}"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        cell.ljust(width) if place == 0 else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "| " + " | ".join(cells) + " |"
