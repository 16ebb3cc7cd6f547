"""The name under which a file is shown and downloaded. Nothing is stored under it.

What the file is decides its extension; see hub.files.kinds.
"""

import re
import unicodedata

from hub.files.limits import MAX_NAME_BYTES

UNNAMED = "document"
MAX_EXTENSION = 5  # characters; a longer ending is a part of the name
MAX_MARKS = 4  # combining marks in a row; written languages need no more

# Control, format (bidi and zero width among them), private, surrogate, unassigned;
# line and paragraph separators.
_DROPPED = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
# Category Lo, Mn or So, and yet nothing to be seen.
_BLANK = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_FORBIDDEN = re.compile(r'[<>:"|?*]')  # in names on Windows
# With a letter: `12.03` is a date.
_ENDING = re.compile(rf"\.(?=\d*[^\W\d_])[^\W_]{{1,{MAX_EXTENSION}}}$")
_MISLEADING = re.compile(
    r"""\.(7z|apk|app|aspx?|bat|cab|cgi|chm|cmd|com|cpl|csv|dll|dmg|docm?|docx|dotm|eml
    |exe|gif|gz|hta|html?|inf|ink|iso|jar|jpe?g|jse?|jsp|lnk|mht|mhtml|ms[cgip]|od[pst]
    |pdf|php|pif|pl|png|pptm?|pptx|psm?1|py|rar|reg|rtf|scf|scr|sh|shs|shtml|svgz?|sys
    |tar|tiff?|txt|url|vb[es]?|wasm|webp|ws[fh]|xhtml|xla|xlam|xls[bmx]?|xml|xll|xsl|xz
    |zip)$""",
    re.I | re.X,
)
_RESERVED = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|clock\$|(com|lpt)[0-9¹²³])\s*(\.|$)", re.I
)


def clean_name(raw: str, extension: str) -> str:
    """A name that deceives neither people nor file systems, ending in `.extension`.

    NFC; without path, control, invisible and direction characters; neither a leading
    dot nor trailing dots and spaces; no device name of Windows; at most
    MAX_NAME_BYTES of UTF-8, no character cut. Any extension of a file type in `raw`
    is replaced. Never fails: a name of which nothing is left becomes `document`.
    """
    stem = _without_extension(_tidy(_last_part(_visible(raw))))
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    room = MAX_NAME_BYTES - len(f".{extension}".encode())
    return f"{_cut(stem, room) or UNNAMED}.{extension}"


def _visible(raw: str) -> str:
    text = "".join(
        " " if unicodedata.category(c) == "Zs" else c
        for c in raw[: 64 * MAX_NAME_BYTES]
        if unicodedata.category(c) not in _DROPPED and not _is_blank(c)
    )
    return unicodedata.normalize("NFC", _fewer_marks(text))


def _is_blank(character: str) -> bool:
    # Variation selectors choose between looks of the character before.
    return character in _BLANK or unicodedata.name(character, "").startswith(
        ("VARIATION SELECTOR", "MONGOLIAN FREE VARIATION")
    )


def _fewer_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if _is_mark(character) else 0
        if marks <= MAX_MARKS and not (marks and not kept):
            kept.append(character)
    return "".join(kept)


def _last_part(text: str) -> str:
    """What follows the last separator; look-alikes of separators count too."""
    return re.split(r"[/\\\u2044\u2215\u29f5\u29f8\uff0f\uff3c]", text)[-1]


def _tidy(text: str) -> str:
    text = re.sub(r"\s+", " ", _FORBIDDEN.sub("_", text))
    return text.strip(" .")


def _without_extension(name: str) -> str:
    """Drops every ending that could pass for a file type: `a.pdf.exe` becomes `a`.

    One ending goes whatever it is. Those before it go only when they are known to
    mislead, so that `Mme. Martin 12.03.pdf` keeps its words.
    """
    name = _ENDING.sub("", name).strip(" .")
    while _MISLEADING.search(name):
        name = _MISLEADING.sub("", name).strip(" .")
    return name


def _cut(stem: str, room: int) -> str:
    """As many whole characters of `stem` as fit in `room` bytes, accents included."""
    kept = stem.encode()[:room].decode(errors="ignore")
    rest = stem[len(kept) :]
    while kept and rest and _is_mark(rest[0]):
        kept, rest = kept[:-1], kept[-1]
    return kept.strip(" .")


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")
