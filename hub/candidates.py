"""What is compared when a centre is chosen: the need, the facts of each centre.

Shapes only. hub.queries.choosing fills them, hub.ranking compares them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from hub.areas import Area, Point
from hub.waiting import Observed

LAST = float("inf")  # what is not known comes last


class Bar(StrEnum):
    """Why a centre is set aside. The first four make it impossible to choose."""

    CLOSED = "closed"
    PAUSED = "paused"
    NO_APPROVAL = "no_approval"
    INTAKE_PAUSED = "intake_paused"
    SAID_UNABLE = "said_unable"
    KIND = "kind"
    TOO_YOUNG = "too_young"
    TOO_OLD = "too_old"
    SIBLINGS = "siblings"
    PROTECTION = "protection"
    LENGTH = "length"


# What hub.actions.guards.centre_refusal refuses; all else is the judge's to weigh.
IMPOSSIBLE = frozenset({Bar.CLOSED, Bar.PAUSED, Bar.NO_APPROVAL, Bar.INTAKE_PAUSED})


class Wish(StrEnum):
    """What may be missing without setting a centre aside."""

    DESCRIBED = "described"
    EXITS = "exits"
    LANGUAGES = "languages"
    INTERPRETER = "interpreter"
    WHEELCHAIR = "wheelchair"
    ENTRANCES = "entrances"
    TRANSPORT = "transport"
    DAYS = "days"
    FREQUENCY = "frequency"


class Sort(StrEnum):
    FIT = "fit"
    WAIT = "wait"
    DISTANCE = "distance"


@dataclass(frozen=True)
class Need:
    """What is looked for. Empty fields ask for nothing.

    `weekdays` as date.weekday(); one of them is enough. `origin`: where distances are
    counted from.
    """

    visit_kind: str = ""
    ages_months: tuple[int, ...] = ()
    children: int = 0
    visit_minutes: int | None = None
    visits_per_month: float | None = None
    protection_order: bool = False
    exits: bool = False
    languages: tuple[str, ...] = ()
    interpreter: bool = False
    wheelchair: bool = False
    separate_entrances: bool = False
    public_transport: bool = False
    weekdays: tuple[int, ...] = ()
    origin: Point | None = None
    area: Area = field(default_factory=Area)
    words: tuple[str, ...] = ()  # folded
    max_weeks: int | None = None
    sort: Sort = Sort.FIT


@dataclass(frozen=True)
class Profile:
    """Whom a site receives for one kind of visit."""

    visit_kind: str
    min_age_months: int = 0
    max_age_years: int = 18
    max_siblings: int | None = None
    minutes_min: int = 0
    minutes_max: int = 1440
    visits_per_month_max: int | None = None
    languages: tuple[str, ...] = ()
    interpreter: str = "no"
    accepts_protection_orders: bool = False


@dataclass(frozen=True)
class Declared:
    """The newest declaration for one kind. `on`: its day, in people's zone."""

    weeks: int
    age_days: int
    on: date
    stale: bool = False
    paused: bool = False
    paused_until: date | None = None


@dataclass(frozen=True)
class Candidate:
    """One site of a centre, with everything that is compared. `load`: measures now.

    `has_contact`: somebody would receive a measure here. It is said, and costs no rank.
    """

    centre_id: int
    code: str
    name: str
    city: str = ""
    departement: str = ""
    departement_name: str = ""
    is_demo: bool = False
    search: str = ""
    status: str = "active"
    approved: bool = True
    latitude: float | None = None
    longitude: float | None = None
    courts: frozenset[str] = frozenset()
    wheelchair: bool = False
    separate_entrances: bool = False
    public_transport: bool = False
    weekdays: frozenset[int] = frozenset()
    profiles: tuple[Profile, ...] = ()
    declared: Mapping[str, Declared] = field(default_factory=dict)
    observed: Mapping[str, Observed] = field(default_factory=dict)
    load: int = 0
    has_contact: bool = True


@dataclass(frozen=True)
class Wait:
    """Both waits of one kind, side by side. `published`: enough measures to say it."""

    visit_kind: str = ""
    declared: Declared | None = None
    observed: Observed | None = None
    published: bool = False

    @property
    def weeks(self) -> float:
        """What ranks: a fresh declaration, else what is observed, else a stale one."""
        if self.counts_observed and self.observed_weeks is not None:
            return self.observed_weeks
        return self.declared.weeks if self.declared else LAST

    @property
    def observed_weeks(self) -> float | None:
        """The median, where enough measures allow to say it."""
        if not self.published or self.observed is None:
            return None
        days = self.observed.median_days
        return None if days is None else days / 7

    @property
    def counts_observed(self) -> bool:
        fresh = self.declared is not None and not self.declared.stale
        return self.observed_weeks is not None and not fresh
