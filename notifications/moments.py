"""When somebody may be told: quiet hours, hearings, slots of digests. Pure.

Every moment is aware; what a person's day is follows their own zone. No query but in
`times_of`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, FilteredRelation
from django.utils import timezone

from hub import calendar
from hub.models import User
from hub.models.accounts import current_membership
from hub.zones import MAINLAND as PARIS
from hub.zones import NAMES
from notifications.kinds import RULES, Frequency, Subject
from notifications.models import HearingSlot, Preference, Reason

# (choice) Summaries of an office day; what comes at night is read in the morning.
TWO_HOURLY = tuple(time(hour) for hour in range(8, 19, 2))
DAILY = (time(8),)
MONDAY, SATURDAY = 0, 5  # date.weekday()
WEEKEND_BEGINS, WEEKEND_ENDS = time(18), time(8)
# Silences that touch are one. Settings that leave no gap at all end here.
MOST_JOINED = 10
# Who has not been here for so long reads no daily summary (choice, after healthchecks).
LONG_GONE = timedelta(days=183)


class Hearing(NamedTuple):
    """Every week on this day (date.weekday()), local time; never over midnight."""

    weekday: int
    begins: time
    ends: time


@dataclass(frozen=True)
class Times:
    """What one person chose, ready to be asked."""

    zone: ZoneInfo = PARIS
    frequencies: dict[str, str] | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None
    quiet_weekend: bool = False
    hearings: tuple[Hearing, ...] = ()
    hearing_until: datetime | None = None  # begun by hand
    unsubscribed: bool = False
    long_gone: bool = False  # not seen for LONG_GONE

    def frequency(self, subject: Subject) -> Frequency:
        """The chosen one, or the usual; a floor is always at once.

        Whoever unsubscribed from summaries never gets one for a subject they left to
        a summary; what they want at once is not touched. Who is long gone gets their
        summaries once a week.
        """
        rule = RULES[subject]
        chosen = (self.frequencies or {}).get(subject)
        wanted = rule.usual if rule.is_floor or not chosen else Frequency(chosen)
        if wanted in (Frequency.AT_ONCE, Frequency.NEVER):
            return wanted
        if self.unsubscribed:
            return Frequency.NEVER
        return Frequency.WEEKLY if self.long_gone else wanted


@dataclass(frozen=True)
class Slot:
    """A stretch that ends with one summary. `window` names it for ever: two workers,
    or two clocks around a change of hour, come to the same text."""

    window: str
    due_at: datetime
    reason: Reason | None = None  # QUIET or HEARING; None: an ordinary digest


class Whereabouts(NamedTuple):
    zone: ZoneInfo = PARIS
    long_gone: bool = False


class Silence(NamedTuple):
    """From `begins` up to, but not including, `ends`."""

    begins: datetime
    ends: datetime
    reason: Reason


def times_of(users: Iterable[UUID]) -> dict[UUID, Times]:
    """The times of many people at once; whoever chose nothing is there too.

    Three queries whatever their number.
    """
    ids = set(users)
    if not ids:
        return {}
    chosen = {p.user_id: p for p in Preference.objects.filter(user__in=ids)}
    sat: dict[UUID, list[Hearing]] = {}
    for h in HearingSlot.objects.filter(user__in=ids).order_by("weekday", "begins"):
        sat.setdefault(h.user_id, []).append(Hearing(h.weekday, h.begins, h.ends))
    found = _whereabouts(ids)
    return {
        one: _times(chosen.get(one), found.get(one, Whereabouts()), sat.get(one, ()))
        for one in ids
    }


def slot_for(times: Times, subject: Subject, now: datetime) -> Slot | None:
    """The summary in which something of this subject has to travel; None: at once.

    A floor is always at once. Frequency.NEVER is the caller's affair. A summary that
    would come in a silence is the one at its end: one mail then, not several.
    """
    frequency = times.frequency(subject)
    if RULES[subject].is_floor or frequency in (Frequency.AT_ONCE, Frequency.NEVER):
        return held_until(times, subject, now)
    slot = _next_slot(times.zone, frequency, now)
    return held_until(times, subject, slot.due_at) or slot


def held_until(times: Times, subject: Subject, now: datetime) -> Slot | None:
    """The summary that ends the silence of this moment; None: nothing holds it back.

    For rows that are due: a digest keeps its own window and only takes `due_at`.
    """
    if RULES[subject].is_floor:
        return None
    silence = _silence_at(times, now)
    if silence is None:
        return None
    end = silence.ends
    for _ in range(MOST_JOINED):
        following = _silence_at(times, end)
        if following is None:
            break
        end = following.ends
    return Slot(_name(times, end), end, silence.reason)


def local_moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """That time of that day as one moment in UTC, whatever the clocks do.

    A time that is struck twice is the first of both; one that is skipped comes as much
    later as the clocks went forward (PEP 495, fold=0).
    """
    return datetime.combine(day, at.replace(fold=0), zone).astimezone(UTC)


def _next_slot(zone: ZoneInfo, frequency: Frequency, now: datetime) -> Slot:
    """The first summary of this frequency after `now`."""
    today = now.astimezone(zone).date()
    for day in (today + timedelta(days=n) for n in range(9)):
        if frequency == Frequency.WEEKLY and day.weekday() != MONDAY:
            continue
        for at in TWO_HOURLY if frequency == Frequency.TWO_HOURLY else DAILY:
            due = local_moment(day, at, zone)
            if due > now:
                return Slot(_window(frequency, day, at), due)
    raise AssertionError("nine days hold a Monday after any moment")


def _window(frequency: Frequency, day: date, at: time) -> str:
    named = {
        Frequency.TWO_HOURLY: f"{day}T{at:%H}",
        Frequency.DAILY: f"{day}",
        Frequency.WEEKLY: f"{day:%G-W%V}",
    }
    return f"{frequency}:{named[frequency]}"


def _name(times: Times, end: datetime) -> str:
    """Named by its end alone, so that all who wait for that end meet in one summary.

    Local time for quiet hours; a hearing begun by hand may end at a time that the
    clocks strike twice, which UTC tells apart.
    """
    last = _silence_at(times, end - datetime.resolution)
    if last and last.reason == Reason.HEARING:
        return f"hearing:{end.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
    return f"quiet:{end.astimezone(times.zone):%Y-%m-%dT%H:%M}"


def _silence_at(times: Times, at: datetime) -> Silence | None:
    """The silence of that moment that lasts longest; of two alike, the hearing."""
    now = [s for s in _silences(times, at) if s.begins <= at < s.ends]
    return max(now, key=lambda s: (s.ends, s.reason == Reason.HEARING), default=None)


def _silences(times: Times, around: datetime) -> Iterator[Silence]:
    """Every silence that may hold that moment, and some that do not."""
    if times.hearing_until:
        yield Silence(around, times.hearing_until.astimezone(UTC), Reason.HEARING)
    today = around.astimezone(times.zone).date()
    for day in (today - timedelta(days=n) for n in range(3)):
        for begins, ends, reason in _silences_from(times, day):
            yield Silence(begins, ends, reason)


def _silences_from(
    times: Times, day: date
) -> Iterator[tuple[datetime, datetime, Reason]]:
    """The silences that begin on this local day."""

    def moment(at: time, days: int = 0) -> datetime:
        return local_moment(day + timedelta(days=days), at, times.zone)

    for hearing in times.hearings:
        if hearing.weekday == day.weekday():
            yield moment(hearing.begins), moment(hearing.ends), Reason.HEARING
    begins, ends = times.quiet_from, times.quiet_until
    if begins is not None and ends is not None and begins != ends:
        yield moment(begins), moment(ends, days=int(ends < begins)), Reason.QUIET
    if times.quiet_weekend and day.weekday() == SATURDAY:
        monday = moment(ends if ends is not None else WEEKEND_ENDS, days=2)
        yield moment(WEEKEND_BEGINS), monday, Reason.QUIET


def _times(
    chosen: Preference | None, place: Whereabouts, hearings: Iterable[Hearing]
) -> Times:
    if chosen is None:
        chosen = Preference()
    return Times(
        zone=place.zone,
        frequencies=chosen.frequencies,
        quiet_from=chosen.quiet_from,
        quiet_until=chosen.quiet_until,
        quiet_weekend=chosen.quiet_weekend,
        hearings=tuple(hearings),
        hearing_until=chosen.hearing_until,
        unsubscribed=chosen.unsubscribed_at is not None,
        long_gone=place.long_gone,
    )


def _whereabouts(users: set[UUID]) -> dict[UUID, Whereabouts]:
    """Whose clock each person's is (as hub.zones.zone_of), and whether they still come.

    One query.
    """
    in_force = current_membership("memberships__")
    people = User.objects.filter(pk__in=users).annotate(
        place=FilteredRelation("memberships", condition=in_force)
    )
    found: dict[UUID, Whereabouts] = {}
    long_ago = timezone.now() - LONG_GONE
    for user, zone, court, centre, seen, made in people.order_by(
        F("place__since").asc(nulls_first=True)
    ).values_list(
        "pk",
        "zone",
        "place__court__departement",
        "place__centre__departement",
        "seen_at",
        "created_at",
    ):
        clock = (
            ZoneInfo(zone) if zone in NAMES else calendar.zone(court or centre or "")
        )
        if user not in found or court or centre:  # who oversees the hub works nowhere
            found[user] = Whereabouts(clock, (seen or made) < long_ago)
    return found
