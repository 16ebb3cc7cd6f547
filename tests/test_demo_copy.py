"""A copied demo is one that was just made: same contents, own ids, whole chains."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import transaction
from django.utils import timezone

from hub.actions import blobs
from hub.chain import first_break
from hub.demo import Demo
from hub.models import Blob, Message
from tests import cast

SEALED = "wrapped_key"  # under a key of its own each time
NUMBERED = ("id", "_id")


def contents(make: Callable[[], Demo]) -> tuple[Demo, dict[str, Any]]:
    """Every row of ours, what no two demos share left out; undone again."""
    with transaction.atomic():
        demo = make()
        rows = {
            model._meta.label: sorted(
                repr({name: value for name, value in row.items() if same(name, value)})
                for row in model._base_manager.values()
            )
            for model in apps.get_models(include_auto_created=True)
        }
        transaction.set_rollback(True)
    return demo, rows


def same(name: str, value: object) -> bool:
    varies = isinstance(value, UUID | datetime) or name.endswith(NUMBERED)
    return not varies and name not in (SEALED, "hash", "head", "reference")


@pytest.fixture(autouse=True)
def _a_copy_that_fits(db: None) -> None:
    assert cast.COPIES
    assert cast.COPIES[0].fits()


def test_a_copy_holds_what_making_it_leaves() -> None:
    made, rows = contents(cast.make_small_demo)
    copied, copy = contents(cast.create_small_demo)
    assert copy == rows
    assert len(rows["hub.Message"]) == 7
    assert made.people.keys() == copied.people.keys()
    for one, other in zip(made.threads, copied.threads, strict=True):
        assert vars(other).keys() - vars(one).keys() <= {"_django_version"}
        assert vars(one).keys() <= vars(other).keys()


def test_each_copy_has_ids_and_moments_of_its_own() -> None:
    first, _rows = contents(cast.create_small_demo)
    second = cast.create_small_demo()
    assert not {user.pk for user in first.people.values()} & {
        user.pk for user in second.people.values()
    }
    assert not {thread.pk for thread in first.threads} & {
        thread.pk for thread in second.threads
    }
    moments = [*Message.objects.values_list("at", flat=True)]
    assert max(moments) <= timezone.now()
    assert max(moments) > first.threads[1].last_at  # not when the copy was taken
    for thread in second.threads:
        thread.refresh_from_db()
        messages = list(Message.objects.filter(thread=thread).order_by("seq"))
        assert first_break(messages) is None
        assert (thread.last_seq, thread.head) == (len(messages), messages[-1].hash)


def test_the_bytes_of_a_copy_can_be_read_after_they_were_damaged() -> None:
    contents(cast.create_small_demo)
    for blob in cast.COPIES[0]._sealed:
        blobs.storage.remove([blob])
    cast.create_small_demo()
    for stored in Blob.objects.all():
        assert len(b"".join(blobs.read(stored))) == stored.size
