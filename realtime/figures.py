"""What one process counts about its sockets, its hints and its check, for /metrics.

Belongs here: the instruments, how they are called, and what /readyz says of the check.
Plain functions, cheap enough for each frame (0.7 us to count, 1.8 us to observe); the
code that does the work calls them. Labels are fixed lists: no id, no name.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Gauge, Histogram

from hub.instruments import OTHER, SECONDS, gauge, registry
from realtime.protocol import FRAME_TYPES, Close

# Beside our own: normal end, page left, no status, line lost, frame too large.
CODES = (1000, 1001, 1005, 1006, 1009, *(code.value for code in Close))
RELOADS = ("rights", "slow")
KINDS = ("messages", "files")
STEPS = ("own", "published", "dropped", "received")
# Two checks that each wait 20 s for a locked database, and the pause between them.
CHECK_MISSED_SECONDS = 60.0

_sockets = Gauge("hub_sockets", "Sockets open in this process.", registry=registry)
_closed = Counter(
    "hub_sockets_closed",
    "Sockets that ended, by close code.",
    ["code"],
    registry=registry,
)
_frames = Counter(
    "hub_frames_received",
    "Frames from pages, by type; `invalid` is not the protocol.",
    ["type"],
    registry=registry,
)
_sent = Counter(
    "hub_frames_sent", "Frames handed to sockets by the relay.", registry=registry
)
_fanout = Histogram(
    "hub_fanout_seconds",
    "From a hint's arrival to the last socket of this process it was handed to.",
    buckets=SECONDS,
    registry=registry,
)
_holes = Counter(
    "hub_holes_filled",
    "Times that the record was read because a hint was missing.",
    ["kind"],
    registry=registry,
)
_reloads = Counter(
    "hub_reloads_sent",
    "Times that a page was told to fetch again, and why.",
    ["reason"],
    registry=registry,
)
_hints = Counter(
    "hub_hints",
    "Hints of this process (`own`), those `published` to the layer for the others, "
    "`dropped` because it did not take them, and `received` from it.",
    ["step"],
    registry=registry,
)
_checks = Counter(
    "hub_checks", "Comparisons with the record.", ["outcome"], registry=registry
)
_check_seconds = Histogram(
    "hub_check_seconds", "How long one took.", buckets=SECONDS, registry=registry
)
_check_lag = Histogram(
    "hub_check_lag_seconds",
    "How much later than planned it began: the event loop was busy for that long.",
    buckets=SECONDS,
    registry=registry,
)

# Looked up once; each lookup would cost three times the counting.
_closed_of = {code: _closed.labels(code) for code in CODES}
_closed_other = _closed.labels(OTHER)
_frames_of = {kind: _frames.labels(kind) for kind in sorted(FRAME_TYPES)}
_frames_invalid = _frames.labels("invalid")
_holes_of = {kind: _holes.labels(kind) for kind in KINDS}
_reloads_of = {reason: _reloads.labels(reason) for reason in RELOADS}
_hints_of = {step: _hints.labels(step) for step in STEPS}
_checks_of = {outcome: _checks.labels(outcome) for outcome in ("done", "failed")}

_check_ended: float | None = None  # monotonic; None: no loop runs


def socket_opened() -> None:
    """Once for each socket that was accepted."""
    _sockets.inc()


def socket_closed(code: int | None) -> None:
    """Once for each socket that had been opened, however it ended."""
    _sockets.dec()
    _closed_of.get(code or 1005, _closed_other).inc()


def frame_received(kind: str) -> None:
    """`kind` is its type, or anything else for what is not the protocol."""
    _frames_of.get(kind, _frames_invalid).inc()


def frames_sent(count: int) -> None:
    """By the relay, once for all sockets that get the same bytes."""
    _sent.inc(count)


@contextmanager
def fan_out() -> Iterator[None]:
    """Around what is done with one hint, once it has arrived."""
    began = time.perf_counter()
    try:
        yield
    finally:
        _fanout.observe(time.perf_counter() - began)


def hole_filled(kind: str) -> None:
    """`messages` or `files`: the record was read for what a hint should have said."""
    _holes_of[kind].inc()


def reload_sent(reason: str) -> None:
    """`rights`: the list of threads changed. `slow`: the page did not keep up."""
    _reloads_of[reason].inc()


def hints(step: str, count: int = 1) -> None:
    """`own`: handed on here. `published` to the layer, or `dropped` (the check heals
    that). `received` from it."""
    _hints_of[step].inc(count)


@contextmanager
def check(late_seconds: float = 0.0) -> Iterator[None]:
    """Around one comparison with the record, `late_seconds` after its planned time."""
    global _check_ended
    began = time.perf_counter()
    outcome = "failed"
    _check_lag.observe(max(0.0, late_seconds))
    try:
        yield
        outcome = "done"
    finally:
        _checks_of[outcome].inc()
        _check_seconds.observe(time.perf_counter() - began)
        _check_ended = time.monotonic()


def check_loop_started() -> None:
    """From now on it is missed when it does not come."""
    global _check_ended
    _check_ended = time.monotonic()


def check_loop_stopped() -> None:
    global _check_ended
    _check_ended = None


def check_age_seconds() -> float:
    """Since the last comparison, done or failed; 0 when no loop runs."""
    return 0.0 if _check_ended is None else time.monotonic() - _check_ended


def check_words() -> str:
    """The check, for /readyz. Without it a lost hint is never healed."""
    age = check_age_seconds()
    return "ok" if age <= CHECK_MISSED_SECONDS else f"missing for {int(age)} s"


gauge(
    "hub_check_age_seconds",
    "Since the last comparison with the record; 0 before the first socket.",
    check_age_seconds,
)
