"""XML of strangers, read into a tree within limits, and written again.

UTF-8 without a document type: no entity, no other encoding that a check by bytes would
not see through. What the elements mean: the office modules.
"""

import re
from typing import Any

from lxml import etree

from hub.files.limits import (
    LONG_TAG_BYTES,
    MAX_ALL_TAGS,
    MAX_ATTRIBUTES,
    MAX_ATTRIBUTES_OF_TAG,
    MAX_XML_BYTES,
    MAX_XML_TAGS,
)
from hub.files.refusals import FileRefused, Reason

Element = Any  # lxml has no types

_ENCODING = re.compile(rb"""<\?xml[^>]*\sencoding\s*=\s*["']([^"']*)["']""")
_DECLARATION = re.compile(rb"<!\s*(DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)")

# Up to the next tag: `>` may stand in an attribute, `<` never does.
_LONG_TAG = re.compile(rb"[^<]{%d,}" % LONG_TAG_BYTES)
_ATTRIBUTE = re.compile(rb"=\s*[\"']")
_UTF8 = (b"UTF-8", b"UTF8", b"US-ASCII", b"ASCII")


class XmlReader:
    """Reads the parts of one document; they share one allowance of tags."""

    def __init__(self) -> None:
        self._tags_left = MAX_ALL_TAGS

    def read(self, data: bytes) -> Element:
        """The root element, without comments and processing instructions.

        Raises FileRefused: TOO_BIG_INSIDE, or BROKEN for what is not well-formed, not
        UTF-8, nested too deeply, or declares a document type.
        """
        self._check(data)
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            return etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise FileRefused(Reason.BROKEN, "XML") from error

    def _check(self, data: bytes) -> None:
        tags = data.count(b"<")
        self._tags_left -= tags
        if (
            len(data) > MAX_XML_BYTES
            or tags > MAX_XML_TAGS
            or self._tags_left < 0
            or data.count(b"=") > MAX_ATTRIBUTES
        ):
            raise FileRefused(Reason.TOO_BIG_INSIDE, f"XML of {len(data)} bytes")
        counts = (len(_ATTRIBUTE.findall(m[0])) for m in _LONG_TAG.finditer(data))
        if any(count > MAX_ATTRIBUTES_OF_TAG for count in counts):
            raise FileRefused(Reason.TOO_BIG_INSIDE, "attributes of a tag")
        encoding = _ENCODING.match(data.removeprefix(b"\xef\xbb\xbf"))
        if b"\0" in data or (encoding and encoding[1].upper() not in _UTF8):
            raise FileRefused(Reason.BROKEN, "XML in another encoding")
        if _DECLARATION.search(data):
            raise FileRefused(Reason.BROKEN, "document type declaration")


def written(root: Element) -> bytes:
    """The tree as bytes, in UTF-8 with its declaration."""
    data: bytes = etree.tostring(
        root, xml_declaration=True, encoding="UTF-8", standalone=True
    )
    return data


def local(element: Element) -> str:
    """The name without its namespace: strict and transitional OOXML differ in it."""
    return str(etree.QName(element).localname)


def drop(element: Element) -> None:
    """Takes an element out of its tree; the text behind it stays."""
    parent = element.getparent()
    if parent is None:
        raise FileRefused(Reason.BROKEN, "nothing left of a part")
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)


def named(root: Element, *names: str) -> list[Element]:
    """All elements of these local names, in the order of the document."""
    return list(root.iter(*(f"{{*}}{name}" for name in names)))


def drop_attributes(root: Element, condition: str) -> None:
    """Takes away every attribute for which the XPath `condition` holds."""
    for value in root.xpath(f"//@*[{condition}]"):
        del value.getparent().attrib[value.attrname]
