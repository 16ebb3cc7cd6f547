"""The preferences page: what may be chosen, what it changes at once, what it refuses."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.demo import Demo
from hub.errors import NotFound
from hub.models import AddressRecord, Membership, User
from notifications import outbox, preferences
from notifications.kinds import Frequency, Kind, Subject
from notifications.models import (
    HearingSlot,
    Notification,
    Preference,
    Reason,
    State,
)
from notifications.moments import PARIS, held_until, times_of
from notifications.preferences import MOST_HEARINGS
from tests.notifications.moving import Clock

SignIn = Callable[[User], Client]
MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=PARIS)
PAGE = "/preferences"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, demo: Demo) -> Clock:
    """That Monday, whatever day it is: the cast has long been there."""
    Membership.objects.update(since=MONDAY - timedelta(days=30))
    return Clock(monkeypatch, MONDAY)


@pytest.fixture
def samira(clock: Clock, demo: Demo) -> User:
    return demo.people["samira"]


@pytest.fixture
def client(samira: User, sign_in: SignIn) -> Client:
    return sign_in(samira)


def stored(user: User) -> Preference:
    return Preference.objects.get(user=user)


def gathered(user: User, subject: Subject = Subject.NEWS) -> Notification:
    outbox.owe(Kind.MESSAGES, [user], window=f"m:{subject}", subject=subject)
    return Notification.objects.get(user=user, window=f"m:{subject}")


def test_looking_chooses_nothing(client: Client, samira: User) -> None:
    page = client.get(PAGE)
    assert page.status_code == 200
    assert not Preference.objects.exists()
    assert b"1180-5" in page.content


def test_what_was_chosen_is_kept_and_shown_again(client: Client, samira: User) -> None:
    luc = Membership.objects.get(user__given_name="Luc")
    form = {
        "f-news": "never",
        "f-message": "two_hourly",
        "f-receipt": "at_once",
        "quiet_from": "19:00",
        "quiet_until": "08:00",
        "quiet_weekend": "on",
        "zone": "Indian/Reunion",
        "substitute": str(luc.pk),
    }
    answer = client.post(PAGE, form)
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        "/preferences?fait=enregistre",
    )
    kept = stored(samira)
    # The usual is not stored: if it changes one day, it changes for them too.
    assert kept.frequencies == {"news": "never", "message": "two_hourly"}
    assert (kept.quiet_from, kept.quiet_until) == (time(19), time(8))
    samira.refresh_from_db()
    assert (kept.quiet_weekend, samira.zone) == (True, "Indian/Reunion")
    assert kept.substitute == luc
    page = client.get(PAGE).content.decode()
    assert 'value="19:00"' in page
    assert '<option value="two_hourly" selected>' in page


def test_nobody_can_silence_a_floor(client: Client, samira: User) -> None:
    client.post(PAGE, {"f-urgent": "never", "f-account": "weekly", "f-news": "never"})
    times = times_of([samira.pk])[samira.pk]
    assert times.frequency(Subject.NEWS) == Frequency.NEVER
    assert times.frequency(Subject.URGENT) == Frequency.AT_ONCE
    Preference.objects.update(frequencies={"urgent": "never"})
    times = times_of([samira.pk])[samira.pk]
    assert times.frequency(Subject.URGENT) == Frequency.AT_ONCE


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"quiet_from": "19:00"}, "quiet_from"),
        ({"quiet_from": "08:00", "quiet_until": "07:00"}, "quiet_from"),
        ({"quiet_from": "08:00", "quiet_until": "08:00"}, "quiet_from"),
        ({"quiet_from": "25:00", "quiet_until": "08:00"}, "quiet_from"),
        ({"zone": "Europe/Rome"}, "zone"),
        ({"zone": "../etc/passwd"}, "zone"),
        ({"substitute": "999999"}, "substitute"),
        ({"f-news": "hourly"}, "f-news"),
        ({"f-news": "ne\x00ver"}, "f-news"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused_beside_its_field(
    client: Client, wrong: dict[str, str], field: str
) -> None:
    page = client.post(PAGE, {"f-message": "weekly", **wrong})
    assert page.status_code == 400
    assert f'<a href="#{field}">' in page.content.decode()
    # What was typed beside is not lost.
    assert '<option value="weekly" selected>' in page.content.decode()
    assert not Preference.objects.exists()


def test_a_stranger_is_no_substitute(demo: Demo, client: Client, samira: User) -> None:
    nadia = Membership.objects.get(user=demo.people["nadia"])
    luc = Membership.objects.get(user=demo.people["luc"])
    assert client.post(PAGE, {"substitute": str(nadia.pk)}).status_code == 400
    assert client.post(PAGE, {"substitute": str(luc.pk)}).status_code == 303


def test_what_was_gathered_ends_when_it_is_not_wanted_any_more(
    client: Client, samira: User
) -> None:
    row = gathered(samira)
    assert row.state == State.GATHERED
    client.post(PAGE, {"f-news": "never"})
    row.refresh_from_db()
    assert (row.state, row.reason) == (State.DROPPED, Reason.NEVER)


def test_saving_takes_back_unsubscribing(client: Client, samira: User) -> None:
    now = timezone.now()
    preferences.unsubscribe(samira.pk, now)
    preferences.unsubscribe(samira.pk, now + timedelta(days=1))
    assert stored(samira).unsubscribed_at == now
    assert b"alert--warn" in client.get(PAGE).content
    assert times_of([samira.pk])[samira.pk].frequency(Subject.NEWS) == Frequency.NEVER
    client.post(PAGE, {})
    assert times_of([samira.pk])[samira.pk].frequency(Subject.NEWS) == Frequency.DAILY


def test_a_hearing_begun_by_hand_silences_all_but_floors(
    client: Client, samira: User, clock: Clock
) -> None:
    answer = client.post("/preferences/audience", {"until": "12:30"})
    assert answer.status_code == 303
    assert stored(samira).hearing_until == MONDAY.replace(hour=12, minute=30)
    assert b"12:30" in client.get(PAGE).content
    assert gathered(samira, Subject.MESSAGE).state == State.GATHERED
    assert gathered(samira, Subject.URGENT).state == State.WAITING


def test_a_hearing_counts_in_the_persons_own_zone(
    client: Client, samira: User, clock: Clock
) -> None:
    User.objects.filter(pk=samira.pk).update(zone="Indian/Reunion")
    client.post("/preferences/audience", {"until": "16:00"})
    reunion = ZoneInfo("Indian/Reunion")
    assert stored(samira).hearing_until == datetime(2026, 11, 30, 16, tzinfo=reunion)


@pytest.mark.parametrize("until", ["", "08:59", "09:00", "21:01", "noon"])
def test_a_hearing_ends_within_the_next_hours(
    client: Client, samira: User, clock: Clock, until: str
) -> None:
    page = client.post("/preferences/audience", {"until": until})
    assert page.status_code == 400
    assert not Preference.objects.exists()


def test_a_hearing_that_ends_early_lets_its_summary_go(
    client: Client, samira: User, clock: Clock
) -> None:
    client.post("/preferences/audience", {"until": "12:30"})
    item = gathered(samira, Subject.MESSAGE)
    assert item.digest
    assert item.digest.due_at == MONDAY.replace(hour=12, minute=30)
    clock.forward(minutes=25)  # a session that nobody uses ends at 30
    assert client.post("/preferences/audience", {"end": "1"}).status_code == 303
    item.digest.refresh_from_db()
    assert item.digest.due_at == clock.now
    assert held_until(times_of([samira.pk])[samira.pk], Subject.MESSAGE, clock.now) is (
        None
    )


def test_a_hearing_that_ends_early_in_quiet_hours_stays_quiet(
    client: Client, samira: User, clock: Clock
) -> None:
    Preference.objects.create(
        user=samira, quiet_from=time(9, 15), quiet_until=time(11, 0)
    )
    client.post("/preferences/audience", {"until": "12:30"})
    item = gathered(samira, Subject.MESSAGE)
    clock.forward(minutes=25)  # a session that nobody uses ends at 30
    client.post("/preferences/audience", {"end": "1"})
    assert item.digest
    item.digest.refresh_from_db()
    assert item.digest.due_at == MONDAY.replace(hour=11)


def test_slots_of_the_week_are_added_once_and_removed(
    client: Client, samira: User
) -> None:
    slot = {"weekday": "1", "begins": "08:30", "ends": "12:30"}
    for _ in range(2):
        assert client.post("/preferences/creneaux", slot).status_code == 303
    [row] = HearingSlot.objects.all()
    assert (row.user, row.weekday, row.begins) == (samira, 1, time(8, 30))
    assert b"08:30" in client.get(PAGE).content
    client.post("/preferences/creneaux", {"remove": str(row.pk)})
    assert not HearingSlot.objects.exists()


def test_a_slot_ends_after_it_begins_and_there_are_not_too_many(
    client: Client, samira: User
) -> None:
    backwards = {"weekday": "1", "begins": "12:00", "ends": "08:00"}
    assert client.post("/preferences/creneaux", backwards).status_code == 400
    for minute in range(MOST_HEARINGS):
        preferences.add_hearing(samira, 0, time(8, minute), time(12))
    more = {"weekday": "1", "begins": "08:00", "ends": "12:00"}
    assert client.post("/preferences/creneaux", more).status_code == 400
    assert HearingSlot.objects.count() == MOST_HEARINGS


def test_a_colleagues_slot_cannot_be_removed(demo: Demo, client: Client) -> None:
    luc = demo.people["luc"]
    preferences.add_hearing(luc, 0, time(8), time(12))
    slot = HearingSlot.objects.get()
    answer = client.post("/preferences/creneaux", {"remove": str(slot.pk)})
    assert answer.status_code == 404
    with pytest.raises(NotFound):
        preferences.remove_hearing(demo.people["samira"], slot.pk)
    preferences.remove_hearing(luc, slot.pk)
    assert not HearingSlot.objects.exists()


def test_a_test_mail_is_owed_three_times_an_hour_at_most(
    client: Client, samira: User, clock: Clock
) -> None:
    def press() -> int:
        clock.forward(minutes=1)
        return client.post("/preferences/essai").status_code

    assert [press() for _ in range(4)] == [303, 303, 303, 429]
    assert Notification.objects.filter(user=samira, kind=Kind.TEST).count() == 3
    clock.forward(hours=1)
    client.force_login(samira)  # nobody was there for an hour
    assert press() == 303


def test_two_presses_in_a_minute_owe_one_test_mail(
    client: Client, samira: User, clock: Clock
) -> None:
    for _ in range(2):
        assert client.post("/preferences/essai").status_code == 303
    [row] = Notification.objects.filter(user=samira, kind=Kind.TEST)
    assert row.state == State.WAITING


def test_a_test_mail_passes_quiet_hours(
    client: Client, samira: User, clock: Clock
) -> None:
    Preference.objects.create(user=samira, quiet_from=time(8), quiet_until=time(20))
    client.post("/preferences/essai")
    assert Notification.objects.get(kind=Kind.TEST).state == State.WAITING


def test_an_address_that_came_back_says_how_to_prove_it(
    client: Client, samira: User
) -> None:
    record = AddressRecord.objects.create(email=samira.email, proven_at=timezone.now())
    assert "sont revenus" not in client.get(PAGE).content.decode()
    record.suspended_at = timezone.now()
    record.save()
    assert "sont revenus" in client.get(PAGE).content.decode()


def test_another_language_after_an_error_leads_to_a_page(client: Client) -> None:
    page = client.post(f"{PAGE}/audience", {"until": "x"}).content.decode()
    assert f'name="retour" value="{PAGE}"' in page


def test_nothing_acts_on_get(client: Client) -> None:
    for path in ("audience", "creneaux", "essai"):
        assert client.get(f"{PAGE}/{path}").status_code == 405
    assert not Notification.objects.exists()


def test_the_page_takes_as_many_queries_with_much_as_with_little(
    client: Client, samira: User
) -> None:
    client.get(PAGE)
    counts = []
    for number in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))
        for hour in range(8, 12):
            preferences.add_hearing(samira, number, time(hour), time(hour + 1))
    assert counts[0] == counts[1]
