"""The decision as a file: without it, checked, no measure leaves."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hub.actions import transmission
from hub.demo import Demo
from hub.demo_files import demo_decision
from hub.errors import Illegal
from hub.files.reasons import Reason
from hub.models import (
    Attachment,
    AttachmentState,
    BlobRole,
    Measure,
    MeasureTransition,
    Thread,
    User,
)
from tests.hub.lifecycle import draft

SignIn = Callable[[User], Client]
PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
def measure(demo: Demo) -> Measure:
    """Complete, but for the decision as a file."""
    measure = draft(demo)
    Attachment.objects.filter(measure=measure).update(state=AttachmentState.WAITING)
    return measure


def form(measure: Measure) -> str:
    return f"/mesures/{measure.reference}/completer/decision"


def part(measure: Measure) -> str:
    return f"/mesures/{measure.reference}/completer/piece"


def upload(name: str = "ordonnance.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (None, "Joignez la décision"),
        (AttachmentState.WAITING, "encore en cours"),
        (AttachmentState.INSPECTING, "encore en cours"),
        (AttachmentState.REFUSED, "a été refusée"),
    ],
)
@pytest.mark.parametrize("who", ["paul", "camille"])
def test_nothing_leaves_before_the_decision_was_checked(
    demo: Demo, measure: Measure, who: str, state: str | None, words: str
) -> None:
    found = Attachment.objects.filter(measure=measure)
    if state is None:
        found.first().blobs.all().delete()
        found.delete()
    else:
        found.update(state=state, reason=Reason.BROKEN)
    with pytest.raises(Illegal, match=words):
        transmission.transmit(measure, by=demo.people[who])
    assert not Thread.objects.filter(designation__measure=measure).exists()
    # A second file that is ready is enough once it is known what became of the first.
    decision = demo_decision(measure, demo.people["paul"])
    if state in (AttachmentState.WAITING, AttachmentState.INSPECTING):
        with pytest.raises(Illegal, match=words):
            transmission.transmit(measure, by=demo.people[who])
        found.exclude(pk=decision.pk).update(state=AttachmentState.REFUSED)
    transmission.transmit(measure, by=demo.people[who])
    sent = MeasureTransition.objects.get(measure=measure, event="transmit")
    assert sent.facts["order_documents"] == [decision.sha256]


def test_the_form_takes_the_file_with_its_step_when_there_is_no_script(
    demo: Demo, measure: Measure, sign_in: SignIn
) -> None:
    Attachment.objects.filter(measure=measure).update(
        state=AttachmentState.REFUSED, reason=Reason.ENCRYPTED
    )
    paul = sign_in(demo.people["paul"])
    page = paul.get(form(measure)).content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert "decision#order_document" in page
    answer = paul.post(
        form(measure),
        {
            "revision": measure.revision,
            "decision_kind": "jugement",
            "decided_on": "01/09/2026",
            "judge": str(measure.judge_id),
            "priority": "normal",
            "order_document": upload(),
        },
    )
    assert answer.status_code == 303
    newest = Attachment.objects.filter(measure=measure).latest("received_at")
    assert (newest.name, newest.state) == ("ordonnance.pdf", AttachmentState.WAITING)
    assert newest.blobs.get().role == BlobRole.ORIGINAL


def test_a_file_too_large_is_said_at_its_field_when_there_is_no_script(
    demo: Demo, measure: Measure, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = "MAX_FILE_BYTES"
    monkeypatch.setattr(f"hub.uploads.{limit}", 5)
    monkeypatch.setattr(f"hub.actions.attachments.{limit}", 5)
    given = {"revision": measure.revision, "rg_number": "26/0042"}
    answer = sign_in(demo.people["paul"]).post(
        form(measure), {**given, "order_document": upload()}
    )
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "25" in page.split('id="order_document-error"')[1][:200]
    assert 'value="26/0042"' in page


def test_a_refused_file_says_why_at_its_field_and_loses_nothing(
    demo: Demo, measure: Measure, sign_in: SignIn
) -> None:
    paul = sign_in(demo.people["paul"])
    answer = paul.post(
        form(measure),
        {
            "revision": measure.revision,
            "decided_on": "02/09/2026",
            "order_document": upload(content=b""),
        },
    )
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'id="order_document-error"' in page
    assert "02/09/2026" in page
    assert paul.post(part(measure), {}).status_code == 400
    Attachment.objects.filter(measure=measure).update(
        state=AttachmentState.REFUSED, reason=Reason.ENCRYPTED
    )
    assert "mot de passe" in paul.get(part(measure)).content.decode()


def test_only_its_sender_sees_a_file_that_is_not_ready_and_takes_it_back(
    demo: Demo, measure: Measure, sign_in: SignIn
) -> None:
    paul, camille = sign_in(demo.people["paul"]), sign_in(demo.people["camille"])
    assert (
        paul.post(part(measure), {"order_document": upload("a.pdf")}).status_code == 201
    )
    sent = Attachment.objects.filter(measure=measure).latest("received_at")
    assert "a.pdf" in paul.get(part(measure)).content.decode()
    assert "a.pdf" not in camille.get(part(measure)).content.decode()
    taking = {"revision": measure.revision, "withdraw": str(sent.pk)}
    assert camille.post(form(measure), taking).status_code == 404
    assert paul.post(form(measure), {**taking, "withdraw": "x"}).status_code == 404
    assert (
        paul.post(form(measure), {**taking, "rg_number": "26/0001"}).status_code == 200
    )
    assert not Attachment.objects.filter(pk=sent.pk).exists()


def test_strangers_and_the_centre_reach_no_draft_and_a_sent_measure_takes_none(
    demo: Demo, measure: Measure, sign_in: SignIn
) -> None:
    given = {"order_document": upload()}
    for who in ("samira", "nadia", "anne"):
        client = sign_in(demo.people[who])
        assert client.get(part(measure)).status_code in (403, 404)
        assert client.post(part(measure), given).status_code in (403, 404)
    Attachment.objects.filter(measure=measure).update(
        state=AttachmentState.REFUSED, reason=Reason.BROKEN
    )
    demo_decision(measure, demo.people["paul"])
    transmission.transmit(measure, by=demo.people["paul"])
    before = Attachment.objects.count()
    answer = sign_in(demo.people["paul"]).post(
        part(measure), {"order_document": upload()}
    )
    assert answer.status_code == 400
    assert Attachment.objects.count() == before
    # The centre finds the decision on the measure's page.
    page = sign_in(demo.people["samira"]).get(f"/mesures/{measure.reference}")
    assert "decision-fictive.pdf" in page.content.decode()


def test_whoever_writes_is_reminded_of_an_address_that_is_kept_secret(
    demo: Demo, sign_in: SignIn
) -> None:
    thread, camille = demo.threads[0], sign_in(demo.people["camille"])
    words = "une adresse est tenue secrète"
    assert words not in camille.get(f"/fils/{thread.pk}").content.decode()
    thread.designation.measure.parties.update(address_concealed=True)
    assert words in camille.get(f"/fils/{thread.pk}").content.decode()
