"""`translations.py update | compile | check`: French follows the English sources.

Belongs here: where strings are looked for, and what makes the catalogue incomplete.
Compiling is hub/locale_files.py, which every start uses. English needs no catalogue.
"""

import re
import sys
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

# Started as a script, Python looks for modules in scripts/ only.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from hub.locale_files import compile_catalogues
from scripts import typography

ROOT = Path(__file__).resolve().parent.parent
FRENCH = ROOT / "hub" / "locale" / "fr" / "LC_MESSAGES" / "django.po"
FOLDERS = ("hub", "realtime", "notifications", "templates")
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
# As in hub/jinja.py. Not silent: a template that cannot be read must not lose strings.
JINJA = {
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "newstyle_gettext": "true",
    "silent": "false",
}
OPTIONS = {"**.html": JINJA, "**.txt": JINJA}
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%[sd]")
HEADER = "# French. English is the source language: its strings stand in the code."
# They would change with every update and say what the history says better.
DATES = (b'"POT-Creation-Date', b'"PO-Revision-Date')
USAGE = "Usage: translations.py update | compile | check"


def main(arguments: list[str]) -> int:
    match arguments:
        case ["update"]:
            update()
            compile_catalogues()
        case ["compile"]:
            compile_catalogues()
        case ["check"]:
            return report(list(check(read(FRENCH))))
        case _:
            print(USAGE, file=sys.stderr)
            return 2
    return 0


def update(path: Path = FRENCH) -> None:
    """Adds new strings, drops those that are gone; never guesses a translation."""
    catalogue = read(path)
    catalogue.update(extract(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written(catalogue))


def check(catalogue: Catalog) -> Iterator[str]:
    """One sentence per string that a French reader would miss or misread."""
    wanted, present = _sources(extract()), _sources(catalogue)
    for missing in sorted(wanted - present):
        yield f"not in the catalogue (make translations): {_named(*missing)}"
    for gone in sorted(present - wanted):
        yield f"no longer used (make translations): {_named(*gone)}"
    for message in catalogue.obsolete.values():
        yield f"obsolete (make translations): {message.id!r}"
    for message in catalogue:
        if message.id:
            yield from _faults(message, catalogue.num_plurals)


def report(problems: list[str]) -> int:
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems in {FRENCH.relative_to(ROOT)}")
    return 1 if problems else 0


@cache
def extract() -> Catalog:
    """All strings of the sources, as they were when this process first asked."""
    catalogue = Catalog(charset="utf-8")
    for folder in FOLDERS:
        found = extract_from_dir(
            ROOT / folder, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=()
        )
        for _file, _line, text, _comments, context in found:
            catalogue.add(text, context=context)
    return catalogue


def read(path: Path) -> Catalog:
    """The catalogue of that file, or an empty one where there is no file yet."""
    if not path.exists():
        return Catalog(locale="fr", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale="fr")


def written(catalogue: Catalog) -> bytes:
    """Sorted and without line numbers: a moved line changes nothing here."""
    catalogue.header_comment, catalogue.fuzzy = HEADER, False
    catalogue.project, catalogue.version = "hub", "fr"
    catalogue.last_translator = catalogue.language_team = "the maintainers"
    catalogue.msgid_bugs_address = ""
    out = BytesIO()
    write_po(out, catalogue, sort_output=True, no_location=True, width=88)
    lines = out.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(DATES))


def _sources(catalogue: Catalog) -> set[tuple[str, tuple[str, ...]]]:
    """Context and forms: "draft" of a measure and "draft" of a message are two."""
    return {(m.context or "", forms(m.id)) for m in catalogue if m.id}


def forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """A plain string has one form, a plural several; Babel gives either."""
    return (text,) if isinstance(text, str) else tuple(text or ())


def _named(context: str, forms: tuple[str, ...]) -> str:
    return f"{forms[0]!r} ({context})" if context else repr(forms[0])


def _faults(message: Message, plurals: int) -> Iterator[str]:
    source, given = forms(message.id), forms(message.string)
    name = _named(message.context or "", source)
    if message.fuzzy:
        yield f"fuzzy: {name}"
    if not any(given):
        yield f"missing: {name}"
        return
    if not all(given) or len(given) != (plurals if len(source) > 1 else 1):
        yield f"plural forms are incomplete: {name}"
    # The last form is the general one. French says 0 with its singular, so a singular
    # needs its number too, even where the English one is "One message".
    expected = set(PLACEHOLDER.findall(source[-1]))
    for text in filter(None, given):
        if set(PLACEHOLDER.findall(text)) != expected:
            yield f"other placeholders than its source: {name}"
        for wrong in typography.french(text):
            yield f"{wrong}: {text!r}"
    for text in source:
        for wrong in typography.english(text):
            yield f"{wrong}: {text!r}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
