"""Answers to the mailbox: one polite mail a day to the person whom we had written to,
none to robots, lists, strangers and null senders; two robots end after one."""

from collections.abc import Iterator
from datetime import date, timedelta
from email.message import EmailMessage

import pytest
from django.utils import timezone

from hub.actions.absences import enter_absence
from hub.calendar import today_in
from hub.demo import Demo
from hub.models import Absence, AbsenceSource, JournalEntry, Membership, Participant
from notifications.inbound.acting import settle
from notifications.inbound.child import read
from notifications.inbound.sandbox import Reading
from notifications.kinds import Kind
from notifications.models import InboundKind, InboundMail, Notification, Preference
from tests.notifications.inbound import (
    RETURNS,
    arrive,
    away,
    returns_address,
    sent_to,
    written,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _returns() -> Iterator[None]:
    with returns_address():
        yield


def answers() -> int:
    return Notification.objects.filter(kind=Kind.USE_THE_LINK).count()


def test_a_person_who_replies_is_told_once_a_day_where_to_answer(demo: Demo) -> None:
    samira = demo.people["samira"]
    row = sent_to(samira, thread=demo.threads[0])
    mail = arrive(written(samira.email), row, sender=samira.email)
    assert (mail.kind, mail.outcome) == (InboundKind.REPLY, "answered")
    answer = Notification.objects.get(kind=Kind.USE_THE_LINK)
    assert answer.user == samira
    assert answer.facts == {"thread": str(demo.threads[0].pk)}
    again = written(samira.email, body="Encore une fois.")
    other = sent_to(samira, n=2)
    assert arrive(again, other, sender=samira.email).outcome == "answered today"
    assert answers() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-generated"},
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"Precedence": "junk"},
        {"Precedence": "list"},
        {"List_Id": "<tous.exemple.fr>"},
        {"List_Unsubscribe": "<mailto:x@exemple.fr>"},
        {"X_Auto_Response_Suppress": "All"},
        {"X_Autoreply": "yes"},
        {"X_Loop": RETURNS},
        {"Return_Path": "<>"},
        {"subject": "Réponse automatique : [Hub]"},
        {"subject": "Automatic reply: [Hub]"},
        {"subject": "Out of office"},
        {"subject": "Absence du bureau"},
    ],
    ids=str,
)
def test_a_robot_causes_no_mail(demo: Demo, headers: dict[str, str]) -> None:
    samira = demo.people["samira"]
    arrive(written(samira.email, **headers), sent_to(samira), sender=samira.email)
    assert answers() == 0
    person = written(samira.email, Auto_Submitted="no")
    arrive(person, sent_to(samira, n=2), sender=samira.email)
    assert answers() == 1


def test_strangers_and_null_senders_cause_no_mail(demo: Demo) -> None:
    samira = demo.people["samira"]
    row = sent_to(samira)
    stranger = written("parent@exemple.fr")
    assert arrive(stranger, row, sender="parent@exemple.fr").outcome == "other sender"
    assert arrive(written(samira.email), row, sender="<>").outcome == "null sender"
    bare = written(samira.email, body="b")
    assert arrive(bare, RETURNS, sender=samira.email).outcome == "unproven"
    centre = demo.threads[0].designation.centre
    to_centre = written(centre.email, body="c")
    mail = arrive(to_centre, sent_to(centre=centre), sender=centre.email)
    assert mail.outcome == "nobody"
    assert answers() == 0
    arrive(written(samira.email, body="d"), row, sender=samira.email)
    assert answers() == 1


def test_two_robots_that_answer_each_other_end_after_one_mail(demo: Demo) -> None:
    """The worst one: it looks like a person, and answers whatever it gets."""
    samira = demo.people["samira"]
    row: Notification | None = sent_to(samira)
    mails = 0
    while row:
        mails += 1
        assert mails < 10
        robot = written(samira.email, body=f"Bonjour {mails}")
        before = set(Notification.objects.values_list("pk", flat=True))
        arrive(robot, row, sender=samira.email)
        row = Notification.objects.exclude(pk__in=before).first()
    assert answers() == 1


def test_a_mail_of_ours_that_comes_home_causes_no_mail(demo: Demo) -> None:
    samira = demo.people["samira"]
    ours = written(
        RETURNS, Auto_Submitted="auto-generated", X_Auto_Response_Suppress="All"
    )
    mail = arrive(ours, sent_to(samira), sender=samira.email)
    assert (mail.kind, mail.outcome) == (InboundKind.OTHER, "automatic")
    assert answers() == 0


def test_an_automatic_reply_says_until_when_and_seats_the_substitute(
    demo: Demo,
) -> None:
    samira, luc = demo.people["samira"], demo.people["luc"]
    place = Membership.objects.get(user=luc)
    Preference.objects.create(user=samira, substitute=place)
    last = today_in() + timedelta(days=12)
    mail = arrive(away(samira.email, last), sent_to(samira))
    assert (mail.kind, mail.outcome) == (InboundKind.AUTO_REPLY, "absence")
    absence = Absence.objects.get()
    assert (absence.user, absence.substitute) == (samira, luc)
    assert (absence.first_day, absence.last_day) == (today_in(), last)
    assert absence.source == AbsenceSource.MAILBOX
    assert Participant.objects.filter(user=luc, thread=demo.threads[0]).exists()
    assert JournalEntry.objects.filter(action="absence_learned").exists()
    assert answers() == 0
    later = arrive(away(samira.email, last + timedelta(days=2)), sent_to(samira, n=2))
    assert later.outcome == "nothing new"


def test_a_substitute_who_is_away_too_is_left_out(demo: Demo) -> None:
    samira, luc = demo.people["samira"], demo.people["luc"]
    place = Membership.objects.get(user=luc)
    Preference.objects.create(user=samira, substitute=place)
    last = today_in() + timedelta(days=12)
    enter_absence(luc, first_day=today_in(), last_day=last, by=luc)
    arrive(away(samira.email, last), sent_to(samira))
    assert Absence.objects.get(user=samira).substitute is None


@pytest.mark.parametrize(
    ("sender", "until", "outcome"),
    [
        ("samira", timedelta(days=12), "absence"),
        ("samira", timedelta(days=61), "no date"),
        ("samira", timedelta(days=-1), "no date"),
        ("luc", timedelta(days=12), "other sender"),
    ],
)
def test_only_a_believable_day_of_the_very_person_is_entered(
    demo: Demo, sender: str, until: timedelta, outcome: str
) -> None:
    mail = away(demo.people[sender].email, today_in() + until)
    assert arrive(mail, sent_to(demo.people["samira"])).outcome == outcome
    assert Absence.objects.count() == (outcome == "absence")


def test_an_automatic_reply_to_an_old_mail_or_to_none_of_ours_is_not_believed(
    demo: Demo,
) -> None:
    samira, last = demo.people["samira"], today_in() + timedelta(days=3)
    old = sent_to(samira, ended_at=timezone.now() - timedelta(days=8))
    assert arrive(away(samira.email, last), old).outcome == "late"
    assert arrive(written(samira.email), RETURNS).outcome == "unproven"
    assert not Absence.objects.exists()


def exchange(until: str) -> EmailMessage:
    """As Outlook answers: HTML, the old mail below, no Auto-Submitted."""
    mail = written(
        "Samira Benali <samira@exemple.fr>",
        "Automatic reply: [Hub]",
        X_Auto_Response_Suppress="All",
    )
    html = f"<p>I am away until&nbsp;{until}.</p><blockquote>until 30 November"
    mail.set_content(html, subtype="html")
    return mail


def test_an_html_answer_is_read_without_what_it_quotes() -> None:
    today = date(2026, 11, 28)
    answer = read(bytes(exchange("4 December")), today)
    assert answer["until"] == "2026-12-04"
    assert answer["sender"] == "samira@exemple.fr"
    assert read(bytes(exchange("further notice")), today)["until"] == ""


def test_a_mail_is_acted_upon_once_by_two_processes(demo: Demo) -> None:
    samira = demo.people["samira"]
    row = sent_to(samira)
    mail = InboundMail.objects.create(
        digest="d", envelope_to=RETURNS, notification=row, user=samira
    )
    bounce = Reading(InboundKind.BOUNCE, "5.1.1")
    assert settle(mail, bounce, timezone.now())
    assert not settle(mail, bounce, timezone.now())
