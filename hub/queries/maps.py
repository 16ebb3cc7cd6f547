"""The outlines of the départements, projected once in the life of a process."""

import json
from functools import cache

from django.conf import settings

from hub.maps import Outline, outlines


@cache
def france() -> tuple[Outline, ...]:
    """The 101 départements of hub/data (IGN Admin Express, Licence Ouverte)."""
    stored = json.loads((settings.SEED_DATA / "departements.geojson").read_text())
    return tuple(outlines(stored["features"]))
