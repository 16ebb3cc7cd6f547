"""Times are those of the reader: chosen, or of the place where they work."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from hub import calendar, jinja, zones
from hub.demo import Demo
from hub.models import Departement, Message, User

SignIn = Callable[[User], Client]
LATE = datetime(2026, 3, 31, 21, 30, tzinfo=UTC)  # in Paris it is 23:30


def overseas(user: User, departement: str) -> None:
    """The centre of this person is moved there."""
    centre = user.memberships.get().centre
    assert centre
    centre.departement, _ = Departement.objects.get_or_create(code=departement)
    centre.save()


def test_every_clock_that_may_be_chosen_has_its_names() -> None:
    assert set(zones.NAMES) == {*calendar.ZONES.values(), "Europe/Paris"}
    assert set(zones.CLOCKS) == set(calendar.ZONES.values())


@pytest.mark.django_db
def test_the_same_moment_is_another_day_elsewhere(demo: Demo) -> None:
    samira = demo.people["samira"]
    with override("fr"), zones.shown_to(samira):
        assert (jinja.clock(LATE), jinja.day_key(LATE)) == ("23:30", "2026-03-31")
        assert zones.clock_of_page() == ""
    samira.zone = "Indian/Reunion"
    with override("fr"), zones.shown_to(samira):
        assert zones.clock_of_page() == ""  # no time was written yet
        assert (jinja.clock(LATE), jinja.day_key(LATE)) == ("01:30", "2026-04-01")
        assert jinja.day(LATE) == "Mercredi 1er avril 2026"
        assert zones.clock_of_page() == "heure de La Réunion"
    with override("en"), zones.shown_to(samira):
        assert jinja.local_date(LATE) == "1 April 2026"
    assert jinja.clock(LATE) == "23:30"  # for nobody: that of Paris


def test_without_a_choice_it_is_that_of_the_newest_place(demo: Demo) -> None:
    samira, noe = demo.people["samira"], demo.people["noe"]
    overseas(samira, "988")
    samira = User.objects.get(pk=samira.pk)
    assert zones.zone_of(samira).key == "Pacific/Noumea"
    assert zones.zone_of(noe).key == "Europe/Paris"
    samira.zone = "Nowhere/Land"  # no zone of ours: as if nothing was chosen
    assert zones.zone_of(samira).key == "Pacific/Noumea"


def test_the_clock_is_asked_once_and_only_if_a_time_is_written(demo: Demo) -> None:
    samira = User.objects.get(pk=demo.people["samira"].pk)
    with CaptureQueriesContext(connection) as queries, zones.shown_to(samira):
        assert not queries.captured_queries
        for _ in range(3):
            jinja.clock(LATE)
    assert len(queries) == 1


def test_a_thread_tells_the_time_of_who_reads_it(demo: Demo, sign_in: SignIn) -> None:
    samira, thread = demo.people["samira"], demo.threads[0]
    User.objects.filter(pk=samira.pk).update(zone="Pacific/Noumea")
    page = sign_in(samira).get(f"/fils/{thread.pk}").content.decode()
    last = Message.objects.filter(thread=thread).latest("seq")
    local = last.at.astimezone(ZoneInfo("Pacific/Noumea"))
    assert f'datetime="{last.at:%Y-%m-%dT%H:%M:%S}+00:00">{local:%H:%M}<' in page
    assert 'data-zone="Pacific/Noumea"' in page
    assert ": heure de Nouméa" in page.partition("<footer")[2]
    assert (
        "heure de"
        not in sign_in(demo.people["camille"])
        .get(f"/fils/{thread.pk}")
        .content.decode()
        .partition("<footer")[2]
    )


def test_today_is_the_readers_day(demo: Demo) -> None:
    samira = demo.people["samira"]
    samira.zone = "Pacific/Noumea"
    now = timezone.now()
    there = now.astimezone(ZoneInfo("Pacific/Noumea"))
    begun = there.replace(hour=0, minute=0, second=0)
    with override("fr"), zones.shown_to(samira):
        assert jinja.when(begun) == "aujourd’hui, 00:00"
        assert jinja.when(begun - timedelta(minutes=1)) == "hier, 23:59"
