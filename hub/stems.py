"""Words as search compares them: without case, accents or French endings.

Both databases hold and ask for these forms, made here alone, so that the same question
finds the same things on each (decision 0027). Pure: no database, no request.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from snowballstemmer.french_stemmer import FrenchStemmer

LONGEST = 40  # characters of a word that count; more is no word of any language
_WORD = re.compile(r"[^\W_]+")
# NFKD takes these for letters of their own.
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "Œ": "Oe", "Æ": "Ae", "ø": "o"})
# Said in nearly every sentence: they tell nothing apart. Folded.
COMMON = frozenset(
    """
    a ai as au aux avec avez avons ayant c ca ce cela ces cet cette d dans de des du
    elle elles en est et etaient etait etre eu eux fut il ils j je l la le les leur
    leurs lui m ma mais me mes meme moi mon n ne ni nos notre nous on ont ou par pas
    plus pour qu que qui s sa sans se sera ses si son sont sur t ta te tes toi ton tu
    un une vos votre vous y
    an and are at be by for from has have he her his i in is it its my not of or our
    she that the their they this to was we were will with you your
    """.split()  # noqa: SIM905 (a list of 130 lines would tell less)
)


class Word(NamedTuple):
    """A word of a text, from `start` to before `end`, and what it is found by."""

    start: int
    end: int
    stem: str


def words_of(text: str) -> Iterator[Word]:
    """The words that count, in order. Positions are those of the text as given."""
    for found in _WORD.finditer(text):
        if stem := _stem_of(found[0][:LONGEST]):
            yield Word(found.start(), found.end(), stem)


def stems_of(text: str) -> list[str]:
    """Each stem once, in the order of its first word."""
    composed = unicodedata.normalize("NFC", text)
    return list(dict.fromkeys(word.stem for word in words_of(composed)))


def folded_words(text: str) -> list[str]:
    """All words, common ones too, without accents and case."""
    return _WORD.findall(fold(text))


def fold(word: str) -> str:
    """Without accents and case ("Décidée" -> "decidee"), other scripts as they are."""
    plain = unicodedata.normalize("NFKD", word.translate(_LIGATURES))
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


@lru_cache(maxsize=65_536)
def _stem_of(word: str) -> str:
    """Empty for what tells nothing apart: common words and single letters."""
    folded = "".join(_WORD.findall(fold(word)))
    if folded in COMMON or (len(folded) == 1 and not folded.isdigit()):
        return ""
    # One of its own each time: it keeps the word while it works. The cache pays.
    stem: str = FrenchStemmer().stemWord(_singular(folded))
    return stem


def _singular(word: str) -> str:
    """Snowball knows some plurals as verbs ("transmissions"), and some feminine forms
    with their accent only ("décidée", "étrangère"). The same for text and question, so
    that a wrong guess does no harm."""
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return word[:-1] if word.endswith(("ee", "ere")) else word
