"""The contrast of every pair of colours that pages put together, in both themes.

Computed from the token block of hub.css as WCAG 2.2 defines it: text 7:1 (1.4.6),
borders of controls and marks 3:1 (1.4.11). Nothing here is measured in a browser.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SHEET = (ROOT / "hub/static/hub/css/hub.css").read_text()
TOKEN = re.compile(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{3,6}), (#[0-9a-f]{3,6})\);")
TOKENS = {name: (light, dark) for name, light, dark in TOKEN.findall(SHEET)}
TEXT, MARK = 7.0, 3.0
GROUNDS = ("bg", "surface", "sunken", "accent-soft")
PAIRS = [
    *(("text", ground, TEXT) for ground in GROUNDS),
    *(("soft", ground, TEXT) for ground in GROUNDS),
    *(("accent", ground, TEXT) for ground in ("bg", "surface", "accent-soft")),
    *(("accent-strong", ground, TEXT) for ground in GROUNDS),
    *(("on-accent", ground, TEXT) for ground in ("accent", "accent-strong")),
    *((name, f"{name}-soft", TEXT) for name in ("good", "warn", "bad")),
    *((name, "surface", TEXT) for name in ("good", "warn", "bad")),
    *(("text", f"{name}-soft", TEXT) for name in ("good", "warn", "bad")),
    *(("edge", ground, MARK) for ground in GROUNDS),
    ("bg", "text", TEXT),  # the toast
]  # fmt: skip


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_is_read_and_borders_are_seen_in_both_themes(theme: int) -> None:
    weak = {
        f"{front} on {ground}": round(found, 2)
        for front, ground, least in PAIRS
        if (found := contrast(TOKENS[front][theme], TOKENS[ground][theme])) < least
    }
    assert weak == {}


def test_the_computation_agrees_with_known_pairs() -> None:
    assert round(contrast("#fff", "#000"), 1) == 21.0
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54  # WebAIM's known edge
    assert contrast("#123456", "#123456") == 1.0


def test_the_map_goes_one_way_in_each_theme() -> None:
    """What waits longest stands out most from the page."""
    for theme in (0, 1):
        steps = [TOKENS[f"map-{n}"][theme] for n in (1, 2, 3, 4)]
        from_page = [contrast(step, TOKENS["surface"][theme]) for step in steps]
        assert from_page == sorted(from_page)


def test_only_the_token_block_names_a_colour() -> None:
    """Except black, white and greys: shadows, paper, and what must stay as sent."""
    rest = SHEET[SHEET.index("/* Base */") :]
    named = set(re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{}]*[;}])", rest))
    assert {one for one in named if len(set(one[1:4])) > 1} == set()


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, "contrast ratio": (L1 + 0.05) / (L2 + 0.05)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """WCAG 2.2, "relative luminance", of an sRGB colour."""
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    parts = [linear(part) for part in (red, green, blue)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
