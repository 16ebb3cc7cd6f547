"""The test files of four libraries, from their source distributions, pinned by hash.

Kept in var/corpora (not in git) between runs. Without an index the tests that need
them are reported as not run, or fail with REQUIRE_REAL=1.
"""

import hashlib
import os
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "var" / "corpora"
FETCH_SECONDS = 300  # 70 MB over a slow line


@dataclass(frozen=True)
class Sdist:
    requirement: str
    file: str
    sha256: str

    def __str__(self) -> str:
        return self.requirement.partition("==")[0]


SDISTS = [
    Sdist(
        "pikepdf==10.18.0",
        "pikepdf-10.18.0.tar.gz",
        "cb555ebff93482e8a6eb55881488b469bbb2b5675161c1b93a0510a8642d98d0",
    ),
    Sdist(
        "pypdf==6.21.4",
        "pypdf-6.21.4.tar.gz",
        "c8817e3f888d47a087872ded69812c1ef30cacb871d6e053e0c00bbaf0bc2163",
    ),
    Sdist(
        "pillow==13.0.0",
        "pillow-13.0.0.tar.gz",
        "cdcd1ba258178f7356d74170c9a81ba4eab6a5d55748bc402a5a2a6fe6be3510",
    ),
    Sdist(
        "oletools==0.60.2",
        "oletools-0.60.2.zip",
        "ad452099f4695ffd8855113f453348200d195ee9fa341a09e197d66ee7e0b2c3",
    ),
]
# Programs, texts about the package and tables of names: not files to send.
SOURCE = {
    *(".py", ".pyi", ".c", ".h", ".cpp", ".rst", ".md", ".toml", ".cfg", ".in"),
    *(".sh", ".yml", ".yaml", ".json", ".txt", ".html", ".ini", ".lock", ""),
}
# Pillow has a thousand, of which most are drawings of the same few shapes. One in five
# takes a quarter of a minute; CORPORA=all takes every one.
WHOLE = {".jpg", ".jpeg", ".webp", ".pdf", ".mpo", ".apng"}
FEWER_THAN = 200
FOLDERS = {"tests", "Tests", "resources", "fuzzing", "test-data", "sample-files"}


def corpus(sdist: Sdist) -> dict[str, bytes]:
    """Every test file of a library, by its place in it; equal ones once."""
    found: dict[str, bytes] = {}
    seen = set()
    for name, content in _members(_archive(sdist)):
        place = PurePosixPath(name)
        digest = hashlib.sha256(content).digest()
        if FOLDERS & set(place.parts) and place.suffix.lower() not in SOURCE:
            if content and digest not in seen:
                found[str(place)] = content
            seen.add(digest)
    if len(found) < FEWER_THAN or os.environ.get("CORPORA") == "all":
        return found
    return {
        place: content
        for number, (place, content) in enumerate(found.items())
        if number % 5 == 0 or PurePosixPath(place).suffix in WHOLE
    }


def _archive(sdist: Sdist) -> Path:
    path = FOLDER / sdist.file
    if not path.exists() or _digest(path) != sdist.sha256:
        _fetch(sdist)
    assert _digest(path) == sdist.sha256, f"{sdist.file} is not the one that is pinned"
    return path


def _fetch(sdist: Sdist) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    script = Path(__file__).with_name("fetch_sdist.py")
    done = subprocess.run(
        [sys.executable, script, FOLDER, sdist.requirement],
        capture_output=True,
        check=False,
        timeout=FETCH_SECONDS,
    )
    if done.returncode != 0:
        reason = f"NOT RUN: pip cannot fetch the source distribution of {sdist}"
        if os.environ.get("REQUIRE_REAL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _members(path: Path) -> list[tuple[str, bytes]]:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return [(n, archive.read(n)) for n in sorted(archive.namelist())]
    with tarfile.open(path) as packed:
        files = [member for member in packed if member.isfile()]
        return [(m.name, packed.extractfile(m).read()) for m in files]  # type: ignore[union-attr]
