"""Where: points on the map, distances, and the part of the country that is looked at.

Pure: no database, no words for people.
"""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371.0088  # mean radius (IUGG)
AROUND_COURT_KM = 100  # (choice) what a family can travel for a meeting


@dataclass(frozen=True)
class Point:
    """A named place. Degrees, WGS 84."""

    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Area:
    """Narrows a list by place. An empty field does not narrow.

    `court`: the centres that serve it, and those within AROUND_COURT_KM of its seat.
    `max_km` counts from where distances are counted.
    """

    departement: str = ""
    court: str = ""
    court_point: Point | None = None
    max_km: int | None = None


def km_between(one: Point, latitude: float | None, longitude: float | None) -> float:
    """Kilometres as the crow flies (haversine); infinite to an unknown place."""
    if latitude is None or longitude is None:
        return float("inf")
    across = radians(latitude - one.latitude)
    along = radians(longitude - one.longitude)
    chord = (
        sin(across / 2) ** 2
        + cos(radians(one.latitude)) * cos(radians(latitude)) * sin(along / 2) ** 2
    )
    return 2 * EARTH_KM * asin(sqrt(min(1.0, chord)))
