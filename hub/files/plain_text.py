"""Plain text and CSV: recognised, and rewritten as UTF-8.

Neither lines nor fields are changed, but for cells that a spreadsheet would run.
"""

import codecs
import csv
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

from hub.files.limits import MAX_LINE_CHARACTERS
from hub.files.refusals import FileRefused, Reason

if TYPE_CHECKING:
    from hub.files.kinds import Kind

# Texts that some program runs or lays out. `<` covers HTML, SVG, XML.
_MARKUP = re.compile(
    r"""\s*(<\s*[a-z!?/%]|\{\\?rtf|%!PS|%PDF-|\#!|(MIME-Version|Content-Type):\s)""",
    re.I | re.X,
)
_MAIL = re.compile(r"^(MIME-Version:\s*1|Content-Type:\s*multipart/)", re.I | re.M)
# A table of SYLK, which Excel recognises under any name. `ID;Prénom` is none.
_SYLK = re.compile(r"ID;P\S*\s+([BCFPNOW];\S|E\s*$)")
_PROLOGUE = 4_096  # characters
# Not tab, line feeds, form feed, next line.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")
_SAMPLE_RECORDS = 50
# A cell that a spreadsheet may take for a formula with an effect: DDE (`|`), a call,
# a reference to another file. `-12,5`, `+33 1 44`, `-oui`, `@martin` stay as they are.
_FORMULA = re.compile(r"""\s*[=+\-@].*[|(\[!]""", re.S)


def recognise(data: bytes) -> str:
    """ "text" or "csv". Raises FileRefused: NOT_ACCEPTED for bytes that are no text,
    for markup, scripts and mail; TOO_BIG_INSIDE for a line without end; EMPTY."""
    text = decode(data)
    beginning = text[:_PROLOGUE]
    is_other = _MARKUP.match(beginning) or _SYLK.match(beginning)
    if is_other or _MAIL.search(beginning):
        raise FileRefused(Reason.NOT_ACCEPTED, "markup, script or mail")
    if any(len(line) > MAX_LINE_CHARACTERS for line in text.splitlines()):
        raise FileRefused(Reason.TOO_BIG_INSIDE, "line too long")
    if not text.strip():
        raise FileRefused(Reason.EMPTY, "blank text")
    return "csv" if separator_of(text) else "text"


def rebuild(source: Path, target: Path, kind: "Kind") -> None:
    """Writes the text of `source` as UTF-8 without a mark, line ends as `\\n`.

    In a CSV, a cell that a spreadsheet would run gets an apostrophe in front; all else
    stays as it was written. Raises FileRefused as `recognise` does.
    """
    data = source.read_bytes()
    recognise(data)
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    if kind.name == "csv":
        text = disarmed(text)
    target.write_text(text, encoding="utf-8", newline="\n")


def decode(data: bytes) -> str:
    """The text that `data` is: UTF-8, UTF-16 with its mark, else Windows-1252.

    Raises FileRefused(NOT_ACCEPTED) if it is none of them, or holds control characters.
    """
    text = _decoded(data)
    if found := _CONTROLS.search(text):
        raise FileRefused(Reason.NOT_ACCEPTED, f"control character {ord(found[0])}")
    return text


def _decoded(data: bytes) -> str:
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encodings = ("utf-16",) if utf16 else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRefused(Reason.NOT_ACCEPTED, "neither a known type nor text")


def separator_of(text: str) -> str:
    """The character between fields if `text` is a table, else an empty string.

    A table is two records or more, the first fifty with one and the same number of
    fields, two or more. A comma with a blank behind is prose.
    """
    for separator in ";\t,":
        if separator in text[:_PROLOGUE] and _is_table(text, separator):
            return separator
    return ""


def _is_table(text: str, separator: str) -> bool:
    lines = io.StringIO(text[: 64 * _PROLOGUE], newline="")
    try:
        records = [
            r
            for r, _ in zip(
                csv.reader(lines, delimiter=separator),
                range(_SAMPLE_RECORDS + 1),
                strict=False,
            )
            if r
        ]
    except csv.Error:
        return False
    records = records[:_SAMPLE_RECORDS]
    if len(records) < 2 or len({len(r) for r in records}) != 1 or len(records[0]) < 2:
        return False
    cells = [cell for record in records for cell in record[1:]]
    return separator != "," or not any(c.startswith(" ") for c in cells)


def disarmed(text: str) -> str:
    """The table `text` with an apostrophe before every cell that would be run.

    A table without such a cell comes back unchanged, quotes and all.
    """
    separator = separator_of(text) or ";"
    records = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    if not any(_FORMULA.match(cell) for record in records for cell in record):
        return text
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, delimiter=separator, lineterminator="\n")
    for record in records:
        writer.writerow([f"'{c}" if _FORMULA.match(c) else c for c in record])
    return lines.getvalue()
