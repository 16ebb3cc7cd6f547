"""Two people, or a deadline and a person, at the same moment: one wins, one is told."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection

from hub.actions import reception, transmission
from hub.actions.drafts import create_draft
from hub.actions.messages import post_messages
from hub.actions.notes import write_note
from hub.actions.timers import run_timers
from hub.chain import first_break
from hub.demo import COURT, Demo
from hub.errors import HubError
from hub.models import (
    Court,
    Designation,
    InternalNote,
    Measure,
    MeasureTransition,
    Message,
    Participant,
    Thread,
    User,
)
from hub.posting import Draft, Posted
from tests.hub.lifecycle import difficulty, draft, put, sent

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Starts all together; "done" or the name of the refusal, in order."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        start.wait()
        try:
            act()
        except HubError as error:
            return type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_clerks_transmitting_at_once_send_one_measure(demo: Demo) -> None:
    measure, paul = draft(demo), demo.people["paul"]

    def go() -> object:
        return transmission.transmit(measure, by=paul)

    assert sorted(at_once(go, go, go)) == ["Illegal", "Illegal", "done"]
    assert Thread.objects.filter(designation__measure=measure).count() == 1
    sent_once = MeasureTransition.objects.filter(measure=measure, event="transmit")
    assert sent_once.count() == 1


def test_a_new_measures_form_sent_three_times_at_once_is_one_draft(demo: Demo) -> None:
    court, camille, client_id = Court.objects.get(code=COURT), "camille", uuid4()

    def go() -> object:
        return create_draft(court=court, by=demo.people[camille], id=client_id)

    assert at_once(go, go, go) == ["done"] * 3
    assert Measure.objects.filter(pk=client_id).count() == 1


def test_a_note_kept_three_times_at_once_is_one_note(demo: Demo) -> None:
    samira, thread = demo.people["samira"], demo.threads[0].pk

    def go() -> object:
        return write_note(samira, thread, "Rappeler jeudi")

    assert at_once(go, go, go) == ["done"] * 3
    assert InternalNote.objects.count() == 1
    write_note(samira, thread, "Rappeler vendredi")
    assert InternalNote.objects.count() == 2


def test_a_receipt_and_a_recall_at_once_agree_on_one_of_them(demo: Demo) -> None:
    measure = sent(demo)
    found = at_once(
        lambda: transmission.recall(measure, by=demo.people["camille"]),
        lambda: reception.acknowledge_measure(measure, by=demo.people["samira"]),
    )
    state = Measure.objects.get(pk=measure.pk).state
    current = Designation.objects.get(measure=measure, is_current=True)
    assert found.count("done") == 1
    assert (state, current.state) in (("draft", "proposed"), ("received", "received"))


def test_writing_and_acting_on_one_measure_never_block_each_other(demo: Demo) -> None:
    """A court's answer changes the measure, an act writes in the thread."""
    measure = put(sent(demo), "active")
    thread = Thread.objects.get(designation__measure=measure)
    samira, camille = demo.people["samira"], demo.people["camille"]

    def write(author: User) -> Callable[[], object]:
        def go() -> None:
            for _ in range(8):
                line = Draft(thread.pk, author.pk, uuid4(), "Bonjour")
                [outcome] = post_messages([line])
                assert isinstance(outcome, Posted)

        return go

    def ask() -> None:
        for _ in range(8):
            reception.report_difficulty(measure, difficulty(), by=samira)

    assert at_once(write(camille), write(samira), ask) == ["done"] * 3
    messages = list(Message.objects.filter(thread=thread).order_by("seq"))
    assert [m.seq for m in messages] == list(range(1, 2 + 8 + 8 + 16 + 1))
    assert first_break(messages) is None


def test_two_workers_at_once_pass_each_deadline_once(demo: Demo) -> None:
    measure = sent(demo)
    Designation.objects.filter(measure=measure).update(
        transmitted_at="2026-01-05T09:00:00Z"
    )
    at_once(run_timers, run_timers)
    hub = Message.objects.filter(
        thread__designation__measure=measure, author__given_name="Hub"
    )
    assert hub.count() == 2  # the reminder, and that the court is told
    assert Participant.objects.filter(thread__designation__measure=measure).exists()
