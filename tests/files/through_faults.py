"""Files sent while their scanner breaks: the whole way for real, then every promise.

Belongs here: one run, and what is wrong after it, so that faulty clients can be put to
the same judgement. The faults are in scanner_faults.py, the files in mixed_uploads.py.
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from hub.actions import blobs
from hub.demo import Demo
from hub.files.clamd import Clamd as Client
from hub.files.reasons import Reason
from hub.inspector import Inspector
from hub.models import Attachment, BlobRole, ScanVerdict
from tests.files.endings import endings
from tests.files.fakes import digest, send
from tests.files.lying_clamd import OK
from tests.files.mixed_uploads import Sent
from tests.files.scanner_faults import SCAN_SECONDS, STEP_SECONDS, Struck
from tests.files.unpacked import unpacked
from tests.files.witness import Witness
from tests.servers import Clamd
from tests.servers.clamd import EICAR, MARKER

WORKERS = 2
PROMISED_SECONDS = 60.0  # from clamd's return to the last file
PATIENCE_SECONDS = 600.0  # for all faults; only a run that fails waits so long


@dataclass
class Run:
    """`wrong`: a sentence for everything that must not be."""

    published: int
    refused: int
    seconds_after: float  # from the end of the last fault to that of the last file
    met: dict[str, int]
    wrong: list[str]


def run(
    demo: Demo, uploads: list[Sent], faults: list[str], client: type[Client] = Client
) -> Run:
    """Sends everything at once to two workers, and waits until each file has its end."""
    with Clamd() as clamd, Witness(clamd) as witness, endings() as ended:
        scanner = Struck(
            client(
                witness.url,
                accept_unknown_age=True,
                step_seconds=STEP_SECONDS,
                scan_seconds=SCAN_SECONDS,
            ),
            witness,
            faults,
            gap=1.2 * len(uploads) / len(faults),
        )
        workers = Inspector(WORKERS, lambda: scanner)
        workers.start()
        try:
            files = [_send(demo, one) for one in uploads]
            assert scanner.over.wait(PATIENCE_SECONDS), "not all faults happened"
            in_time = ended(len(files), scanner.over_at + PROMISED_SECONDS)
            after = time.monotonic() - scanner.over_at
        finally:
            workers.finish(PROMISED_SECONDS)
        wrong = [] if in_time else ["not everything ended in time"]
        wrong += _invented_verdicts(witness)
        states = [_state(file) for file in files]
        for one, file in zip(uploads, files, strict=True):
            wrong += [f"{one.name}: {what}" for what in _wrong(one, file, witness)]
    count = states.count
    return Run(count("clean"), count("refused"), after, dict(scanner.met), wrong)


def _send(demo: Demo, one: Sent) -> Attachment:
    return send(demo.people["camille"], demo.threads[0], one.data, name=one.name)


def _state(file: Attachment) -> str:
    file.refresh_from_db()
    return file.state


def _invented_verdicts(witness: Witness) -> list[str]:
    """More clean verdicts about some bytes than answers of clamd about them."""
    clean = ScanVerdict.objects.filter(is_clean=True)
    kept = Counter(clean.values_list("sha256", flat=True))
    return ["a verdict: clamd never said OK to it"] * (
        kept - witness.found_clean
    ).total()


def _wrong(one: Sent, file: Attachment, witness: Witness) -> Iterator[str]:
    if file.state == "refused":
        if one.infected is False:
            yield f"harmless, and refused as {file.reason}"
        elif file.reason != Reason.INFECTED:
            yield f"infected, and refused as {file.reason}"
    elif file.state == "clean":
        yield from _wrongly_published(one, file, witness)
    else:
        yield f"still {file.state}"


def _wrongly_published(one: Sent, file: Attachment, witness: Witness) -> Iterator[str]:
    if one.infected:
        yield "infected, and published"
    shown = b"".join(blobs.read(file.blobs.get(role=BlobRole.PUBLISHED)))
    for which, data in ("original", one.data), ("published", shown):
        sha256 = digest(data)
        if (
            sha256
            != {"original": file.sha256, "published": file.published_sha256}[which]
        ):
            yield f"{which}: other bytes than the record says"
        if not ScanVerdict.objects.filter(sha256=sha256, is_clean=True).exists():
            yield f"{which}: no verdict is kept"
        if sha256 not in witness.found_clean:
            yield f"{which}: clamd never said OK to it"
        if witness.clamd.scan(data) != OK:
            yield f"{which}: clamd does not say OK to it now"
    if {EICAR, MARKER} & _traces(shown):
        yield "published: holds what is dangerous"


def _traces(data: bytes) -> set[bytes]:
    whole = unpacked(data)
    return {trace for trace in (EICAR, MARKER) if trace in whole}
