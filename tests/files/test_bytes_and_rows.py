"""Bytes and their rows when a database or a store fails between them."""

from typing import Any

import pytest
from django.db import OperationalError, connection

from hub.actions import attachments, blobs
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
