"""A second reading of office files, to check the first: what in a copy is still active.

Standard library only, an allow list of its own, and no line shared with hub.files.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

_MEMBERS = re.compile(
    r"\[Content_Types\]\.xml|(\w+/)*_rels/[\w.]*\.rels|(word|xl)(/\w+)*/\w+\.(xml|vml)"
    r"|(word|xl)/media/image\d+\.(jpg|png)"
    r"|mimetype|META-INF/manifest\.xml|(Object \d+/)?(content|styles|settings)\.xml"
    r"|(Object \d+/)?Pictures/image\d+\.(jpg|png)"
)
_RELATIONS = re.compile(
    r"officeDocument|styles|numbering|settings|fontTable|theme(Override)?|header|footer"
    r"|comments|footnotes|endnotes|image|hyperlink|chart(UserShapes|sheet)?|worksheet"
    r"|diagram(Data|Layout|QuickStyle|Colors|Drawing)|sharedStrings|drawing|vmlDrawing"
    r"|table|pivotTable|pivotCache(Definition|Records)|FeaturePropertyBag"
)
_ACTIVE = re.compile(
    r"(?i)}(ole.*|control|altchunk|subdoc|attachedtemplate|mailmerge|.*event-listener"
    r"|script|scripts|execute-macro|dde.*|object-ole|plugin|applet|floating-frame"
    r"|.*-source|externalreference.*|connection|querytable|databinding)$"
)
_CODES = re.compile(r"(?i)\b(dde(auto)?|include\w*|link|embed|database|macrobutton)\b")
_FORMULAS = re.compile(r"(?i)\||webservice\(|\brtd\(|\bcall\(|\bexec\(|\bdde\(")
_TARGETS = re.compile(
    r"(?i)(https?://|mailto:|#|\.\.$|\./Object \d+$|Pictures/image|$)"
)


def active_in(path: Path) -> list[str]:
    """One line for everything in the file that runs, fetches, or is not on the list."""
    with zipfile.ZipFile(path) as container:
        found = []
        for name in container.namelist():
            if not _MEMBERS.fullmatch(name):
                found.append(f"member {name}")
            elif name.endswith((".xml", ".rels", ".vml")):
                root = ElementTree.fromstring(container.read(name))  # noqa: S314
                found += [f"{name}: {line}" for line in _walk(root)]
    return found


def _walk(root: ElementTree.Element) -> Iterator[str]:
    code = ""
    for element in root.iter():
        tag = element.tag
        if _ACTIVE.search(tag):
            yield tag
        if tag.endswith("}Relationship"):
            yield from _relation(element)
        if tag.endswith("}instrText"):
            code += element.text or ""
        if tag.endswith(("}f", "}formula", "}definedName")):
            yield from _formula(element.text or "")
        for key, value in element.attrib.items():
            if key.endswith("}formula"):
                yield from _formula(value)
            if key.endswith("href") and not _TARGETS.match(value):
                yield f"{tag} to {value}"
    if _CODES.search(code.replace("HYPERLINK", "")):
        yield f"field {code}"


def _relation(element: ElementTree.Element) -> Iterator[str]:
    kind, target = element.get("Type", "").split("/")[-1], element.get("Target", "")
    if not _RELATIONS.fullmatch(kind):
        yield f"relation {kind}"
    is_web = re.match(r"(?i)https?://|mailto:|#", target)
    if element.get("TargetMode") and not (kind == "hyperlink" and is_web):
        yield f"relation to {target}"


def _formula(text: str) -> Iterator[str]:
    if _FORMULAS.search(re.sub('"[^"]*"', "", text)) and not text.startswith("of:"):
        yield f"formula {text}"
