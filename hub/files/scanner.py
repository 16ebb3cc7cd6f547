"""What a virus scanner answers, and how two of them make one answer.

Belongs here: the interface that the pipeline uses and the words of its answers. How a
scanner is spoken to is in clamd.py and file_scanner.py; which one an installation has
is chosen in scanners.py.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from hub.files.reasons import Reason

# Findings of ClamAV that are no virus, by the beginning of their names: what could not
# be looked into is refused as well, but the sender is told what to do about it.
NO_VIRUS = {
    "Heuristics.Encrypted.": Reason.ENCRYPTED,
    "Heuristics.Limits.Exceeded": Reason.TOO_BIG_INSIDE,
    "Heuristics.OLE2.ContainsMacros": Reason.MACROS,
}


@dataclass(frozen=True)
class Clean:
    """The scanner looked at every byte with this database and found nothing.

    `engine` and `database` are its own words, like "ClamAV 1.4.6" and "27800";
    `database_at` is empty when it does not tell.
    """

    engine: str
    database: str
    database_at: datetime | None = None


@dataclass(frozen=True)
class Infected:
    """The scanner found `signature`. Final, and never shown to the sender."""

    engine: str
    database: str
    database_at: datetime | None
    signature: str

    @property
    def reason(self) -> Reason:
        """What its sender is told."""
        for beginning, reason in NO_VIRUS.items():
            if self.signature.startswith(beginning):
                return reason
        return Reason.INFECTED


@dataclass(frozen=True)
class NotScanned:
    """No verdict. `why` is for operators: no file name, no content.

    `permanent`: this scanner would say the same of the same bytes to-morrow, so
    trying again is useless.
    """

    why: str
    permanent: bool = False


Answer = Clean | Infected | NotScanned


class Colour(StrEnum):
    """GREEN: as it should be. RED: somebody must act; files may still flow."""

    GREEN = "green"
    RED = "red"


@dataclass(frozen=True)
class Health:
    """`scans`: whether a file would get a verdict now. `words`: for operators."""

    colour: Colour
    scans: bool
    words: str
    engine: str = ""
    database: str = ""
    database_at: datetime | None = None


class Scanner(Protocol):
    """One way to have bytes looked at. Neither method raises for its own trouble."""

    @property
    def name(self) -> str:
        """As stored with a verdict, at most 20 characters."""

    async def scan(self, path: Path) -> Answer:
        """Looks at the whole file. Trouble of the scanner is NotScanned.

        Raises OSError only when the file itself cannot be read.
        """

    async def health(self) -> Health:
        """Asks the scanner how it is, without a file."""


def joined(first: Answer, second: Answer) -> Answer:
    """One answer of two: infected wins, then not scanned; clean needs both, and names
    the engine and the database of both."""
    if isinstance(first, Clean) and isinstance(second, Clean):
        return Clean(*_named_together(first, second))
    for kind in (Infected, NotScanned):
        for answer in (first, second):
            if isinstance(answer, kind):
                return answer
    raise TypeError("no answer of a scanner")  # unreachable: Answer has three kinds


def _named_together(
    first: "Clean | Health", second: "Clean | Health"
) -> tuple[str, str, datetime | None]:
    """Engine, database and its date; no database if either of the two tells none."""
    tells = first.database and second.database
    dates = [one.database_at for one in (first, second) if one.database_at]
    return (
        f"{first.engine} + {second.engine}",
        f"{first.database} + {second.database}" if tells else "",
        min(dates) if len(dates) == len((first, second)) else None,
    )


class BothScanners:
    """Two scanners behind each other, as if they were one.

    The second is not asked about what the first has found infected. What one of them
    said alone is no answer of both: `name` and the databases are those of the pair.
    """

    def __init__(self, first: Scanner, second: Scanner) -> None:
        self.first, self.second = first, second
        self.name = f"{first.name}+{second.name}"

    async def scan(self, path: Path) -> Answer:
        answer = await self.first.scan(path)
        if isinstance(answer, Infected):
            return answer
        return joined(answer, await self.second.scan(path))

    async def health(self) -> Health:
        first, second = await self.first.health(), await self.second.health()
        worse = second if second.colour is Colour.RED else first
        return Health(
            worse.colour,
            first.scans and second.scans,
            f"{self.first.name}: {first.words} {self.second.name}: {second.words}",
            *_named_together(first, second),
        )


class NoScanner:
    """Knowingly none (SCANNER=none, development only): the rebuild is the only layer.

    Its answer is Clean under a name that says what it is worth.
    """

    name = "none"

    async def scan(self, path: Path) -> Answer:
        return Clean("none", "")

    async def health(self) -> Health:
        return Health(Colour.RED, True, "Files are not scanned for viruses (SCANNER).")
