"""From a backup to a hub: checked before anything is touched, and once more after.

Belongs here: the order of a restore and what it must find. Ending sessions is the one
write besides putting things back: what was ended since must not live again.
"""

from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.fernet import InvalidToken
from django.core.files import File
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import QuerySet

from hub import secrecy
from hub.actions import blobs
from hub.backups import databases, manifest
from hub.backups.manifest import FILES, BackupError, Manifest, Progress
from hub.backups.take import KEY_PROOF
from hub.chain import first_break
from hub.files import storage
from hub.files.vault import Damaged, UnknownKey
from hub.models import Attachment, Blob, Measure, Message, Session, Thread, User
from hub.models.accounts import HUB_USER_ID


def check(folder: Path, bar: Progress, *, replace: bool) -> Manifest:
    """Reads the whole backup and looks whether it fits here; changes nothing.

    Raises BackupError.
    """
    found = manifest.read(folder)
    if found.engine != databases.engine():
        raise BackupError(
            f"This backup is of {found.engine}, and DATABASE_URL names "
            f"{databases.engine()}: it goes back into the same kind only."
        )
    _check_keys(found)
    _check_migrations(found)
    if not replace and _is_occupied():
        raise BackupError(
            "This hub already holds people or measures. Restore into an empty one, "
            "or give --replace: then everything that is here is lost."
        )
    manifest.check_files(found, folder, bar)
    return found


def put_back(
    found: Manifest, folder: Path, files: Progress, database: Progress
) -> None:
    """Files first, then the database that names them. Raises BackupError, OSError."""
    paths = [path for path in found.kept if path != found.database]
    for done, path in enumerate(paths, 1):
        name = path.removeprefix(f"{FILES}/")
        if storage.place().exists(name):
            storage.place().delete(name)
        with (folder / path).open("rb") as sealed:
            storage.place().save(name, File(sealed))
        files(done, len(paths))
    databases.put_back(folder / found.database, found.server_version, database)
    call_command("migrate", verbosity=0)
    Session.objects.all().delete()


def verify(found: Manifest, threads: Progress, files: Progress) -> None:
    """What is here now is what was backed up, whole and readable.

    Raises BackupError.
    """
    facts = databases.facts_here()
    if (facts.counts, facts.heads) != (found.counts, found.heads):
        raise BackupError("The restored database does not hold what the manifest says.")
    for done, (thread, (last_seq, head)) in enumerate(found.heads.items(), 1):
        _verify_thread(UUID(thread), last_seq, head)
        threads(done, len(found.heads))
    absent = {UUID(one) for one in (*found.gone, *found.missing)}
    rows = Blob.objects.exclude(pk__in=absent)
    total = rows.count()
    for done, blob in enumerate(rows.iterator(), 1):
        try:
            for _clear in blobs.read(blob):
                pass
        except (OSError, Damaged, UnknownKey) as error:
            raise BackupError(
                f"A restored file cannot be opened ({type(error).__name__}): {blob.pk}."
            ) from None
        files(done, total)


def _verify_thread(thread: UUID, last_seq: int, head: str) -> None:
    messages = list(Message.objects.filter(thread=thread).order_by("seq"))
    broken = first_break(messages)
    if broken is None and len(messages) != last_seq:
        broken = len(messages) + 1
    if broken is not None or (messages and messages[-1].hash != head):
        raise BackupError(
            f"The chain of thread {thread} is broken at message {broken or last_seq}."
        )


def _check_keys(found: Manifest) -> None:
    try:
        is_same = secrecy.unseal(found.key_proof) == KEY_PROOF
    except InvalidToken:
        is_same = False
    if not is_same:
        raise BackupError(
            "SECRET_KEY is not the one of this backup: names of files and other "
            "protected columns could not be read. Give the key of its day."
        )
    if unknown := [key for key in found.file_keys if not blobs.key_ring().knows(key)]:
        raise BackupError(
            f"FILES_KEY is not the one of this backup (it needs {', '.join(unknown)}): "
            "give the key of its day in FILES_KEY or FILES_KEY_FALLBACKS."
        )


def _check_migrations(found: Manifest) -> None:
    known = MigrationLoader(None).disk_migrations
    if newer := [one for one in found.migrations if one not in known]:
        raise BackupError(
            f"This backup is of a newer hub ({'.'.join(newer[-1])} is unknown here): "
            "install that version first."
        )


def _is_occupied() -> bool:
    """By more than what `prepare` loads, the hub's own account included."""
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
    rows: list[QuerySet[Any]] = [
        User.objects.exclude(pk=HUB_USER_ID),
        *(kind.objects.all() for kind in (Measure, Thread, Attachment)),
    ]
    tables = {one.model._meta.db_table: one for one in rows}
    return any(one.exists() for table, one in tables.items() if table in present)
