"""PDFs that act, refer outside or remember: one per kind, as ISO 32000 allows them."""

from tests.files.pdfs import deflated, document, revised, stream

JS = "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
HTTP = "(http://collector.example/)"
FILE = "<< /Type /Filespec /F (a.exe) /UF (a.exe) /EF << /F 11 0 R >> >>"
EMBEDDED = {11: stream(b"MZ inside", "/Type /EmbeddedFile")}
XMP = stream(b"<x:xmpmeta>Jeanne</x:xmpmeta>", "/Type /Metadata /Subtype /XML")
SIGNATURE = (
    "<< /Type /Sig /Filter /Adobe.PPKLite /Contents <00> /ByteRange [0 1 2 3] >>"
)
LOOK = stream(b"0 0 m 9 9 l S", "/Type /XObject /Subtype /Form /BBox [0 0 9 9]")
PLACE = "/Rect [10 10 90 90]"
PICTURE = "/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8"


def annotation(text: str, **objects: object) -> bytes:
    """On the page, as object 10."""
    more = {int(key[1:]): value for key, value in objects.items()}
    body = f"<< /Type /Annot {PLACE} {text} >>"
    return document(page="/Annots [10 0 R]", objects={10: body, **more})  # type: ignore[dict-item]


def with_action(action: str) -> bytes:
    return annotation(f"/Subtype /Link /A {action}")


def drawn(entries: str, **objects: str | bytes) -> bytes:
    """A form or picture that the page shows, as object 10."""
    more = {int(key[1:]): value for key, value in objects.items()}
    resources = "/Resources << /XObject << /X 10 0 R >> /Font << /F1 5 0 R >> >>"
    content = stream(b"BT /F1 9 Tf 72 700 Td (Une page qui se lit) Tj ET /X Do")
    return document(
        page=resources, objects={4: content, 10: stream(b"\0", entries), **more}
    )


def deep(value: str, levels: int = 12) -> str:
    return "<< /K [ " * levels + value + " ] >>" * levels


FORM = "/Subtype /Form /BBox [0 0 9 9]"
BASE = document()

HOSTILE: dict[str, bytes] = {
    # Scripts
    "open action": document(catalog=f"/OpenAction {JS}"),
    "open action, indirect": document("/OpenAction 10 0 R", objects={10: JS}),
    "open action, packed": document(
        "/OpenAction 10 0 R", objects={10: JS}, packed=True
    ),
    "names tree": document(f"/Names << /JavaScript << /Names [(a) {JS}] >> >>"),
    "names tree with kids": document(
        "/Names << /JavaScript << /Kids [10 0 R] >> >>",
        objects={10: "<< /Limits [(a) (a)] /Names [(a) 11 0 R] >>", 11: JS},
    ),
    "escaped names": document(
        "/Open#41ction << /S /J#61vaScript /#4aS (app.alert\\(1\\)) >>"
    ),
    "escaped names, packed": document(
        "/Open#41ction 10 0 R",
        objects={10: "<< /S /J#61v#61Script /#4a#53 (x) >>"},
        packed=True,
    ),
    "script in a stream": document(
        "/OpenAction 10 0 R",
        objects={10: "<< /S /JavaScript /JS 11 0 R >>", 11: deflated(b"app.alert(1)")},
    ),
    "next action": document(f"/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next [{JS}] >>"),
    "catalog AA": document(f"/AA << /WC {JS} >>"),
    "page AA": document(page=f"/AA << /O {JS} >>"),
    "inherited page AA": document(
        objects={2: f"<< /Type /Pages /Kids [3 0 R] /Count 1 /AA << /O {JS} >> >>"}
    ),
    "annotation AA": annotation(f"/Subtype /Square /AA << /E {JS} >>"),
    "link": with_action(JS),
    "outline": document(
        "/Outlines 10 0 R",
        objects={
            10: "<< /Type /Outlines /First 11 0 R /Last 11 0 R /Count 1 >>",
            11: f"<< /Title (x) /Parent 10 0 R /A {JS} >>",
        },
    ),
    "field script": document(
        "/AcroForm << /Fields [10 0 R] >>",
        page="/Annots [10 0 R]",
        objects={
            10: f"<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) {PLACE} "
            f"/AA << /K {JS} >> >>"
        },
    ),
    "deep in private data": document(f"/PieceInfo << /X << /Private {deep(JS)} >> >>"),
    "unused object": document(objects={10: JS}),
    "in resources": drawn(f"{FORM} /AA << /O {JS} >>"),
    "in a font": document(
        objects={
            5: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding "
            f"/WinAnsiEncoding /OpenAction {JS} >>"
        }
    ),
    "in a tag": document(
        "/MarkInfo << /Marked true >> /StructTreeRoot 10 0 R",
        objects={
            10: "<< /Type /StructTreeRoot /K 11 0 R >>",
            11: f"<< /Type /StructElem /S /P /P 10 0 R /Pg 3 0 R /K 0 /A {JS} /AF 12 0 R >>",
            12: FILE.replace("11 0 R", "13 0 R"),
            13: EMBEDDED[11],
        },
    ),
    "in a layer": document(
        "/OCProperties << /OCGs [10 0 R] /D << /ON [10 0 R] /AS [<< /Event /View >>] "
        f"/AA << /O {JS} >> >> >>",
        objects={10: f"<< /Type /OCG /Name (x) /AA << /O {JS} >> >>"},
    ),
    "rendition script": annotation(
        f"/Subtype /Screen /A << /S /Rendition /OP 0 /JS (x) /R << /Type /Rendition "
        f"/S /MR /C << /Type /MediaClip /S /MCD /D {FILE} >> >> >>",
        _11=EMBEDDED[11],
    ),
    # Launch, forms, jumps outside
    "launch": with_action("<< /S /Launch /F (cmd.exe) >>"),
    "launch for Windows": document("/OpenAction << /S /Launch /Win << /F (cmd) >> >>"),
    "address": with_action(f"<< /S /URI /URI {HTTP} >>"),
    "base address": document(f"/URI << /Base {HTTP} >>"),
    "submit": with_action(f"<< /S /SubmitForm /F << /FS /URL /F {HTTP} >> >>"),
    "reset": with_action("<< /S /ResetForm >>"),
    "import": with_action("<< /S /ImportData /F (data.fdf) >>"),
    "other file": with_action(
        "<< /S /GoToR /F (\\\\\\\\collector.example\\\\a.pdf) /D [0 /Fit] >>"
    ),
    "embedded file": with_action("<< /S /GoToE /T << /R /C /N (a) >> /D [0 /Fit] >>"),
    "named": with_action("<< /S /Named /N /Print >>"),
    "hide": with_action("<< /S /Hide /T (a) >>"),
    "layers by action": with_action("<< /S /SetOCGState /State [/ON] >>"),
    "thread": with_action("<< /S /Thread /F (x.pdf) /D 0 >>"),
    # Forms and signatures
    "form": document("/AcroForm << /Fields [] /NeedAppearances true >>"),
    "XFA": document(
        "/AcroForm << /Fields [] /XFA 10 0 R >>", objects={10: stream(b"<xdp/>")}
    ),
    "signature": document(
        "/AcroForm << /Fields [10 0 R] /SigFlags 3 >> /Perms << /DocMDP 11 0 R >>",
        page="/Annots [10 0 R]",
        objects={
            10: f"<< /Type /Annot /Subtype /Widget /FT /Sig /T (s) {PLACE} /V 11 0 R >>",
            11: SIGNATURE,
        },
    ),
    # Files
    "attachment": document(
        f"/Names << /EmbeddedFiles << /Names [(a) {FILE}] >> >>", objects=EMBEDDED
    ),
    "associated file": document(f"/AF [{FILE}]", objects=EMBEDDED),
    "associated file of a page": document(page=f"/AF [{FILE}]", objects=EMBEDDED),
    "attached note": annotation(
        f"/Subtype /FileAttachment /FS {FILE}", _11=EMBEDDED[11]
    ),
    "portfolio": document(
        f"/Collection << /View /D >> /Names << /EmbeddedFiles << /Names [(a) {FILE}] >> >>",
        objects=EMBEDDED,
    ),
    # Media
    "rich media": annotation(
        f"/Subtype /RichMedia /RichMediaContent << /Assets << /Names [(a) {FILE}] >> >>",
        _11=EMBEDDED[11],
    ),
    "3D": annotation(
        "/Subtype /3D /3DD 11 0 R",
        _11=stream(b"U3D", "/Type /3D /OnInstantiate 12 0 R"),
        _12=stream(b"x"),
    ),
    "movie": annotation("/Subtype /Movie /Movie << /F (a.avi) >> /A true"),
    "sound": annotation("/Subtype /Sound /Sound 11 0 R", _11=stream(b"\0", "/R 8000")),
    "page sound": document(
        page="/AA << /O << /S /Sound /Sound 10 0 R >> >>",
        objects={10: stream(b"\0", "/R 8000")},
    ),
    "transition": document(page="/PresSteps << /Type /NavNode /NA << /S /Trans >> >>"),
    # References outside from inside the page
    "external stream": drawn(f"{FORM} /F << /FS /URL /F {HTTP} >>"),
    "external picture": drawn(
        f"{PICTURE} /ColorSpace /DeviceGray /F (\\\\\\\\host\\\\a)"
    ),
    "reference to a page": drawn(f"{FORM} /Ref << /F (x.pdf) /Page 0 >>"),
    "OPI": drawn(f"{FORM} /OPI << /2.0 << /Type /OPI /Version 2.0 /F (x.tif) >> >>"),
    "PostScript": drawn("/Subtype /PS"),
    "PostScript form": drawn(f"{FORM} /Subtype2 /PS /PS 11 0 R", _11=stream(b"quit")),
    "alternate picture": drawn(
        f"{PICTURE} /ColorSpace /DeviceGray /Alternates [<< /Image 11 0 R >>]",
        _11=stream(b"\0", f"{PICTURE} /ColorSpace /DeviceGray"),
    ),
    # What remembers
    "information": document(
        objects={10: "<< /Author (Jeanne) /Producer (x) >>"}, trailer="/Info 10 0 R"
    ),
    "XMP": document("/Metadata 10 0 R", objects={10: XMP}),
    "XMP of a page": document(page="/Metadata 10 0 R", objects={10: XMP}),
    "XMP of a picture": drawn(f"{FORM} /Metadata 11 0 R", _11=XMP),
    "private data": document("/PieceInfo << /X << /LastModified (D:2024) >> >>"),
    "thumbnail": document(
        page="/Thumb 10 0 R",
        objects={10: stream(b"\0", f"{PICTURE} /ColorSpace /DeviceGray")},
    ),
    "threads": document(
        "/Threads [10 0 R]", objects={10: "<< /Type /Thread /I << /Author (J) >> >>"}
    ),
    "web capture": document("/SpiderInfo << /V 1.0 >>"),
    "revision": revised(BASE, {4: stream(b"BT /F1 9 Tf (Une page qui se lit) Tj ET")}),
    "script hidden by a revision": revised(
        document("/OpenAction 10 0 R", objects={10: JS}), {10: "null"}
    ),
    "script added by a revision": revised(
        BASE,
        {1: "<< /Type /Catalog /Pages 2 0 R /OpenAction 50 0 R >>", 50: JS},
    ),
    "several revisions": revised(revised(BASE, {50: JS}), {51: XMP}),
    "bytes behind": BASE + b"PK\3\4 something else",
}
