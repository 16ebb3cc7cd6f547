"""Carries objects of a PDF into a new one, as far as pdf_schema.py lists them.

Belongs here: following references once, cycles, depth. Which keys: pdf_schema.py. What
becomes of the bytes of a stream: pdf_streams.py.
"""

from decimal import Decimal

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from hub.files.limits import MAX_OBJECT_DEPTH
from hub.files.pdf_schema import DATA, MAPS, SCHEMA, STREAMS
from hub.files.pdf_streams import Carrier
from hub.files.refusals import FileRefused, Reason

Value = Object | int | Decimal | bool | None
SCALARS = (bool, int, Decimal)


class Copier:
    """Copies by schema; what it has copied once it refers to.

    Copying raises `FileRefused` TOO_BIG_INSIDE beyond a limit. A value that the schema
    does not allow is None, which leaves its key out.
    """

    def __init__(self, new: Pdf) -> None:
        self.new = new
        self.pages: dict[tuple[int, int], Object] = {}  # place in the old: in the new
        self._carrier = Carrier()
        self._known: dict[tuple[tuple[int, int], str], Value] = {}

    def copy(self, value: Value, context: str, depth: int = 0) -> Value:
        if value is None or isinstance(value, SCALARS):
            return value
        if isinstance(value, String | Name):  # may be an object of the old document
            return (
                String(bytes(value)) if isinstance(value, String) else Name(str(value))
            )
        if depth > MAX_OBJECT_DEPTH:
            raise FileRefused(Reason.TOO_BIG_INSIDE, "objects too deep")
        if context == "page reference":
            return self.pages.get(value.objgen)
        if not value.is_indirect:
            return self._fill(self._empty(value, context), value, context, depth)
        key = (value.objgen, context)
        if key not in self._known:
            # Known before it is filled: it may refer to itself.
            empty = self._empty(value, context)
            if empty is not None and not empty.is_indirect:
                empty = self.new.make_indirect(empty)
            self._known[key] = empty
            self._fill(empty, value, context, depth)
        return self._known[key]

    def fill(self, target: Object, source: Object, context: str) -> None:
        """Copy the listed keys of `source` into `target`."""
        self._fill(target, source, context, 0)

    def _empty(self, value: Object, context: str) -> Object | None:
        if isinstance(value, Array):
            return Array()
        if isinstance(value, Stream):
            allowed = context in STREAMS and _is_drawable(value, context)
            return self._carrier.carry(value, self.new) if allowed else None
        if not isinstance(value, Dictionary) or context == DATA or _is_objr(value):
            return None
        return Dictionary()

    def _fill(
        self, target: Object | None, source: Object, context: str, depth: int
    ) -> Object | None:
        if isinstance(target, Array):
            for item in source:
                self._append(target, self.copy(item, context, depth + 1))
        elif target is not None:
            keys = SCHEMA.get(context, {})
            every = MAPS.get(context)
            for key, item in source.items():
                if inner := every or keys.get(key):
                    copied = self.copy(item, inner, depth + 1)
                    if copied is not None:
                        target[key] = copied
        return target

    @staticmethod
    def _append(target: Array, copied: Value) -> None:
        # Left out, not null: places in the arrays that may lose an item (tags, layers)
        # mean nothing, and readers stumble over null.
        if copied is not None:
            target.append(copied)


def _is_drawable(stream: Object, context: str) -> bool:
    """Of XObjects only forms and images: the third kind is a PostScript program."""
    return context != "xobject" or stream.get("/Subtype") in ("/Form", "/Image")


def _is_objr(value: Object) -> bool:
    return value.get("/Type") == "/OBJR"
