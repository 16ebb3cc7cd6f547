"""EICAR in every wrapping, and clamav-testfiles, the whole way: nobody ever reads one.

A real clamd and real children. What clamd overlooks, the rebuild must have dropped.
"""

import pytest

from hub.actions import blobs
from hub.demo import Demo
from hub.files.clamd import Clamd
from hub.files.reasons import Reason
from hub.models import Attachment, BlobRole
from tests.files.documents import docx_parts, zipped
from tests.files.eicar import WRAPPINGS, attached_to_pdf, nested
from tests.files.fakes import run_queue, send
from tests.files.unpacked import unpacked
from tests.servers import Clamd as ClamdServer
from tests.servers.clamd import EICAR, TEST_FILES

pytestmark = [pytest.mark.embedded, pytest.mark.clamd]

TEST_FILES_COUNT = 44
NAMES = ["ordonnance.pdf", "photo.jpg", "note.txt", "été .docx", "présences.csv"]
PARTS = list(
    enumerate(
        [
            "word/media/image9.jpeg",
            "word/embeddings/oleObject1.bin",
            "customXml/item9.xml",
            "word/fonts/font1.odttf",
        ]
    )
)
# Of kinds that clamd is never asked about, because they are not accepted at all.
NOT_ACCEPTED = {Reason.NOT_ACCEPTED, Reason.BROKEN, Reason.TOO_BIG_INSIDE}


@pytest.fixture
def scanner(clamd: ClamdServer) -> Clamd:
    return Clamd(clamd.url, accept_unknown_age=True)


def whole_way(
    demo: Demo, scanner: Clamd, files: list[tuple[str, bytes]]
) -> list[Attachment]:
    """What became of each, sent under its name."""
    camille, thread = demo.people["camille"], demo.threads[0]
    sent = [send(camille, thread, data, name=name) for name, data in files]
    run_queue(scanner)
    return [Attachment.objects.get(pk=file.pk) for file in sent]


def not_refused(ends: list[Attachment]) -> list[str]:
    """The names of those that are anything else, or of which more than the sealed
    original is kept."""
    return [
        file.name
        for file in ends
        if file.state != "refused"
        or [blob.role for blob in file.blobs.all()] != [BlobRole.ORIGINAL]
    ]


def test_the_same_way_publishes_what_is_harmless(demo: Demo, scanner: Clamd) -> None:
    files = [("note.txt", b"Bonjour"), ("lettre.docx", zipped(docx_parts()))]
    ends = whole_way(demo, scanner, files)
    assert [file.state for file in ends] == ["clean", "clean"]


def test_no_name_saves_it(demo: Demo, scanner: Clamd) -> None:
    ends = whole_way(demo, scanner, [(name, EICAR) for name in NAMES])
    assert not_refused(ends) == []
    assert {file.reason for file in ends} == {Reason.INFECTED}


def test_no_wrapping_gets_by(demo: Demo, scanner: Clamd) -> None:
    files = [(f"{name}.pdf", make()) for name, make in WRAPPINGS.items()]
    assert not_refused(whole_way(demo, scanner, files)) == []


def test_no_depth_gets_by(demo: Demo, scanner: Clamd) -> None:
    files = [(f"{depth}.zip", nested(depth)) for depth in range(13)]
    plain, *packed = whole_way(demo, scanner, files)
    assert not_refused([plain, *packed]) == []
    assert plain.reason == Reason.INFECTED
    assert {file.reason for file in packed} <= NOT_ACCEPTED


def test_no_part_of_a_letter_gets_by(demo: Demo, scanner: Clamd) -> None:
    files = [(f"{n}.docx", zipped(docx_parts() | {p: EICAR})) for n, p in PARTS]
    assert not_refused(whole_way(demo, scanner, files)) == []


def test_what_clamd_overlooks_is_not_in_what_is_published(
    demo: Demo, scanner: Clamd, clamd: ClamdServer
) -> None:
    data = attached_to_pdf(unpacked=False)
    assert clamd.scan(data) == b"stream: OK\0"
    assert EICAR in unpacked(data)
    [file] = whole_way(demo, scanner, [("ordonnance.pdf", data)])
    assert file.state == "clean"
    shown = b"".join(blobs.read(file.blobs.get(role=BlobRole.PUBLISHED)))
    assert EICAR not in unpacked(shown)


def test_every_file_of_clamav_testfiles_is_refused(demo: Demo, scanner: Clamd) -> None:
    files = [(path.name, path.read_bytes()) for path in sorted(TEST_FILES.iterdir())]
    assert len(files) == TEST_FILES_COUNT
    assert not_refused(whole_way(demo, scanner, files)) == []
