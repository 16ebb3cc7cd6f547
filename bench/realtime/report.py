"""Results as tables: on the terminal, and appended to docs/benchmarks.md."""

import os
import platform
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

from bench.realtime import cost
from bench.realtime.cases import Results
from bench.realtime.flights import Problems
from bench.realtime.goals import Verdict, judge

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "benchmarks.md"
PACKAGES = ("Django", "channels", "daphne", "channels-redis", "redis", "Twisted",
            "autobahn", "psycopg", "uvloop")  # fmt: skip


def show(results: Sequence[Results], problems: Problems) -> None:
    for line in lines(results, problems):
        print(line)


def write(results: Sequence[Results], problems: Problems, *, seconds: float) -> None:
    """Appends what was measured, with where and how."""
    head = [
        f"\n## {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {_commit()}\n",
        f"{_machine()}. {_versions()}.",
        f"Runs of {seconds:g} s. {_load()}.",
        "",
    ]
    with PAGE.open("a") as page:
        page.write("\n".join([*head, *lines(results, problems)]) + "\n")


def lines(results: Sequence[Results], problems: Problems) -> Iterator[str]:
    for one in results:
        yield from _table(one)
    verdicts = list(judge(results))
    if verdicts:
        yield from _goals(verdicts)
    if problems:
        yield f"\n**{problems.count} problems: this run does not count.**\n"
        yield from (f"- {sentence}" for sentence in problems.told)
    else:
        yield "\nEvery acknowledged message was found in its database, and no other."


def _table(one: Results) -> Iterator[str]:
    case = one.case
    yield f"\n### {case.name}: {case.title}\n"
    yield f"| min / median / max | {' | '.join(case.columns)} |"
    yield "|---" * (len(case.columns) + 1) + "|"
    for name, runs in one.runs.items():
        cells = [_spread([run[column] for run in runs]) for column in case.columns]
        yield f"| {name} | {' | '.join(cells)} |"
    for name, why in one.missing.items():
        yield f"\n{name}: not measured. {why.splitlines()[0]}"
    if case.note:
        yield f"\n{case.note}"


def _goals(verdicts: Sequence[Verdict]) -> Iterator[str]:
    yield "\n### Goals\n"
    yield "| goal (ratios pair by pair) | min / median / max | |"
    yield "|---|---|---|"
    for verdict in verdicts:
        said = "reached" if verdict.is_met else "**not reached**"
        yield f"| {verdict.goal.words} | {_spread(verdict.values)} | {said} |"


def _spread(values: Sequence[float]) -> str:
    return " / ".join(_short(f(values)) for f in (min, median, max))


def _short(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _machine() -> str:
    info = Path("/proc/cpuinfo").read_text()
    model = next((x for x in info.splitlines() if x.startswith("model name")), ": ?")
    memory = os.sysconf("SC_PHYS_PAGES") * cost.PAGE_BYTES / 2**30
    return (
        f"{len(cost.CORES)} cores ({model.partition(': ')[2]}), {memory:.0f} GiB, "
        f"Linux {platform.release()}, Python {platform.python_version()}"
    )


def _versions() -> str:
    return ", ".join(
        f"{name} {found}" for name in PACKAGES if (found := _version(name))
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _load() -> str:
    return f"Load of the machine at the end (1, 5, 15 min): {os.getloadavg()}"


def _commit() -> str:
    command = ["git", "-c", "safe.directory=*", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip() or "unknown"
