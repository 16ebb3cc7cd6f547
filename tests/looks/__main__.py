"""`make looks`: opens every view, judges it, keeps pictures in var/looks/.

Ends with 1 when anything is wrong. ARGS: names of views (or their beginnings),
--media (also print, forced colours, more contrast), --language en, --dsfr (the look of
HUB_THEME=dsfr, whose packages have to be there), --budget (what first views cost on a
slowed processor, and no pictures).
"""

import argparse
import asyncio
import json
import secrets
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.conftest import FOLDER, chromium

# isort: split
# What follows needs the Django that tests.conftest has set up.
from django.core.management.base import OutputWrapper
from playwright.async_api import async_playwright

from hub.management.progress import ProgressBar
from tests.clients.server import ServedHub
from tests.journeys.conftest import FLAGS
from tests.looks.budget import print_budget
from tests.looks.looking import MEDIA, Seen
from tests.looks.sheet import write_sheet
from tests.looks.views import VIEWS, View
from tests.looks.visit import LOCALES, PICTURES, Visit

MAKE = "from tests.looks.world import make; make()"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="make looks", description=__doc__)
    parser.add_argument("names", nargs="*", help="only views that begin so")
    parser.add_argument("--media", action="store_true", help=", ".join(MEDIA))
    parser.add_argument("--language", choices=list(LOCALES), default="fr")
    parser.add_argument("--dsfr", action="store_true", help="in the State's look")
    parser.add_argument("--budget", action="store_true", help="costs of first views")
    given = parser.parse_args(arguments)
    wanted = [
        v for v in VIEWS if not given.names or v.name.startswith(tuple(given.names))
    ]
    try:
        with tempfile.TemporaryDirectory(prefix="looks-") as folder:
            seen = asyncio.run(_look_at(wanted, Path(folder), given))
            if given.budget:
                return 0
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
    sheet = write_sheet(seen, PICTURES)
    wrong = [f"{one.name}: {sentence}" for one in seen for sentence in one.wrong]
    print(*wrong, sep="\n")
    print(f"{len(seen)} views, {len(wrong)} things wrong. See {sheet}")
    return 1 if wrong else 0


def _environment(given: argparse.Namespace) -> dict[str, str]:
    told = {"PUSH_KEY": secrets.token_urlsafe(32)}  # the page of devices needs one
    if given.dsfr:
        told |= {"HUB_THEME": "dsfr", "DSFR_ACCEPT_LICENSE": "true"}
    return told


async def _look_at(
    wanted: Sequence[View], data: Path, given: argparse.Namespace
) -> list[Seen]:
    PICTURES.mkdir(parents=True, exist_ok=True)
    bar = ProgressBar(OutputWrapper(sys.stderr), "Looks", log_every=0.1)
    with ServedHub(data, **_environment(given)) as hub:
        places = json.loads(hub.manage("shell", "-c", MAKE).partition("PLACES ")[2])
        hub.manage("figures")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=chromium(), args=list(FLAGS)
            )
            visit = Visit(
                hub,
                browser,
                places,
                media=list(MEDIA) if given.media else [],
                language=given.language,
            )
            if given.budget:
                await print_budget(visit)
                return []
            seen = []
            for number, view in enumerate(wanted, start=1):
                seen.append(await visit.see(view))
                bar(number, len(wanted))
            await browser.close()
    return seen


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
