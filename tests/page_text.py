"""What a page says to its readers: words of elements and of attributes, by language.

Used by the tests that look for words in the wrong language. No test here.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

SPOKEN = ("aria-label", "aria-description", "alt", "title", "placeholder", "label")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta",
        "source", "track", "wbr"}  # fmt: skip
UNSAID = ("script", "style", "svg", "textarea")
LETTERS = re.compile(r"[^\W\d_]{2}")


@dataclass
class PageText(HTMLParser):
    """Feed it a page. `said`: every piece of text in the page's own language.

    Left out: what stands in another language (`lang`), what people have written
    (`dir=auto`), what is not shown.
    """

    said: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    _open: list[tuple[str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        apart = self._apart or tag in UNSAID or given.get("dir") == "auto"
        apart = apart or ("lang" in given and tag != "html")
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")
        for name, value in attrs:
            is_word = name in SPOKEN or (
                name.startswith("data-") and " " in (value or "")
            )
            if value and is_word and not apart:
                self._say(value)
        if tag not in VOID:
            self._open.append((tag, apart))

    def handle_endtag(self, tag: str) -> None:
        while self._open and any(name == tag for name, _apart in self._open):
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if not self._apart:
            self._say(data)

    @property
    def _apart(self) -> bool:
        return bool(self._open) and self._open[-1][1]

    def _say(self, words: str) -> None:
        if LETTERS.search(words):
            self.said.append(" ".join(words.split(" ")).strip())


def read(page: str) -> PageText:
    text = PageText()
    text.feed(page)
    text.close()
    return text


def main_of(page: str) -> str:
    """The HTML of <main>: what a page says for itself, without menu and dialogs."""
    return page.partition("<main")[2].partition("</main>")[0]
