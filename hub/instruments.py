"""What one process counts about itself, for /metrics: posts, commits, requests.

Belongs here: the instruments of the hub, and the registry in which those of all
packages are. Labels are short fixed lists: no id, no name, no path. What the database
knows (queues, ages) is read from there when somebody asks: hub/views/metrics.py.
"""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    Summary,
    disable_created_metrics,
)

from hub import VERSION

# Seconds, from what nobody notices to what a page gives up on.
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
SIZES = (1, 2, 5, 10, 20, 50, 100, 256)  # the last: realtime.ledger.MOST_IN_GROUP
DOORS = ("page", "socket", "api", "link")  # those of people; acts are requests
REFUSALS = (
    *("invalid", "too_long", "forbidden", "closed", "conflict"),
    *("attachment_not_ready", "rate_limited", "unavailable"),
)
OUTCOMES = ("posted", "again", *REFUSALS)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OTHER = "other"  # whatever is on none of these lists

disable_created_metrics()  # type: ignore[no-untyped-call]  # a line more for each series, which nobody reads
registry = CollectorRegistry()
ProcessCollector(registry=registry)  # process_*: memory, CPU, open files
Info("hub_build", "The release that answers.", registry=registry).info(
    {"version": VERSION}
)

posts = Counter(
    "hub_posts",
    "Drafts by the door they came through and what became of them.",
    ["door", "outcome"],
    registry=registry,
)
group_size = Histogram(
    "hub_post_group_size",
    "Drafts that shared a transaction.",
    buckets=SIZES,
    registry=registry,
)
commit_seconds = Histogram(
    "hub_post_commit_seconds",
    "From the start of a group's transaction to its end, refused groups too.",
    buckets=SECONDS,
    registry=registry,
)
requests = Summary(
    "hub_http_request_seconds",
    "Requests and their seconds until the headers of the answer, by route.",
    ["route", "method", "status"],
    registry=registry,
)
request_seconds = Histogram(
    "hub_http_seconds",
    "The same for all routes together, for percentiles.",
    buckets=SECONDS,
    registry=registry,
)

# Looking a child up by its labels costs three times what counting does (measured:
# 2.3 us instead of 0.7), so all children of `posts` are made once. An outcome that is
# in no list still counts, as `other`.
_posts = {
    (door, outcome): posts.labels(door, outcome)
    for door in (*DOORS, OTHER)
    for outcome in (*OUTCOMES, OTHER)
}
_since: dict[int, float] = {}  # number of a commit in flight -> monotonic seconds
_numbers = itertools.count()


def count_post(door: str, outcome: str) -> None:
    """One draft: `outcome` is `posted`, `again`, or the code of its refusal."""
    child = _posts.get((door, outcome))
    if child is None:
        named = door if door in DOORS else OTHER
        child = _posts[named, outcome if outcome in OUTCOMES else OTHER]
    child.inc()


@contextmanager
def commit(drafts: Sequence[object]) -> Iterator[None]:
    """Around the transaction of a group: its size, its seconds, and that it goes on."""
    number, began = next(_numbers), time.monotonic()
    _since[number] = began
    try:
        yield
    finally:
        del _since[number]
        group_size.observe(len(drafts))
        commit_seconds.observe(time.monotonic() - began)


def oldest_commit_seconds() -> float:
    """How long the oldest transaction of a group has been going on; 0 without any."""
    began = min(list(_since.values()), default=None)
    return 0.0 if began is None else time.monotonic() - began


def count_request(route: str, method: str, status: int, seconds: float) -> None:
    """One answer. `route` is a name of hub.urls, never a path."""
    named = method if method in METHODS else OTHER
    requests.labels(route, named, f"{status // 100}xx").observe(seconds)
    request_seconds.observe(seconds)


def gauge(name: str, words: str, read: Callable[[], float]) -> None:
    """A figure that is asked for when somebody looks at /metrics."""
    Gauge(name, words, registry=registry).set_function(read)


gauge(
    "hub_post_commit_oldest_seconds",
    "How long the oldest transaction of a group has been going on.",
    oldest_commit_seconds,
)
