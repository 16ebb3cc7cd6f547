"""What a sentence for readers must look like, and which words it must not use.

Belongs here: rules on one finished sentence, in French or English. Whether it is
translated is scripts/translations.py; which words mean what is docs/glossary.md.
"""

import re
from collections.abc import Iterator

NO_BREAK, NARROW = "\u00a0", "\u202f"
# A placeholder stands for a word, so that what is around it is judged as in a sentence.
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%[sd]")

# What is found: what is wrong with it. One sentence each, for whoever wrote the text.
_BOTH = {
    r"'": "a straight apostrophe: write ’",
    r'"': "a straight quote: write « » or “ ”",
    r"\.\.\.": "three full stops: write …",
    r"(?<!<)!(?!=)": "an exclamation mark: pages state, they do not shout",
    r"  ": "two spaces",
}
_FRENCH = {
    rf"(?<!{NO_BREAK}):(?=\s|$)": "no no-break space (U+00A0) before the colon",
    rf"(?<!{NARROW})[;?](?=\s|$|[»)])": "no narrow no-break space (U+202F) before ; ?",
    rf"(?<![{NO_BREAK}{NARROW}])»": "no no-break space before »",
    rf"«(?![{NO_BREAK}{NARROW}])": "no no-break space after «",
    rf"(?<![{NO_BREAK}{NARROW}])%%": "no no-break space before the sign for per cent",
    r"[“”]": "English quotes: write « »",
}
_AVOIDED_BOTH = {
    r"\bchats?\b": "chat: say fil, thread",
    r"\btickets?\b": "ticket: say mesure, measure",
    r"\bo(?:u|o)ps\b": "oups, oops: say what happened",
    r"\bcenter": "center: say espace de rencontre",
}
_AVOIDED_FRENCH = {
    r"visites? médiatisée": "visite médiatisée: another judge’s",
    r"\b(?:la|sa|une|de) garde\b": "garde: say résidence, or autorité parentale",
    r"refus (?:du centre|de l’espace)": "refus du centre: it is an impossibilité",
    r"\butilisat(?:eur|rice)": "utilisateur: say personne",
    r"cliqu(?:er|ez) ici": "cliquez ici: a link says where it goes",
    r"erreur est survenue": "une erreur est survenue: say what happened and what to do",
    r"\be-?mails?\b": "e-mail: say courriel",
    r"\bveuillez\b": "veuillez: say it with the verb itself",
    r"\bcentres?\b": "centre: say espace de rencontre",
}
_AVOIDED_ENGLISH = {
    r"click here": "click here: a link says where it goes",
    r"\berror (?:has )?occurred": "an error occurred: say what happened and what to do",
    r"\busers?\b": "user: say person",
    r"\bcentres?\b": "centre: say espace de rencontre",
}


def french(sentence: str) -> Iterator[str]:
    """What is wrong with it, one short phrase each."""
    yield from _found(sentence, _BOTH | _FRENCH, _AVOIDED_BOTH | _AVOIDED_FRENCH)


def english(sentence: str) -> Iterator[str]:
    yield from _found(sentence, _BOTH, _AVOIDED_BOTH | _AVOIDED_ENGLISH)


def _found(
    sentence: str, marks: dict[str, str], words: dict[str, str]
) -> Iterator[str]:
    said = _PLACEHOLDER.sub("x", sentence)
    for pattern, wrong in marks.items():
        if re.search(pattern, said):
            yield wrong
    for pattern, wrong in words.items():
        if re.search(pattern, said, re.IGNORECASE):
            yield wrong
