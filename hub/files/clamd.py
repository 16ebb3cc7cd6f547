"""ClamAV's daemon as a scanner: only the exact reply `stream: OK` + NUL is clean.

Belongs here: what is asked, and what the replies mean. Bytes and deadlines are in
clamd_wire.py. Why there is no ready-made client here: docs/decisions/0013.
"""

import asyncio
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from hub.files.clamd_wire import ReplyTooLong, address, connected
from hub.files.scanner import Answer, Clean, Colour, Health, Infected, NotScanned

# clamd.conf's StreamMaxLength and MaxFileSize as Debian and ClamAV ship them. Beyond
# MaxFileSize clamd may answer OK without having looked.
STREAM_BYTES = 25 * 1024 * 1024
STEP_SECONDS = 30.0  # longer than clamd's MaxScanTime, during which it is silent
SCAN_SECONDS = 90.0
RED_AGE = timedelta(days=3)  # freshclam looks several times a day
LAST_AGE = timedelta(days=7)
CLOCKS_APART = timedelta(days=1)  # the date has no time zone, and clocks differ
TRIES = 2  # when the database was exchanged between the questions

CLEAN = b"stream: OK\0"
FOUND = re.compile(rb"stream: ([\x21-\x7e][\x20-\x7e]{0,198}) FOUND\0")
# "ClamAV 1.4.6/27800/Thu Nov 26 08:30:01 2026"; with local signatures alone only the
# first part (both measured on 1.4.6).
VERSION = re.compile(
    rb"(ClamAV \d{1,3}\.\d{1,3}\.\d{1,3}[\w.+~-]{0,30})"
    rb"(?:/(\d{1,9})/([A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}))?\0"
)
# Said when scanning took too long: on a calmer day the same file may get a verdict.
TOOK_TOO_LONG = "Heuristics.Limits.Exceeded.MaxScanTime"
SAID_LENGTH = 80  # of a reply, in a log line

Result = TypeVar("Result")


class NoVerdict(Exception):
    """clamd said something that is neither clean nor found."""


@dataclass(frozen=True)
class Version:
    """Which clamd, with which database; `database` is empty when it does not say."""

    engine: str
    database: str = ""
    database_at: datetime | None = None


class Clamd:
    """A `Scanner` (hub.files.scanner) at `unix:///path` or `tcp://host:port`.

    `accept_unknown_age`: scan also with a database that does not tell its date, as
    one with local signatures alone. Limits are in seconds and bytes. Raises
    ValueError for another kind of address.
    """

    name = "clamd"

    def __init__(
        self,
        url: str,
        *,
        accept_unknown_age: bool = False,
        step_seconds: float = STEP_SECONDS,
        scan_seconds: float = SCAN_SECONDS,
        stream_bytes: int = STREAM_BYTES,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.where, self.accept_unknown_age = address(url), accept_unknown_age
        self.step_seconds, self.scan_seconds = step_seconds, scan_seconds
        self.stream_bytes, self.now = stream_bytes, now

    async def scan(self, path: Path) -> Answer:
        """Sends the whole file; OSError only when it cannot be opened."""
        size = path.stat().st_size
        if not 0 < size <= self.stream_bytes:
            return NotScanned(f"a size of {size} bytes is not scanned", permanent=True)
        with path.open("rb") as file:
            return await self._within(self._scan(file, size))

    async def health(self) -> Health:
        version = await self._within(self._version())
        if isinstance(version, NotScanned):
            return Health(Colour.RED, False, version.why)
        return self._health_of(version)

    async def _within(self, work: Coroutine[Any, Any, Result]) -> Result | NotScanned:
        """Every trouble as an answer: nothing that goes wrong here is a verdict."""
        try:
            async with asyncio.timeout(self.scan_seconds):
                return await work
        except NoVerdict as trouble:
            return NotScanned(str(trouble))
        except ReplyTooLong:
            return NotScanned("clamd's reply is too long to be one")
        except TimeoutError:
            return NotScanned("clamd did not answer in time")
        except OSError as error:
            # A path too long for a socket has no strerror.
            reason = error.strerror or str(error)
            return NotScanned(f"clamd cannot be reached: {reason}")

    async def _scan(self, file: BinaryIO, size: int) -> Answer:
        """Asks for the version before and after: a verdict names one database."""
        before = await self._version()
        for _ in range(TRIES):
            health = self._health_of(before)
            if not health.scans:
                raise NoVerdict(health.words)
            file.seek(0)
            answer = self._verdict(await self._instream(file, size), before)
            after = await self._version()
            if after == before:
                return answer
            before = after
        raise NoVerdict("the signature database was exchanged during the scan")

    async def _instream(self, file: BinaryIO, size: int) -> bytes:
        """The reply to the whole file; NoVerdict if it was not taken whole."""
        async with connected(self.where, self.step_seconds) as line:
            try:
                await line.send(b"zINSTREAM\0")
                if await line.send_chunks(file) != size:
                    raise NoVerdict("the file changed while it was sent")
                if not line.was_answered():
                    await line.send(bytes(4))
                    return await line.reply()
            except (BrokenPipeError, ConnectionResetError):
                pass  # its reason is read below
            # A verdict about a part is none, whatever it says.
            words = _said(await line.last_words())
            raise NoVerdict(f"clamd broke off: {words}")

    async def _version(self) -> Version:
        async with connected(self.where, self.step_seconds) as line:
            await line.send(b"zVERSION\0")
            reply = await line.reply()
        if not (told := VERSION.fullmatch(reply)):
            raise NoVerdict(f"this is not clamd's version: {_said(reply)}")
        engine, database, date = (
            part.decode() if part else "" for part in told.groups()
        )
        return Version(engine, database, _moment(date) if date else None)

    def _verdict(self, reply: bytes, version: Version) -> Answer:
        known = (version.engine, version.database, version.database_at)
        if reply == CLEAN:
            return Clean(*known)
        found = FOUND.fullmatch(reply)
        if found and found[1].decode() != TOOK_TOO_LONG:
            return Infected(*known, signature=found[1].decode())
        raise NoVerdict(f"clamd gave no verdict: {_said(reply)}")

    def _health_of(self, version: Version) -> Health:
        colour, scans, words = self._age(version.database_at)
        return Health(
            colour,
            scans,
            words,
            version.engine,
            version.database,
            version.database_at,
        )

    def _age(self, database_at: datetime | None) -> tuple[Colour, bool, str]:
        """Colour, whether files are scanned, and why."""
        if database_at is None:
            words = "the age of the signature database is unknown"
            return Colour.RED, self.accept_unknown_age, words
        age = self.now() - database_at
        if age < -CLOCKS_APART:
            return Colour.RED, False, "database dated in the future: check the clocks"
        if age > LAST_AGE:
            return Colour.RED, False, f"database older than {LAST_AGE.days} days"
        if age > RED_AGE:
            return Colour.RED, True, f"database older than {RED_AGE.days} days"
        return Colour.GREEN, True, "clamd answers, its database is up to date"


def _moment(date: str) -> datetime:
    """clamd's date, "Thu Nov 26 08:30:01 2026", taken for UTC."""
    try:
        return datetime.strptime(date, "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except ValueError:
        raise NoVerdict("clamd's database has no readable date") from None


def _said(reply: bytes) -> str:
    """A reply for a log line: short, and nothing but plain characters."""
    return repr(reply[:SAID_LENGTH].decode("ascii", "replace")) if reply else "nothing"
