"""Three hundred hostile names, and what becomes of the ordinary ones."""

import random
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.files.names import clean_name
from tests.hostile import EVERYTHING

pytestmark = pytest.mark.embedded  # says nothing about a database

_CHANCE = random.Random(20261128)
BIDI = [chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x61C)]
BLANK = [chr(c) for c in (0x200B, 0x2060, 0xFEFF, 0xAD, 0x3164, 0x2800, 0x115F, 0xFE0F)]
DEVICES = ["CON", "prn", "Aux", "NUL", "COM1", "lpt9", "COM¹", "CONIN$", "clock$"]
STEPS = ["../", "..\\", "/", "\\\\h\\s\\", "C:\\", "file:///", "%2e%2e/", "..／", "⁄"]
ENDINGS = [".exe", ".pdf.exe", ".js", ".docm", ".html", ".svg", " .scr", ".pdf ", "."]
WORDS = [
    "Décision",
    "note",
    "Compte rendu",
    "зал",
    "数据",
    "قرار",
    "e\u0301te\u0301",
    "🙂",
]


def _hostile() -> list[str]:
    word = _CHANCE.choice
    names = [
        f"{word(WORDS)}{c}fdp{word(ENDINGS)}" for c in BIDI + BLANK for _ in range(2)
    ]
    names += [f"{d}{e}" for d in DEVICES for e in ("", ".txt", " .pdf", ". .", ".a.b")]
    names += [f"{s * 3}{word(WORDS)}{word(ENDINGS)}" for s in STEPS for _ in range(5)]
    names += [f"a{chr(c)}b.pdf" for c in (*range(32), *range(127, 160))]
    names += [word(WORDS) * 700 + e for e in ENDINGS]
    names += [c + "\u0301" * n for c in ("e", "", "数") for n in (1, 60, 2000)]
    names += ["", " ", ".", "..", "...", ".htaccess", "-rf", "~", "a" * 4096, "\ud800"]
    return names + EVERYTHING[: 300 - len(names)]


HOSTILE = _hostile()


def _holds(name: str, extension: str) -> None:
    assert name.endswith(f".{extension}")
    assert len(name.encode()) <= 120  # and no lone surrogate, or this raises
    assert name == unicodedata.normalize("NFC", name)
    assert not {unicodedata.category(c) for c in name} & {"Cc", "Cf", "Co", "Cs", "Zl"}
    assert not re.search(r'[/\\:*?"<>|]', name)
    stem = name.removesuffix(f".{extension}")
    assert stem
    assert stem == stem.strip(" .")
    assert not re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)", stem.split(".")[0])
    assert not any(c in name for c in BIDI + BLANK)


def test_there_are_three_hundred() -> None:
    assert len(HOSTILE) >= 300


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_hostile_name_deceives_nobody(number: int) -> None:
    _holds(clean_name(HOSTILE[number], "pdf"), "pdf")


@given(st.text(max_size=300), st.sampled_from(["pdf", "docx", "jpg"]))
def test_any_name_becomes_a_safe_one_and_stays_it(raw: str, extension: str) -> None:
    name = clean_name(raw, extension)
    _holds(name, extension)
    assert clean_name(name, extension) == name


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Décision du 12.03.pdf", "Décision du 12.03.pdf"),
        ("Décision du 12.03", "Décision du 12.03.pdf"),
        ("Mme. Martin - audience (2).PDF", "Mme. Martin - audience (2).pdf"),
        ("facture.pdf.exe", "facture.pdf"),
        ("facture.pdf          .exe", "facture.pdf"),
        ("scan.jpeg", "scan.pdf"),
        ("..\\..\\windows\\win.ini", "win.pdf"),
        ("con.txt", "_con.pdf"),
        ("content.txt", "content.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ("", "document.pdf"),
        ("....", "document.pdf"),
        ("l'été, à 14 h.odt", "l'été, à 14 h.pdf"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
    ],
)
def test_names(raw: str, clean: str) -> None:
    assert clean_name(raw, "pdf") == clean


def test_no_character_is_cut() -> None:
    assert clean_name("é" * 200, "pdf") == "é" * 58 + ".pdf"
    # The base goes with its accents.
    assert clean_name("a" * 115 + "q\u0323\u0307", "pdf") == "a" * 115 + ".pdf"
