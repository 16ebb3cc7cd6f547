"""What a part of an XLSX may hold: formulas, names, cells within the sheet's bounds.

Relations and pictures: hub.files.office_open_xml.
"""

import re

from hub.files.limits import (
    MAX_CELL_CHARACTERS,
    MAX_COLUMNS,
    MAX_FILLED_CELLS,
    MAX_ROWS,
)
from hub.files.office_links import keeps_formula
from hub.files.refusals import FileRefused, Reason
from hub.files.xml_parts import Element, drop, drop_attributes, local, named

_EMBEDDED = (
    "oleObjects",
    "oleObject",
    "externalReferences",
    "externalLink",
    "queryTable",
    "connection",
    "movie",
)
# Form controls, settings of a printer or a user, paths, data that is left out.
_LEFT_OUT = (
    "controls fileSharing fileRecoveryPr webPublishing oleSize smartTagPr smartTagTypes"
    " smartTags customProperties absPath revisionPtr webPublishItems functionGroups"
    " webPublishObjects picture"
)
_FORMULAS = ("f", "formula", "formula1", "formula2", "calculatedColumnFormula")
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")
_RUN_BY_THEMSELVES = re.compile(
    r"(_xlnm\.)?auto_?(open|close|activate|deactivate)", re.I
)
_TRACES = (
    "contains(' cm vm codeName refreshedBy macro ', concat(' ', local-name(), ' '))"
)


def clean(root: Element) -> None:
    """Changes the tree in place. Raises FileRefused (MACROS, EMBEDDED, BROKEN,
    TOO_BIG_INSIDE)."""
    if named(root, *_EMBEDDED) or _has_outside_source(root):
        raise FileRefused(Reason.EMBEDDED, "object or source in a workbook")
    for element in named(root, *_LEFT_OUT.split()):
        drop(element)
    drop_attributes(root, _TRACES)
    _check_names(root)
    _check_cells(root)
    _check_areas(root)
    _clean_formulas(root)


def _has_outside_source(root: Element) -> bool:
    sources = named(root, "cacheSource")
    return any(s.get("type", "worksheet") != "worksheet" for s in sources)


def _check_names(root: Element) -> None:
    for name in named(root, "definedName"):
        flags = (name.get(key, "0") for key in ("xlm", "vbProcedure", "function"))
        called = name.get("name", "")
        if any(f in ("1", "true") for f in flags) or _RUN_BY_THEMSELVES.match(called):
            raise FileRefused(Reason.MACROS, "name of a macro")
        if not keeps_formula(name.text or ""):
            drop(name)


def _check_cells(root: Element) -> None:
    for row in named(root, "row"):
        number = row.get("r", "1")
        if not number.isdecimal() or not 1 <= int(number[:9]) <= MAX_ROWS:
            raise FileRefused(Reason.BROKEN, "row beyond the sheet")
    for cell in named(root, "c"):
        if reference := cell.get("r"):
            _place(reference)
    for text in named(root, "si", "is"):
        if sum(len(t.text or "") for t in named(text, "t")) > MAX_CELL_CHARACTERS:
            raise FileRefused(Reason.TOO_BIG_INSIDE, "text of a cell")


def _place(reference: str) -> tuple[int, int]:
    """(row, column), from 1. Raises FileRefused(BROKEN) beyond the sheet."""
    found = _REFERENCE.fullmatch(reference)
    column = 0
    for letter in found[1] if found else "":
        column = column * 26 + ord(letter) - 64
    if not found or column > MAX_COLUMNS or int(found[2]) > MAX_ROWS:
        raise FileRefused(Reason.BROKEN, "cell beyond the sheet")
    return int(found[2]), column


def _check_areas(root: Element) -> None:
    """Merged cells and array formulas are laid out cell by cell."""
    areas = [m.get("ref", "A1") for m in named(root, "mergeCell")]
    areas += [f.get("ref", "A1") for f in named(root, "f") if f.get("t") == "array"]
    filled = 0
    for area in areas:
        first, _, last = area.partition(":")
        (top, left), (bottom, right) = _place(first), _place(last or first)
        filled += (abs(bottom - top) + 1) * (abs(right - left) + 1)
    if filled > MAX_FILLED_CELLS:
        raise FileRefused(Reason.TOO_BIG_INSIDE, f"{filled} cells filled")


def _clean_formulas(root: Element) -> None:
    left_out: set[str | None] = set()
    formulas = named(root, *_FORMULAS)
    for formula in formulas:
        if not keeps_formula(formula.text or ""):
            if formula.get("t") == "shared":
                left_out.add(formula.get("si"))
            drop(formula)
    for formula in formulas:  # those that share one that is gone
        is_shared = local(formula) == "f" and formula.get("t") == "shared"
        if (
            is_shared
            and formula.get("si") in left_out
            and formula.getparent() is not None
        ):
            drop(formula)
