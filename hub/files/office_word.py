"""What a part of a DOCX may hold: field codes, elements that run or fetch something.

Relations and pictures: hub.files.office_open_xml.
"""

from dataclasses import dataclass, field

from hub.files.office_links import keeps_field
from hub.files.refusals import FileRefused, Reason
from hub.files.xml_parts import Element, drop, local, named

_EMBEDDED = ("object", "OLEObject", "altChunk", "subDoc", "movie", "oleObj")
_MACROS = ("control", "ocx", "ddeLink")
# Templates, data sources, bindings to data that is left out, traces of who and where.
_LEFT_OUT = (
    "attachedTemplate mailMerge docVars dataBinding rsids saveThroughXslt linkStyles"
    " useXSLTWhenSaving entryMacro exitMacro embedRegular embedBold embedItalic"
    " embedBoldItalic glossaryDocument webPublishItems"
)


@dataclass
class _Field:
    code: list[str] = field(default_factory=list)
    is_code: bool = True  # before its `separate`
    is_composed: bool = False
    elements: list[Element] = field(default_factory=list)  # all but the result


def clean(root: Element) -> None:
    """Changes the tree in place. Raises FileRefused (MACROS, EMBEDDED)."""
    if named(root, *_MACROS):
        raise FileRefused(Reason.MACROS, "control in a document")
    if named(root, *_EMBEDDED):
        raise FileRefused(Reason.EMBEDDED, "object in a document")
    for element in named(root, *_LEFT_OUT.split()):
        drop(element)
    _clean_simple_fields(root)
    _clean_fields(root)


def _clean_simple_fields(root: Element) -> None:
    for element in named(root, "fldSimple"):
        code = "".join(v for k, v in element.attrib.items() if k.endswith("instr"))
        if not keeps_field(code):
            for child in list(element):
                element.addprevious(child)
            drop(element)


def _clean_fields(root: Element) -> None:
    """Fields may be split over runs and paragraphs, and stand in each other."""
    open_fields: list[_Field] = []
    for element in named(root, "fldChar", "instrText", "delInstrText", "t"):
        if local(element) != "fldChar":
            _take_text(open_fields, element)
            continue
        kind = "".join(v for k, v in element.attrib.items() if k.endswith("Type"))
        if kind == "begin":
            if open_fields and open_fields[-1].is_code:
                open_fields[-1].is_composed = True
            open_fields.append(_Field())
        if not open_fields:
            drop(element)
            continue
        open_fields[-1].elements.append(element)
        if kind == "separate":
            open_fields[-1].is_code = False
        elif kind == "end":
            _close(open_fields.pop())
    for unfinished in open_fields:
        _close(unfinished)


def _take_text(open_fields: list[_Field], element: Element) -> None:
    # Word also takes plain text for code, as long as the code lasts.
    if open_fields and open_fields[-1].is_code:
        open_fields[-1].code.append(element.text or "")
        open_fields[-1].elements.append(element)
    elif local(element) != "t":
        drop(element)


def _close(done: _Field) -> None:
    if not keeps_field("".join(done.code), done.is_composed):
        for element in done.elements:
            drop(element)
