"""What the national demonstration holds agrees with what the actions would have written.

Belongs here: a small share of the country, told once for all tests of this file.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from hub.calendar import local_day
from hub.chain import first_break
from hub.models import (
    SYSTEM,
    Acknowledgement,
    Centre,
    Designation,
    DifficultyReport,
    Measure,
    MeasureTerms,
    MeasureTransition,
    Message,
    Participant,
    Proposal,
    ReadMark,
    Side,
    Thread,
)
from hub.models.choices import Act, DesignationState, MeasureState
from hub.models.threads import ThreadState
from hub.national.creation import create_national
from hub.states import LIVE, ROWS, Event, turn_in
from tests.cast import create_small_demo

S, D = MeasureState, DesignationState
# What the current designation is while the measure is in a state.
DESIGNATIONS = {
    S.DRAFT: {D.PROPOSED},
    S.TRANSMITTED: {D.TRANSMITTED},
    S.RECEIVED: {D.RECEIVED},
    S.WAITING: {D.ACCEPTED},
    S.INTAKE: {D.ACCEPTED},
    S.ACTIVE: {D.ACCEPTED},
    S.SUSPENDED: {D.ACCEPTED},
    S.UNABLE: {D.UNABLE},
    S.ENDED: {D.ENDED, D.UNABLE},
    S.ARCHIVED: {D.ENDED, D.UNABLE},
}


@pytest.fixture(scope="module", autouse=True)
def country(django_db_setup: None, django_db_blocker: Any) -> Iterator[Counter[str]]:
    """One hundredth: three courts, two centres, 170 measures."""
    with django_db_blocker.unblock(), transaction.atomic():
        create_small_demo()
        yield create_national(share=0.01)
        transaction.set_rollback(True)


def test_it_says_how_much_it_stored(country: Counter[str]) -> None:
    assert country["Measure"] == 170
    assert Measure.objects.count() == 172  # with the two of the cast
    told = Message.objects.filter(thread__designation__measure__in=invented())
    assert country["Message"] == told.count() > 1000


def test_most_states_of_a_measure_occur() -> None:
    found = Counter(Measure.objects.values_list("state", flat=True))
    for state in (S.DRAFT, S.WAITING, S.INTAKE, S.ACTIVE, S.ARCHIVED):
        assert found[state] > 2, state


def test_every_chain_is_whole_and_every_head_fits() -> None:
    threads = Thread.objects.all()
    assert threads.count() > 150
    for thread in threads:
        messages = list(Message.objects.filter(thread=thread).order_by("seq"))
        assert first_break(messages) is None
        assert [m.seq for m in messages] == list(range(1, thread.last_seq + 1))
        assert messages[-1].hash == thread.head
        assert [m.at for m in messages] == sorted(m.at for m in messages)


def test_each_measure_is_where_its_last_transition_left_it() -> None:
    steps: dict[object, list[MeasureTransition]] = defaultdict(list)
    for step in MeasureTransition.objects.order_by("pk"):
        steps[step.measure_id].append(step)
    for measure in Measure.objects.all():
        path = steps[measure.pk]
        assert path[0].event == Event.CREATE
        assert path[-1].to_state == measure.state
        for before, after in pairwise(path):
            assert before.to_state == after.from_state
            assert after.from_state in ROWS[Event(after.event)].sources
            assert before.at <= after.at


def test_the_current_designation_agrees_with_the_measure() -> None:
    current = {d.measure_id: d for d in Designation.objects.filter(is_current=True)}
    for measure in Measure.objects.exclude(state=S.CANCELLED):
        designation = current.get(measure.pk)
        if measure.state != S.DRAFT:
            assert designation is not None
        if designation is not None:
            assert designation.state in DESIGNATIONS[S(measure.state)]
    past = Designation.objects.filter(is_current=False)
    assert past.exists()
    assert not past.exclude(state__in=(D.UNABLE, D.WITHDRAWN)).exists()
    assert not past.exclude(thread__state=ThreadState.SEALED).exists()


def test_the_turn_is_the_one_of_the_state_or_of_what_is_open() -> None:
    open_questions = {Act.ANSWER, Act.DECIDE, Act.ANSWER_PROPOSAL}
    for measure in Measure.objects.all():
        if measure.awaits_act in open_questions:
            assert measure.awaits == Side.COURT
            assert measure.state in LIVE
            continue
        turn = turn_in(measure.state)
        assert (measure.awaits, measure.awaits_act) == (turn.side or "", turn.act or "")


def test_a_court_is_asked_exactly_where_a_proposal_is_open() -> None:
    asked = set(
        Measure.objects.filter(awaits_act=Act.ANSWER_PROPOSAL).values_list("pk")
    )
    proposed = Proposal.objects.filter(answered_at=None)
    assert asked == set(proposed.values_list("designation__measure"))
    unanswered = DifficultyReport.objects.filter(
        answered_at=None, measure__state__in=(S.ENDED, S.ARCHIVED)
    )
    assert not unanswered.exists()


def test_dates_follow_each_other() -> None:
    sent = Designation.objects.exclude(transmitted_at=None).select_related(
        "measure__court"
    )
    started = 0
    for designation in sent:
        departement = designation.measure.court.departement_id
        assert designation.transmitted_at
        assert designation.measure.decided_on
        days = [
            designation.measure.decided_on,
            local_day(designation.transmitted_at, departement),
        ]
        if designation.acknowledged_at:
            assert designation.acknowledged_at >= designation.transmitted_at
            days.append(local_day(designation.acknowledged_at, departement))
        if designation.first_visit_on:
            started += 1
            days.append(designation.first_visit_on)
        assert days == sorted(days)
        assert not (designation.first_visit_on and designation.left_on)
    assert started > 50


def test_nothing_happens_after_the_present() -> None:
    now = timezone.now()
    for model in (Message, MeasureTransition, ReadMark, Acknowledgement):
        assert not model.objects.filter(at__gt=now).exists()


def test_nobody_is_seated_without_a_place_in_that_court_or_centre() -> None:
    seats = Participant.objects.all()
    assert seats.count() > 500
    here = Q(membership__court=F("thread__designation__measure__court")) | Q(
        membership__centre=F("thread__designation__centre")
    )
    assert not seats.exclude(here).exists()
    assert not seats.exclude(membership__user=F("user")).exists()
    later = Q(membership__until__lte=F("thread__designation__transmitted_at"))
    assert not seats.filter(later).exists()


def test_authors_sit_in_their_thread_and_wrote_while_in_office() -> None:
    seats = {
        (s.thread_id, s.user_id): s.membership
        for s in Participant.objects.select_related("membership")
    }
    hub = "hub@system.invalid"
    for message in Message.objects.exclude(author__email=hub):
        place = seats[message.thread_id, message.author_id]
        assert place.role == message.author_role
        assert place.until is None or place.until > message.at
    lines = Message.objects.filter(author__email=hub)
    assert not lines.exclude(kind=SYSTEM).exists()


def test_read_marks_lead_up_to_the_seat_and_receipts_come_from_the_other_side() -> None:
    marks: dict[int, list[ReadMark]] = defaultdict(list)
    for mark in ReadMark.objects.order_by("pk"):
        marks[mark.participant_id].append(mark)
    for seat in Participant.objects.filter(thread__designation__measure__in=invented()):
        seqs = [mark.seq for mark in marks[seat.pk]]
        assert seqs == sorted(set(seqs))
        assert max(seqs, default=0) == seat.read_seq
        times = [mark.at for mark in marks[seat.pk]]
        assert times == sorted(times)
    for receipt in Acknowledgement.objects.all():
        asked = Message.objects.get(thread=receipt.thread_id, seq=receipt.seq)
        assert asked.needs_ack
        assert asked.at <= receipt.at
        assert asked.author_id != receipt.user_id


def test_transmitted_terms_are_frozen_and_the_newest_is_in_force() -> None:
    for measure in Measure.objects.select_related("terms"):
        versions = list(measure.versions.order_by("version"))
        assert measure.terms == versions[-1]
        assert [v.version for v in versions] == list(range(1, len(versions) + 1))
        if measure.state in LIVE:
            assert measure.terms.frozen_at
    assert MeasureTerms.objects.filter(version__gt=1).exists()


def test_archived_measures_are_read_only_since_thirty_days() -> None:
    archived = Measure.objects.filter(state=S.ARCHIVED)
    assert archived.exists()
    threads = Thread.objects.filter(designation__measure__in=archived)
    assert not threads.exclude(state=ThreadState.SEALED).exists()
    limit = timezone.now() - timedelta(days=30)
    assert not archived.filter(closed_at__gt=limit).exists()


def invented() -> Any:
    """The measures of this file, without those of the cast."""
    return Measure.objects.exclude(judge__email="camille.moreau@justice.demo.invalid")


def test_only_invented_centres_are_involved() -> None:
    assert not Centre.objects.filter(is_demo=False).exists()
