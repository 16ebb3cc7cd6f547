"""Strings that nobody means and somebody sends; built here, class by class."""

import random

_CHANCE = random.Random(20261124)

CONTROLS = [f"a{chr(code)}b" for code in (0, 1, 7, 8, 11, 12, 13, 27, 127, 128, 159)]
SURROGATES = ["\ud800", "a\udfffb", "\udc00\ud800"]
INVISIBLE = ["\u200b", "\u200b\u200d\ufeff", "\u2060", "\u00a0", "\u3000", "\u180e"]
DIRECTIONS = ["\u202eexe.fdp", "\u2066a\u2069", "שלום bonjour", "مرحبا‏"]
SHAPES = [
    "e\u0301te\u0301",
    "Z" + "\u0335\u0300" * 200,
    "👩\u200d👩\u200d👧\u200d👦",
    "🇫🇷" * 50,
    "ﷺ",
    "ß ẞ İ ı ŉ",
    "\u2028ligne\u2029suite",
    "\ufeffBOM",
    "ｆｕｌｌｗｉｄｔｈ",
    "𝕳𝖊𝖑𝖑𝖔",
]
MARKUP = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "<a href=javascript:alert(1)>x</a>",
    "javascript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    'http://a.fr/"onmouseover="alert(1)',
    "https://exemple.fr/<b>",
    "<!--",
    "]]>",
    "&lt;b&gt; &amp;amp; &#x27;",
    "</textarea><script>alert(1)</script>",
    "<style>*{display:none}</style>",
    "{{ 7*7 }}{% if 1 %}",
    "${7*7} #{7*7} <%= 7 %>",
    "%(name)s %s %d {0} {name}",
]
COMMANDS = [
    "'; DROP TABLE hub_message; --",
    "1 OR 1=1",
    '" OR ""="',
    "%' ESCAPE '!' --",
    "_%\\",
    "../../../etc/passwd",
    "..%2f..%2f",
    "C:\\CON",
    "$(id) `id` | id ; id",
    "a\r\nBcc: x@exemple.fr",
    "a%0d%0aSet-Cookie: x=1",
]
NUMBERS = ["NaN", "1e999", "-0", "9" * 400, "0x10", "٣", "１２", "-1", "1.5", "true"]
JSON = ["null", "[]", "{}", '{"type":"post"}', "[" * 500, '"', "\\u0000"]
HUGE = ["a" * 10_000, "a" * 10_001, "é" * 20_000, "\n" * 9_000 + "x", "@" * 5_000]
LINKS = ["http://" * 800, "a@b." * 1_500, "www." + "a." * 2_000 + "fr", "//a.fr"]
_ALL = [*range(0xD800), *range(0xE000, 0x110000)]  # every character there is
RANDOM = ["".join(map(chr, _CHANCE.choices(_ALL, k=40))) for _ in range(30)]

TYPED = DIRECTIONS + SHAPES + MARKUP + COMMANDS + NUMBERS + JSON
EVERYTHING = CONTROLS + SURROGATES + INVISIBLE + TYPED + HUGE + LINKS + RANDOM
# What is no text, no number or too long for one, or speaks to the database itself.
FOR_DATABASES = CONTROLS + SURROGATES + COMMANDS + NUMBERS + HUGE + RANDOM[:10]
