"""From REDIS_URL to what channels_redis wants to know. Nothing is opened here.

Hints use publish and subscribe alone, no keys. So any node of a Redis Cluster will do:
its nodes pass what is published on to each other.
"""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

ONE, SENTINEL = ("redis", "rediss", "unix"), "redis+sentinel"
SENTINEL_PORT = 26379
EXAMPLE = "redis+sentinel://:PASSWORD@host1:26379,host2:26379/MASTER"


class WrongAddress(Exception):
    """REDIS_URL cannot be used; the text tells an operator what to write."""


def layer_host(url: str) -> dict[str, Any]:
    """One entry of the layer's `hosts`: a server, or whoever the Sentinels name.

    The password is the data servers'; `?sentinel_password=` is for the Sentinels.
    Raises WrongAddress.
    """
    # redis-py 8 has a default socket time-out as short as the layer's own wait.
    patience: dict[str, Any] = {"socket_timeout": None}
    scheme = urlsplit(url).scheme
    if scheme in ONE:
        return {"address": url, **patience}
    if scheme != SENTINEL:
        raise WrongAddress(
            "REDIS_URL must begin with redis://, rediss://, unix:// or "
            "redis+sentinel://."
        )
    return {**_sentinels(url), **patience}


def _sentinels(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    credentials, _at, places = parts.netloc.rpartition("@")
    user, _colon, password = credentials.partition(":")
    master = parts.path.strip("/")
    if not master or not all(places.split(",")):
        raise WrongAddress(f"REDIS_URL for Sentinels must look like {EXAMPLE}.")
    found: dict[str, Any] = {
        "master_name": master,
        "sentinels": [_place(place) for place in places.split(",")],
    }
    if user:
        found["username"] = unquote(user)
    if password:
        found["password"] = unquote(password)
    if given := parse_qs(parts.query).get("sentinel_password"):
        found["sentinel_kwargs"] = {"password": given[0]}
    return found


def _place(place: str) -> tuple[str, int]:
    host, _colon, port = place.partition(":")
    if port and not port.isdigit():
        raise WrongAddress(f"REDIS_URL for Sentinels must look like {EXAMPLE}.")
    return host, int(port or SENTINEL_PORT)
