"""The decision that went with a measure: it stays, and none comes after it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from hub.actions import attachments, transmission
from hub.demo import Demo
from hub.errors import Illegal, NotFound
from hub.models import Attachment, Measure, MeasureTransition, Membership, User
from tests.files.fakes import FakeScanner, fake_children, run_queue, upload
from tests.hub.lifecycle import draft

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _children(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_children(monkeypatch)


def transmitted(demo: Demo) -> tuple[Measure, Attachment]:
    measure = draft(demo)
    transmission.transmit(measure, by=demo.people["paul"])
    measure.refresh_from_db()
    return measure, Attachment.objects.get(measure=measure)


def test_its_sender_cannot_remove_it_after_the_transmission(
    demo: Demo, sign_in: SignIn
) -> None:
    _measure, document = transmitted(demo)
    with pytest.raises(Illegal, match="transmise"):
        attachments.withdraw(document.sent_by, document.pk)
    client = sign_in(document.sent_by)
    assert client.delete(f"/api/v1/attachments/{document.pk}").status_code == 409
    assert document.blobs.count() == 2


def test_nor_after_a_recall_but_what_did_not_go_may(demo: Demo) -> None:
    measure, document = transmitted(demo)
    paul = demo.people["paul"]
    transmission.recall(measure, by=paul)
    measure.refresh_from_db()
    with pytest.raises(Illegal, match="transmise"):
        attachments.withdraw(document.sent_by, document.pk)
    other = attachments.receive(paul, measure, upload())
    attachments.withdraw(paul, other.pk)
    assert Attachment.objects.get(measure=measure) == document


def test_who_may_no_longer_edit_the_measure_takes_nothing_back(demo: Demo) -> None:
    measure, paul = draft(demo), demo.people["paul"]
    file = attachments.receive(paul, measure, upload())
    Membership.objects.filter(user=paul).update(until=timezone.now())
    with pytest.raises(NotFound):
        attachments.withdraw(paul, file.pk)


def test_none_is_received_once_the_measure_has_left(demo: Demo) -> None:
    before = draft(demo)  # as somebody read it
    transmission.transmit(Measure.objects.get(pk=before.pk), by=demo.people["paul"])
    with pytest.raises(Illegal, match="fil"):
        attachments.receive(demo.people["paul"], before, upload())
    assert Attachment.objects.filter(measure=before).count() == 1


def test_all_that_the_centre_finds_was_named_when_it_left(demo: Demo) -> None:
    measure, paul = draft(demo), demo.people["paul"]
    attachments.receive(paul, measure, upload())
    with pytest.raises(Illegal, match="encore en cours"):
        transmission.transmit(measure, by=paul)
    run_queue(FakeScanner())
    transmission.transmit(measure, by=paul)
    found = Attachment.objects.filter(measure=measure).order_by("received_at")
    facts = MeasureTransition.objects.get(measure=measure, event="transmit").facts
    assert facts["order_documents"] == [one.sha256 for one in found]
    assert found.count() == 2


def test_the_same_decision_sent_twice_is_one_file(demo: Demo, sign_in: SignIn) -> None:
    measure, paul = draft(demo), sign_in(demo.people["paul"])
    where = f"/mesures/{measure.reference}/completer/piece"
    before = Attachment.objects.filter(measure=measure).count()
    for _ in range(2):
        answer = paul.post(where, {"order_document": upload(b"%PDF- the same")})
        assert answer.status_code == 201
    assert Attachment.objects.filter(measure=measure).count() == before + 1
