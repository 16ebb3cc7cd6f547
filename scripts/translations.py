"""`translations.py update | check`: the French catalogue follows the source strings.

Compiling happens at start (hub/locale_files.py). English is the source language and
needs no catalogue.
"""

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FRENCH = ROOT / "hub" / "locale" / "fr" / "LC_MESSAGES" / "django.po"
FOLDERS = ("hub", "realtime", "notifications", "templates")
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
OPTIONS = {
    name: {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true"}
    for name in ("**.html", "**.txt")
}
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%[sd]")


def main(verb: str) -> int:
    if verb == "update":
        update()
        return 0
    problems = list(check(read(FRENCH)))
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems in {FRENCH.relative_to(ROOT)}")
    return 1 if problems else 0


def update() -> None:
    """Adds new strings, drops those that are gone; never guesses a translation."""
    catalogue = read(FRENCH)
    catalogue.update(extract(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    FRENCH.write_bytes(written(catalogue))


def check(catalogue: Catalog) -> Iterator[str]:
    """One sentence per string that a French reader would miss or misread."""
    wanted = {message.id for message in extract() if message.id}
    present = {message.id for message in catalogue if message.id}
    for missing in wanted - present:
        yield f"not in the catalogue (make translations): {missing!r}"
    for gone in present - wanted:
        yield f"no longer used (make translations): {gone!r}"
    for message in catalogue:
        if message.id:
            yield from _check_message(message)


def extract() -> Catalog:
    catalogue = Catalog(charset="utf-8")
    for folder in FOLDERS:
        found = extract_from_dir(
            ROOT / folder, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=()
        )
        for _file, _line, text, _comments, context in found:
            catalogue.add(text, context=context)
    return catalogue


def read(path: Path) -> Catalog:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        return Catalog(locale="fr", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale="fr")


def written(catalogue: Catalog) -> bytes:
    """Sorted and without line numbers: a moved line changes nothing here."""
    out = BytesIO()
    write_po(out, catalogue, sort_output=True, no_location=True, width=88)
    lines = out.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if b"POT-Creation-Date" not in line)


def _check_message(message: Message) -> Iterator[str]:
    given = message.string if isinstance(message.string, tuple) else (message.string,)
    source = message.id if isinstance(message.id, tuple) else (message.id,)
    if message.fuzzy:
        yield f"fuzzy: {source[0]!r}"
    if not all(given):
        yield f"missing: {source[0]!r}"
        return
    expected = set(PLACEHOLDER.findall(source[-1]))
    for text in given:
        if set(PLACEHOLDER.findall(text)) != expected:
            yield f"other placeholders than its source: {source[-1]!r}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) == 2 else "check"))
