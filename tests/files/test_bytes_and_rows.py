"""Bytes and their rows when a database or a store fails between them."""

from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from hub.actions import attachments, blobs
from hub.demo import Demo
from hub.files import storage
from hub.models import Blob
from tests.cast import create_small_demo
from tests.files.fakes import send

SECRET = b"%PDF-1.7 Lea Dupont"


@pytest.mark.django_db(transaction=True)
def test_a_commit_whose_answer_was_lost_keeps_the_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    demo = create_small_demo()
    commit, lost = connection._commit, []  # type: ignore[attr-defined]

    def answer_lost() -> None:
        commit()
        if lost:
            raise OperationalError(lost.pop())

    def received(*given: Any, **more: Any) -> None:
        lost.append("the server closed the connection")
        record(*given, **more)

    record = attachments.record  # type: ignore[attr-defined]
    monkeypatch.setattr(connection, "_commit", answer_lost)
    monkeypatch.setattr(attachments, "record", received)
    with pytest.raises(OperationalError):
        send(demo.people["samira"], demo.threads[0], SECRET)
    blob = Blob.objects.latest("at")
    assert b"".join(blobs.read(blob)) == SECRET


def test_a_store_that_is_away_stops_nothing_after_the_commit(
    demo: Demo,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Any,
) -> None:
    def away(*_: object) -> None:
        raise OSError("the path of a blob")

    ran = []
    file = send(demo.people["samira"], demo.threads[0])
    monkeypatch.setattr(type(storage.place()), "delete", away)
    with django_capture_on_commit_callbacks(execute=True):
        attachments.withdraw(demo.people["samira"], file.pk)
        transaction.on_commit(lambda: ran.append("the next"))
    assert ran == ["the next"]
    assert "OSError" in caplog.text
    assert "the path of a blob" not in caplog.text
