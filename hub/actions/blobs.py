"""Rows of sealed bytes and the bytes themselves, kept in step.

Bytes are written before their row, and removed after it: what a crash leaves between
is bytes that no row names, and `sweep` removes those. Who may read: hub.queries.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.utils import Error as DatabaseError
from django.utils import timezone

from hub.files import storage, vault
from hub.models import Blob, BlobRole

logger = logging.getLogger(__name__)

SWEPT_AFTER = timedelta(days=1)  # longer than any upload or inspection takes


@cache
def key_ring() -> vault.KeyRing:
    """The environment's keys."""
    return vault.KeyRing(settings.FILES_KEYS)


class Bench:
    """Blobs that were stored and have no row yet. Used by `stored`."""

    def __init__(self) -> None:
        self.blobs: list[Blob] = []

    def put(self, role: BlobRole, chunks: Iterable[bytes]) -> Blob:
        """Stores bytes under a new id and a new key. Raises OSError."""
        return self._keep(role, lambda key, id_: storage.put(chunks, key, id_))

    def put_file(self, role: BlobRole, path: Path) -> Blob:
        return self._keep(role, lambda key, id_: storage.put_file(path, key, id_))

    def _keep(self, role: BlobRole, put: Callable[[bytes, UUID], vault.Sealed]) -> Blob:
        id_, key = uuid4(), vault.new_key()
        sealed = put(key, id_)
        blob = Blob(
            id=id_,
            role=role,
            size=sealed.size,
            sha256=sealed.sha256,
            wrapped_key=key_ring().wrap(key, id_),
            key_id=key_ring().current,
        )
        self.blobs.append(blob)
        return blob


@contextmanager
def stored() -> Iterator[Bench]:
    """What is put here disappears again unless the body ends without an error.

    After an error of the database it stays: a commit whose answer was lost may have
    succeeded, and then rows name these bytes. `sweep` removes them if none does.
    """
    bench = Bench()
    try:
        yield bench
    except DatabaseError:
        raise
    except BaseException:
        _remove_bytes([blob.pk for blob in bench.blobs])
        raise


def read(blob: Blob, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """The clear bytes, opened frame by frame. Raises OSError, Damaged, UnknownKey."""
    key = key_ring().unwrap(bytes(blob.wrapped_key), blob.key_id, blob.pk)
    with storage.opened(blob.pk) as sealed:
        yield from vault.unseal(sealed, key, blob.pk, blob.size, start, stop)


def write_clear(blob: Blob, path: Path) -> None:
    """Writes the clear bytes to a private file. Raises like `read`."""
    with path.open("wb") as target:
        for chunk in read(blob):
            target.write(chunk)


def remove(blobs: Iterable[Blob]) -> int:
    """Removes rows now, bytes after the commit; `sweep` does what a store refuses."""
    ids = [blob.pk for blob in blobs]
    Blob.objects.filter(pk__in=ids).delete()
    transaction.on_commit(lambda: _remove_bytes(ids), robust=True)
    return len(ids)


def _remove_bytes(ids: Iterable[UUID]) -> None:
    """Never raises for a store that does not answer: the act itself is done."""
    for id_ in ids:
        try:
            storage.remove([id_])
        except OSError as error:
            logger.warning("Bytes wait to be swept: %s", type(error).__name__)


def sweep() -> int:
    """Removes bytes that no row has named for a day; returns how many."""
    before = timezone.now() - SWEPT_AFTER
    old = [(id_, path) for id_, path, at in storage.stored() if at < before]
    removed = 0
    for begin in range(0, len(old), 500):
        part = old[begin : begin + 500]
        named = set(
            Blob.objects.filter(pk__in=[i for i, _ in part if i]).values_list(
                "pk", flat=True
            )
        )
        for id_, path in part:
            if id_ not in named:
                storage.place().delete(path)
                removed += 1
    return removed


def wrap_again(blob: Blob) -> bool:
    """Wraps the blob's key under the current key of the environment, if it is not.

    Raises UnknownKey, Damaged. The bytes themselves stay as they are.
    """
    ring = key_ring()
    if blob.key_id == ring.current:
        return False
    key = ring.unwrap(bytes(blob.wrapped_key), blob.key_id, blob.pk)
    old = Blob.objects.filter(pk=blob.pk, key_id=blob.key_id)
    wrapped = ring.wrap(key, blob.pk)
    return bool(old.update(wrapped_key=wrapped, key_id=ring.current))
