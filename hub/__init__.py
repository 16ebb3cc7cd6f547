"""The domain and its pages: people, courts, centres, measures, threads, journal.

Imports neither realtime nor notifications: both listen to hub.events.
"""

VERSION = "0.1.0"  # the same as in pyproject.toml: a test compares them
