"""Bookmarks and links that lead to a page of the same document, written anew.

Neither is an action here: each names its page. Whatever leads elsewhere (addresses,
other files, scripts) is not carried.
"""

from collections.abc import Iterator
from decimal import Decimal

import pikepdf
from pikepdf import Array, Dictionary, Name, NameTree, Object, OutlineItem, Pdf, String

from hub.files.pdf_copy import Copier

MAX_BOOKMARKS, MAX_LINKS, MAX_LEVELS = 5_000, 20_000, 10
BOOKMARK_CHARACTERS = 500
LOCATIONS = {"/XYZ", "/Fit", "/FitH", "/FitV", "/FitR", "/FitB", "/FitBH", "/FitBV"}
# What damaged trees raise.
TROUBLE = (
    *(pikepdf.PdfError, pikepdf.OutlineStructureError, RuntimeError),
    *(ValueError, TypeError, KeyError, AttributeError),
)


class Places:
    """What leads to a page of `old`, led to its copy."""

    def __init__(self, old: Pdf, copier: Copier) -> None:
        self._old, self._copier = old, copier
        self._names = _names(old)
        self._left = MAX_LINKS

    def copy(self) -> None:
        """Bookmarks that cannot be read are left out; the pages stand without."""
        for page in self._old.pages:
            links = [link for link in self._links(page.obj) if link is not None]
            if links:
                self._copier.pages[page.obj.objgen]["/Annots"] = Array(links)
        try:
            with self._old.open_outline(max_depth=MAX_LEVELS) as outline:
                items = self._items(outline.root)
        except TROUBLE:
            return
        if items:
            with self._copier.new.open_outline() as outline:
                outline.root.extend(items)
            self._copier.new.Root["/PageMode"] = Name.UseOutlines

    def _links(self, page: Object) -> Iterator[Object | None]:
        annotations = page.get("/Annots")
        if not isinstance(annotations, Array):
            return
        for annotation in annotations:
            if not isinstance(annotation, Dictionary) or self._left < 1:
                continue
            if annotation.get("/Subtype") == "/Link":
                self._left -= 1
                yield self._link(annotation)

    def _link(self, annotation: Object) -> Object | None:
        place = self._place(annotation.get("/Dest"), annotation.get("/A"))
        rectangle = self._copier.copy(annotation.get("/Rect"), "data")
        if place is None or not isinstance(rectangle, Array) or len(rectangle) != 4:
            return None
        link = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Link,
            Rect=rectangle,
            Border=Array([0, 0, 0]),
            F=4,  # also on paper
            Dest=place,
        )
        return self._copier.new.make_indirect(link)

    def _items(self, found: list[OutlineItem]) -> list[OutlineItem]:
        items = []
        for old in found[:MAX_BOOKMARKS]:
            place = self._place(old.destination, old.action)
            item = OutlineItem(str(old.title)[:BOOKMARK_CHARACTERS], place)
            item.children.extend(self._items(old.children))
            item.is_closed = old.is_closed
            items.append(item)
        return items

    def _place(self, place: object, action: object) -> Array | None:
        """[page, where on it] in the new document, of a destination or a jump."""
        if place is None and isinstance(action, Dictionary):
            place = action.get("/D") if action.get("/S") == "/GoTo" else None
        if isinstance(place, String | Name | str):
            place = self._names.get(str(place).removeprefix("/"))
        if isinstance(place, Dictionary):
            place = place.get("/D")
        if not isinstance(place, Array) or len(place) < 2:
            return None
        page = place[0]
        target = isinstance(page, Dictionary) and self._copier.pages.get(page.objgen)
        if not target or str(place[1]) not in LOCATIONS:
            return None
        return Array([target, place[1], *map(_number, list(place)[2:6])])


def _number(value: object) -> object:
    return value if isinstance(value, int | Decimal) else None


def _names(old: Pdf) -> dict[str, object]:
    """Named places, of both the tree and the older dictionary."""
    found: dict[str, object] = {}
    try:
        older = old.Root.get("/Dests")
        if isinstance(older, Dictionary):
            found.update({key.removeprefix("/"): at for key, at in older.items()})
        trees = old.Root.get("/Names")
        tree = trees.get("/Dests") if isinstance(trees, Dictionary) else None
        if isinstance(tree, Dictionary):
            for key, value in NameTree(tree).items():
                if len(found) < MAX_LINKS:
                    found[str(key)] = value
    except TROUBLE:
        pass
    return found
