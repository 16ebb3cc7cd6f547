"""Slots, quiet hours and hearings over changes of hour and overseas zones."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from hub.demo import Demo
from hub.models import Departement, User
from notifications.kinds import Frequency, Subject
from notifications.models import HearingSlot, Preference, Reason
from notifications.moments import (
    PARIS,
    Hearing,
    Slot,
    Times,
    held_until,
    local_moment,
    slot_for,
    times_of,
)

ZONES = [
    PARIS,
    ZoneInfo("Indian/Reunion"),
    ZoneInfo("America/Guadeloupe"),
    ZoneInfo("Pacific/Noumea"),
    ZoneInfo("Pacific/Tahiti"),
    ZoneInfo("America/Miquelon"),
]
DIGESTS = [Frequency.TWO_HOURLY, Frequency.DAILY, Frequency.WEEKLY]
CHANGES = [date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28)]
NEWS = Subject.NEWS

# Any moment within four days of a change of hour.
moments = st.builds(
    lambda day, seconds: (
        datetime.combine(day, time(0), UTC) + timedelta(seconds=seconds)
    ),
    st.sampled_from(CHANGES),
    st.integers(-4 * 86400, 4 * 86400),
)
hours = st.times(min_value=time(0), max_value=time(23, 59)).map(
    lambda t: t.replace(second=0, microsecond=0)
)
hearings = st.builds(
    lambda weekday, two: Hearing(weekday, min(two), max(two)),
    st.integers(0, 6),
    st.tuples(hours, hours),
)
anybody = st.builds(
    Times,
    zone=st.sampled_from(ZONES),
    frequencies=st.fixed_dictionaries({NEWS: st.sampled_from(Frequency)}),
    quiet_from=st.one_of(st.none(), hours),
    quiet_until=st.one_of(st.none(), hours),
    quiet_weekend=st.booleans(),
    hearings=st.lists(hearings, max_size=3).map(tuple),
    hearing_until=st.one_of(st.none(), moments),
)


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def wanting(frequency: Frequency, **more: object) -> Times:
    return Times(frequencies={NEWS: frequency}, **more)  # type: ignore[arg-type]


def slots(times: Times, now: datetime, count: int) -> list[Slot]:
    """The slots that one after the other would come."""
    found = []
    for _ in range(count):
        slot = slot_for(times, NEWS, now)
        assert slot is not None
        found.append(slot)
        now = slot.due_at
    return found


@given(anybody, moments)
def test_every_slot_lies_in_the_future(times: Times, now: datetime) -> None:
    slot = slot_for(times, NEWS, now)
    assert slot is None or slot.due_at > now
    assert slot is None or len(slot.window) <= 80


@given(anybody, moments, st.integers(0, 7 * 86400))
def test_a_later_moment_never_has_an_earlier_slot(
    times: Times, now: datetime, seconds: int
) -> None:
    later = now + timedelta(seconds=seconds)
    first = slot_for(times, NEWS, now)
    second = slot_for(times, NEWS, later)
    assert (second.due_at if second else later) >= (
        min(first.due_at, later) if first else later
    )


@given(st.sampled_from(ZONES), st.sampled_from(DIGESTS), moments, moments)
def test_a_window_has_one_due_moment_and_a_moment_one_window(
    zone: ZoneInfo, frequency: Frequency, one: datetime, other: datetime
) -> None:
    times = wanting(frequency, zone=zone)
    first, second = slot_for(times, NEWS, one), slot_for(times, NEWS, other)
    assert first
    assert second
    assert (first.window == second.window) == (first.due_at == second.due_at)


@given(anybody, moments, st.integers(0, 3 * 86400))
def test_all_who_wait_for_one_end_of_silence_wait_for_one_window(
    times: Times, now: datetime, seconds: int
) -> None:
    one = held_until(times, NEWS, now)
    other = held_until(times, NEWS, now + timedelta(seconds=seconds))
    if one and other:
        assert (one.window == other.window) == (one.due_at == other.due_at)


@given(anybody, moments)
def test_a_floor_passes_whatever_was_chosen(times: Times, now: datetime) -> None:
    for subject in (Subject.URGENT, Subject.ACCOUNT):
        assert slot_for(times, subject, now) is None
        assert held_until(times, subject, now) is None


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_each_local_day_has_one_daily_slot(zone: ZoneInfo, change: date) -> None:
    begin = local_moment(change - timedelta(days=3), time(9), zone)
    found = slots(wanting(Frequency.DAILY, zone=zone), begin, 6)
    days = [slot.due_at.astimezone(zone).date() for slot in found]
    assert days == [change + timedelta(days=n) for n in range(-2, 4)]
    assert [s.window for s in found] == [f"daily:{day}" for day in days]
    assert {s.due_at.astimezone(zone).time() for s in found} == {time(8)}


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_two_hourly_slots_are_six_a_day(zone: ZoneInfo, change: date) -> None:
    begin = local_moment(change, time(0), zone)
    found = slots(wanting(Frequency.TWO_HOURLY, zone=zone), begin, 7)
    named = [slot.window.removeprefix("two_hourly:") for slot in found]
    assert named[:6] == [f"{change}T{hour:02}" for hour in range(8, 19, 2)]
    assert named[6] == f"{change + timedelta(days=1)}T08"


def test_a_weekly_slot_is_monday_morning_and_named_by_its_week() -> None:
    found = slots(wanting(Frequency.WEEKLY), paris("2026-10-20T10:00"), 2)
    assert found[0] == Slot("weekly:2026-W44", paris("2026-10-26T08:00"))
    assert found[1].window == "weekly:2026-W45"


def test_a_skipped_time_comes_an_hour_later_and_a_double_one_is_the_first() -> None:
    at = time(2, 30)
    skipped = local_moment(date(2026, 3, 29), at, PARIS).astimezone(PARIS)
    double = local_moment(date(2026, 10, 25), at, PARIS)
    assert (skipped.hour, skipped.minute) == (3, 30)
    assert double == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert local_moment(date(2026, 10, 25), at.replace(fold=1), PARIS) == double


def test_quiet_hours_that_end_twice_end_once() -> None:
    times = Times(quiet_from=time(19), quiet_until=time(2, 30))
    held = slot_for(times, Subject.MESSAGE, datetime(2026, 10, 24, 22, 0, tzinfo=UTC))
    assert held
    assert held.due_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    # An hour later the clocks show 02:29 again, and the silence is over.
    again = datetime(2026, 10, 25, 1, 29, tzinfo=UTC)
    assert slot_for(times, Subject.MESSAGE, again) is None


def test_what_comes_at_night_waits_for_one_summary_in_the_morning() -> None:
    times = Times(quiet_from=time(19), quiet_until=time(8))
    assert slot_for(times, Subject.MESSAGE, paris("2026-11-27T18:59")) is None
    evening = slot_for(times, Subject.MESSAGE, paris("2026-11-27T19:00"))
    night = slot_for(times, Subject.RECEIPT, paris("2026-11-28T03:00"))
    morning = paris("2026-11-28T08:00")
    assert evening == night == Slot("quiet:2026-11-28T08:00", morning, Reason.QUIET)
    assert slot_for(times, Subject.MESSAGE, morning) is None


def test_quiet_hours_within_one_day_do_not_reach_the_night() -> None:
    times = Times(quiet_from=time(12), quiet_until=time(14))
    held = slot_for(times, Subject.MESSAGE, paris("2026-11-27T12:30"))
    assert held
    assert held.due_at == paris("2026-11-27T14:00")
    assert slot_for(times, Subject.MESSAGE, paris("2026-11-27T23:00")) is None


@pytest.mark.parametrize(
    ("until", "monday"), [(None, "08:00"), (time(9, 30), "09:30")], ids=str
)
def test_a_quiet_weekend_goes_from_saturday_evening_to_monday(
    until: time | None, monday: str
) -> None:
    times = Times(quiet_until=until, quiet_weekend=True)
    assert slot_for(times, Subject.MESSAGE, paris("2026-11-28T17:59")) is None
    for inside in ("2026-11-28T18:00", "2026-11-29T12:00", "2026-11-30T07:59"):
        held = slot_for(times, Subject.MESSAGE, paris(inside))
        assert held
        assert held.due_at == paris(f"2026-11-30T{monday}")


def test_a_hearing_of_the_week_holds_back_until_its_end() -> None:
    monday = Hearing(0, time(8, 30), time(12, 30))
    times = Times(hearings=(monday,))
    assert slot_for(times, Subject.MESSAGE, paris("2026-11-30T08:29")) is None
    held = slot_for(times, Subject.MESSAGE, paris("2026-11-30T09:00"))
    assert held
    assert held.reason == Reason.HEARING
    assert held.window == "hearing:2026-11-30T11:30Z"
    assert held.due_at == paris("2026-11-30T12:30")
    assert slot_for(times, Subject.MESSAGE, paris("2026-12-01T09:00")) is None


def test_a_hearing_begun_by_hand_holds_back_what_was_already_due() -> None:
    until = paris("2026-11-30T16:00")
    times = Times(hearing_until=until)
    held = held_until(times, Subject.MESSAGE, paris("2026-11-30T14:00"))
    assert held
    assert (held.due_at, held.reason) == (until, Reason.HEARING)
    assert held_until(times, Subject.MESSAGE, until) is None


def test_silences_that_touch_end_in_one_summary() -> None:
    """Out of the hearing at 19:00 means the next morning, not two mails."""
    times = Times(
        quiet_from=time(19),
        quiet_until=time(8),
        hearings=(Hearing(0, time(14), time(19)), Hearing(1, time(7), time(8))),
    )
    afternoon = slot_for(times, Subject.MESSAGE, paris("2026-11-30T15:00"))
    dawn = slot_for(times, Subject.MESSAGE, paris("2026-12-01T07:30"))
    assert afternoon
    assert dawn
    assert afternoon.due_at == paris("2026-12-01T08:00")
    assert afternoon.window == dawn.window
    assert (afternoon.reason, dawn.reason) == (Reason.HEARING, Reason.HEARING)


def test_digests_that_would_come_in_a_hearing_are_one_summary_after_it() -> None:
    hearing = Hearing(0, time(7, 30), time(13, 30))
    times = wanting(Frequency.TWO_HOURLY, hearings=(hearing,))
    early = slot_for(times, NEWS, paris("2026-11-30T07:00"))
    inside = slot_for(times, NEWS, paris("2026-11-30T11:00"))
    message = slot_for(times, Subject.MESSAGE, paris("2026-11-30T11:00"))
    assert early == inside == message
    assert early
    assert early.due_at == paris("2026-11-30T13:30")


def test_silence_without_a_gap_still_ends() -> None:
    hearing = tuple(Hearing(day, time(8), time(20)) for day in range(7))
    times = Times(quiet_from=time(20), quiet_until=time(8), hearings=hearing)
    now = paris("2026-11-30T11:00")
    held = slot_for(times, Subject.MESSAGE, now)
    assert held
    assert now < held.due_at < now + timedelta(days=8)


def test_who_unsubscribed_gets_no_summary_and_keeps_what_is_at_once() -> None:
    times = Times(unsubscribed=True)
    assert times.frequency(Subject.NEWS) == Frequency.NEVER
    assert times.frequency(Subject.MESSAGE) == Frequency.AT_ONCE
    assert Times().frequency(Subject.NEWS) == Frequency.DAILY


def test_times_of_many_people_take_three_queries(demo: Demo) -> None:
    camille, paul, samira = (demo.people[k].pk for k in ("camille", "paul", "samira"))
    User.objects.filter(pk=camille).update(zone="Indian/Reunion")
    Preference.objects.create(user_id=camille, frequencies={NEWS: "weekly"})
    HearingSlot.objects.create(
        user_id=camille, weekday=0, begins=time(8), ends=time(12)
    )
    with CaptureQueriesContext(connection) as queries:
        times = times_of([camille, paul, samira])
    assert len(queries) == 3
    assert set(times) == {camille, paul, samira}
    assert times[camille].zone.key == "Indian/Reunion"
    assert times[camille].hearings == (Hearing(0, time(8), time(12)),)
    assert times[camille].frequency(NEWS) == Frequency.WEEKLY
    assert times[paul] == Times(frequencies={})


def test_without_a_choice_the_zone_is_that_of_the_organisation(demo: Demo) -> None:
    samira = demo.people["samira"]
    assert times_of([samira.pk])[samira.pk].zone == PARIS
    centre = samira.memberships.get().centre
    assert centre
    centre.departement, _ = Departement.objects.get_or_create(code="974")
    centre.save()
    assert times_of([samira.pk])[samira.pk].zone.key == "Indian/Reunion"


def test_who_was_not_seen_for_half_a_year_gets_summaries_once_a_week(
    demo: Demo,
) -> None:
    samira = demo.people["samira"]

    def told(subject: Subject) -> Frequency:
        return times_of([samira.pk])[samira.pk].frequency(subject)

    assert told(Subject.NEWS) == Frequency.DAILY
    samira.created_at = timezone.now() - timedelta(days=400)
    samira.save()
    assert told(Subject.NEWS) == Frequency.WEEKLY
    assert told(Subject.MESSAGE) == Frequency.AT_ONCE
    samira.seen_at = timezone.now() - timedelta(days=100)
    samira.save()
    assert told(Subject.NEWS) == Frequency.DAILY
