"""Backups of a hub that goes on working, and what comes back out of them."""
