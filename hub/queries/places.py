"""The places people can search from: seats of courts and towns of sites."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hub.areas import Point
from hub.models import Court, Site
from hub.text import fold

# Demonstration sites say so after the town's name; the town itself is real.
ASIDE = re.compile(r"\s*\(.*\)$")


@dataclass(frozen=True)
class Places:
    """`labels` like "Nantes (44)", in order; a place is found by label or by name."""

    labels: list[str]
    by_words: dict[str, Point]  # folded label, or folded name

    def find(self, typed: str) -> Point | None:
        """The place that was typed, whatever its accents; None if it is unknown."""
        return self.by_words.get(fold(typed))

    def label_of(self, city: str, departement: str) -> str:
        """As the list of places writes it; empty if it is unknown."""
        label = f"{ASIDE.sub('', city)} ({departement})"
        return label if self.find(label) else ""


NOWHERE = Places([], {})


def known_places() -> Places:
    """Two queries."""
    found: dict[str, Point] = {}
    for city, departement, latitude, longitude in (*_courts(), *_sites()):
        name = ASIDE.sub("", city)
        # The seat of a court is exact; a site of the same town does not move it.
        found.setdefault(f"{name} ({departement})", Point(name, latitude, longitude))
    labels = sorted(found, key=fold)
    by_words = {fold(label): found[label] for label in labels}
    for label in labels:
        by_words.setdefault(fold(found[label].name), found[label])
    return Places(labels, by_words)


Row = tuple[str, str, float, float]


def _courts() -> Iterator[Row]:
    rows = Court.objects.order_by("code")
    yield from rows.values_list("city", "departement", "latitude", "longitude")


def _sites() -> Iterator[Row]:
    located = (
        Site.objects.exclude(latitude=None).exclude(longitude=None).exclude(city="")
    )
    rows = located.order_by("pk").values_list(
        "city", "centre__departement", "latitude", "longitude"
    )
    for city, departement, latitude, longitude in rows:
        if latitude is not None and longitude is not None:
            yield city, departement, latitude, longitude
