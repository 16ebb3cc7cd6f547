"""What somebody looks for: a line of words, the names that fit it, where it stands.

Whatever is typed is words and nothing else: no operator, no wildcard, no syntax that
could be wrong. Pure; what is asked of the database is in hub.queries.search.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from hub.stems import Word, fold, folded_words, stems_of, words_of

LONGEST = 200  # characters that are read; the field takes no more
MOST_WORDS = 12
SHORTEST_BEGINNING = 2  # letters by which a name is recognised
BEFORE, AFTER = 60, 160  # characters of a text around the first word that fits


class Term(NamedTuple):
    """One word: `stem` in texts, `typed` (folded) as the beginning of a name."""

    stem: str
    typed: str


@dataclass(frozen=True)
class Question:
    """`text` as it is shown again; no `terms` when nothing tells anything apart."""

    text: str
    terms: tuple[Term, ...] = ()

    @property
    def stems(self) -> list[str]:
        return [term.stem for term in self.terms]

    def beside(self, stems: Set[str]) -> list[Term]:
        """The words that are not among these."""
        return [term for term in self.terms if term.stem not in stems]


class Piece(NamedTuple):
    text: str
    is_marked: bool


def read(raw: str) -> Question:
    """Takes anything: characters that no keyboard makes are left out."""
    shown = "".join(c if c.isprintable() else " " for c in raw[: 4 * LONGEST])
    text = " ".join(unicodedata.normalize("NFC", shown)[:LONGEST].split())
    terms = {w.stem: Term(w.stem, fold(text[w.start : w.end])) for w in words_of(text)}
    return Question(text, tuple(terms.values())[:MOST_WORDS])


class Name:
    """What one thing is called, in all ways that count."""

    def __init__(self, *texts: str) -> None:
        text = " ".join(texts)
        self._stems = set(stems_of(text))
        self._words = f" {' '.join(folded_words(text))}"

    def fits(self, term: Term) -> bool:
        """Whether it holds the word, or one that begins so ("mont" for Montreuil)."""
        if term.stem in self._stems:
            return True
        long_enough = len(term.typed) >= SHORTEST_BEGINNING
        return long_enough and f" {term.typed}" in self._words


@lru_cache(maxsize=4096)
def name_of(*texts: str) -> Name:
    """The same, kept: places and courts are compared at every key that is typed."""
    return Name(*texts)


def snippet(text: str, stems: Iterable[str]) -> list[Piece]:
    """Some words around the first that is looked for, all such words marked."""
    wanted = set(stems)
    found = [word for word in words_of(text) if word.stem in wanted]
    start, end = _window(text, found[0].start if found else 0)
    pieces = list(_pieces(text, start, end, [w for w in found if w.end <= end]))
    if start:
        pieces.insert(0, Piece("… ", False))
    if end < len(text):
        pieces.append(Piece(" …", False))
    return pieces


def _window(text: str, first: int) -> tuple[int, int]:
    """Between words, where there are any."""
    start, end = max(0, first - BEFORE), min(len(text), first + AFTER)
    if start:
        start = max(start, text.find(" ", start, first) + 1)
    if end < len(text):
        space = text.rfind(" ", first, end)
        end = space if space > first else end
    return start, end


def _pieces(text: str, start: int, end: int, marked: Iterable[Word]) -> Iterator[Piece]:
    here = start
    for word in marked:
        if word.start > here:
            yield Piece(text[here : word.start], False)
        yield Piece(text[word.start : word.end], True)
        here = word.end
    if here < end:
        yield Piece(text[here:end], False)
