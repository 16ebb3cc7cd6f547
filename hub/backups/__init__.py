"""A copy of everything that matters, and the way back: database and sealed files.

Keys are never in it (SECRET_KEY, FILES_KEY, PUSH_KEY): without them a backup tells
little and opens no file. Order and reasons: docs/decisions/0022-production-shape.md.
"""
