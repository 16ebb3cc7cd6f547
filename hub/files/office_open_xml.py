"""DOCX and XLSX: from the main part, along known relations, to the parts that stay.

A relation of another type is left out, with the elements that need it. What a part may
hold: hub.files.office_word and hub.files.office_sheet.
"""

import posixpath
import re
from dataclasses import replace
from urllib.parse import unquote

from hub.files import office_sheet, office_word
from hub.files.archive import Archive
from hub.files.containers import CONTENT_TYPES
from hub.files.office_images import ImageCopier
from hub.files.office_links import may_stay
from hub.files.office_relations import (
    Relation,
    drop_dangling,
    main_type,
    part_type,
    read_relations,
    refuse_relation,
    written_relations,
    written_types,
)
from hub.files.refusals import FileRefused, Reason
from hub.files.xml_parts import XmlReader, drop, drop_attributes, named, written

_CLEANERS = {"docx": office_word.clean, "xlsx": office_sheet.clean}
_MEDIA = {"docx": "word/media", "xlsx": "xl/media"}
# Addresses and packed copies in VML, actions of shapes, numbers of editing sessions.
_ATTRIBUTES = (
    "starts-with(local-name(), 'rsid') or"
    " contains(' href src action macro ole gfxdata ', concat(' ', local-name(), ' '))"
)
_PART_NAME = re.compile(r"[A-Za-z0-9_.\-/]{1,200}\.(xml|vml)")
_ROOT = ""  # the package itself, as the source of relations


def rebuilt(archive: Archive, name: str) -> dict[str, bytes]:
    """The members of the new container, by name. `name`: "docx" or "xlsx".

    Raises FileRefused as hub.files.office.rebuild does.
    """
    return _Copy(archive, name).parts()


class _Copy:
    """One document being copied. Parts keep their names, pictures get new ones."""

    def __init__(self, archive: Archive, document: str) -> None:
        self._archive = archive
        self._document = document
        self._names = {name.casefold(): name for name in archive.members}
        self._xml = XmlReader()
        self._images = ImageCopier()
        self._parts: dict[str, bytes] = {}
        self._types: dict[
            str, str
        ] = {}  # of the parts that were met, copied or not yet
        self._pictures: dict[str, str] = {}  # name in the source -> in the copy
        self._to_copy: list[tuple[str, str]] = []  # part, kind of relation to it

    def parts(self) -> dict[str, bytes]:
        main = self._main()
        self._meet(self._target(_ROOT, main), main.kind, main_type(self._document))
        while self._to_copy:
            self._copy(*self._to_copy.pop())
        start = replace(main, target="/" + next(iter(self._types)))
        return {
            CONTENT_TYPES: written_types(self._types),
            "_rels/.rels": written_relations([start]),
            **self._parts,
        }

    def _main(self) -> Relation:
        found = [r for r in self._relations(_ROOT) if r.kind == "officeDocument"]
        if len(found) != 1 or found[0].is_external:
            raise FileRefused(Reason.BROKEN, "no main part")
        return found[0]

    def _copy(self, part: str, kind: str) -> None:
        root = self._xml.read(self._archive.read(part))
        relations = []
        for relation in self._relations(part):
            refuse_relation(relation, kind)
            if kept := self._kept(part, relation):
                relations.append(kept)
        _CLEANERS[self._document](root)
        for vector in named(root, "svgBlip"):  # a second form of a picture
            drop(vector)
        drop_attributes(root, _ATTRIBUTES)
        drop_dangling(root, {relation.id for relation in relations})
        self._parts[part] = written(root)
        if relations:
            self._parts[_relations_name(part)] = written_relations(relations)

    def _relations(self, part: str) -> list[Relation]:
        name = self._names.get(_relations_name(part).casefold())
        if not name:
            return []
        return read_relations(self._xml.read(self._archive.read(name)))

    def _kept(self, part: str, relation: Relation) -> Relation | None:
        """The relation as it is in the copy, or None if it is left out."""
        if not relation.is_of_office:
            return None
        if relation.is_external:
            is_link = relation.kind == "hyperlink"
            is_here = relation.target.startswith("#")
            stays = is_link and (is_here or may_stay(relation.target))
            return relation if stays else None
        target = self._target(part, relation)
        if not target:
            return None
        if relation.kind == "image":
            return replace(relation, target=f"/{self._picture(target)}")
        kind = part_type(self._document, relation)
        if not kind or not self._is_readable(target, relation):
            return None
        self._meet(target, relation.kind, kind)
        return replace(relation, target=f"/{target}")

    def _target(self, part: str, relation: Relation) -> str:
        """The name of an existing member, or ""."""
        path = unquote(relation.target).partition("#")[0]
        path = posixpath.join("/", posixpath.dirname(part), path)
        return self._names.get(posixpath.normpath(path).lstrip("/").casefold(), "")

    def _meet(self, part: str, kind: str, content_type: str) -> None:
        if not _PART_NAME.fullmatch(part):
            raise FileRefused(Reason.BROKEN, "name of a part")
        if part not in self._types:
            self._types[part] = content_type
            self._to_copy.append((part, kind))

    def _is_readable(self, part: str, relation: Relation) -> bool:
        """Old VML drawings are not always XML; a sheet without them still shows."""
        if relation.kind == "vmlDrawing" and part not in self._types:
            try:
                self._xml.read(self._archive.read(part))
            except FileRefused as refused:
                if refused.reason is Reason.BROKEN:
                    return False
                raise
        return True

    def _picture(self, name: str) -> str:
        if name not in self._pictures:
            content, extension = self._images.copy(self._archive.read(name))
            number = len(self._pictures) + 1
            new = f"{_MEDIA[self._document]}/image{number}.{extension}"
            self._pictures[name] = new
            self._parts[new] = content
        return self._pictures[name]


def _relations_name(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")
