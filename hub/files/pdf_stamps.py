"""What form fields, notes and stamps show, kept in its place as mere pictures.

Each becomes a read-only stamp with the look it had, and its words for screen readers.
The text of the page itself stays what it was. Fields, actions and popups end here.
"""

from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from hub.files.pdf_copy import Copier

MAX_STAMPS = 20_000
WORDS_CHARACTERS = 4_000
PRINT, READ_ONLY, LOCKED = 4, 64, 128  # ISO 32000-2, table 167
UNSEEN = 2 | 32  # Hidden, NoView
NOT_DRAWN = ("/Link", "/Popup")  # links: pdf_places.py
TROUBLE = (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError)


def keep_looks(old: Pdf, copier: Copier) -> None:
    """Add the stamps to the copied pages. Damaged annotations are left out."""
    try:
        if "/AcroForm" in old.Root:
            old.generate_appearance_streams()
    except TROUBLE:
        pass  # fields without a look stay without
    left = MAX_STAMPS
    for page in old.pages:
        stamps = list(_stamps(page.obj, copier))[:left]
        left -= len(stamps)
        if stamps:
            target = copier.pages[page.obj.objgen]
            target["/Annots"] = Array([*target.get("/Annots", []), *stamps])


def _stamps(page: Object, copier: Copier) -> Iterator[Object]:
    annotations = page.get("/Annots")
    if not isinstance(annotations, Array):
        return
    for annotation in annotations:
        if not isinstance(annotation, Dictionary):
            continue
        try:
            stamp = _stamp(annotation, copier)
        except TROUBLE:
            continue
        if stamp is not None:
            yield stamp


def _stamp(annotation: Object, copier: Copier) -> Object | None:
    if annotation.get("/Subtype") in NOT_DRAWN or _is_unseen(annotation):
        return None
    look = _look(annotation)
    place = copier.copy(annotation.get("/Rect"), "data")
    if look is None or not isinstance(place, Array) or len(place) != 4:
        return None
    drawn = copier.copy(look, "xobject")
    if drawn is None:
        return None
    stamp = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Stamp,
        Rect=place,
        F=PRINT | READ_ONLY | LOCKED,
        AP=Dictionary(N=drawn),
    )
    if words := _words(annotation):
        stamp["/Contents"] = String(words)
    return copier.new.make_indirect(stamp)


def _is_unseen(annotation: Object) -> bool:
    flags = annotation.get("/F", 0)
    return isinstance(flags, int) and bool(flags & UNSEEN)


def _look(annotation: Object) -> Stream | None:
    """The normal look; of several, the one of the present state."""
    looks = annotation.get("/AP")
    normal = looks.get("/N") if isinstance(looks, Dictionary) else None
    if isinstance(normal, Dictionary) and not isinstance(normal, Stream):
        normal = normal.get(str(annotation.get("/AS", "/")))
    if not isinstance(normal, Stream):
        return None
    normal["/Subtype"] = Name.Form  # some writers forget it
    return normal


def _words(annotation: Object) -> str:
    """The value of a field, or the text of a note."""
    field = annotation.get("/Parent")
    holders = [annotation, *([field] if isinstance(field, Dictionary) else [])]
    for key in ("/V", "/Contents"):
        for holder in holders:
            if isinstance(value := holder.get(key), String):
                return str(value)[:WORDS_CHARACTERS]
    return ""
