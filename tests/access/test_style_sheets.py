"""What the style sheets and scripts must not do to people, read from their source."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.embedded  # says nothing about a database

ROOT = Path(__file__).resolve().parent.parent.parent
SHEETS = [p for app in ("hub", "realtime", "notifications")
          for p in (ROOT / app / "static").rglob("*.css")]  # fmt: skip
SCRIPTS = [p for app in ("hub", "realtime", "notifications")
           for p in (ROOT / app / "static").rglob("*.js")]  # fmt: skip
CSS = "\n".join(re.sub(r"/\*.*?\*/", "", p.read_text(), flags=re.S) for p in SHEETS)
JAVASCRIPT = "\n".join(p.read_text() for p in SCRIPTS)
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
# What may change under the mouse: colours and lines, never what is there to be read.
UNDER_THE_MOUSE = {
    "background", "border-color", "box-shadow", "color", "stroke", "stroke-width",
    "text-decoration", "text-decoration-thickness",
}  # fmt: skip
# Their focus is drawn elsewhere: on the box around the text, on the outline of the map.
# The content as a whole takes it from the skip link only: no act waits there.
DRAWN_ELSEWHERE = (".composer textarea", ".map a", "main:focus")


def rules(wanted: str) -> list[tuple[str, str]]:
    """(selector, declarations) of every rule whose selector holds this."""
    return [(s.strip(), body) for s, body in RULE.findall(CSS) if wanted in s]


def test_nothing_appears_under_the_mouse_alone() -> None:
    found = rules(":hover")
    assert found
    for selector, body in found:
        if ":focus-within" in selector:
            continue  # the keyboard brings it too
        named = {one.partition(":")[0].strip() for one in body.split(";")} - {""}
        assert named <= UNDER_THE_MOUSE, selector


def test_the_focus_is_never_taken_away() -> None:
    for selector, body in rules(":focus"):
        if re.search(r"outline:\s*(0|none)", body):
            assert selector.startswith(DRAWN_ELSEWHERE), selector


def test_no_page_holds_to_one_orientation_and_motion_can_be_refused() -> None:
    assert "orientation" not in CSS
    assert "prefers-reduced-motion: reduce" in CSS


def test_nothing_flashes() -> None:
    """Three times a second is the limit; what pulses here takes longer than a second."""
    moving = re.findall(r"[\s;{]animation:\s*([^;}]+)", CSS)
    for one in moving:
        if not one.startswith("none"):
            assert float(re.findall(r"([\d.]+)s\b", one)[0]) >= 1, one
    assert len(moving) >= 2


def test_words_stand_in_the_page_and_not_in_the_style_sheet() -> None:
    """Separators, counters and repeated headers of a table are no news."""
    for content in re.findall(r"[\s;{]content:\s*([^;}]+)", CSS):
        written = re.sub(r"(attr|counter|counters)\([^)]*\)", "", content)
        assert not re.search(r"[^\W\d_]{2}", written), content


def test_scripts_act_when_a_press_ends_and_never_on_a_movement_of_the_device() -> None:
    for early in ("touchstart", "devicemotion", "deviceorientation"):
        assert early not in JAVASCRIPT
    # It only hears that somebody is there.
    assert [p.name for p in SCRIPTS if "pointerdown" in p.read_text()] == ["session.js"]
    # The one on a list only keeps the focus where it is.
    pressed = re.findall(r'"mousedown", (.*)', JAVASCRIPT)
    assert all("preventDefault()" in one for one in pressed)


def test_no_script_asks_for_a_gesture() -> None:
    """Dropping a file has its button; that somebody turns a wheel is only noticed."""
    for moves in ("pointermove", "mousemove", "touchend", "gesturestart", "dragstart"):
        assert moves not in JAVASCRIPT
    noticed = {p.name for p in SCRIPTS if re.search("touchmove|wheel", p.read_text())}
    assert noticed == {"session.js", "older.js"}
    [drops] = [p for p in SCRIPTS if '"drop"' in p.read_text()]
    assert 'files.addEventListener("change"' in drops.read_text()
