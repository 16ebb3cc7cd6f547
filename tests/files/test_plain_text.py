"""Texts and tables come back as UTF-8, letter for letter, and no cell runs."""

import csv
from pathlib import Path

import pytest

from hub.files.kinds import KINDS, recognise
from hub.files.limits import MAX_LINE_CHARACTERS
from hub.files.plain_text import disarmed, rebuild, separator_of
from hub.files.reasons import FileRefused, Reason

pytestmark = pytest.mark.embedded  # says nothing about a database

LETTER = "Madame,\n\nl'été à Nîmes : 12 € – « œuvre ».\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_encoding_becomes_utf8(
    tmp_path: Path, encoding: str, newline: str
) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_bytes(LETTER.replace("\n", newline).encode(encoding))
    rebuild(source, target, recognise(source))
    assert target.read_bytes() == LETTER.encode()


@pytest.mark.parametrize(
    "data", [b"a\0b", b"a\x1b[31m", b"\x81", b"a\x08", b"a\xc2\x9b"]
)
def test_control_characters_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(FileRefused) as refused:
        rebuild(tmp_path / "a", tmp_path / "b", KINDS["text"])
    assert refused.value.reason is Reason.NOT_ACCEPTED
    assert not (tmp_path / "b").exists()


def test_a_line_has_an_end(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a" * (MAX_LINE_CHARACTERS + 1))
    with pytest.raises(FileRefused) as refused:
        recognise(tmp_path / "a")
    assert refused.value.reason is Reason.TOO_BIG_INSIDE


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a;b\n1;2\n", ";"),
        ("a\tb\n1\t2\n", "\t"),
        ("a,b\n1,2\n", ","),
        ('a;b\n"x;y\nz";2\n', ";"),
        ("a;b\n\n1;2\n", ";"),
        ("a;b\n1;2;3\n", ""),
        ("a;b\n", ""),
        ("Bonjour, Madame\nMerci, bien\n", ""),
        ("un mot\nun autre\n", ""),
    ],
)
def test_a_table_is_known_by_its_records(text: str, separator: str) -> None:
    assert separator_of(text) == separator


HARMLESS = ["-12,5", "+33 1 44 77", "-oui", "@martin", "=", "- un point", "+1", "=A1+2"]
RUN = [
    "=cmd|'/c calc'!A0",
    '=HYPERLINK("http://a.fr";"x")',
    "+SUM(A1)",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1)",
    "\t=cmd|'x'!A0",
    "='[a.xlsx]b'!A1",
]


def test_a_table_without_such_cells_is_left_as_it_is() -> None:
    text = "nom;note\n" + "".join(f'"{cell}";x \n' for cell in HARMLESS)
    assert disarmed(text) == text


@pytest.mark.parametrize("cell", RUN)
def test_a_cell_that_would_run_gets_an_apostrophe(tmp_path: Path, cell: str) -> None:
    rows = [["nom", "note"], ["Martin", cell], ["-12,5", "a;b"]]
    with (tmp_path / "a").open("w", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    rebuild(tmp_path / "a", tmp_path / "b", recognise(tmp_path / "a"))
    with (tmp_path / "b").open(newline="") as file:
        found = list(csv.reader(file, delimiter=";"))
    assert found == [rows[0], ["Martin", f"'{cell}"], rows[2]]
