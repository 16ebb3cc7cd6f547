"""The page that shows all pictures beside each other, for people to look at."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from tests.looks.looking import Seen

HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Looks</title>
<style>
body { margin: 1rem; font: 14px system-ui, sans-serif }
section > div { display: flex; gap: .5rem; align-items: flex-start; overflow-x: auto }
figure { margin: 0; flex: none } figcaption { color: #555 }
img { width: 300px; max-height: 600px; object-fit: cover; object-position: top;
  border: 1px solid #999 }
.wrong { color: #900; font-weight: 600 }
</style><h1>Looks</h1>"""


def write_sheet(seen: Sequence[Seen], folder: Path) -> Path:
    """index.html in the folder of the pictures; what is wrong comes first."""
    path = folder / "index.html"
    rows = sorted(seen, key=lambda one: not one.wrong)
    path.write_text(HEAD + "".join(_section(one) for one in rows))
    return path


def _section(seen: Seen) -> str:
    wrong = "".join(f'<p class="wrong">{escape(one)}</p>' for one in seen.wrong)
    figures = "".join(
        f'<figure><a href="{picture.name}"><img src="{picture.name}" loading="lazy" '
        f'alt="{label}"></a><figcaption>{label}</figcaption></figure>'
        for label, picture in seen.pictures.items()
    )
    return f"<section><h2>{seen.name}</h2>{wrong}<div>{figures}</div></section>"
