"""Links, formulas and field codes of office documents: which may stay. No XML here."""

import re

from hub.files.refusals import FileRefused, Reason


def words(text: str) -> frozenset[str]:
    """The words of a table that is written as one string."""
    return frozenset(text.split())


_LINK = re.compile(r"(https?://|mailto:)[^\s\"<>\\]{1,2000}", re.I)
# Fields that a program computes from the document alone, and links, checked apart.
_KEPT_FIELDS = words(
    "AUTONUM CREATEDATE DATE FORMCHECKBOX FORMDROPDOWN FORMTEXT HYPERLINK IF INDEX"
    " LISTNUM NOTEREF NUMPAGES PAGE PAGEREF REF SAVEDATE SECTION SECTIONPAGES SEQ"
    " STYLEREF SYMBOL TC TIME TOC XE ="
)
_EMBEDDING_FIELDS = words(
    "DDE DDEAUTO LINK EMBED INCLUDE INCLUDETEXT INCLUDEPICTURE IMPORT DATABASE RD"
    " HTMLCONTROL BARCODE"
)
_MACRO_FIELDS = words("MACROBUTTON CONTROL ADDIN PRINT GOTOBUTTON")
_WORD = re.compile(r"[\s\"“”]*([A-Za-z]+|=)")
_FIELD_TARGET = re.compile(r"\s*HYPERLINK\s+(?!\\)[\"“]?([^\"”\s]+)", re.I)

_STRINGS = re.compile(r'"[^"]*"')
_MACRO_CALLS = re.compile(r"\b(CALL|REGISTER|REGISTER\.ID|EXEC|FOPEN|RUN)\s*\(", re.I)
_FETCHING_CALLS = re.compile(
    r"\b(DDE|RTD|WEBSERVICE|IMAGE|SQL\.REQUEST|STOCKHISTORY|IMPORT\w+)\s*\(", re.I
)
_ADDRESS = re.compile(r"\b(file|https?|ftp|smb):|\\\\", re.I)
# In Excel only: `cmd|'/c x'!A1`; `[1]Sheet!A1`, `'C:\[a.xlsx]b'!A1`. In OpenDocument
# these characters mean rows of an array, and cells.
_OUTSIDE = re.compile(r"\||\[[^\[\]]+\][^!\[\]+*/(),;]*!")
_HYPERLINK_CALL = re.compile(r"\bHYPERLINK\s*\(", re.I)


def may_stay(target: str) -> bool:
    """Whether a link that people follow by a click keeps its target."""
    return bool(_LINK.fullmatch(target.strip()))


def keeps_field(code: str, is_composed: bool = False) -> bool:
    """Whether a field of Word keeps its code; else only its last result stays.

    `is_composed`: other fields make up a part of the code. Raises FileRefused (MACROS,
    EMBEDDED) for codes that run or fetch something, or hide what they are.
    """
    found = _WORD.match(code)
    word = found[1].upper() if found else ""
    if word in _MACRO_FIELDS:
        raise FileRefused(Reason.MACROS, "field code")
    if word in _EMBEDDING_FIELDS or (is_composed and word not in _KEPT_FIELDS):
        raise FileRefused(Reason.EMBEDDED, "field code")
    target = _FIELD_TARGET.match(code)
    if word == "HYPERLINK" and target and not may_stay(target[1]):
        return False
    return word in _KEPT_FIELDS and not (word == "HYPERLINK" and is_composed)


def keeps_formula(formula: str, is_excel: bool = True) -> bool:
    """Whether a cell keeps its formula; else only its last value stays.

    Raises FileRefused (MACROS, EMBEDDED) for formulas that run a program, fetch
    something, or refer to another file.
    """
    bare = _STRINGS.sub('""', formula)
    if _MACRO_CALLS.search(bare):
        raise FileRefused(Reason.MACROS, "formula")
    is_outside = _ADDRESS.search(bare) or (is_excel and _OUTSIDE.search(bare))
    if is_outside or _FETCHING_CALLS.search(bare):
        raise FileRefused(Reason.EMBEDDED, "formula")
    return not _HYPERLINK_CALL.search(bare)
