"""A file is what its bytes are, and only what is on the list; names are never asked."""

import gzip
import io
import tarfile
from pathlib import Path

import pytest
from PIL import Image

from hub.files.kinds import KINDS, recognise
from hub.files.limits import MAX_FILE_BYTES
from hub.files.reasons import FileRefused, Reason
from tests.files.bombs_pdf import stream, with_content
from tests.files.documents import docx_parts, photo, xlsx_parts, zipped
from tests.files.open_documents import manifest, ods_parts, odt_parts

pytestmark = pytest.mark.embedded  # says nothing about a database

DOCX, XLSX = docx_parts(), xlsx_parts()
ODT, ODS = odt_parts(), ods_parts()
TYPES = "[Content_Types].xml"
PDF = with_content(stream(b""))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def picture(name: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(out, name)
    return out.getvalue()


def retyped(parts: dict[str, bytes], old: str, new: str) -> bytes:
    types = parts[TYPES].decode()
    assert old in types
    return zipped(parts | {TYPES: types.replace(old, new).encode()})


def tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"), io.BytesIO())
    return out.getvalue()


def refusal(path: Path, data: bytes) -> Reason:
    path.write_bytes(data)
    with pytest.raises(FileRefused) as refused:
        recognise(path)
    return refused.value.reason


ACCEPTED = {
    "pdf": PDF,
    "pdf with a mark": b"\xef\xbb\xbf" + PDF,
    "pdf, zip behind": PDF + zipped({"a": b"b"}),
    "jpeg": photo(),
    "jpeg, zip behind": photo() + zipped({"a": b"b"}),
    "png": picture("PNG"),
    "png, html behind": picture("PNG") + b"<script>alert(1)</script>",
    "webp": picture("WEBP"),
    "docx": zipped(DOCX),
    "xlsx": zipped(XLSX),
    "odt": zipped(ODT),
    "ods": zipped(ODS),
    "text": "Bonjour,\n\nà samedi. <3\n".encode(),
    "text in cp1252": "à l'été \x80 œuvre".replace("\x80", "€").encode("cp1252"),
    "text in utf-16": "à samedi".encode("utf-16"),
    "text, PK first": b"PKI: un certificat",
    "csv": "nom;prénom\nMartin;Zoé\n".encode(),
    "csv of commas": b'a,"b, c",d\n1,2,3\n',
    "csv of people": "ID;Prénom\n1;Zoé\n".encode(),
    "csv of tabs": b"a\tb\n1\t2\n",
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_the_accepted_types_are_recognised(tmp_path: Path, name: str) -> None:
    path = tmp_path / "malware.exe"
    path.write_bytes(ACCEPTED[name])
    assert recognise(path) is KINDS[name.split()[0].strip(",")]


def test_prose_with_commas_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("Bonjour Madame, à bientôt\nMerci à vous, cordialement\n")
    assert recognise(path).name == "text"


NOT_ACCEPTED = {
    "gif": picture("GIF"),
    "gif and html": b"GIF89a/*<script>alert(1)</script>*/=1;\x01",
    "bmp": picture("BMP"),
    "tiff": picture("TIFF"),
    "html": b"\n <!DOCTYPE html><script>alert(1)</script>",
    "html without a head": b"<img src=x onerror=alert(1)>",
    "html behind a mark": b"\xef\xbb\xbf<HTML>",
    "html in utf-16": "<html>".encode("utf-16"),
    "html comment": b"<!-- --><b>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "xml": b"<?xml version='1.0'?><a/>",
    "rtf": b"{\\rtf1\\ansi\\object}",
    "postscript": b"%!PS-Adobe-3.0\n",
    "script": b"#!/bin/sh\nid\n",
    "php": b"<?php system('id');",
    "mail": b"From: a@b.fr\nMIME-Version: 1.0\nContent-Type: multipart/mixed\n",
    "elf": b"\x7fELF\x02\x01\x01" + bytes(80),
    "pe": b"MZ\x90\x00\x03" + bytes(80),
    "ole": OLE,
    "zip": zipped({"a.txt": b"a"}),
    "empty zip": b"PK\5\6" + bytes(18),
    "jar": zipped({"META-INF/MANIFEST.MF": b"Main-Class: A\n", "A.class": b"\xca\xfe"}),
    "epub": zipped({"mimetype": b"application/epub+zip"}),
    "gzip": gzip.compress(b"a"),
    "tar": tar(),
    "7z": b"7z\xbc\xaf\x27\x1c" + bytes(40),
    "rar": b"Rar!\x1a\x07\x01\x00",
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40),
    "noise": bytes(range(256)),
    "dotx": retyped(DOCX, "document.main", "template.main"),
    "presentation": retyped(DOCX, "wordprocessingml.document", "presentationml.slide"),
    "odf template": zipped(ODT | {"mimetype": ODT["mimetype"] + b"-template"}),
    "odg": zipped(ODT | {"mimetype": b"application/vnd.oasis.opendocument.graphics"}),
    "sylk": b"ID;PWXL;N;E\r\nP;PGeneral\r\nC;Y1;X1;K0;EEXEC()\r\nE\r\n",
    "terminal codes": b"a\x1b[2Jb",
    "utf-32": "abc".encode("utf-32"),
}


@pytest.mark.parametrize("name", NOT_ACCEPTED)
def test_every_other_type_is_refused(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path / "a.pdf", NOT_ACCEPTED[name]) is Reason.NOT_ACCEPTED


_MACRO_TYPE = "application/vnd.ms-word.document.macroEnabled.main+xml"
_DOCX_TYPE = (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
)
MACROS = {
    "docm": retyped(DOCX, _DOCX_TYPE, _MACRO_TYPE),
    "docx with a project": zipped(DOCX | {"word/vbaProject.bin": OLE}),
    "project by another name": retyped(
        DOCX, "application/octet-stream", "application/vnd.ms-office.vbaProject"
    ),
    "macro sheet": zipped(XLSX | {"xl/macrosheets/sheet1.xml": b"<a/>"}),
    "active x": zipped(DOCX | {"word/activeX/activeX1.xml": b"<a/>"}),
    "basic": zipped(ODT | {"Basic/Standard/Module1.xml": b"<a/>"}),
    "python": zipped(ODS | {"Scripts/python/a.py": b""}),
}


@pytest.mark.parametrize("name", MACROS)
def test_macros_are_refused_as_such(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path / "a", MACROS[name]) is Reason.MACROS


EMBEDDED = {
    "ole in odt": zipped(ODT | {"Object 1": OLE}),
    "zip in docx": zipped(DOCX | {"word/media/a.zip": zipped({})}),
    "docx in docx": zipped(DOCX | {"word/embeddings/a.docx": zipped(DOCX)}),
    "program in docx": zipped(DOCX | {"word/embeddings/a.exe": b"MZ"}),
    "external link": zipped(XLSX | {"xl/externalLinks/externalLink1.xml": b"<a/>"}),
    "connections": zipped(XLSX | {"xl/connections.xml": b"<a/>"}),
}


@pytest.mark.parametrize("name", EMBEDDED)
def test_embedded_files_are_refused_as_such(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path / "a", EMBEDDED[name]) is Reason.EMBEDDED


def _encrypted_zip() -> bytes:
    data = bytearray(zipped(DOCX))
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        place = data.find(mark)
        while place >= 0:
            data[place + at] |= 1
            place = data.find(mark, place + 4)
    return bytes(data)


ENCRYPTED = {
    "ooxml": OLE + "EncryptedPackage".encode("utf-16-le") + bytes(90),
    "zip": _encrypted_zip(),
    "odf": zipped(
        ODT
        | {
            "META-INF/manifest.xml": manifest(
                "odt", ["content.xml"], "<manifest:encryption-data/>"
            )
        }
    ),
}


@pytest.mark.parametrize("name", ENCRYPTED)
def test_encrypted_files_are_refused_as_such(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path / "a", ENCRYPTED[name]) is Reason.ENCRYPTED


BROKEN = {
    "pdf behind text": b"bonjour\n" + PDF,
    "pdf behind html": b"<html>" + PDF,
    "png cut": picture("PNG")[:-20],
    "png header sum": picture("PNG").replace(b"IHDR\0\0\0\x1e", b"IHDR\0\0\0\x1f"),
    "jpeg cut": photo()[:100],
    "jpeg of three bytes": b"\xff\xd8\xff",
    "webp cut": picture("WEBP")[:-20],
    "zip cut": zipped(DOCX)[:-10],
    "zip, bytes behind": zipped(DOCX) + b"a",
    "zip, html between": zipped(DOCX).replace(b"PK\1\2", b"<b>PK\1\2", 1),
    "traversal": zipped(DOCX | {"../../a.xml": b"<a/>"}),
    "absolute": zipped(DOCX | {"/etc/passwd": b""}),
    "backslash": zipped(DOCX | {"a/b.xml": b""}).replace(b"a/b.xml", b"a\\b.xml"),
    "drive": zipped(DOCX | {"C:/a.xml": b""}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_are_refused_as_such(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path / "a", BROKEN[name]) is Reason.BROKEN


def test_sizes(tmp_path: Path) -> None:
    assert refusal(tmp_path / "a", b"") is Reason.EMPTY
    assert refusal(tmp_path / "a", b" \n\t\n") is Reason.EMPTY
    assert refusal(tmp_path / "a", b"a\n" * MAX_FILE_BYTES) is Reason.TOO_LARGE
