"""One held file to its end: inspected, scanned, rebuilt, scanned again, published.

Every error leads back into the queue or to a refusal, none to a reader. States and
holds are in file_queue.py; children and scanners are in hub.files; when a worker
looks is in hub.inspector.
"""

import logging
import tempfile
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from hub.actions import blobs, file_queue, verdicts
from hub.actions.file_queue import Overtaken, TryLater
from hub.files import sandbox, storage
from hub.files.kinds import KINDS, Kind
from hub.files.names import clean_name
from hub.files.reasons import FileRefused
from hub.files.sandbox import SandboxFailed
from hub.files.scanner import Scanner
from hub.files.vault import Damaged, UnknownKey
from hub.models import Attachment, BlobRole

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Made:
    """What a clean file becomes. `sha256`: of the rebuilt bytes that were scanned."""

    kind: Kind
    path: Path
    sha256: str
    pages: int | None
    picture: Path | None


class End(Enum):
    """How one look at a file ended."""

    DECIDED = auto()
    UNSCANNED = auto()  # back in the queue: the scanner was silent
    WAITS = auto()  # back in the queue, or in other hands


def inspect(held: Attachment, scanner: Scanner) -> End:
    """Brings a held file to its end, or back into the queue.

    Raises DatabaseError: then the hold ends by itself and another worker takes over.
    """
    try:
        with tempfile.TemporaryDirectory(dir=storage.workshop()) as folder:
            _publish(held, _make(held, scanner, Path(folder)))
        return End.DECIDED
    except FileRefused as error:
        logger.info("A file is refused: %s %s", error.reason, error.detail)
        file_queue.refuse(held, error.reason)
        return End.DECIDED
    except TryLater as error:
        logger.warning("A file waits: %s", error)
        file_queue.put_back(held, error)
        return End.UNSCANNED if error.silent else End.WAITS
    except (SandboxFailed, OSError, Damaged, UnknownKey) as error:
        logger.warning("A file waits: %s", type(error).__name__)
        file_queue.put_back(held, TryLater(type(error).__name__))
    except Overtaken:
        logger.info("A file was decided by somebody else")
    return End.WAITS


def rescan(attachment: Attachment, scanner: Scanner) -> bool:
    """Asks about the published bytes again; whether they are still clean.

    What is infected is taken from its readers. Raises TryLater, OSError, Damaged,
    UnknownKey: then nothing changes.
    """
    published = attachment.blobs.get(role=BlobRole.PUBLISHED)
    with tempfile.TemporaryDirectory(dir=storage.workshop()) as folder:
        path = Path(folder) / "published"
        blobs.write_clear(published, path)
        try:
            verdicts.must_be_clean(path, scanner)
        except FileRefused:
            file_queue.recall(attachment)
            return False
    return True


def _make(held: Attachment, scanner: Scanner, folder: Path) -> Made:
    source, target = folder / "source", folder / "rebuilt"
    original = held.blobs.filter(role=BlobRole.ORIGINAL).first()
    if original is None:
        raise Overtaken
    blobs.write_clear(original, source)
    kind = sandbox.inspect(source)
    verdicts.must_be_clean(source, scanner)
    rebuilt = sandbox.rebuild(source, target, kind)
    digest = verdicts.must_be_clean(target, scanner)
    return Made(kind, target, digest, rebuilt.pages, _picture(target, folder, kind))


def _picture(target: Path, folder: Path, kind: Kind) -> Path | None:
    """The preview, if there is one: a file is worth publishing without it too."""
    path = folder / "preview"
    # What was rebuilt to another kind (HEIC to JPEG) is drawn as that.
    drawn_as = next(k for k in KINDS.values() if k.media_type == kind.media_type)
    try:
        return path if sandbox.preview(target, path, drawn_as) else None
    except (FileRefused, SandboxFailed) as error:
        logger.warning("A file has no preview: %s", type(error).__name__)
        return None


def _publish(held: Attachment, made: Made) -> None:
    with blobs.stored() as bench:
        published = bench.put_file(BlobRole.PUBLISHED, made.path)
        if published.sha256 != made.sha256:
            raise TryLater("other bytes than those that were scanned")
        if made.picture:
            bench.put_file(BlobRole.PREVIEW, made.picture)
        file_queue.publish(
            held,
            bench.blobs,
            media_type=made.kind.media_type,
            name=clean_name(held.name, made.kind.extension),
            pages=made.pages,
        )
