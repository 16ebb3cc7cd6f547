"""`python -m bench realtime`: options, the measurement, the tables, the exit code."""

import signal
from argparse import ArgumentParser, Namespace

from bench.realtime import cost, report
from bench.realtime.cases import CASES
from bench.realtime.flights import Problems
from bench.realtime.measuring import Choice, measure

SHORT_RUNS, WHOLE_RUNS = 3, 5
SECONDS = 4.0


def run(arguments: list[str]) -> int:
    """1 when a message was lost, altered or invented, or a goal's system fell over."""
    options = _options(arguments)
    choice = _choice(options)
    problems = Problems()
    cost.allow_many_sockets()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # servers end as well
    results = measure(choice, problems)
    report.show(results, problems)
    if options.write:
        report.write(results, problems, seconds=choice.seconds)
    return 1 if problems else 0


def _options(arguments: list[str]) -> Namespace:
    parser = ArgumentParser(prog="python -m bench realtime", description=__doc__)
    add = parser.add_argument
    add("--only", action="append", choices=[c.name for c in CASES], metavar="CASE",
        help=f"one of {', '.join(c.name for c in CASES)}; may be repeated")  # fmt: skip
    add("--peers", action="store_true", help="also what make bench-peers installed")
    add("--runs", type=int, help=f"{SHORT_RUNS}, or {WHOLE_RUNS} with --write")
    add("--seconds", type=float, default=SECONDS, help="of each run")
    add("--write", action="store_true", help="all cases, into docs/benchmarks.md")
    return parser.parse_args(arguments)


def _choice(options: Namespace) -> Choice:
    if options.only:
        cases = [case for case in CASES if case.name in options.only]
    else:
        cases = [case for case in CASES if case.is_short or options.write]
    runs = options.runs or (WHOLE_RUNS if options.write else SHORT_RUNS)
    whole = bool(options.write or options.only)
    return Choice(cases, runs, options.seconds, options.peers, whole)
