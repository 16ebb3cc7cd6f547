"""Asking the virus scanner about bytes, and keeping its final answers.

An answer is kept with engine and database version, of both scanners where there are
two. A clean one is used again only for the same bytes and the same databases; trouble
is never kept.
"""

import asyncio
import hashlib
from pathlib import Path

from django.conf import settings

from hub.actions.file_queue import LONGEST_PAUSE_SCANNER, TryLater
from hub.files.clamd import TOOK_TOO_LONG
from hub.files.reasons import FileRefused
from hub.files.scanner import Answer, Clean, NotScanned, Scanner
from hub.files.scanners import scanners_from
from hub.models import ScanVerdict

READ_BYTES = 256 * 1024


def chosen() -> Scanner:
    """The scanner of this installation."""
    return scanners_from(settings.SCANNING)


def must_be_clean(path: Path, scanner: Scanner) -> str:
    """The SHA-256 (hexadecimal) of the bytes that the scanner found clean.

    Raises FileRefused (what the scanner found), TryLater, OSError.
    """
    digest = _digest(path)
    if _known_clean(digest, scanner):
        return digest
    answer = asyncio.run(scanner.scan(path))
    if isinstance(answer, NotScanned):
        silent = not answer.permanent and TOOK_TOO_LONG not in answer.why
        raise TryLater(answer.why, LONGEST_PAUSE_SCANNER, answer.permanent, silent)
    _keep(digest, scanner, answer)
    if not isinstance(answer, Clean):
        raise FileRefused(answer.reason)
    return digest


def _known_clean(digest: str, scanner: Scanner) -> bool:
    known = ScanVerdict.objects.filter(
        sha256=digest, scanner=scanner.name, is_clean=True
    ).exclude(database="")
    if not known.exists():
        return False
    health = asyncio.run(scanner.health())
    if not health.scans or not health.database:
        return False
    same = known.filter(engine=health.engine, database=health.database)
    return same.exists()


def _keep(digest: str, scanner: Scanner, answer: Answer) -> None:
    assert not isinstance(answer, NotScanned)
    ScanVerdict.objects.create(
        sha256=digest,
        scanner=scanner.name,
        engine=answer.engine[:60],
        database=answer.database[:60],
        database_at=answer.database_at,
        is_clean=isinstance(answer, Clean),
        signature="" if isinstance(answer, Clean) else answer.signature[:200],
    )


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while chunk := source.read(READ_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
