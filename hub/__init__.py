"""The domain and its pages: people, courts, centres, measures, threads, journal.

Imports neither realtime nor notifications: both listen to hub.events.
"""
