"""Events that are not messages: who is owed what, in the transaction of the cause."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from hub import events
from hub.actions.absences import enter_absence
from hub.actions.availability import answer, ask
from hub.actions.closures import announce_closure
from hub.actions.contacts import Invitation, change_role, invite
from hub.demo import CENTRE, COURT, OTHER_CENTRE, Demo
from hub.errors import Forbidden
from hub.models import (
    Attachment,
    AttachmentState,
    AvailabilityRequest,
    Centre,
    Court,
    Membership,
    Role,
    User,
)
from hub.models.centres import VisitKind
from notifications.kinds import Kind
from notifications.models import Notification
from tests.hub.lifecycle import sent, today

INES = "ines.diallo@centre.demo.invalid"


@pytest.fixture
def centre(demo: Demo) -> Centre:
    return Centre.objects.get(code=CENTRE)


def owed(kind: Kind) -> list[Notification]:
    rows = Notification.objects.filter(kind=kind).select_related("user")
    return list(rows.order_by("user__email"))


def people(kind: Kind) -> set[str]:
    return {row.user.given_name for row in owed(kind) if row.user}


def invited(centre: Centre, by: User, role: Role = Role.STAFF) -> Membership:
    return invite(centre, Invitation(INES, "Inès", "Diallo", role), by=by)


def test_an_invitation_names_a_place_and_no_person(demo: Demo, centre: Centre) -> None:
    place = invited(centre, demo.people["samira"])
    [row] = owed(Kind.INVITATION)
    assert row.user == place.user
    locale = row.facts.pop("locale")
    assert (row.facts, locale) == (
        {"place": place.pk, "role": "staff", "organisation": CENTRE}, "fr",
    )  # fmt: skip


def test_a_refused_or_undone_invitation_owes_nothing(
    demo: Demo, centre: Centre
) -> None:
    with pytest.raises(Forbidden):
        invited(centre, demo.people["samira"], Role.CENTRE_MANAGER)
    assert not owed(Kind.INVITATION)
    with transaction.atomic():
        invited(centre, demo.people["samira"])
        assert owed(Kind.INVITATION)
        transaction.set_rollback(True)
    assert not owed(Kind.INVITATION)


def test_a_change_of_role_is_told_to_the_person(demo: Demo, centre: Centre) -> None:
    luc = Membership.objects.get(user=demo.people["luc"])
    samira = demo.people["samira"]
    change_role(luc.pk, organisation=centre, role="staff", by=samira)
    assert not owed(Kind.ROLE_CHANGED)  # the same role again
    change_role(luc.pk, organisation=centre, role="coordinator", by=samira)
    [row] = owed(Kind.ROLE_CHANGED)
    assert (row.user, row.facts["role"]) == (demo.people["luc"], "coordinator")


@pytest.fixture
def question(demo: Demo, centre: Centre) -> AvailabilityRequest:
    other = Centre.objects.get(code=OTHER_CENTRE)
    return ask(
        by=demo.people["camille"], court=Court.objects.get(code=COURT),
        centres=[centre, other], visit_kind=VisitKind.VISIT, children_count=1,
        age_bands=["3_5"], visits_per_month=2, needs=[],
    )  # fmt: skip


def test_a_question_reaches_the_contacts_of_each_centre(
    question: AvailabilityRequest,
) -> None:
    assert people(Kind.AVAILABILITY_ASKED) == {"Samira", "Luc", "Nadia"}
    assert {row.facts["request"] for row in owed(Kind.AVAILABILITY_ASKED)} == {
        str(question.pk)
    }


def test_an_answer_reaches_the_asker_and_again_only_when_it_differs(
    demo: Demo, centre: Centre, question: AvailabilityRequest
) -> None:
    for weeks in (3, 3, 5):
        answer(by=demo.people["samira"], request=question, centre=centre, weeks=weeks)
    assert people(Kind.AVAILABILITY_ANSWERED) == {"Camille"}
    assert len(owed(Kind.AVAILABILITY_ANSWERED)) == 2


def test_a_closure_reaches_each_person_of_the_court_once(
    demo: Demo, centre: Centre
) -> None:
    days = {"first_day": today(), "last_day": today() + timedelta(days=3)}
    for _again in range(2):
        announce_closure(centre, **days, reason="Travaux", by=demo.people["samira"])
    assert [row.user for row in owed(Kind.CLOSURE)] == [
        demo.people["camille"], demo.people["paul"],
    ]  # fmt: skip


def test_a_substitute_is_told_and_an_absence_without_one_tells_nobody(
    demo: Demo,
) -> None:
    samira, luc = demo.people["samira"], demo.people["luc"]
    days = {"first_day": today(), "last_day": today() + timedelta(days=3)}
    enter_absence(luc, **days, by=luc)
    assert not owed(Kind.SUBSTITUTION)
    other = {k: day + timedelta(days=30) for k, day in days.items()}
    place = Membership.objects.get(user=luc)
    absence = enter_absence(samira, **other, substitute=place, by=samira)
    [row] = owed(Kind.SUBSTITUTION)
    assert (row.user, row.facts) == (luc, {"absence": absence.pk})


@pytest.fixture
def file(demo: Demo) -> Callable[..., Attachment]:
    def make(**facts: Any) -> Attachment:
        thread = demo.threads[0]
        return Attachment.objects.create(
            measure=thread.designation.measure, thread=thread, size=10,
            sent_by=demo.people["paul"], side="court", name="secret.pdf", **facts,
        )  # fmt: skip

    return make


def test_a_refused_file_is_told_to_its_sender_by_a_code(
    file: Callable[..., Attachment],
) -> None:
    for state in (AttachmentState.WAITING, AttachmentState.CLEAN):
        events.attachment_changed.send(None, attachment=file(state=state))
    refused = file(state=AttachmentState.REFUSED, reason="empty")
    events.attachment_changed.send(None, attachment=refused, withdrawn=True)
    assert not owed(Kind.FILE_REFUSED)
    for _again in range(2):
        events.attachment_changed.send(None, attachment=refused)
    [row] = owed(Kind.FILE_REFUSED)
    assert row.user == refused.sent_by
    assert row.facts == {"attachment": str(refused.pk), "reason": "empty"}
    assert "secret" not in str(vars(row))


def test_transmitting_owes_no_row_of_its_own(demo: Demo) -> None:
    """It is a message: what is unread is the outbox."""
    before = Notification.objects.count()
    sent(demo)
    assert Notification.objects.count() == before
