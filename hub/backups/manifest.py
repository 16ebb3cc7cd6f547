"""What a backup says of itself, and whether it is still so.

Belongs here: the file `manifest.json` and the digests of what lies beside it. The
database's content is in facts.py.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FORMAT = 1
NAME = "manifest.json"
FILES = "files"
READ_BYTES = 1024 * 1024
Progress = Callable[[int, int], None]  # (done, total)


class BackupError(Exception):
    """No backup can be made or restored; the text tells an operator why."""


@dataclass(frozen=True)
class Kept:
    """One file of the backup as it was written."""

    size: int
    sha256: str


@dataclass
class Manifest:
    """`gone`: blobs that were removed on purpose after the database was copied.
    `missing`: blobs that the live hub had lost already.
    `key_proof`: a word sealed with what SECRET_KEY gives, to know that key again."""

    engine: str
    database: str  # the name of its file
    made_at: str
    server_version: str
    migrations: list[tuple[str, str]]
    counts: dict[str, int]
    heads: dict[str, tuple[int, str]]  # thread -> last seq, its hash
    file_keys: list[str]  # which FILES_KEY opens the files, by the names of hub.files
    key_proof: str
    kept: dict[str, Kept] = field(default_factory=dict)  # path in the backup -> digest
    gone: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    format: int = FORMAT


def write(manifest: Manifest, folder: Path) -> None:
    """Last of all: a folder without it is no backup."""
    content = asdict(manifest)
    text = json.dumps({"sha256": _digest(content), **content}, indent=1)
    (folder / NAME).write_text(text)


def read(folder: Path) -> Manifest:
    """Raises BackupError with one sentence when it is not what was written."""
    try:
        content: dict[str, Any] = json.loads((folder / NAME).read_text())
        claimed = content.pop("sha256")
    except FileNotFoundError:
        raise BackupError(
            f"{folder} is not a finished backup: it has no {NAME}."
        ) from None
    except (ValueError, KeyError, AttributeError, TypeError):
        raise BackupError(f"{NAME} is damaged: it cannot be read.") from None
    if content.get("format") != FORMAT:
        raise BackupError(
            f"This backup has format {content.get('format')}, this hub reads {FORMAT}."
        )
    if _digest(content) != claimed:
        raise BackupError(f"{NAME} is damaged: it is not as it was written.")
    kept = {path: Kept(**one) for path, one in content.pop("kept").items()}
    heads = {thread: (seq, head) for thread, (seq, head) in content["heads"].items()}
    migrations = [(app, name) for app, name in content.pop("migrations")]
    return Manifest(**{**content, "heads": heads}, kept=kept, migrations=migrations)


def check_files(manifest: Manifest, folder: Path, progress: Progress) -> None:
    """Every file is there and as it was written. Raises BackupError at the first."""
    for done, (path, kept) in enumerate(manifest.kept.items(), 1):
        file = folder / path
        if not file.is_file():
            raise BackupError(f"The backup is not whole: {path} is missing.")
        if file.stat().st_size != kept.size:
            raise BackupError(
                f"The backup is damaged: {path} has {file.stat().st_size} bytes, "
                f"{kept.size} were written."
            )
        if digest_of(file) != kept:
            raise BackupError(
                f"The backup is damaged: {path} is not as it was written."
            )
        progress(done, len(manifest.kept))


def digest_of(file: Path) -> Kept:
    sha256, size = hashlib.sha256(), 0
    with file.open("rb") as source:
        while part := source.read(READ_BYTES):
            sha256.update(part)
            size += len(part)
    return Kept(size, sha256.hexdigest())


def _digest(content: dict[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
