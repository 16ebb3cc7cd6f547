"""What people send in a day, made with a seed: no two alike, some of them infected.

Belongs here: files in the formats that are accepted, with the harmless EICAR test file
or the marker of tests/servers/clamd.py in the places where a sender could hide it.
"""

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle

import pikepdf
from PIL import Image

from tests.files.documents import (
    document_xml,
    docx_parts,
    paragraph,
    sentence,
    xlsx_parts,
    zipped,
)
from tests.servers.clamd import EICAR, MARKER

Make = Callable[[random.Random], bytes]
INFECTED_EACH = 4  # every so many is infected


@dataclass(frozen=True)
class Sent:
    """`infected`: None when clamd overlooks what is in it, and the rebuild drops it."""

    name: str
    data: bytes
    infected: bool | None


def pdf(chance: random.Random, hidden: bytes = b"", packed: bool = True) -> bytes:
    """One page with a line of text; `hidden` is a comment among what it draws."""
    with pikepdf.new() as made:
        made.add_blank_page()
        drawn = f"BT /F1 12 Tf 72 700 Td ({chance.getrandbits(256):x}) Tj ET\n%"
        made.pages[0].obj.Contents = made.make_stream(drawn.encode() + hidden)
        return _saved(made, packed)


def pdf_with_attachment(chance: random.Random, packed: bool) -> bytes:
    with pikepdf.open(io.BytesIO(pdf(chance))) as made:
        made.attachments["note.txt"] = EICAR
        return _saved(made, packed)


def picture(kind: str, chance: random.Random) -> bytes:
    """Coloured noise of 96 by 64 pixels."""
    out = io.BytesIO()
    noise = Image.frombytes("RGB", (96, 64), chance.randbytes(96 * 64 * 3))
    noise.save(out, kind)
    return out.getvalue()


def text(chance: random.Random) -> bytes:
    lines = [sentence(chance) for _ in range(chance.randint(2, 40))]
    return "\r\n".join([f"{chance.getrandbits(64):x}", *lines]).encode()


def table(chance: random.Random) -> bytes:
    rows = [f"{n};{chance.random()};{sentence(chance)}" for n in range(20)]
    return "\n".join(["jour;heure;note", *rows]).encode()


def docx(chance: random.Random, hidden: str = "") -> bytes:
    body = document_xml(paragraph(f"{chance.getrandbits(64):x} {hidden}"))
    return zipped(docx_parts(chance.getrandbits(32)) | {"word/document.xml": body})


def docx_with_item(chance: random.Random) -> bytes:
    parts = docx_parts(chance.getrandbits(32))
    return zipped(parts | {"customXml/item1.xml": b"<a>" + MARKER + b"</a>"})


def xlsx(chance: random.Random) -> bytes:
    return zipped(xlsx_parts(chance.getrandbits(32)))


HARMLESS: dict[str, Make] = {
    "lettre.pdf": pdf,
    "note.txt": text,
    "photo.jpg": lambda chance: picture("JPEG", chance),
    "décision.pdf": lambda chance: pdf(chance, packed=False),
    "présences.csv": table,
    "dessin.png": lambda chance: picture("PNG", chance),
    "rapport.docx": docx,
    "tableau.xlsx": xlsx,
}
INFECTED: dict[str, Make] = {
    "marqueur.txt": lambda chance: text(chance) + MARKER,
    "eicar.txt": lambda chance: EICAR + b" " * chance.randint(1, 60),
    "marqueur.csv": lambda chance: table(chance) + b"\n1;2;" + MARKER,
    "texte.docx": lambda chance: docx(chance, MARKER.decode()),
    "partie.docx": docx_with_item,
    "flux.pdf": lambda chance: pdf(chance, MARKER, packed=False),
    "flux comprimé.pdf": lambda chance: pdf(chance, MARKER),
    "pièce jointe.pdf": lambda chance: pdf_with_attachment(chance, packed=False),
    "photo.jpg": lambda chance: picture("JPEG", chance) + MARKER,
}
OVERLOOKED: dict[str, Make] = {
    "pièce jointe comprimée.pdf": lambda chance: pdf_with_attachment(chance, True),
}


def mixed(count: int, seed: int = 4) -> list[Sent]:
    """`count` files, every kind in its turn."""
    chance = random.Random(seed)
    good = cycle((name, make, False) for name, make in HARMLESS.items())
    bad = cycle(
        [(name, make, True) for name, make in INFECTED.items()]
        + [(name, make, None) for name, make in OVERLOOKED.items()]
    )
    made = []
    for number in range(count):
        name, make, infected = next(bad if number % INFECTED_EACH == 1 else good)
        made.append(Sent(name, make(chance), infected))
    return made


def _saved(made: pikepdf.Pdf, packed: bool) -> bytes:
    written = io.BytesIO()
    made.save(written, compress_streams=packed)
    return written.getvalue()
