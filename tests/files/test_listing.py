"""All that is stored, as the sweep walks it: in a folder, and in a bucket."""

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest

from hub.actions import tidying
from hub.demo import Demo
from hub.files import place, storage
from tests.files.fakes import send

DAY = datetime(2026, 11, 1, tzinfo=UTC)


def test_what_goes_during_the_walk_is_passed_over(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(demo.people["camille"], demo.threads[0])
    there = storage.place()
    assert list(storage.stored())

    def gone(self: object, path: str) -> datetime:
        raise FileNotFoundError(path)

    monkeypatch.setattr(type(there), "get_modified_time", gone)
    assert list(storage.stored()) == []
    assert tidying.tidy_files()["orphans"] == 0


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, Any]]:
    """A bucket that answers what a test says; only where its packages are installed."""
    for name in ("storages", "boto3"):
        pytest.importorskip(name)
    options = place._bucket("s3://key:secret@store.invalid/files?region=fr-1")
    there = import_module("hub.files.s3").BucketStorage(**options)
    monkeypatch.setattr(storage, "place", lambda: there)
    with import_module("botocore.stub").Stubber(there.connection.meta.client) as said:
        yield there, said


def test_a_bucket_is_listed_in_pages_that_bring_the_dates(
    bucket: tuple[Any, Any],
) -> None:
    _there, said = bucket
    ids = [uuid4(), uuid4()]
    entries = [{"Key": storage.path_of(i), "LastModified": DAY} for i in ids]
    first = {"Contents": entries[:1], "IsTruncated": True, "NextContinuationToken": "t"}
    said.add_response("list_objects_v2", first)
    said.add_response("list_objects_v2", {"Contents": entries[1:]})
    assert list(storage.stored()) == [(i, storage.path_of(i), DAY) for i in ids]
    said.assert_no_pending_responses()
    said.add_client_error("list_objects_v2", "SlowDown", http_status_code=503)
    with pytest.raises(OSError, match="ClientError"):
        list(storage.stored())


def test_a_bucket_that_breaks_off_a_read_is_an_error_of_the_place(
    bucket: tuple[Any, Any],
) -> None:
    _there, said = bucket
    said.add_response("head_object", {"ContentLength": 5})
    said.add_client_error("head_object", "SlowDown", http_status_code=503)
    with pytest.raises(OSError, match="ClientError"), storage.opened(uuid4()):
        raise AssertionError("nothing was fetched")
