"""Sealed blobs in Django's storage "attachments": put, open, remove, list.

Only ciphertext is ever handed over here. The local folder writes beside, flushes to
the disk and renames, so that a blob is whole or absent.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from hub.files import vault

OPENED_BYTES = 256 * 1024  # read from clear files at once


class Listed(Protocol):
    """What both our places can do besides what Django asks of a storage."""

    def written(self) -> Iterator[tuple[str, datetime]]:
        """Path and time of everything there is. Raises OSError."""


class LocalStorage(FileSystemStorage):
    """A folder; a name is taken for good only once its bytes are on the disk."""

    def _save(self, name: str, content: Any) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=".new-", delete=False
        ) as beside:
            try:
                for chunk in content.chunks():
                    beside.write(chunk)
                beside.flush()
                os.fsync(beside.fileno())
                os.replace(beside.name, path)
            except BaseException:
                os.unlink(beside.name)
                raise
        _flush_folder(path.parent)
        return name

    def written(self) -> Iterator[tuple[str, datetime]]:
        """Of all files two folders down, which is where `path_of` puts them."""
        root = Path(self.location)
        for path in root.glob("*/*/*"):
            with suppress(FileNotFoundError):  # it was removed during the walk
                name = path.relative_to(root).as_posix()
                yield name, self.get_modified_time(name)


def place() -> Storage:
    return storages["attachments"]


def path_of(blob: UUID) -> str:
    """Two levels of folders, from the random id alone."""
    name = blob.hex
    return f"{name[:2]}/{name[2:4]}/{name}"


def put(chunks: Iterable[bytes], key: bytes, blob: UUID) -> vault.Sealed:
    """Seals the chunks and stores them. Raises OSError; then nothing is stored."""
    with tempfile.TemporaryFile(dir=workshop()) as sealed:  # ciphertext only
        result = vault.seal(chunks, cast(BinaryIO, sealed), key, blob)
        sealed.seek(0)
        place().save(path_of(blob), File(sealed))
    return result


def put_file(path: Path, key: bytes, blob: UUID) -> vault.Sealed:
    """The same for a clear file of ours."""
    with path.open("rb") as clear:
        return put(iter(lambda: clear.read(OPENED_BYTES), b""), key, blob)


@contextmanager
def opened(blob: UUID) -> Iterator[BinaryIO]:
    """The sealed bytes. Raises OSError, FileNotFoundError when they are not there."""
    with place().open(path_of(blob)) as sealed:
        yield cast(BinaryIO, sealed)


def remove(blobs: Iterable[UUID]) -> int:
    """Removes blobs for good, also those that are not there; returns how many."""
    count = 0
    for blob in blobs:
        place().delete(path_of(blob))
        count += 1
    return count


def stored() -> Iterator[tuple[UUID | None, str, datetime]]:
    """(id, path, when it was written) of all there is; no id: not named by us.

    What goes meanwhile may be there or not. Raises OSError.
    """
    for path, at in cast(Listed, place()).written():
        yield _id(path.rpartition("/")[2]), path, at


def workshop() -> Path:
    """A private folder for what lies between two steps. Swept by tidying.py."""
    folder = Path(settings.DATA_FOLDER) / "workshop"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _id(name: str) -> UUID | None:
    try:
        return UUID(hex=name)
    except ValueError:
        return None


def _flush_folder(folder: Path) -> None:
    """Makes the new name itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
