"""The usual settings, with a presence that forgets a silent process in seconds.

For a test that kills one and waits for the event; a minute would say no more.
"""

from realtime import online
from settings import *  # noqa: F403

online.BEAT_SECONDS, online.LIFE_SECONDS, online.LINGER_SECONDS = 1.0, 4.0, 0.5
