"""What every client of clamd must hold, as checks that faulty clients can be put to."""

from pathlib import Path

from hub.files.clamd import Clamd
from hub.files.scanner import Answer, NotScanned
from tests.files.lying_clamd import LIES, Lie, lying_clamd

STEP_SECONDS = 0.4
SCAN_SECONDS = 0.8  # less than the slow drip of a whole OK takes
CONTENT = bytes(range(256)) * 4096  # 1 MiB: more than a socket swallows at once


async def answer_to(lie: Lie, folder: Path, client: type[Clamd] = Clamd) -> Answer:
    """What a client makes of a daemon that answers like this."""
    file = folder / "letter.pdf"
    file.write_bytes(CONTENT)
    async with lying_clamd(folder, lie) as url:
        scanner = client(
            url,
            accept_unknown_age=True,
            step_seconds=STEP_SECONDS,
            scan_seconds=SCAN_SECONDS,
        )
        return await scanner.scan(file)


async def check_not_believed(
    name: str, folder: Path, client: type[Clamd] = Clamd
) -> None:
    """The lie ends as "not scanned", in words without the name of the file."""
    answer = await answer_to(LIES[name], folder, client)
    assert isinstance(answer, NotScanned), (name, answer)
    assert answer.why
    assert "letter" not in answer.why
    assert not answer.permanent
