"""`python -m benchmarks [name …] [--quick] [--save]`: measures and prints Markdown; progress goes to standard error."""

import argparse
import os
import platform
from pathlib import Path
from types import ModuleType

import msgspec
import uvloop

from benchmarks import (
    access,
    append,
    batch,
    feed,
    history,
    hot_page,
    http_api,
    planning,
    query,
    rebuild,
    search_quality,
    search_speed,
    sizes,
    time_travel,
)
from benchmarks.measuring import RESULTS, Plan, Report, say
from benchmarks.server import flush_us

BENCHMARKS: dict[str, ModuleType] = {
    module.NAME: module
    for module in (
        *(append, http_api, hot_page, sizes, history, rebuild, feed, query, time_travel, batch, access, planning),
        *(search_quality, search_speed),
    )
}
SUMMARY = Path(__file__).parent / "RESULTS.md"


def main() -> None:
    arguments = _arguments()
    plan = _plan(arguments)
    for name in arguments.names or BENCHMARKS:
        report = Report(name, BENCHMARKS[name].TITLE, _machine(), plan)
        say(f"{name}: {report.title}. {report.machine}")
        uvloop.run(BENCHMARKS[name].run(plan, report))
        report.save()
        print(report.markdown())
    if arguments.save:
        save_summary()


def save_summary() -> None:
    """Every benchmark's latest results, also those of earlier runs; what was measured elsewhere stays as it stands."""
    kept = _kept_sections()
    head = "# Results\n\nWritten by `python -m benchmarks --save`; what the figures mean stands in README.md.\n"
    parts = [_section(name) or kept.get(module.TITLE, "") for name, module in BENCHMARKS.items()]
    SUMMARY.write_text("\n".join([head, *filter(None, parts)]), encoding="utf-8")
    say(f"wrote {SUMMARY}")


def _section(name: str) -> str | None:
    path = RESULTS / f"{name}.json"
    if not path.exists():
        return None
    report = msgspec.json.decode(path.read_bytes(), type=Report)
    return f"{report.markdown()}\n{report.plan.rounds} rounds of {report.plan.seconds:g} s. {report.machine}\n"


def _kept_sections() -> dict[str, str]:
    """By their titles."""
    text = SUMMARY.read_text(encoding="utf-8") if SUMMARY.exists() else ""
    return {section.partition("\n")[0]: f"## {section.rstrip()}\n" for section in text.split("\n## ")[1:]}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", choices=[[], *BENCHMARKS], help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="two short rounds: to see that everything works, not to quote")
    parser.add_argument("--rounds", type=int, help="how often each contender runs")
    parser.add_argument("--seconds", type=float, help="how long each round measures")
    parser.add_argument("--wrk", action="store_true", help="use wrk as the load generator over HTTP")
    parser.add_argument(
        "--collection", action="append", default=[], help="a folder with another collection for search_quality; can be repeated"
    )
    parser.add_argument("--pages-max", type=int, help="search_speed leaves out workspaces with more pages")
    parser.add_argument("--save", action="store_true", help="rewrite RESULTS.md from the latest results of every benchmark")
    return parser.parse_args()


def _plan(arguments: argparse.Namespace) -> Plan:
    rounds, seconds = (2, 1.5) if arguments.quick else (5, 4.0)
    return Plan(
        arguments.rounds or rounds,
        arguments.seconds or seconds,
        quick=arguments.quick,
        wrk=arguments.wrk,
        collections=arguments.collection,
        pages_max=arguments.pages_max,
    )


def _machine() -> str:
    """What the figures depend on, beside the code."""
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}; "
        f"one flush of this disk takes {flush_us():.0f} µs; fsync on."
    )


if __name__ == "__main__":
    main()
