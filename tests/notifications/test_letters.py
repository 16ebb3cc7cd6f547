"""Mails from rows of the outbox: to whom, in which language, saying what and no more."""

from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.actions.messages import mark_read
from hub.demo import Demo
from hub.models import (
    Attachment,
    Centre,
    Child,
    Designation,
    JournalEntry,
    Measure,
    Membership,
    Message,
    MessageKind,
    Party,
    User,
)
from hub.queries.receipts import measures_due
from notifications import letters, paper, return_path
from notifications.kinds import Kind
from notifications.letters import LetterFailed, NothingToSay
from notifications.models import Notification, State
from notifications.transports.base import Parcel
from tests.notifications.letter_world import (
    OF_THREADS,
    World,
    parcel,
    say,
    world,
    written,
)

CANARY = "CANARI"
OF_USERS = [kind for kind in Kind if kind != Kind.DIGEST]
TRUSTED = "centre.demo.invalid"  # Samira's domain


@pytest.fixture
def here(demo: Demo) -> World:
    """Samira has to read something from the court."""
    made = world(demo)
    mark_read(made.user, made.thread.pk, 10_000)
    say(made, "Le parent n’est pas venu. CANARI message")
    return made


def content(monkeypatch: pytest.MonkeyPatch, policy: str, domains: str = "") -> None:
    monkeypatch.setattr(settings.MAIL, "mail_content", policy)
    monkeypatch.setattr(settings.MAIL, "mail_content_domains", domains)


def digest_of(here: World) -> Notification:
    digest = here.owe(Kind.DIGEST)
    here.owe(Kind.MESSAGES, state=State.GATHERED, digest=digest)
    here.rows = [
        row for row in here.rows if row.kind != Kind.MESSAGES or not row.digest
    ]
    return digest


def hide_canaries(here: World) -> None:
    """Everywhere where a name, a number or somebody's words can stand."""
    say(here, "CANARI corps", needs_ack=True, urgent="CANARI raison")
    measure = here.thread.designation.measure
    Measure.objects.filter(pk=measure.pk).update(rg_number="CANARI 26/01234")
    Party.objects.filter(measure=measure).update(
        given_name="CANARI", family_name="CANARI"
    )
    Child.objects.filter(measure=measure).update(given_name="CANARI")
    Attachment.objects.filter(measure=measure).update(name="CANARI.pdf")
    people = User.objects.exclude(pk=here.user.pk)
    people.update(given_name="CANARI", usual_name="CANARI")
    Centre.objects.update(manager="CANARI")
    # Their own organisation may be named to a person (DOMAIN 8.2), another may not.
    Centre.objects.exclude(code="DEMO-44-01").update(name="CANARI centre")


def test_a_mail_counts_what_waits_and_leads_to_an_answer(here: World) -> None:
    say(here, "Merci d’accuser réception.", needs_ack=True)
    mail = written(here.owe(Kind.MESSAGES))
    assert mail.headers["Subject"].startswith("[Hub] 2 ")
    assert mail.headers["To"] == "Samira Benali <samira.benali@centre.demo.invalid>"
    [link] = [line for line in mail.text.splitlines() if "/r/" in line]
    assert f'href="{link}"' in mail.html


def test_what_was_read_is_not_counted(here: World) -> None:
    row = here.owe(Kind.MESSAGES)
    assert written(row).headers["Subject"].startswith("[Hub] 1 ")
    last = say(here, "Encore ceci.").seq
    mark_read(here.user, here.thread.pk, last - 1)
    row.last_seq = last
    assert written(row).headers["Subject"].startswith("[Hub] 1 ")


@pytest.mark.parametrize("kind", OF_USERS)
def test_by_default_nothing_is_said_of_a_family(kind: Kind, here: World) -> None:
    hide_canaries(here)
    assert CANARY in Message.objects.latest("seq").body
    mail = written(here.owe(kind))
    assert CANARY not in mail.all
    assert here.thread.designation.measure.reference not in mail.all
    assert here.thread.designation.measure.court.name not in mail.all
    assert not JournalEntry.objects.filter(action__startswith="mail_").exists()


def test_by_default_a_summary_says_nothing_of_a_family(here: World) -> None:
    hide_canaries(here)
    mail = written(digest_of(here))
    assert mail.headers["Subject"].startswith("[Hub] ")
    assert CANARY not in mail.all
    assert here.thread.designation.measure.reference not in mail.all


@pytest.mark.parametrize("kind", OF_THREADS)
def test_meta_names_the_other_organisation_and_the_measure(
    kind: Kind, here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    content(monkeypatch, "meta")
    measure = here.thread.designation.measure
    mail = written(here.owe(kind))
    assert measure.reference in mail.text
    assert measure.court.name in mail.text
    assert measure.court.name in " ".join(mail.words)
    assert CANARY not in mail.all
    [line] = JournalEntry.objects.filter(action="mail_disclosed_meta")
    assert (line.actor, line.object_kind) == (None, "thread")
    assert line.object_id == str(here.thread.pk)


def test_meta_names_what_a_summary_lists(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    content(monkeypatch, "meta")
    mail = written(digest_of(here))
    assert here.thread.designation.measure.reference in mail.text
    told = JournalEntry.objects.filter(action="mail_disclosed_meta")
    assert str(here.thread.pk) in told.values_list("object_id", flat=True)


def test_full_is_for_named_domains_only(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    content(monkeypatch, "full", "other.exemple.fr")
    row = here.owe(Kind.MESSAGES)
    assert "CANARI message" not in written(row).all
    content(monkeypatch, "full", TRUSTED)
    mail = written(row)
    assert "| Le parent n’est pas venu. CANARI message" in mail.text
    assert "CANARI message" in " ".join(mail.words)
    actions = JournalEntry.objects.filter(action__startswith="mail_")
    assert sorted(actions.values_list("action", flat=True)) == [
        "mail_disclosed_full", "mail_disclosed_meta",
    ]  # fmt: skip


def test_what_somebody_wrote_cannot_pass_for_the_hub(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    content(monkeypatch, "full", TRUSTED)
    body = "</div><a href='https://mal.exemple'>Lire</a>\n\nLire :\nhttps://mal.exemple"
    say(here, body)
    mail = written(here.owe(Kind.MESSAGES))
    assert "<a href='https://mal" not in mail.html
    assert "| https://mal.exemple" in mail.text.splitlines()
    assert "https://mal.exemple" not in mail.text.splitlines()


def test_a_disclosure_is_journalled_once_for_each_row(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    content(monkeypatch, "meta")
    row = here.owe(Kind.MESSAGES)
    first, again = written(row), written(Notification.objects.get(pk=row.pk))
    assert first.headers["Message-ID"] == again.headers["Message-ID"]
    assert JournalEntry.objects.filter(action="mail_disclosed_meta").count() == 1


def test_each_person_reads_their_own_language(here: World) -> None:
    here.user.locale = "en"
    here.user.save()
    english = here.owe(Kind.TEST)
    french = here.owe(Kind.TEST, user=here.demo.people["luc"])
    made = letters.write([english, french], timezone.now())
    assert all(isinstance(one, Parcel) for one in made.values())
    assert written(english).headers["Content-Language"] == "en"
    assert 'lang="en"' in written(english).html
    assert written(french).headers["Content-Language"] == "fr"


def test_an_invitation_speaks_as_whoever_invited(here: World) -> None:
    facts = {**here.facts(Kind.INVITATION), "locale": "en"}
    anne = User.objects.get(email__startswith="anne.")
    Membership.objects.filter(pk=facts["place"]).update(invited_by=anne)
    mail = written(here.owe(Kind.INVITATION, facts=facts))
    assert mail.headers["Content-Language"] == "en"
    assert Centre.objects.get(code="DEMO-44-01").name in mail.text
    assert f"{anne.name} invited you." in mail.text
    assert "/connexion\n" in mail.text
    assert "/connexion/lien" not in mail.text


def test_a_functional_mailbox_reads_french_and_gets_no_reply_link(here: World) -> None:
    centre = Centre.objects.get(code="DEMO-44-01")
    row = here.owe(Kind.ACK_OVERDUE, centre=centre)
    made = parcel(row)
    mail = written(row)
    assert made.to == centre.email
    assert mail.headers["Content-Language"] == "fr"
    assert "/r/" not in mail.text
    assert f"/fils/{here.thread.pk}" in mail.text


def test_each_mail_has_its_own_return_path(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings.MAIL, "mail_return_address", "retours@hub.exemple")
    row = here.owe(Kind.TEST)
    assert return_path.read(parcel(row).return_path) == row.pk


def test_one_mail_that_cannot_be_written_harms_no_other(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = here.owe(Kind.TEST), here.owe(Kind.MESSAGES)
    assert isinstance(parcel(bad), Parcel)
    broken = paper._template("notice.txt", "fr").environment.from_string(
        "{{ title.nothing.at_all }}"
    )
    whole = paper._template
    monkeypatch.setattr(
        paper, "_template", lambda n, lang: broken if "unread" in n else whole(n, lang)
    )
    made = letters.write([bad, good], timezone.now())
    assert isinstance(made[bad.pk], LetterFailed)
    assert isinstance(made[good.pk], Parcel)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (Kind.AVAILABILITY_ASKED, {"request": "CANARI"}),
        (Kind.ACK_OVERDUE, {"step": "T1.national"}),
        (Kind.INVITATION, {"place": ["CANARI"]}),
        (Kind.ENDING, {"day": "CANARI"}),
    ],
)
def test_wrong_facts_fail_their_own_mail_and_are_not_logged(
    kind: Kind, wrong: dict[str, Any], here: World, caplog: pytest.LogCaptureFixture
) -> None:
    good, bad = here.owe(Kind.TEST), here.owe(kind, facts=wrong)
    made = letters.write([bad, good], timezone.now())
    assert isinstance(made[bad.pk], LetterFailed)
    assert isinstance(made[good.pk], Parcel)
    assert kind in caplog.text
    assert CANARY not in caplog.text


def test_an_empty_summary_is_refused(here: World) -> None:
    made = letters.write([here.owe(Kind.DIGEST)], timezone.now())
    assert [type(one) for one in made.values()] == [NothingToSay]


def test_a_whole_batch_costs_as_many_queries_as_a_few(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    content(monkeypatch, "full", TRUSTED)

    def owe_all() -> None:
        people = [here.demo.people[key] for key in ("samira", "luc", "camille")]
        for kind in OF_USERS:
            for user in people:
                here.owe(kind, user=user)

    def queries() -> int:
        rows = list(Notification.objects.all())
        with CaptureQueriesContext(
            connection,
        ) as captured:
            made = letters.write(rows, timezone.now())
        assert all(isinstance(one, Parcel) for one in made.values())
        return len(captured)

    owe_all()
    digest_of(here)
    few = queries()
    owe_all()
    digest_of(here)
    assert Notification.objects.count() > 90
    assert queries() == few


def test_difficulties_come_first_and_say_until_when(here: World) -> None:
    say(here, "Bonjour.", needs_ack=True)
    Message.objects.filter(thread=here.thread, seq=here.thread.last_seq - 1).update(
        kind=MessageKind.DIFFICULTY_REPORT
    )
    mail = written(here.owe(Kind.MESSAGES))
    counted = [line for line in mail.text.splitlines() if line.startswith("- ")]
    assert len(counted) == 2
    assert "diffic" in counted[0]


def test_a_measure_to_acknowledge_has_the_day_that_home_says(here: World) -> None:
    Designation.objects.filter(thread=here.thread).update(state="transmitted")
    first = Message.objects.filter(thread=here.thread, seq=here.thread.last_seq)
    first.update(kind=MessageKind.TRANSMISSION, needs_ack=False)
    sent = Designation.objects.select_related("centre").get(thread=here.thread)
    due = measures_due([sent])[sent.pk]
    mail = written(here.owe(Kind.MESSAGES))
    [counted] = [line for line in mail.text.splitlines() if line.startswith("- ")]
    assert f" {due.day} " in counted
