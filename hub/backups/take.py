"""Making a backup of a hub that goes on working.

The database first, then the files that this copy names. Bytes are stored before their
row and removed after it, so each of them was there at the moment of the copy; one that
is not any more was removed on purpose meanwhile, and the manifest says which.
"""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from hub import secrecy
from hub.backups import databases, manifest
from hub.backups.manifest import BackupError, Kept, Manifest, Progress
from hub.files import storage
from hub.models import Blob

KEY_PROOF = "hub backup"


def take(folder: Path, database_bar: Progress, files_bar: Progress) -> Manifest:
    """Writes a backup to a folder that does not exist yet; it is whole or not there.

    Raises BackupError, OSError.
    """
    if folder.exists():
        raise BackupError(f"{folder} exists already: every backup gets its own folder.")
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    made = _copy_database(unfinished, database_bar)
    _copy_files(made[1], made[0], unfinished, files_bar)
    manifest.write(made[0], unfinished)
    _flush(unfinished)
    unfinished.rename(folder)
    _sync(folder.parent)  # the name itself
    return made[0]


def _copy_database(folder: Path, bar: Progress) -> tuple[Manifest, list[UUID]]:
    name = databases.NAMES[databases.engine()]
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    facts = databases.copy_to(folder / name, bar)
    description = Manifest(
        engine=databases.engine(),
        database=name,
        made_at=made_at,
        server_version=databases.server_version(),
        migrations=facts.migrations,
        counts=facts.counts,
        heads=facts.heads,
        file_keys=facts.file_keys,
        key_proof=secrecy.seal(KEY_PROOF),
        kept={name: manifest.digest_of(folder / name)},
    )
    return description, facts.blobs


def _copy_files(
    blobs: list[UUID], description: Manifest, folder: Path, bar: Progress
) -> None:
    """Sealed bytes as they are; nothing is opened."""
    for done, blob in enumerate(blobs, 1):
        path = f"{manifest.FILES}/{storage.path_of(blob)}"
        try:
            description.kept[path] = _copy_blob(blob, folder / path)
        except FileNotFoundError:
            still_named = Blob.objects.filter(pk=blob).exists()
            (description.missing if still_named else description.gone).append(str(blob))
        bar(done, len(blobs))


def _copy_blob(blob: UUID, target: Path) -> Kept:
    with storage.opened(blob) as sealed:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with target.open("wb") as copy:
            shutil.copyfileobj(sealed, copy)
            copy.flush()
            os.fsync(copy.fileno())
    return manifest.digest_of(target)


def _flush(folder: Path) -> None:
    """All of it survives a power cut. The sealed files were synced one by one; what is
    left are the database's copy, the manifest, and every folder: that a file is in it.
    """
    folders = (folder / manifest.FILES).rglob("*/")
    for path in (folder, *folder.iterdir(), *folders):
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
